/** What a person mended in a checked list, line by line, and what the list names then. */
import type { DeviceIdentifier, LineVerdict } from '../../../src-main/domain/identifiers';
import type { Identified, IdentifiedLine } from '../../../src-main/inventory/identify';

export interface Fix {
  /** What stands in the line now; null when it is left out. */
  text: string | null;
  verdict: LineVerdict | 'left out';
  note: string | null;
  deviceIds: readonly number[];
  unknown: readonly DeviceIdentifier[];
}

/** By the line's number. */
export type Fixes = ReadonlyMap<number, Fix>;

export const LEFT_OUT: Fix = { text: null, verdict: 'left out', note: null, deviceIds: [], unknown: [] };

/** @param answer of the one line's new text */
export function fixOf(text: string, answer: Identified): Fix {
  const { counts, notable, deviceIds, unknown } = answer;
  return {
    text,
    verdict: counts.found > 0 ? 'found' : (notable[0]?.verdict ?? 'malformed'),
    note: notable[0]?.note ?? (counts.found > 0 ? null : 'Nothing in it reads as an identifier.'),
    deviceIds,
    unknown,
  };
}

/** @param deviceId one of the devices that an ambiguous line may mean */
export function chosen(text: string, deviceId: number): Fix {
  return { text, verdict: 'found', note: null, deviceIds: [deviceId], unknown: [] };
}

/** The devices and unknown identifiers of a list, each once, with its mended lines. */
export function namedBy(result: Identified, fixes: Fixes): { deviceIds: Set<number>; unknown: DeviceIdentifier[] } {
  const deviceIds = new Set(result.deviceIds);
  const unknown = new Map(result.unknown.map((identifier) => [identifier.id, identifier]));
  for (const line of result.notable) {
    const fix = fixes.get(line.line);
    if (fix === undefined) continue;
    if (line.identifier !== null) unknown.delete(line.identifier.id);
    for (const id of fix.deviceIds) deviceIds.add(id);
    for (const identifier of fix.unknown) unknown.set(identifier.id, identifier);
  }
  return { deviceIds, unknown: [...unknown.values()] };
}

/** A line as it is now, for the table and for the file to hand on. */
export function lineNow(line: IdentifiedLine, fixes: Fixes): { text: string; verdict: Fix['verdict']; note: string } {
  const fix = fixes.get(line.line);
  if (fix === undefined) return { text: line.text, verdict: line.verdict, note: line.note ?? '' };
  return { text: fix.text ?? line.text, verdict: fix.verdict, note: fix.note ?? '' };
}
