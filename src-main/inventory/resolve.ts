/** Which device of the inventory a row of a list or file means, when it may name it in several ways. */
import { eachOnce, firstKind, type IdentifierReading } from '../domain/identifier-text.ts';
import { namedKeys, shownKeys, type DeviceIdentifier, type IdentifierKind } from '../domain/identifiers.ts';
import type { DeviceFinder } from './ahead-finder.ts';
import type { ListRow } from './list-reader.ts';

/** More devices than these with one identifier are as ambiguous. */
const CANDIDATES_KEPT = 20;
const DIGITS_WITHOUT_CHECK = 19;

type GoodReading = Extract<IdentifierReading, { ok: true }>;
type BadReading = Extract<IdentifierReading, { ok: false }> & { problem: 'mangled' | 'malformed' };

export interface NamedInRow {
  /** By which kind the row names its devices; undefined when it names none. */
  kind: IdentifierKind | undefined;
  devices: DeviceIdentifier[];
  /** Of other kinds: they have to belong to these devices. */
  others: DeviceIdentifier[];
  good: GoodReading[];
  bad: BadReading[];
}

/** Several identifiers of one kind are several devices, those of other kinds are further names of them. */
export function namedIn({ cells }: ListRow): NamedInRow {
  const readings = cells.flat();
  const good = readings.filter((reading) => reading.ok);
  const named = eachOnce(good.map(({ identifier }) => identifier));
  const kind = firstKind(named);
  return {
    kind,
    devices: named.filter((identifier) => identifier.kind === kind),
    others: named.filter((identifier) => identifier.kind !== kind),
    good,
    bad: readings.flatMap((reading) => badReading(reading) ?? []),
  };
}

export function badReading(reading: IdentifierReading): BadReading | undefined {
  return reading.ok || reading.problem === 'empty' ? undefined : { ...reading, problem: reading.problem };
}

/** @returns why the row cannot be of one device; undefined when its identifiers may belong together */
export function contradictionOf(
  devices: DeviceFinder,
  providerId: number,
  { isNamed }: ListRow,
  named: Pick<NamedInRow, 'devices' | 'others'>,
): string | undefined {
  if (named.others.length === 0) return undefined;
  const ids = (identifier: DeviceIdentifier): number[] =>
    devices.idsByIdentifier(providerId, identifier, CANDIDATES_KEPT);
  const [first] = named.devices;
  if (first === undefined) return undefined;
  const theirs = named.devices.map(ids);
  const all = new Set(theirs.flat());
  for (const other of named.others) {
    const its = ids(other);
    if (its.some((id) => all.has(id))) continue;
    const [holder] = its;
    if (holder !== undefined) {
      const record = devices.get(holder);
      // The inventory knows it by this identifier alone, and the list says its ICCID.
      if (theirs[0]?.length === 0 && isColumn(first.kind) && record?.[first.kind] === null) continue;
      return `The inventory has ${nameOf(other)} with another device (${record?.iccid ?? 'without an ICCID'}) than ${nameOf(first)}.`;
    }
    const [device, second] = theirs[0] ?? [];
    // Without a header nobody has said that the other value is an identifier of the device.
    if (!isNamed || device === undefined || second !== undefined || named.devices.length > 1) continue;
    const record = devices.get(device);
    const has = isColumn(other.kind) ? record?.[other.kind] : undefined;
    if (has != null && !isSame(other, has))
      return `The inventory has ${nameOf({ kind: other.kind, id: has })} for ${nameOf(first)}, not ${other.id}.`;
  }
  return undefined;
}

/**
 * The devices of the inventory that an identifier names, narrowed down by the row's other identifiers.
 * @returns several when it is ambiguous, none when it is not known; a note when something was completed
 */
export function devicesNamed(
  devices: DeviceFinder,
  providerId: number,
  identifier: DeviceIdentifier,
  others: readonly DeviceIdentifier[],
): { ids: number[]; note?: string } {
  const find = (one: DeviceIdentifier): number[] => devices.idsByIdentifier(providerId, one, CANDIDATES_KEPT);
  let ids = find(identifier);
  let note: string | undefined;
  if (ids.length === 0 && identifier.kind === 'iccid' && identifier.id.length === DIGITS_WITHOUT_CHECK) {
    // What a modem shows with a filler F, or a label leaves off: the check digit. Not every carrier computes it.
    ids = Array.from({ length: 10 }, (_, digit) => find({ kind: 'iccid', id: identifier.id + String(digit) })).flat();
    if (ids.length > 0) note = 'the last digit was missing; the inventory has it';
  }
  if (ids.length !== 1 && others.length > 0) {
    const byOthers = [...new Set(others.flatMap(find))];
    const both = ids.length === 0 ? byOthers : ids.filter((id) => byOthers.includes(id));
    if (both.length === 1) ids = both;
  }
  return { ids, ...(note === undefined ? {} : { note }) };
}

function isColumn(kind: IdentifierKind): kind is 'iccid' | 'imei' | 'mdn' {
  return kind === 'iccid' || kind === 'imei' || kind === 'mdn';
}

function nameOf({ kind, id }: DeviceIdentifier): string {
  return `${kind.toUpperCase()} ${id}`;
}

/** Whether a record's identifier is the one that the list has, however each is written. */
function isSame(named: DeviceIdentifier, stored: string): boolean {
  const keys = shownKeys({ [named.kind]: stored });
  return namedKeys(named).some((key) => keys.has(key));
}
