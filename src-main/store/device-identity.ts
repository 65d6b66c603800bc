/** Finds device records by what their identifiers mean (domain/identifiers.ts), not by how they were written. */
import {
  IMEI_BODY,
  identityKey,
  imeiBody,
  isWholeImei,
  normalIdentifier,
  type DeviceIdentifier,
  type IdentifierKind,
} from '../domain/identifiers.ts';
import type { Db } from './database.ts';

/** A device that the carrier no longer lists does not compete with one that it lists. */
const LISTED_FIRST = 'ORDER BY d.missing_since IS NOT NULL, d.id';

interface Condition {
  where: string;
  values: string[];
}

/**
 * SQL that holds for the devices that an identifier names, with its values. Two whole IMEIs that differ are two devices.
 * @param identifier in any writing
 */
export function namesDevice(identifier: DeviceIdentifier): Condition {
  const { kind, id } = normalIdentifier(identifier) ?? identifier;
  const body = imeiBody({ kind, id });
  if (body !== undefined && isWholeImei({ kind, id }))
    return {
      where: `(d.meid = ? OR (substr(d.imei, 1, ${String(IMEI_BODY)}) = ? AND (d.imei = ? OR length(d.imei) <> ${String(IMEI_BODY + 1)})))`,
      values: [body, body, id],
    };
  if (body !== undefined) return sharesImei(body);
  const [family, key = ''] = identityKey({ kind, id }).split(' ');
  if (family === 'number') return { where: '(d.mdn = ? OR d.msisdn = ?)', values: [key, `1${key}`] };
  return { where: `d.${kind} = ?`, values: [id] };
}

function sharesImei(body: string): Condition {
  return { where: `(substr(d.imei, 1, ${String(IMEI_BODY)}) = ? OR d.meid = ?)`, values: [body, body] };
}

/** From the surest to the least: the IMEI as it is, then what has as much of it in common, whatever the last digit is. */
function waysToFind(identifier: DeviceIdentifier): Condition[] {
  const { kind, id } = normalIdentifier(identifier) ?? identifier;
  const body = imeiBody({ kind, id });
  if (body === undefined) return [namesDevice(identifier)];
  return [{ where: `d.${kind} = ?`, values: [id] }, namesDevice(identifier), sharesImei(body)];
}

/**
 * The numbers of the devices that an identifier names: those that the carrier lists, or, when it lists none of them, the
 * others. Two mean that the identifier is ambiguous.
 */
export function findByIdentity(db: Db, providerId: number, identifier: DeviceIdentifier, limit: number): number[] {
  for (const way of waysToFind(identifier)) {
    const rows = rowsOf(db, providerId, way, limit);
    const listed = rows.filter((row) => row.listed === 1);
    if (rows.length > 0) return (listed.length > 0 ? listed : rows).map((row) => row.id);
  }
  return [];
}

/** All that have the identifier, listed or not. */
export function allByIdentity(db: Db, providerId: number, identifier: DeviceIdentifier, limit: number): number[] {
  return rowsOf(db, providerId, namesDevice(identifier), limit).map((row) => row.id);
}

function rowsOf(
  db: Db,
  providerId: number,
  { where, values }: Condition,
  limit: number,
): { id: number; listed: 0 | 1 }[] {
  return db
    .prepare<unknown[], { id: number; listed: 0 | 1 }>(
      `SELECT d.id, d.missing_since IS NULL AS listed FROM device d WHERE d.provider_id = ? AND ${where} ${LISTED_FIRST} LIMIT ?`,
    )
    .all(providerId, ...values, limit);
}

/** A record's identifiers as they are stored: each in its one form; what is none of its kind is left out. */
export function storedForms(identifiers: Partial<Record<IdentifierKind, string>>): DeviceIdentifier[] {
  return Object.entries(identifiers).flatMap(
    ([kind, id]) => normalIdentifier({ kind: kind as IdentifierKind, id }) ?? [],
  );
}
