/** Devices with their customer associations and history. */
import type { CarrierDevice } from '../domain/carrier-device.ts';
import type { CustomFields } from '../domain/change-order.ts';
import {
  IDENTIFIER_KINDS,
  normalIdentifier,
  type DeviceIdentifier,
  type IdentifierKind,
} from '../domain/identifiers.ts';
import type { QuotaMonth } from '../domain/plans.ts';
import { CarrierRecords, toFields, type KnowledgeMark } from './carrier-records.ts';
import type { Db } from './database.ts';
import { findByIdentity } from './device-identity.ts';
import { CHANGES_IN_MONTH } from './plan-changes.ts';
import { deviceQuery, orderQuery, pageQuery, type DeviceFilter, type DeviceSort } from './device-query.ts';

export interface Device {
  id: number;
  iccid: string | null;
  imei: string | null;
  mdn: string | null;
  planCode: string | null;
  state: string | null;
  groupName: string | null;
  customer: string | null;
  connected: boolean | null;
  lastConnectedAt: string | null;
  billingCycleEnds: string | null;
  syncedAt: string | null;
  missingSince: string | null;
  customFields: CustomFields;
  /** When a sync found that its plan had been changed elsewhere; null when the console knew the plan. */
  driftedAt: string | null;
}

export interface DeviceHistoryEntry {
  at: string;
  field: 'plan' | 'state' | 'customer' | 'custom fields' | 'SIM';
  oldValue: string | null;
  newValue: string | null;
  source: 'sync' | 'job' | 'import';
  jobId: number | null;
}

/** A value that devices can be filtered by, with how many have it. */
export interface Facet {
  value: string;
  count: number;
}

/** What a selection is made of; an empty value stands for devices without one. */
export interface Composition {
  plans: Facet[];
  states: Facet[];
  customers: Facet[];
}

/** What the devices of a service provider can be filtered by. */
export interface Facets {
  plans: Facet[];
  states: Facet[];
  customers: Facet[];
  groups: Facet[];
  /** How many have a plan that was changed elsewhere. */
  drifted: number;
}

interface Row {
  id: number;
  iccid: string | null;
  imei: string | null;
  mdn: string | null;
  plan_code: string | null;
  state: string | null;
  group_name: string | null;
  customer: string | null;
  connected: number | null;
  last_connected_at: string | null;
  billing_cycle_ends: string | null;
  synced_at: string | null;
  missing_since: string | null;
  custom_fields: string | null;
  drifted_at: string | null;
}

/** A device as a bulk change sees it, by the identifier that the carrier is told: the ICCID if it has one. */
export interface ChangeTarget {
  deviceId: number;
  kind: IdentifierKind;
  identifier: string;
  planCode: string | null;
  state: string | null;
  customFields: CustomFields;
  driftedAt: string | null;
  /** 1 when the last sync did not list it any more. */
  missing: 0 | 1;
  /** The device whose SIM took this one's place. */
  replacedBy: string | null;
  /** Plan changes in the month that was asked for, as far as the console knows. */
  changesThisMonth: number;
}

// CROSS JOIN keeps SQLite from going through all devices of the account and, for each, through the list.
const TARGETS = `SELECT d.id AS deviceId, coalesce(${IDENTIFIER_KINDS.map((kind) => `d.${kind}`).join(', ')}) AS identifier,
  CASE ${IDENTIFIER_KINDS.map((kind) => `WHEN d.${kind} IS NOT NULL THEN '${kind}'`).join(' ')} END AS kind,
  d.plan_code AS planCode, d.state, d.custom_fields AS customFields, d.drifted_at AS driftedAt, d.missing_since IS NOT NULL AS missing,
  (SELECT n.iccid FROM device n WHERE n.id = d.replaced_by) AS replacedBy, ${CHANGES_IN_MONTH} AS changesThisMonth
  FROM json_each(@ids) wanted CROSS JOIN device d ON d.id = wanted.value WHERE d.provider_id = @providerId`;

const COLUMNS = `d.id, d.iccid, d.imei, d.mdn, d.plan_code, d.state, d.group_name, c.name AS customer, d.connected,
  d.last_connected_at, d.billing_cycle_ends, d.synced_at, d.missing_since, d.custom_fields, d.drifted_at`;
const CUSTOMER = 'LEFT JOIN customer c ON c.id = d.customer_id';
const SELECT = `SELECT ${COLUMNS} FROM device d ${CUSTOMER}`;

export class DeviceRepository {
  readonly #db: Db;
  readonly #records: CarrierRecords;
  /** What {@link #remembered} keeps, and for which version of the store. */
  readonly #figures = new Map<string, unknown>();
  #version: string | undefined;

  constructor(db: Db) {
    this.#db = db;
    this.#records = new CarrierRecords(db);
  }

  count(providerId: number, filter: DeviceFilter = {}): number {
    const { from, where, values } = deviceQuery(providerId, filter);
    return this.#remembered(JSON.stringify(['count', providerId, filter]), () =>
      this.#db
        .prepare<unknown[], number>(`SELECT count(*) FROM ${from} WHERE ${where}`)
        .pluck()
        .get(...values),
    );
  }

  page(providerId: number, filter: DeviceFilter, sort: DeviceSort, offset: number, limit: number): Device[] {
    const { query, order, values } = pageQuery(providerId, filter, sort);
    // The rows before the page are skipped in an index; only those of the page are read.
    return this.#db
      .prepare<unknown[], Row>(`${SELECT} WHERE d.id IN (${query}) ${order}`)
      .all(...values, limit, offset)
      .map(toDevice);
  }

  /** The numbers of the devices that {@link page} would show, for ranges of rows that were never loaded. */
  idsOfPage(providerId: number, filter: DeviceFilter, sort: DeviceSort, offset: number, limit: number): number[] {
    const { query, values } = pageQuery(providerId, filter, sort);
    return this.#db
      .prepare<unknown[], number>(query)
      .pluck()
      .all(...values, limit, offset);
  }

  /** The numbers of all devices that match, for "select all". */
  ids(providerId: number, filter: DeviceFilter): number[] {
    const { from, where, values } = deviceQuery(providerId, filter);
    return this.#db
      .prepare<unknown[], number>(`SELECT d.id FROM ${from} WHERE ${where} ORDER BY d.id`)
      .pluck()
      .all(...values);
  }

  /** These numbers in a table's order; those that do not exist, or are another service provider's, are left out. */
  inOrder(providerId: number, ids: readonly number[], sort: DeviceSort): number[] {
    const { order, join } = orderQuery(sort);
    return this.#db
      .prepare<[string, number], number>(
        `SELECT d.id FROM json_each(?) wanted CROSS JOIN device d ON d.id = wanted.value ${join} WHERE d.provider_id = ? ${order}`,
      )
      .pluck()
      .all(JSON.stringify(ids), providerId);
  }

  /** The devices of these numbers, in this order; what there is not, or is another service provider's, is left out. */
  byIds(providerId: number, ids: readonly number[]): Device[] {
    return this.#db
      .prepare<[string, number], Row>(
        `SELECT ${COLUMNS} FROM json_each(?) wanted CROSS JOIN device d ON d.id = wanted.value ${CUSTOMER}
         WHERE d.provider_id = ? ORDER BY wanted.key`,
      )
      .all(JSON.stringify(ids), providerId)
      .map(toDevice);
  }

  get(id: number): Device | undefined {
    const row = this.#db.prepare<[number], Row>(`${SELECT} WHERE d.id = ?`).get(id);
    return row && toDevice(row);
  }

  /** The service provider of a device; undefined when there is no such device. */
  providerOf(id: number): number | undefined {
    return this.#db.prepare<[number], number>('SELECT provider_id FROM device WHERE id = ?').pluck().get(id);
  }

  /**
   * What a bulk change has to know of each device; numbers that do not exist, or are another service provider's, are left out.
   * @param month in which the change will happen: plan changes are counted in it
   */
  targets(providerId: number, ids: readonly number[], month: QuotaMonth): ChangeTarget[] {
    return this.#db
      .prepare<
        { providerId: number; ids: string } & QuotaMonth,
        Omit<ChangeTarget, 'customFields'> & { customFields: string | null }
      >(TARGETS)
      .all({ providerId, ids: JSON.stringify(ids), ...month })
      .map((row) => ({ ...row, customFields: toFields(row.customFields) }));
  }

  /** Up to two devices that the identifier names, however it is written: two mean that it is ambiguous. */
  findByIdentifier(providerId: number, kind: IdentifierKind, value: string): Device[] {
    return this.idsByIdentifier(providerId, { kind, id: value }, 2).flatMap((id) => this.get(id) ?? []);
  }

  /**
   * Only the numbers, out of the index alone: for long lists of identifiers.
   * @param limit more than one device can have the same MDN or IMEI
   */
  idsByIdentifier(providerId: number, identifier: DeviceIdentifier, limit: number): number[] {
    return findByIdentity(this.#db, providerId, identifier, limit);
  }

  /** @param iccids in their stored form @returns the numbers of those that the account has, by ICCID */
  idsOfIccids(providerId: number, iccids: readonly string[]): ReadonlyMap<string, number> {
    // CROSS JOIN keeps SQLite from going through all devices of the account and, for each, through the list.
    const found = this.#db
      .prepare<[string, number], { iccid: string; id: number }>(
        'SELECT d.iccid, d.id FROM json_each(?) wanted CROSS JOIN device d ON d.provider_id = ? AND d.iccid = wanted.value',
      )
      .all(JSON.stringify(iccids), providerId);
    return new Map(found.map(({ iccid, id }) => [iccid, id]));
  }

  /** What some devices are: how many there are of each plan, state and customer. Numbers of other accounts do not count. */
  composition(providerId: number, deviceIds: readonly number[]): Composition {
    const ids = JSON.stringify(deviceIds);
    // CROSS JOIN keeps SQLite from going through all devices and, for each, through the list.
    const grouped = (column: string, join = ''): Facet[] =>
      this.#db
        .prepare<[string, number], Facet>(
          `SELECT coalesce(${column}, '') AS value, count(*) AS count FROM json_each(?) wanted CROSS JOIN device d ON d.id = wanted.value ${join}
           WHERE d.provider_id = ? GROUP BY 1 ORDER BY 2 DESC, 1`,
        )
        .all(ids, providerId);
    return {
      plans: grouped('d.plan_code'),
      states: grouped('d.state'),
      customers: grouped('c.name', 'LEFT JOIN customer c ON c.id = d.customer_id'),
    };
  }

  facets(providerId: number): Facets {
    return this.#remembered(JSON.stringify(['facets', providerId]), () => {
      const grouped = (column: string): Facet[] =>
        this.#db
          .prepare<[number], Facet>(
            `SELECT ${column} AS value, count(*) AS count FROM device d WHERE d.provider_id = ? AND ${column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC LIMIT 500`,
          )
          .all(providerId);
      const customers = this.#db
        .prepare<[number], Facet>(
          `SELECT c.name AS value, n AS count FROM
             (SELECT d.customer_id AS id, count(*) AS n FROM device d WHERE d.provider_id = ? AND d.customer_id IS NOT NULL GROUP BY 1) counted
           JOIN customer c ON c.id = counted.id ORDER BY n DESC LIMIT 500`,
        )
        .all(providerId);
      return {
        plans: grouped('d.plan_code'),
        states: grouped('d.state'),
        groups: grouped('d.group_name'),
        customers,
        drifted: this.count(providerId, { drifted: true }),
      };
    });
  }

  /** A figure over all devices, until anything in the store changes. */
  #remembered<T>(key: string, work: () => T | undefined): T {
    const version = this.#db
      .prepare<[], string>("SELECT total_changes() || ' ' || (SELECT data_version FROM pragma_data_version)")
      .pluck()
      .get();
    if (version !== this.#version) {
      this.#version = version;
      this.#figures.clear();
    }
    if (!this.#figures.has(key)) this.#figures.set(key, work());
    return this.#figures.get(key) as T;
  }

  /** What the console knows now; see {@link saveFromCarrier}. */
  knowledgeMark(): KnowledgeMark {
    return this.#records.mark();
  }

  /** Takes over records of the carrier. @see CarrierRecords.save */
  saveFromCarrier(
    providerId: number,
    records: readonly CarrierDevice[],
    at: string,
    mark?: KnowledgeMark,
    run?: number,
  ): number {
    return this.#records.save(providerId, records, at, mark, run);
  }

  /** A person has seen that these were changed elsewhere. @returns how many had the mark */
  forgetDrift(providerId: number): number {
    return this.#db
      .prepare('UPDATE device SET drifted_at = NULL WHERE provider_id = ? AND drifted_at IS NOT NULL')
      .run(providerId).changes;
  }

  /** After a complete walk that began at `since`. @see CarrierRecords.markMissing */
  markMissing(providerId: number, run: number, since: string, at: string): { missing: number; replaced: number } {
    return this.#records.markMissing(providerId, run, since, at);
  }

  /** Updates the local record after the carrier's own record showed the change. @see CarrierRecords.recordChange */
  recordChange(
    deviceId: number,
    change: Partial<Pick<CarrierDevice, 'planCode' | 'state' | 'customFields'>>,
    jobId: number,
    at: string,
  ): void {
    this.#records.recordChange(deviceId, change, jobId, at);
  }

  /** Makes a local record for a device that is known by one identifier alone, if there is none. @returns its number */
  ensure(providerId: number, kind: IdentifierKind, value: string): number {
    const identifier = normalIdentifier({ kind, id: value }) ?? { kind, id: value };
    return this.idsByIdentifier(providerId, identifier, 1)[0] ?? this.#records.insert(providerId, [identifier]);
  }

  history(deviceId: number): DeviceHistoryEntry[] {
    return this.#db
      .prepare<[number], DeviceHistoryEntry>(
        'SELECT at, field, old_value AS oldValue, new_value AS newValue, source, job_id AS jobId FROM device_history WHERE device_id = ? ORDER BY at DESC, id DESC',
      )
      .all(deviceId);
  }

  /** Gives a device to a customer, made when new. @returns false when the device belonged to it already */
  setCustomer(providerId: number, deviceId: number, customer: string, at: string): boolean {
    this.#db
      .prepare('INSERT INTO customer (provider_id, name) VALUES (?, ?) ON CONFLICT DO NOTHING')
      .run(providerId, customer);
    const before = this.get(deviceId)?.customer ?? null;
    if (before === customer) return false;
    this.#db
      .prepare(
        'UPDATE device SET customer_id = (SELECT id FROM customer WHERE provider_id = ? AND name = ?) WHERE id = ?',
      )
      .run(providerId, customer, deviceId);
    this.#records.addHistory(deviceId, {
      at,
      field: 'customer',
      oldValue: before,
      newValue: customer,
      source: 'import',
      jobId: null,
    });
    return true;
  }
}

function toDevice(row: Row): Device {
  return {
    id: row.id,
    iccid: row.iccid,
    imei: row.imei,
    mdn: row.mdn,
    planCode: row.plan_code,
    state: row.state,
    groupName: row.group_name,
    customer: row.customer,
    connected: row.connected === null ? null : row.connected === 1,
    lastConnectedAt: row.last_connected_at,
    billingCycleEnds: row.billing_cycle_ends,
    syncedAt: row.synced_at,
    missingSince: row.missing_since,
    customFields: toFields(row.custom_fields),
    driftedAt: row.drifted_at,
  };
}
