/** What support needs to know of a screen that failed: where and why, without the devices that were on it. */

import { withoutIdentifiers } from '../../src-main/domain/masked.ts';

const LONGEST_STACK = 4000;

/**
 * @param where the screen's name
 * @param components React's list of what was being drawn
 */
export function failureDetails(where: string, error: unknown, components: string, at: Date): string {
  const said = error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error);
  return [
    `Screen: ${where}`,
    `Time: ${at.toISOString()}`,
    withoutIdentifiers(said).slice(0, LONGEST_STACK),
    `While drawing: ${withoutIdentifiers(components).trim().slice(0, LONGEST_STACK)}`,
  ].join('\n');
}
