/** Finds device records by what their identifiers mean (domain/identifiers.ts), not by how they were written. */
import { identityKey, normalIdentifier, type DeviceIdentifier, type IdentifierKind } from '../domain/identifiers.ts';
import type { Db } from './database.ts';

/** A device that the carrier no longer lists does not compete with one that it lists. */
const LISTED_FIRST = 'ORDER BY d.missing_since IS NOT NULL, d.id';

/**
 * SQL that holds for the devices that an identifier names, with its values.
 * @param identifier in any writing
 */
export function namesDevice(identifier: DeviceIdentifier): { where: string; values: string[] } {
  const { kind, id } = normalIdentifier(identifier) ?? identifier;
  const [family, key = ''] = identityKey({ kind, id }).split(' ');
  if (family === 'imei') return { where: '(substr(d.imei, 1, 14) = ? OR d.meid = ?)', values: [key, key] };
  if (family === 'number') return { where: '(d.mdn = ? OR d.msisdn = ?)', values: [key, `1${key}`] };
  return { where: `d.${kind} = ?`, values: [id] };
}

/**
 * The numbers of the devices that an identifier names: those that the carrier lists, or, when it lists none of them, the
 * others. Two mean that the identifier is ambiguous.
 */
export function findByIdentity(db: Db, providerId: number, identifier: DeviceIdentifier, limit: number): number[] {
  const rows = rowsByIdentity(db, providerId, identifier, limit);
  const listed = rows.filter((row) => row.listed === 1);
  return (listed.length > 0 ? listed : rows).map((row) => row.id);
}

/** All that have the identifier, listed or not. */
export function allByIdentity(db: Db, providerId: number, identifier: DeviceIdentifier, limit: number): number[] {
  return rowsByIdentity(db, providerId, identifier, limit).map((row) => row.id);
}

function rowsByIdentity(
  db: Db,
  providerId: number,
  identifier: DeviceIdentifier,
  limit: number,
): { id: number; listed: 0 | 1 }[] {
  const { where, values } = namesDevice(identifier);
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
