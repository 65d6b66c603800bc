/** Devices with their customer associations and history. */
import type { CarrierDevice } from '../domain/carrier-device.ts';
import type { CustomFields } from '../domain/change-order.ts';
import type { IdentifierKind } from '../domain/identifiers.ts';
import { IDENTIFIER_KINDS } from '../domain/identifiers.ts';
import type { Db } from './database.ts';
import { deviceQuery, pageQuery, type DeviceFilter, type DeviceSort } from './device-query.ts';

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
  field: 'plan' | 'state' | 'customer' | 'custom fields';
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

/** What a sync compares with. */
type KnownRecord = Pick<Row, 'id' | 'plan_code' | 'state' | 'custom_fields'> & Record<IdentifierKind, string | null>;

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
  /** Plan changes since `monthStart`: those that the carrier accepted from here, and those that a sync found made elsewhere. */
  changesThisMonth: number;
}

// CROSS JOIN keeps SQLite from going through all devices of the account and, for each, through the list.
const TARGETS = `SELECT d.id AS deviceId, coalesce(${IDENTIFIER_KINDS.map((kind) => `d.${kind}`).join(', ')}) AS identifier,
  CASE ${IDENTIFIER_KINDS.map((kind) => `WHEN d.${kind} IS NOT NULL THEN '${kind}'`).join(' ')} END AS kind,
  d.plan_code AS planCode, d.state, d.custom_fields AS customFields, d.drifted_at AS driftedAt, d.missing_since IS NOT NULL AS missing,
    (SELECT count(*) FROM change c JOIN job j ON j.id = c.job_id WHERE c.device_id = d.id AND c.accepted_at >= @monthStart AND j.type = 'carrier-rate-plan')
    + (SELECT count(*) FROM device_history h WHERE h.device_id = d.id AND h.at >= @monthStart AND h.field = 'plan' AND h.source = 'sync') AS changesThisMonth
  FROM json_each(@ids) wanted CROSS JOIN device d ON d.id = wanted.value WHERE d.provider_id = @providerId`;

const FROM = 'FROM device d LEFT JOIN customer c ON c.id = d.customer_id';
const SELECT = `SELECT d.id, d.iccid, d.imei, d.mdn, d.plan_code, d.state, d.group_name, c.name AS customer, d.connected,
  d.last_connected_at, d.billing_cycle_ends, d.synced_at, d.missing_since, d.custom_fields, d.drifted_at ${FROM}`;

export class DeviceRepository {
  readonly #db: Db;
  /** What {@link #remembered} keeps, and for which version of the store. */
  readonly #figures = new Map<string, unknown>();
  #version: string | undefined;

  constructor(db: Db) {
    this.#db = db;
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
   * @param monthStart UTC ISO 8601: since when plan changes are counted
   */
  targets(providerId: number, ids: readonly number[], monthStart: string): ChangeTarget[] {
    return this.#db
      .prepare<
        { providerId: number; ids: string; monthStart: string },
        Omit<ChangeTarget, 'customFields'> & { customFields: string | null }
      >(TARGETS)
      .all({ providerId, ids: JSON.stringify(ids), monthStart })
      .map((row) => ({ ...row, customFields: toFields(row.customFields) }));
  }

  /** Up to two devices with that identifier: two mean that it is ambiguous. */
  findByIdentifier(providerId: number, kind: IdentifierKind, value: string): Device[] {
    return this.#db
      .prepare<[number, string], Row>(`${SELECT} WHERE d.provider_id = ? AND d.${kind} = ? LIMIT 2`)
      .all(providerId, value)
      .map(toDevice);
  }

  /**
   * Only the numbers, out of the index alone: for long lists of identifiers.
   * @param limit more than one device can have the same MDN or IMEI
   */
  idsByIdentifier(providerId: number, kind: IdentifierKind, value: string, limit: number): number[] {
    return this.#db
      .prepare<[number, string, number], number>(
        `SELECT d.id FROM device d WHERE d.provider_id = ? AND d.${kind} = ? LIMIT ?`,
      )
      .pluck()
      .all(providerId, value, limit);
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

  /**
   * Takes over one page of the carrier's list. What differs from what was stored goes to the history: as a job's doing when
   * one of the console's own changes aims at it, as drift otherwise.
   * @returns how many devices' plans or states were not what the store believed
   */
  saveFromCarrier(providerId: number, records: readonly CarrierDevice[], at: string): number {
    let changed = 0;
    this.#db.transaction(() => {
      for (const record of records) {
        const known = this.#findRecord(providerId, record.identifiers);
        const id = known?.id ?? this.#insert(providerId, record.identifiers);
        const jobId = known === undefined ? undefined : this.#jobBehind(known, record);
        if (known !== undefined) {
          const source = jobId === undefined ? 'sync' : 'job';
          const note = (
            field: DeviceHistoryEntry['field'],
            oldValue: string | null,
            newValue: string | null,
          ): boolean => {
            if (oldValue === newValue) return false;
            this.addHistory(id, { at, field, oldValue, newValue, source, jobId: jobId ?? null });
            return true;
          };
          const planDiffers = note('plan', known.plan_code, record.planCode);
          const stateDiffers = note('state', known.state, record.state);
          // Fields that were never read are no change.
          if (known.custom_fields !== null) note('custom fields', known.custom_fields, fieldsText(record.customFields));
          if ((planDiffers || stateDiffers) && jobId === undefined) changed++;
          if (planDiffers) this.#setDrift(id, jobId === undefined && known.plan_code !== null ? at : null);
        }
        if (known !== undefined) this.#takeIdentifiers(known, record.identifiers);
        this.#update(id, record, at);
      }
    })();
    return changed;
  }

  /** A change of the console's own that explains what the carrier shows: it has been sent, but not read back yet. */
  #jobBehind(known: KnownRecord, record: CarrierDevice): number | undefined {
    if (known.plan_code === record.planCode && known.state === record.state) return undefined;
    return this.#db
      .prepare<[number, string | null, string | null], number>(
        `SELECT c.job_id FROM change c JOIN job j ON j.id = c.job_id
         WHERE c.device_id = ? AND c.state IN ('submitting', 'uncertain', 'accepted', 'unconfirmed') AND j.target IN (?, ?)
         ORDER BY c.id DESC LIMIT 1`,
      )
      .pluck()
      .get(known.id, record.planCode, record.state);
  }

  #setDrift(id: number, at: string | null): void {
    this.#db.prepare('UPDATE device SET drifted_at = ? WHERE id = ?').run(at, id);
  }

  /** A person has seen that these were changed elsewhere. @returns how many had the mark */
  forgetDrift(providerId: number): number {
    return this.#db
      .prepare('UPDATE device SET drifted_at = NULL WHERE provider_id = ? AND drifted_at IS NOT NULL')
      .run(providerId).changes;
  }

  /** Marks the devices that a complete walk, begun at `since`, did not see. */
  markMissing(providerId: number, since: string): number {
    return this.#db
      .prepare(
        'UPDATE device SET missing_since = @since WHERE provider_id = @providerId AND missing_since IS NULL AND (synced_at IS NULL OR synced_at < @since)',
      )
      .run({ providerId, since }).changes;
  }

  /** Updates the local record after the carrier's own record showed the change, with its history. */
  recordChange(
    deviceId: number,
    change: Partial<Pick<CarrierDevice, 'planCode' | 'state' | 'customFields'>>,
    jobId: number,
    at: string,
  ): void {
    const before = this.get(deviceId);
    if (before === undefined) throw new Error(`the device record ${String(deviceId)} is gone`);
    const { planCode = before.planCode, state = before.state } = change;
    const customFields = { ...before.customFields, ...change.customFields };
    this.#db
      .prepare(
        'UPDATE device SET plan_code = ?, state = ?, custom_fields = ?, synced_at = ?, drifted_at = NULL WHERE id = ?',
      )
      .run(planCode, state, fieldsText(customFields), at, deviceId);
    const values: [DeviceHistoryEntry['field'], string | null, string | null][] = [
      ['plan', before.planCode, planCode],
      ['state', before.state, state],
      ['custom fields', fieldsText(before.customFields), fieldsText(customFields)],
    ];
    for (const [field, oldValue, newValue] of values)
      if (oldValue !== newValue) this.addHistory(deviceId, { at, field, oldValue, newValue, source: 'job', jobId });
  }

  /** Makes a local record for a device that was changed by its identifier alone. @returns its number */
  ensure(providerId: number, kind: IdentifierKind, value: string): number {
    return this.findByIdentifier(providerId, kind, value)[0]?.id ?? this.#insert(providerId, { [kind]: value });
  }

  addHistory(deviceId: number, entry: DeviceHistoryEntry): void {
    this.#db
      .prepare(
        'INSERT INTO device_history (device_id, at, field, old_value, new_value, source, job_id) VALUES (?, ?, ?, ?, ?, ?, ?)',
      )
      .run(deviceId, entry.at, entry.field, entry.oldValue, entry.newValue, entry.source, entry.jobId);
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
    this.addHistory(deviceId, {
      at,
      field: 'customer',
      oldValue: before,
      newValue: customer,
      source: 'import',
      jobId: null,
    });
    return true;
  }

  #findRecord(providerId: number, identifiers: CarrierDevice['identifiers']): KnownRecord | undefined {
    // The SIM is what is billed and changed: an IMEI may move from one ICCID to another.
    for (const kind of IDENTIFIER_KINDS) {
      const value = identifiers[kind];
      if (value === undefined) continue;
      return this.#db
        .prepare<[number, string], KnownRecord>(
          `SELECT id, plan_code, state, custom_fields, ${IDENTIFIER_KINDS.join(', ')} FROM device WHERE provider_id = ? AND ${kind} = ?`,
        )
        .get(providerId, value);
    }
    return undefined;
  }

  #insert(providerId: number, identifiers: CarrierDevice['identifiers']): number {
    const kinds = IDENTIFIER_KINDS.filter((k) => identifiers[k] !== undefined);
    const result = this.#db
      .prepare(`INSERT INTO device (provider_id, ${kinds.join(', ')}) VALUES (?, ${kinds.map(() => '?').join(', ')})`)
      .run(providerId, ...kinds.map((k) => identifiers[k]));
    return Number(result.lastInsertRowid);
  }

  /**
   * A statement of its own, and only where one differs: a statement that may touch the search index makes SQLite write the
   * index out each time, and nearly no device changes its identifiers.
   */
  #takeIdentifiers(known: KnownRecord, identifiers: CarrierDevice['identifiers']): void {
    const changed = IDENTIFIER_KINDS.filter((kind) => (identifiers[kind] ?? known[kind]) !== known[kind]);
    if (changed.length === 0) return;
    this.#db
      .prepare(`UPDATE device SET ${changed.map((kind) => `${kind} = ?`).join(', ')} WHERE id = ?`)
      .run(...changed.map((kind) => identifiers[kind]), known.id);
  }

  #update(id: number, record: CarrierDevice, at: string): void {
    this.#db
      .prepare(
        `UPDATE device SET account_name = @accountName, plan_code = @planCode, state = @state, custom_fields = @customFields, group_name = @groupName, connected = @connected,
           last_connected_at = @lastConnectedAt, billing_cycle_ends = @billingCycleEnds, synced_at = @at, missing_since = NULL
         WHERE id = @id`,
      )
      .run({
        id,
        at,
        accountName: record.accountName,
        planCode: record.planCode,
        state: record.state,
        customFields: fieldsText(record.customFields),
        groupName: record.groupName,
        connected: record.connected === null ? null : record.connected ? 1 : 0,
        lastConnectedAt: record.lastConnectedAt,
        billingCycleEnds: record.billingCycleEnds,
      });
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

function toFields(text: string | null): CustomFields {
  return text === null ? {} : (JSON.parse(text) as CustomFields);
}

/** In one order, so that equal fields are equal texts. */
function fieldsText(fields: CustomFields): string {
  return JSON.stringify(Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))));
}
