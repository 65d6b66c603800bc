/**
 * Takes the carrier's records over into the inventory: one device, one record. What was known by IMEI or MDN only is merged
 * into the record with the ICCID, a replaced SIM hands its story on, and what is older than the console's own knowledge
 * does not overwrite it.
 */
import type { CarrierDevice } from '../domain/carrier-device.ts';
import type { CustomFields } from '../domain/change-order.ts';
import { OPEN_STATES } from '../domain/changes.ts';
import { IDENTIFIER_KINDS, type DeviceIdentifier, type IdentifierKind } from '../domain/identifiers.ts';
import { planComparison, type PlanComparison, type RatePlan } from '../domain/plans.ts';
import type { Db } from './database.ts';
import { allByIdentity, namesDevice, sameHardware, storedForms } from './device-identity.ts';
import type { DeviceHistoryEntry } from './devices.ts';
import { PlanChangeRepository } from './plan-changes.ts';

/** A moment in what the console has learned, by the numbers of its records: the computer's clock can be set. */
export interface KnowledgeMark {
  device: number;
  history: number;
  log: number;
}

type Facts = Pick<CarrierDevice, 'planCode' | 'state' | 'customFields'>;

/** Columns of a device that hold what the carrier's record says, beside its identifiers. */
const FACT_COLUMNS = [
  'account_name',
  'plan_code',
  'state',
  'custom_fields',
  'group_name',
  'connected',
  'last_connected_at',
  'billing_cycle_ends',
] as const;
type StoredFacts = Record<Exclude<(typeof FACT_COLUMNS)[number], 'connected'>, string | null> & {
  connected: 0 | 1 | null;
};
const STORED_COLUMNS = [...IDENTIFIER_KINDS, ...FACT_COLUMNS];
const NONE: ReadonlySet<CarrierDevice> = new Set();

/** What a record is compared with. */
type KnownRecord = {
  id: number;
  missing_since: string | null;
  replaced_by: number | null;
  /** The walks in which it was seen for the first and for the last time; 0 before there were any. */
  first_run: number | null;
  seen_in_run: number | null;
} & StoredFacts &
  Record<IdentifierKind, string | null>;

const KNOWN_COLUMNS = `id, missing_since, replaced_by, first_run, seen_in_run, ${STORED_COLUMNS.join(', ')}`;
const KNOWN = `SELECT ${KNOWN_COLUMNS} FROM device d`;
const OPEN_LIST = OPEN_STATES.map((state) => `'${state}'`).join(', ');
/** What the carrier calls a SIM that is out of service. Another one may have its number by now. */
const OUT_OF_SERVICE = 'deactive';
/** More records than these that are one device would be a mistake of ours. */
const MERGED_AT_MOST = 10;

export class CarrierRecords {
  readonly #db: Db;
  readonly #planChanges: PlanChangeRepository;

  constructor(db: Db) {
    this.#db = db;
    this.#planChanges = new PlanChangeRepository(db);
  }

  /** What the console knows now; hand it to {@link save} with a record that was asked for afterwards. */
  mark(): KnowledgeMark {
    const last = (table: string): number =>
      this.#db.prepare<[], number>(`SELECT coalesce(max(id), 0) FROM ${table}`).pluck().get() ?? 0;
    return { device: last('device'), history: last('device_history'), log: last('change_log') };
  }

  /**
   * Takes over one page of the carrier's list. What differs from what was stored goes to the history: as a job's doing when
   * one of the console's own changes aims at it, as drift otherwise.
   * @param records with the catalog's plan codes
   * @param mark from {@link mark}, before the page was asked for: what the console has learned of a device since then is
   *   newer than the page and stays
   * @param walk the walk that shows them; a record that was read by itself counts for the latest one
   * @returns how many devices' plans or states were not what the store believed
   */
  save(providerId: number, records: readonly CarrierDevice[], at: string, mark = this.mark(), walk?: number): number {
    const run = walk ?? this.#latestRun(providerId);
    // What is read by itself is there after the latest walk, not in it; when that one comes to it after all, it says so.
    const firstRun = walk ?? (run ?? 0) + 1;
    let changed = 0;
    this.#db.transaction(() => {
      const mayMerge = this.#hasNameless(providerId);
      const plans = this.#comparison(providerId);
      const added = mayMerge ? NONE : this.#insertNew(providerId, records, at, run, firstRun);
      for (const record of records) {
        if (added.has(record)) continue;
        const identifiers = storedForms(record.identifiers);
        if (identifiers.length === 0) continue;
        // Whose number a SIM out of service has may come later in the walk: see mergeOutOfService.
        const isLast = walk !== undefined && record.state === OUT_OF_SERVICE;
        const known = this.#find(providerId, identifiers, mayMerge && !isLast);
        const id = known?.id ?? this.insert(providerId, identifiers);
        if (known !== undefined) this.#takeIdentifiers(known, identifiers);
        if (this.#update(id, known, record, at, mark, { run, firstRun, mayMerge }, plans)) changed++;
      }
    })();
    return changed;
  }

  /** The carrier's own record shows a job's change: the local one follows, with its history. */
  recordChange(deviceId: number, change: Partial<Facts>, jobId: number, at: string): void {
    const before = this.#known(deviceId);
    if (before === undefined) throw new Error(`the device record ${String(deviceId)} is gone`);
    const { planCode = before.plan_code, state = before.state } = change;
    const customFields =
      change.customFields === undefined
        ? before.custom_fields
        : fieldsText({ ...toFields(before.custom_fields), ...change.customFields });
    this.#db
      .prepare(
        `UPDATE device SET plan_code = ?, state = ?, custom_fields = ?, synced_at = ?, drifted_at = NULL,
           seen_in_run = (SELECT max(id) FROM sync_run r WHERE r.provider_id = device.provider_id) WHERE id = ?`,
      )
      .run(planCode, state, customFields, at, deviceId);
    const note = (field: DeviceHistoryEntry['field'], oldValue: string | null, newValue: string | null): void => {
      if (oldValue !== newValue) this.addHistory(deviceId, { at, field, oldValue, newValue, source: 'job', jobId });
    };
    note('plan', before.plan_code, planCode);
    note('state', before.state, state);
    note('custom fields', before.custom_fields, customFields);
  }

  addHistory(deviceId: number, entry: DeviceHistoryEntry): void {
    this.#db
      .prepare(
        'INSERT INTO device_history (device_id, at, field, old_value, new_value, source, job_id) VALUES (?, ?, ?, ?, ?, ?, ?)',
      )
      .run(deviceId, entry.at, entry.field, entry.oldValue, entry.newValue, entry.source, entry.jobId);
  }

  /** @param identifiers in their stored form */
  insert(providerId: number, identifiers: readonly DeviceIdentifier[]): number {
    const kinds = identifiers.map(({ kind }) => kind);
    const result = this.#db
      .prepare(`INSERT INTO device (provider_id, ${kinds.join(', ')}) VALUES (?, ${kinds.map(() => '?').join(', ')})`)
      .run(providerId, ...identifiers.map(({ id }) => id));
    return Number(result.lastInsertRowid);
  }

  /**
   * Inserts those records of a page whose ICCID the inventory does not have, all with one statement: SQLite writes the search
   * index out at each statement that may touch it, which made the first sync of a large account ten times as slow.
   * @returns the records that were inserted; one that repeats an ICCID of the page is not among them
   */
  #insertNew(
    providerId: number,
    records: readonly CarrierDevice[],
    at: string,
    run: number | null,
    firstRun: number,
  ): ReadonlySet<CarrierDevice> {
    const isKnown = this.#db
      .prepare<[number, string], number>('SELECT EXISTS (SELECT 1 FROM device WHERE provider_id = ? AND iccid = ?)')
      .pluck();
    const byIccid = new Map<string, CarrierDevice>();
    const rows: Record<string, string | number | null>[] = [];
    for (const record of records) {
      const identifiers = Object.fromEntries(storedForms(record.identifiers).map(({ kind, id }) => [kind, id]));
      const { iccid } = identifiers;
      // A record without one may be a name of a device that comes later in the page.
      if (iccid === undefined && Object.keys(identifiers).length > 0) return NONE;
      if (iccid === undefined || byIccid.has(iccid) || isKnown.get(providerId, iccid) === 1) continue;
      byIccid.set(iccid, record);
      rows.push({
        ...identifiers,
        ...storedFacts(record, record.planCode, record.state, fieldsText(record.customFields)),
      });
    }
    if (rows.length === 0) return NONE;
    this.#db
      .prepare(
        `INSERT INTO device (provider_id, synced_at, seen_in_run, first_run, ${STORED_COLUMNS.join(', ')})
         SELECT @providerId, @at, @run, @firstRun, ${STORED_COLUMNS.map((column) => `value ->> '${column}'`).join(', ')} FROM json_each(@rows)`,
      )
      .run({ providerId, at, run, firstRun, rows: JSON.stringify(rows) });
    return new Set(byIccid.values());
  }

  /**
   * Marks the devices that a complete walk did not see. One whose MDN or IMEI a new SIM has now was
   * replaced: customer, history and past changes go to the device with the new SIM.
   * Only who is newly gone is asked about: a number that somebody gets years later is not a new SIM of the same device.
   * @param run the walk's number: times would not do, the computer's clock can be set; what a later walk has seen meanwhile
   *   is there
   * @returns how many were marked, and how many of these were replaced
   */
  markMissing(providerId: number, run: number, since: string, at: string): { missing: number; replaced: number } {
    const gone = this.#db
      .prepare<{ providerId: number; run: number; since: string }, KnownRecord>(
        `UPDATE device SET missing_since = @since WHERE provider_id = @providerId AND missing_since IS NULL
           AND (seen_in_run IS NULL OR seen_in_run < @run) RETURNING ${KNOWN_COLUMNS}`,
      )
      .all({ providerId, run, since });
    const successions = gone.flatMap((old) => {
      const successor = old.iccid === null ? undefined : this.#successorOf(providerId, old);
      return successor === undefined ? [] : [{ old, successor }];
    });
    let replaced = 0;
    for (const { old, successor } of successions) {
      // One device takes the place of one: what several of them had in common named none of them.
      if (successions.some((other) => other.successor.id === successor.id && other.old.id !== old.id)) continue;
      this.#moveStory(old.id, successor.id, false);
      this.#db.prepare('UPDATE device SET replaced_by = ? WHERE id = ?').run(successor.id, old.id);
      const swap = {
        at,
        field: 'SIM',
        oldValue: old.iccid,
        newValue: successor.iccid,
        source: 'sync',
        jobId: null,
      } as const;
      this.addHistory(successor.id, swap);
      this.addHistory(old.id, swap);
      replaced++;
    }
    this.#mergeOutOfService(providerId, run);
    return { missing: gone.length, replaced };
  }

  /**
   * The one device that the carrier lists with the same number, or else the same IMEI, and another ICCID. One that was there
   * beside the old one is a device of its own: an IMEI can have two SIMs, and a number that came free can go to anybody. It
   * counts only when it is the same hardware with the old one's number.
   */
  #successorOf(providerId: number, old: KnownRecord): KnownRecord | undefined {
    for (const kind of ['mdn', 'msisdn', 'imei', 'meid'] as const) {
      const value = old[kind];
      if (value === null) continue;
      const { where, values } = namesDevice(providerId, { kind, id: value });
      const listed = this.#db
        .prepare<unknown[], KnownRecord>(
          `${KNOWN} WHERE d.missing_since IS NULL AND d.iccid IS NOT NULL AND d.iccid IS NOT ? AND ${where} LIMIT 2`,
        )
        .all(old.iccid, ...values);
      const [only] = listed;
      if (only === undefined || listed.length > 1) continue;
      const isNew = (only.first_run ?? 0) > (old.seen_in_run ?? 0);
      const isNumber = kind === 'mdn' || kind === 'msisdn';
      if (isNew || (isNumber && sameHardware(old, only))) return only;
    }
    return undefined;
  }

  /**
   * A record without an ICCID, as an import by MDN makes it, belongs to the SIM that is in service; to one that is not only
   * when a complete walk has shown no other with the same number or IMEI.
   */
  #mergeOutOfService(providerId: number, run: number): void {
    if (!this.#hasNameless(providerId)) return;
    const outOfService = this.#db
      .prepare<[number, string, number], KnownRecord>(
        `${KNOWN} WHERE d.provider_id = ? AND d.state = ? AND d.iccid IS NOT NULL AND d.seen_in_run >= ?`,
      )
      .all(providerId, OUT_OF_SERVICE, run);
    const nameless = new Map<number, KnownRecord>();
    for (const record of outOfService)
      for (const one of this.#alike(providerId, record)) if (one.iccid === null) nameless.set(one.id, one);
    for (const record of nameless.values()) {
      const [only, ...others] = this.#alike(providerId, record).filter(
        (one) => one.iccid !== null && one.missing_since === null,
      );
      if (only !== undefined && others.length === 0) this.#merge(record.id, only.id);
    }
  }

  /** The other records that have one of its numbers or IMEIs. */
  #alike(providerId: number, record: KnownRecord): KnownRecord[] {
    const identifiers = IDENTIFIER_KINDS.flatMap((kind) => {
      const id = record[kind];
      return id === null || kind === 'iccid' ? [] : [{ kind, id }];
    });
    const ids = new Set(identifiers.flatMap((one) => allByIdentity(this.#db, providerId, one, MERGED_AT_MOST)));
    ids.delete(record.id);
    return [...ids].flatMap((id) => this.#known(id) ?? []);
  }

  #comparison(providerId: number): PlanComparison {
    return planComparison(
      this.#db
        .prepare<[number], Pick<RatePlan, 'code' | 'name' | 'carrierCode'>>(
          'SELECT code, name, carrier_code AS carrierCode FROM rate_plan WHERE provider_id = ?',
        )
        .all(providerId),
    );
  }

  #latestRun(providerId: number): number | null {
    return (
      this.#db
        .prepare<[number], number | null>('SELECT max(id) FROM sync_run WHERE provider_id = ?')
        .pluck()
        .get(providerId) ?? null
    );
  }

  /** Whether there are records without an ICCID, as an import by IMEI makes them. */
  #hasNameless(providerId: number): boolean {
    return (
      this.#db
        .prepare<[number], number>('SELECT EXISTS (SELECT 1 FROM device WHERE provider_id = ? AND iccid IS NULL)')
        .pluck()
        .get(providerId) === 1
    );
  }

  #known(id: number): KnownRecord | undefined {
    return this.#db.prepare<[number], KnownRecord>(`${KNOWN} WHERE d.id = ?`).get(id);
  }

  /**
   * The record of a device. The SIM is what is billed and changed, so the ICCID decides; records without one that have the
   * same IMEI or number are the same device and are merged into it.
   */
  #find(providerId: number, identifiers: readonly DeviceIdentifier[], mayMerge: boolean): KnownRecord | undefined {
    const iccid = identifiers.find(({ kind }) => kind === 'iccid');
    const bySim =
      iccid &&
      this.#db
        .prepare<[number, string], KnownRecord>(`${KNOWN} WHERE d.provider_id = ? AND d.iccid = ?`)
        .get(providerId, iccid.id);
    if (iccid !== undefined && !mayMerge) return bySim;
    const others = new Set<number>();
    for (const identifier of identifiers)
      if (identifier.kind !== 'iccid')
        for (const id of allByIdentity(this.#db, providerId, identifier, MERGED_AT_MOST)) others.add(id);
    others.delete(bySim?.id ?? 0);
    const records = [...others].flatMap((id) => this.#known(id) ?? []);
    // A record that itself has no ICCID may be of a device whose SIM is known.
    if (iccid === undefined) return records.find((record) => record.iccid !== null) ?? records[0];
    const [first, ...rest] = [...(bySim === undefined ? [] : [bySim]), ...records.filter((one) => one.iccid === null)];
    if (first === undefined) return undefined;
    for (const other of rest) this.#merge(other.id, first.id);
    return first;
  }

  #merge(from: number, into: number): void {
    this.#moveStory(from, into, true);
    this.#db.prepare('DELETE FROM device WHERE id = ?').run(from);
  }

  /**
   * @param isSame the record is another one of the same SIM: its plan counts for both, and its changes that are under way move
   *   too; when both have one, the moved one loses its record and is checked again
   */
  #moveStory(from: number, into: number, isSame: boolean): void {
    const ids = { from, into };
    this.#db
      .prepare(
        'UPDATE device SET customer_id = coalesce(customer_id, (SELECT customer_id FROM device WHERE id = @from)) WHERE id = @into',
      )
      .run(ids);
    if (isSame)
      this.#db
        .prepare(
          'UPDATE device SET plan_code = coalesce(plan_code, (SELECT plan_code FROM device WHERE id = @from)) WHERE id = @into',
        )
        .run(ids);
    this.#db.prepare('UPDATE device_history SET device_id = @into WHERE device_id = @from').run(ids);
    this.#db.prepare('UPDATE OR IGNORE plan_change SET device_id = @into WHERE device_id = @from').run(ids);
    if (isSame)
      this.#db
        .prepare(
          `UPDATE change SET device_id = CASE WHEN EXISTS (SELECT 1 FROM change o WHERE o.device_id = @into AND o.state IN (${OPEN_LIST}))
             THEN NULL ELSE @into END WHERE device_id = @from AND state IN (${OPEN_LIST})`,
        )
        .run(ids);
    this.#db
      .prepare(`UPDATE change SET device_id = @into WHERE device_id = @from AND state NOT IN (${OPEN_LIST})`)
      .run(ids);
  }

  /**
   * A statement of its own, and only where one differs: a statement that may touch the search index makes SQLite write the
   * index out each time, and nearly no device changes its identifiers.
   */
  #takeIdentifiers(known: KnownRecord, identifiers: readonly DeviceIdentifier[]): void {
    const changed = identifiers.filter(({ kind, id }) => known[kind] !== id);
    if (changed.length === 0) return;
    this.#db
      .prepare(`UPDATE device SET ${changed.map(({ kind }) => `${kind} = ?`).join(', ')} WHERE id = ?`)
      .run(...changed.map(({ id }) => id), known.id);
  }

  /** @returns whether its plan or state was not what the store believed, and no job of the console explains it */
  #update(
    id: number,
    known: KnownRecord | undefined,
    record: CarrierDevice,
    at: string,
    mark: KnowledgeMark,
    { run, firstRun, mayMerge }: { run: number | null; firstRun: number; mayMerge: boolean },
    plans: PlanComparison,
  ): boolean {
    const fields = fieldsText(record.customFields);
    let { planCode, state } = record;
    let customFields = fields;
    let isNews = false;
    if (known !== undefined) {
      const isSamePlan = plans.isSame(known.plan_code, planCode);
      const differs = {
        plan: !isSamePlan && !this.#knowsNewer(id, 'plan', mark),
        state: known.state !== state && !this.#knowsNewer(id, 'state', mark),
        // Fields that were never read are no change.
        'custom fields':
          known.custom_fields !== null &&
          known.custom_fields !== fields &&
          !this.#knowsNewer(id, 'custom fields', mark),
      };
      // A code says more than what it was called before.
      if (!differs.plan && !(isSamePlan && plans.isCode(planCode))) planCode = known.plan_code;
      if (!differs.state) state = known.state;
      if (!differs['custom fields']) customFields = known.custom_fields ?? fields;
      const jobId = differs.plan || differs.state ? this.#jobBehind(id, record, plans) : undefined;
      const source = jobId === undefined ? 'sync' : 'job';
      const note = (field: keyof typeof differs, oldValue: string | null, newValue: string | null): void => {
        if (differs[field]) this.addHistory(id, { at, field, oldValue, newValue, source, jobId: jobId ?? null });
      };
      note('plan', known.plan_code, planCode);
      note('state', known.state, state);
      note('custom fields', known.custom_fields, customFields);
      isNews = (differs.plan || differs.state) && jobId === undefined;
      if (differs.plan) this.#notePlan(id, known.plan_code, planCode, jobId, at);
    }
    const facts = storedFacts(record, planCode, state, customFields);
    // Only what differs: a column that is set costs a write in each of its indexes, and most devices are as they were. What
    // may have taken another record over is written as a whole.
    const differing = FACT_COLUMNS.filter((column) => mayMerge || known?.[column] !== facts[column]);
    this.#db
      .prepare(
        `UPDATE device SET ${differing.map((column) => `${column} = @${column}, `).join('')}synced_at = @at,
           seen_in_run = coalesce(max(seen_in_run, @run), seen_in_run, @run), first_run = min(coalesce(first_run, @firstRun), @firstRun)
           ${known?.missing_since === null && known.replaced_by === null ? '' : ', missing_since = NULL, replaced_by = NULL'}
         WHERE id = @id`,
      )
      .run({ ...facts, id, at, run, firstRun });
    return isNews;
  }

  /** A plan that was not known before, as after an import, is no plan change. */
  #notePlan(id: number, fromPlan: string | null, toPlan: string | null, jobId: number | undefined, at: string): void {
    const changed = fromPlan !== null && toPlan !== null;
    if (changed)
      this.#planChanges.add({
        deviceId: id,
        at,
        fromPlan,
        toPlan,
        foundBy: jobId === undefined ? 'sync' : 'job',
        jobId: jobId ?? null,
      });
    this.#db
      .prepare('UPDATE device SET drifted_at = ? WHERE id = ?')
      .run(changed && jobId === undefined ? at : null, id);
  }

  /** Whether the console has learned of this field, or read the device for the first time, after the record was asked for. */
  #knowsNewer(id: number, field: DeviceHistoryEntry['field'], mark: KnowledgeMark): boolean {
    return (
      this.#db
        .prepare<KnowledgeMark & { id: number; field: string }, number>(
          // The plus keeps SQLite off the index of the field, which goes through the history of all devices.
          `SELECT EXISTS (SELECT 1 FROM device WHERE id = @id AND id > @device AND synced_at IS NOT NULL)
             OR EXISTS (SELECT 1 FROM device_history WHERE device_id = @id AND +field = @field AND id > @history)
             OR EXISTS (SELECT 1 FROM change c JOIN change_log l ON l.change_id = c.id
               WHERE c.device_id = @id AND l.kind = 'local-update' AND l.id > @log)`,
        )
        .pluck()
        .get({ ...mark, id, field }) === 1
    );
  }

  /**
   * A change of the console's own that explains what the carrier shows: it has been sent, but not read back yet, or the local
   * record could not be brought up to it.
   */
  #jobBehind(deviceId: number, record: CarrierDevice, plans: PlanComparison): number | undefined {
    const sent = this.#db
      .prepare<[number], { jobId: number; target: string }>(
        `SELECT c.job_id AS jobId, j.target FROM change c JOIN job j ON j.id = c.job_id
         WHERE c.device_id = ? AND (c.state IN ('submitting', 'uncertain', 'accepted', 'unconfirmed') OR c.local_sync = 'failed')
         ORDER BY c.id DESC`,
      )
      .all(deviceId);
    return sent.find(({ target }) => plans.isSame(target, record.planCode) || target === record.state)?.jobId;
  }
}

/** The record as the columns hold it, with what the console believes of its plan, state and fields. */
function storedFacts(
  record: CarrierDevice,
  planCode: string | null,
  state: string | null,
  customFields: string,
): StoredFacts {
  return {
    account_name: record.accountName,
    plan_code: planCode,
    state,
    custom_fields: customFields,
    group_name: record.groupName,
    connected: record.connected === null ? null : record.connected ? 1 : 0,
    last_connected_at: record.lastConnectedAt,
    billing_cycle_ends: record.billingCycleEnds,
  };
}

export function toFields(text: string | null): CustomFields {
  return text === null ? {} : (JSON.parse(text) as CustomFields);
}

/** In one order, so that equal fields are equal texts. */
export function fieldsText(fields: CustomFields): string {
  return JSON.stringify(Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))));
}
