/** What a person mended in a checked list, line by line, and what the list names then. */
import { sentence } from '../../lib/format.ts';
import { identityKey, type DeviceIdentifier } from '../../../src-main/domain/identifiers.ts';
import { LINE_VERDICTS, type LineVerdict } from '../../../src-main/domain/list-lines.ts';
import type { Identified, IdentifiedLine } from '../../../src-main/inventory/identify.ts';

export interface Fix {
  /** What stands in the line now; null when it is left out. */
  text: string | null;
  verdict: LineVerdict | 'left out';
  note: string | null;
  deviceIds: readonly number[];
  unknown: readonly DeviceIdentifier[];
}

/** By the place in the result's lines: a row of a file that names several devices has several, with one number. */
export type Fixes = ReadonlyMap<number, Fix>;

export interface Named {
  deviceIds: ReadonlySet<number>;
  unknown: readonly DeviceIdentifier[];
}

export const LEFT_OUT: Fix = { text: null, verdict: 'left out', note: null, deviceIds: [], unknown: [] };

/**
 * @param answer of the one line's new text
 * @param others what the rest of the list names: what stands there already counts once
 */
export function fixOf(text: string, answer: Identified, others: Named): Fix {
  const { counts, lines, deviceIds, unknown } = answer;
  const theirs = new Set(others.unknown.map(identityKey));
  const isThere = (ids: readonly number[], named: readonly DeviceIdentifier[]): boolean =>
    ids.length + named.length > 0 &&
    ids.every((id) => others.deviceIds.has(id)) &&
    named.every((one) => theirs.has(identityKey(one)));
  if (isThere(deviceIds, unknown))
    return { text, verdict: 'duplicate', note: 'Another line names it already. It counts once.', deviceIds, unknown };
  const [worst] = lines;
  const verdict =
    worst !== undefined && worst.verdict !== 'found' ? worst.verdict : counts.found > 0 ? 'found' : 'none';
  return {
    text,
    verdict,
    note: worst?.note ?? (verdict === 'none' ? 'Nothing in it reads as an identifier.' : null),
    deviceIds,
    unknown,
  };
}

/** @param deviceId one of the devices that an ambiguous line may mean */
export function chosen(text: string, deviceId: number): Fix {
  return { text, verdict: 'found', note: null, deviceIds: [deviceId], unknown: [] };
}

/** The devices and unknown identifiers of a list, each once, with its mended lines. @param without the place of a line that does not count */
export function namedBy(result: Identified, fixes: Fixes, without?: number): Named {
  const deviceIds = new Set(result.deviceIds);
  const unknown = new Map(result.unknown.map((identifier) => [identityKey(identifier), identifier]));
  const forget = (place: number): void => {
    const identifier = result.lines[place]?.identifier ?? null;
    if (identifier !== null) unknown.delete(identityKey(identifier));
  };
  if (without !== undefined) forget(without);
  for (const place of fixes.keys()) forget(place);
  for (const [place, fix] of fixes) {
    if (place === without) continue;
    for (const id of fix.deviceIds) deviceIds.add(id);
    for (const identifier of fix.unknown) unknown.set(identityKey(identifier), identifier);
  }
  return { deviceIds, unknown: [...unknown.values()] };
}

/** How many of what the list names are what, with its mended lines; they add up to all that it names. */
export function countsNow(result: Identified, fixes: Fixes): Record<LineVerdict, number> & { 'left out': number } {
  const counts = { ...result.counts, 'left out': 0 };
  for (const [place, fix] of fixes) {
    const line = result.lines[place];
    if (line === undefined) continue;
    counts[line.verdict]--;
    counts[fix.verdict]++;
  }
  return counts;
}

/** A line as it is now, for the table and for the file to hand on. */
export function lineNow(
  line: IdentifiedLine,
  fix: Fix | undefined,
): { text: string; verdict: Fix['verdict']; note: string } {
  if (fix === undefined) return { text: line.text, verdict: line.verdict, note: sentence(line.note) };
  return { text: fix.text ?? line.text, verdict: fix.verdict, note: sentence(fix.note) };
}

export function verdictWords(verdict: Fix['verdict']): string {
  return verdict === 'left out' ? verdict : LINE_VERDICTS[verdict];
}
