/** Finds device records by what their identifiers mean (domain/identifiers.ts), not by how they were written. */
import {
  IMEI_BODY,
  identityKey,
  imeiBody,
  isPlaceholder,
  isWholeImei,
  namedKeys,
  shownKeys,
  normalIdentifier,
  type DeviceIdentifier,
  type IdentifierKind,
} from '../domain/identifiers.ts';
import type { Db } from './database.ts';

/** A device that the carrier no longer lists does not compete with one that it lists. */
const LISTED_FIRST = 'ORDER BY d.missing_since IS NOT NULL, d.id';

interface Condition {
  where: string;
  values: (number | string)[];
}

/** What one index answers: an OR of two of them makes SQLite go through the whole account. */
type Probe = [where: string, ...values: string[]];

const SAME_BODY = `substr(imei, 1, ${String(IMEI_BODY)}) = ?`;

function anyOf(providerId: number, probes: readonly Probe[]): Condition {
  return {
    where: `d.id IN (${probes.map(([where]) => `SELECT id FROM device WHERE provider_id = ? AND ${where}`).join(' UNION ')})`,
    values: probes.flatMap(([, ...values]) => [providerId, ...values]),
  };
}

/**
 * SQL that holds for the devices of a service provider that an identifier names, with its values. Two whole IMEIs that differ
 * are two devices.
 * @param identifier in any writing
 */
export function namesDevice(providerId: number, identifier: DeviceIdentifier): Condition {
  // An older version stored them; they name nobody.
  if (isPlaceholder(identifier)) return { where: 'FALSE', values: [] };
  return anyOf(providerId, probesFor(normalIdentifier(identifier) ?? identifier));
}

function probesFor({ kind, id }: DeviceIdentifier): Probe[] {
  const body = imeiBody({ kind, id });
  if (body !== undefined && isWholeImei({ kind, id }))
    return [
      ['meid = ?', body],
      [`${SAME_BODY} AND (imei = ? OR length(imei) <> ${String(IMEI_BODY + 1)})`, body, id],
    ];
  if (body !== undefined)
    return [
      ['meid = ?', body],
      [SAME_BODY, body],
    ];
  const [family, key = ''] = identityKey({ kind, id }).split(' ');
  if (family === 'number')
    return [
      ['mdn = ?', key],
      ['msisdn = ?', `1${key}`],
    ];
  return [[`${kind} = ?`, id]];
}

/** From the surest to the least: the IMEI as it is, then what has as much of it in common. */
function waysToFind(providerId: number, identifier: DeviceIdentifier): Condition[] {
  const { kind, id } = normalIdentifier(identifier) ?? identifier;
  const named = namesDevice(providerId, identifier);
  return imeiBody({ kind, id }) === undefined ? [named] : [anyOf(providerId, [[`${kind} = ?`, id]]), named];
}

/**
 * The numbers of the devices that an identifier names: those that the carrier lists, or, when it lists none of them, the
 * others. Two mean that the identifier is ambiguous.
 */
export function findByIdentity(db: Db, providerId: number, identifier: DeviceIdentifier, limit: number): number[] {
  const normal = normalIdentifier(identifier);
  // One device at most has it, and the index alone says which: long lists are of ICCIDs.
  if (normal?.kind === 'iccid')
    return db
      .prepare<[number, string], number>('SELECT id FROM device WHERE provider_id = ? AND iccid = ?')
      .pluck()
      .all(providerId, normal.id);
  for (const way of waysToFind(providerId, identifier)) {
    const rows = rowsOf(db, way, limit);
    const listed = rows.filter((row) => row.listed === 1);
    if (rows.length > 0) return (listed.length > 0 ? listed : rows).map((row) => row.id);
  }
  return [];
}

/** All that have the identifier, listed or not. */
export function allByIdentity(db: Db, providerId: number, identifier: DeviceIdentifier, limit: number): number[] {
  return rowsOf(db, namesDevice(providerId, identifier), limit).map((row) => row.id);
}

function rowsOf(db: Db, { where, values }: Condition, limit: number): { id: number; listed: 0 | 1 }[] {
  return db
    .prepare<unknown[], { id: number; listed: 0 | 1 }>(
      `SELECT d.id, d.missing_since IS NULL AS listed FROM device d WHERE ${where} ${LISTED_FIRST} LIMIT ?`,
    )
    .all(...values, limit);
}

/** Whether two records show the same IMEI or MEID, each in its own form of it. */
export function sameHardware(one: StoredHardware, other: StoredHardware): boolean {
  const keys = shownKeys({ ...(other.imei && { imei: other.imei }), ...(other.meid && { meid: other.meid }) });
  return (['imei', 'meid'] as const).some((kind) => {
    const id = one[kind];
    return id !== null && !isPlaceholder({ kind, id }) && namedKeys({ kind, id }).some((key) => keys.has(key));
  });
}

type StoredHardware = Record<'imei' | 'meid', string | null>;

/** A record's identifiers as they are stored: each in its one form; what is none of its kind is left out. */
export function storedForms(identifiers: Partial<Record<IdentifierKind, string>>): DeviceIdentifier[] {
  return Object.entries(identifiers).flatMap(
    ([kind, id]) => normalIdentifier({ kind: kind as IdentifierKind, id }) ?? [],
  );
}
