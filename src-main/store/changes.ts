/** Change records, one a device and job; together they are the durable queue. */
import { canMove, stateCounts, OPEN_STATES, type ChangeState, type StateCounts } from '../domain/changes.ts';
import type { DeviceIdentifier, IdentifierKind } from '../domain/identifiers.ts';
import type { ThingSpaceDeviceDetail } from '../domain/carrier-update.ts';
import type { ChangeType } from '../domain/change-order.ts';
import type { Db } from './database.ts';

export interface Change {
  id: number;
  jobId: number;
  providerId: number;
  deviceId: number | null;
  identifier: DeviceIdentifier;
  fromValue: string | null;
  state: ChangeState;
  /** Likely to be refused: goes in a request of its own, after the others, so that no neighbour waits for it. */
  sentAlone: boolean;
  attempts: number;
  requestId: string | null;
  reasonCode: string | null;
  reason: string | null;
  nextStep: string | null;
  submittedAt: string | null;
  acceptedAt: string | null;
  finishedAt: string | null;
  /** The plan that the carrier's record showed when it was last read back. */
  shownValue: string | null;
  localSync: 'none' | 'done' | 'failed';
}

export interface NewChange {
  deviceId: number | null;
  identifier: DeviceIdentifier;
  detail: ThingSpaceDeviceDetail;
  fromValue: string | null;
  state: 'checking' | 'queued' | 'skipped';
  sentAlone: boolean;
  reason: string | null;
}

/** Devices that two jobs have in common. */
export interface JobOverlap {
  both: number;
  processedInBoth: number;
  errorInBoth: number;
  /** An error in the first job, processed in the second. */
  mended: number;
  /** Processed in the first job, an error in the second. */
  broken: number;
}

/** A change after which nobody knows for certain what the carrier did. */
export interface UnprovenChange {
  deviceId: number;
  jobId: number;
  state: 'failed' | 'rejected' | 'unconfirmed' | 'cancelled';
  reasonCode: string | null;
  finishedAt: string | null;
  /** What its job asked for. */
  target: string;
}

/** Why a change ended as it did, in words for people. */
export interface Reason {
  code: string | null;
  text: string;
  nextStep: string | null;
}

export interface ChangeMove {
  to: ChangeState;
  at: string;
  requestId?: string;
  reason?: Reason;
  shownValue?: string | null;
  /** Counts as one attempt. */
  attempt?: boolean;
}

/** One line of a change's own log: the API call or the update of the local record. */
export interface ChangeLogEntry {
  kind: 'api-call' | 'local-update';
  at: string;
  ok: boolean;
  text: string;
  request: string | null;
  answer: string | null;
  httpStatus: number | null;
}

export type ChangeRow = Omit<Change, 'identifier' | 'sentAlone'> & {
  kind: IdentifierKind;
  identifier: string;
  sentAlone: number;
};

export const CHANGE_SELECT = `SELECT id, job_id AS jobId, provider_id AS providerId, device_id AS deviceId, identifier_kind AS kind, identifier,
  from_value AS fromValue, state, sent_alone AS sentAlone, attempts, request_id AS requestId, reason_code AS reasonCode, reason,
  next_step AS nextStep, submitted_at AS submittedAt, accepted_at AS acceptedAt, finished_at AS finishedAt, shown_value AS shownValue,
  local_sync AS localSync FROM change`;

const OPEN_LIST = OPEN_STATES.map((s) => `'${s}'`).join(', ');
const FAILED_LIST = "'rejected', 'failed'";

const ITS_OWN_OR_ITS_FORMER_SIM = 'device_id IN (SELECT ? UNION ALL SELECT id FROM device WHERE replaced_by = ?)';

export class ChangeRepository {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Adds a job's changes; call it inside the transaction that adds the job. */
  insertAll(jobId: number, providerId: number, changes: Iterable<NewChange>, at: string): void {
    const insert = this.#db.prepare(
      `INSERT INTO change (job_id, provider_id, device_id, identifier_kind, identifier, detail, from_value, state, sent_alone, reason, finished_at, excluded)
       VALUES (@jobId, @providerId, @deviceId, @kind, @identifier, @detail, @fromValue, @state, @sentAlone, @reason, @finishedAt, @excluded)`,
    );
    for (const change of changes) {
      insert.run({
        jobId,
        providerId,
        deviceId: change.deviceId,
        kind: change.identifier.kind,
        identifier: change.identifier.id,
        detail: JSON.stringify(change.detail),
        fromValue: change.fromValue,
        state: change.state,
        sentAlone: change.sentAlone ? 1 : 0,
        reason: change.reason,
        finishedAt: change.state === 'skipped' ? at : null,
        excluded: change.state === 'skipped' ? 1 : 0,
      });
    }
  }

  /** What open changes hold, with their jobs: device records, and identifiers that no record has yet. */
  held(providerId: number): { devices: Map<number, number>; identifiers: Map<string, number> } {
    const rows = this.#db
      .prepare<[number], { identifier: string; deviceId: number | null; jobId: number; successor: number | null }>(
        `SELECT identifier, device_id AS deviceId, job_id AS jobId, (SELECT replaced_by FROM device d WHERE d.id = device_id) AS successor FROM change INDEXED BY change_one_open_per_device WHERE provider_id = ? AND state IN (${OPEN_LIST})`,
      )
      .all(providerId);
    return {
      // What is under way for a SIM that was replaced is under way for the device.
      devices: new Map(
        rows.flatMap(({ deviceId, successor, jobId }) =>
          [deviceId, successor].flatMap((id): [number, number][] => (id === null ? [] : [[id, jobId]])),
        ),
      ),
      identifiers: new Map(rows.map((row) => [row.identifier, row.jobId])),
    };
  }

  /**
   * Of these devices, those whose last change ended without a proof of what the carrier did. The last is the one that was sent
   * last: a job that was made early can run late. What was sent for a SIM that was replaced counts for the device.
   * @param types that set the same thing
   */
  lastUnproven(deviceIds: readonly number[], types: readonly ChangeType[]): UnprovenChange[] {
    return this.#db
      .prepare<[string, string], UnprovenChange>(
        `SELECT wanted.value AS deviceId, c.job_id AS jobId, c.state, c.reason_code AS reasonCode, c.finished_at AS finishedAt, j.target
           FROM json_each(?) wanted CROSS JOIN change c
             ON c.id = (SELECT l.id FROM change l JOIN job lj ON lj.id = l.job_id
               WHERE l.device_id IN (SELECT wanted.value UNION ALL SELECT id FROM device WHERE replaced_by = wanted.value)
                 AND lj.type IN (SELECT value FROM json_each(?))
                 AND l.state NOT IN ('skipped', 'checking') AND (l.state <> 'cancelled' OR l.attempts > 0)
               ORDER BY coalesce(l.submitted_at, '') DESC, l.id DESC LIMIT 1)
           JOIN job j ON j.id = c.job_id
         WHERE c.state IN ('failed', 'rejected', 'unconfirmed', 'cancelled')`,
      )
      .all(JSON.stringify(deviceIds), JSON.stringify(types));
  }

  /** The open change that holds a device, of whichever job; undefined when it is free. */
  openOfDevice(deviceId: number): Change | undefined {
    const row = this.#db
      .prepare<[number, number], ChangeRow>(
        `${CHANGE_SELECT} WHERE ${ITS_OWN_OR_ITS_FORMER_SIM} AND state IN (${OPEN_LIST}) LIMIT 1`,
      )
      .get(deviceId, deviceId);
    return row && toChange(row);
  }

  /** A job's change of a device, whatever became of it. */
  ofDeviceIn(jobId: number, deviceId: number, besides: number): Change | undefined {
    const row = this.#db
      .prepare<[number, number, number], ChangeRow>(
        `${CHANGE_SELECT} WHERE device_id = ? AND job_id = ? AND id <> ? LIMIT 1`,
      )
      .get(deviceId, jobId, besides);
    return row && toChange(row);
  }

  /** The jobs whose open changes hold what these changes are about. */
  holdersOf(jobId: number, states: readonly ChangeState[]): { changeId: number; jobId: number }[] {
    // An OR of the two would compare each of them with every open change of the service provider.
    const ofJob = `c.job_id = ? AND c.state IN (${states.map(() => '?').join(', ')})`;
    const other = `o.provider_id = c.provider_id AND o.state IN (${OPEN_LIST}) AND o.id <> c.id`;
    return this.#db
      .prepare<unknown[], { changeId: number; jobId: number }>(
        `SELECT c.id AS changeId, o.job_id AS jobId FROM change c JOIN change o ON o.identifier = c.identifier AND ${other} WHERE ${ofJob}
         UNION SELECT c.id, o.job_id FROM change c JOIN change o ON o.device_id = c.device_id AND ${other} WHERE ${ofJob}`,
      )
      .all(jobId, ...states, jobId, ...states);
  }

  /** The newest job that has changed the same thing of the device after this change was sent; undefined when none has. */
  laterConfirmed(
    deviceId: number,
    { id, submittedAt }: Pick<Change, 'id' | 'submittedAt'>,
    types: readonly ChangeType[],
  ): number | undefined {
    return this.#db
      .prepare<[number, number, string, string], number>(
        `SELECT c.job_id FROM change c JOIN job j ON j.id = c.job_id
         WHERE c.device_id = ? AND c.id <> ? AND c.submitted_at >= ? AND c.state = 'confirmed'
           AND j.type IN (SELECT value FROM json_each(?)) ORDER BY c.submitted_at DESC, c.id DESC LIMIT 1`,
      )
      .pluck()
      .get(deviceId, id, submittedAt ?? '', JSON.stringify(types));
  }

  /** What a change is about has been read: its record, and the value that it had. */
  resolve(id: number, known: { deviceId: number; fromValue: string | null; sentAlone: boolean }): void {
    this.#db
      .prepare(
        'UPDATE change SET device_id = @deviceId, from_value = @fromValue, sent_alone = max(sent_alone, @sentAlone) WHERE id = @id',
      )
      .run({ id, ...known, sentAlone: known.sentAlone ? 1 : 0 });
  }

  setFromValue(id: number, value: string | null): void {
    this.#db.prepare('UPDATE change SET from_value = ? WHERE id = ?').run(value, id);
  }

  /** The next queued changes that are not in `taken`. One that must go alone comes back alone. */
  nextQueued(jobId: number, limit: number, taken: ReadonlySet<number>): Change[] {
    const rows = this.#db
      .prepare<[number, number], ChangeRow>(
        `${CHANGE_SELECT} WHERE job_id = ? AND state = 'queued' ORDER BY sent_alone, id LIMIT ?`,
      )
      .all(jobId, limit + taken.size);
    const free = rows.map(toChange).filter((change) => !taken.has(change.id));
    const first = free[0];
    if (first === undefined) return [];
    if (first.sentAlone) return [first];
    return free.filter((change) => !change.sentAlone).slice(0, limit);
  }

  inState(jobId: number, states: readonly ChangeState[], limit = -1): Change[] {
    return this.#db
      .prepare<unknown[], ChangeRow>(
        `${CHANGE_SELECT} WHERE job_id = ? AND state IN (${states.map(() => '?').join(', ')}) ORDER BY id LIMIT ?`,
      )
      .all(jobId, ...states, limit)
      .map(toChange);
  }

  /** The devices of a job that were not left out when it was planned, whatever became of them since. */
  identifiersToChange(jobId: number): IterableIterator<DeviceIdentifier> {
    return this.#db
      .prepare<[number], DeviceIdentifier>(
        "SELECT identifier_kind AS kind, identifier AS id FROM change WHERE job_id = ? AND (excluded = 0 OR state <> 'skipped') ORDER BY id",
      )
      .iterate(jobId);
  }

  /** How many devices the job changes, or has changed: those that were skipped from the start are none. */
  sizeOf(jobId: number): number {
    return (
      this.#db
        .prepare<[number], number>(
          "SELECT count(*) FROM change WHERE job_id = ? AND (excluded = 0 OR state <> 'skipped')",
        )
        .pluck()
        .get(jobId) ?? 0
    );
  }

  counts(jobId: number): StateCounts {
    const rows = this.#db
      .prepare<[number], { state: ChangeState; n: number }>(
        'SELECT state, count(*) AS n FROM change WHERE job_id = ? GROUP BY state',
      )
      .all(jobId);
    return stateCounts(Object.fromEntries(rows.map((row) => [row.state, row.n])));
  }

  localSyncFailures(jobId: number): number {
    return (
      this.#db
        .prepare<[number], number>("SELECT count(*) FROM change WHERE job_id = ? AND local_sync = 'failed'")
        .pluck()
        .get(jobId) ?? 0
    );
  }

  /** What became in two jobs of the devices that both had. */
  overlap(first: number, second: number): JobOverlap {
    return (
      this.#db
        .prepare<[number, number], JobOverlap>(
          `SELECT count(*) AS both,
             coalesce(sum(a.state = 'confirmed' AND b.state = 'confirmed'), 0) AS processedInBoth,
             coalesce(sum(a.state IN (${FAILED_LIST}) AND b.state IN (${FAILED_LIST})), 0) AS errorInBoth,
             coalesce(sum(a.state IN (${FAILED_LIST}) AND b.state = 'confirmed'), 0) AS mended,
             coalesce(sum(a.state = 'confirmed' AND b.state IN (${FAILED_LIST})), 0) AS broken
           FROM change a JOIN change b ON b.provider_id = a.provider_id AND b.identifier = a.identifier AND b.job_id = ?
           WHERE a.job_id = ?`,
        )
        .get(second, first) ?? { both: 0, processedInBoth: 0, errorInBoth: 0, mended: 0, broken: 0 }
    );
  }

  /** The most frequent reasons for which changes did not go through. */
  topReasons(jobId: number, limit: number): { code: string | null; reason: string; count: number }[] {
    return this.#db
      .prepare<[number, number], { code: string | null; reason: string; count: number }>(
        `SELECT reason_code AS code, min(reason) AS reason, count(*) AS count FROM change
         WHERE job_id = ? AND state IN ('rejected', 'failed', 'unconfirmed') GROUP BY reason_code ORDER BY count DESC LIMIT ?`,
      )
      .all(jobId, limit);
  }

  /** @param search any part of an identifier, of the carrier's code or of the reason; empty for all */
  page(
    jobId: number,
    states: readonly ChangeState[],
    search: string,
    offset: number,
    limit: number,
  ): { total: number; rows: Change[] } {
    const { where, values } = changesWhere(jobId, states, search);
    return {
      total:
        this.#db
          .prepare<unknown[], number>(`SELECT count(*) FROM change ${where}`)
          .pluck()
          .get(...values) ?? 0,
      rows: this.#db
        .prepare<unknown[], ChangeRow>(`${CHANGE_SELECT} ${where} ORDER BY id LIMIT ? OFFSET ?`)
        .all(...values, limit, offset)
        .map(toChange),
    };
  }

  /** All changes of a job in order, one at a time, for reports. */
  *iterate(jobId: number): Generator<Change> {
    let after = 0;
    const next = this.#db.prepare<[number, number], ChangeRow>(
      `${CHANGE_SELECT} WHERE job_id = ? AND id > ? ORDER BY id LIMIT 1000`,
    );
    for (;;) {
      const rows = next.all(jobId, after);
      if (rows.length === 0) return;
      for (const row of rows) yield toChange(row);
      after = rows.at(-1)?.id ?? after;
    }
  }

  ofDevice(deviceId: number, limit = 100): Change[] {
    return this.#db
      .prepare<[number, number], ChangeRow>(`${CHANGE_SELECT} WHERE device_id = ? ORDER BY id DESC LIMIT ?`)
      .all(deviceId, limit)
      .map(toChange);
  }

  /**
   * Moves changes to another state.
   * @throws Error when the state machine does not know the move: that is a defect, and nothing is written
   */
  move(changes: readonly Pick<Change, 'id' | 'state'>[], move: ChangeMove): void {
    const statement = this.#db.prepare(
      `UPDATE change SET state = @to, attempts = attempts + @attempt,
         request_id = coalesce(@requestId, request_id), shown_value = coalesce(@shownValue, shown_value),
         reason_code = @reasonCode, reason = @reason, next_step = @nextStep,
         submitted_at = CASE WHEN @to = 'submitting' THEN @at ELSE submitted_at END,
         accepted_at = CASE WHEN @to = 'accepted' THEN @at ELSE accepted_at END,
         finished_at = CASE WHEN @to IN (${OPEN_LIST}) THEN NULL ELSE @at END
       WHERE id = @id AND state = @from`,
    );
    for (const change of changes) {
      if (!canMove(change.state, move.to))
        throw new Error(`change ${String(change.id)} cannot go from ${change.state} to ${move.to}`);
      const { changes: written } = statement.run({
        id: change.id,
        from: change.state,
        to: move.to,
        at: move.at,
        attempt: move.attempt === true ? 1 : 0,
        requestId: move.requestId ?? null,
        shownValue: move.shownValue ?? null,
        reasonCode: move.reason?.code ?? null,
        reason: move.reason?.text ?? null,
        nextStep: move.reason?.nextStep ?? null,
      });
      if (written !== 1) throw new Error(`change ${String(change.id)} is no longer ${change.state}`);
    }
  }

  /** Marks changes to go in a request of their own from now on. */
  sendAlone(ids: readonly number[]): void {
    const statement = this.#db.prepare('UPDATE change SET sent_alone = 1 WHERE id = ?');
    for (const id of ids) statement.run(id);
  }

  setLocalSync(id: number, outcome: 'done' | 'failed', deviceId?: number): void {
    this.#db
      .prepare('UPDATE change SET local_sync = ?, device_id = coalesce(?, device_id) WHERE id = ?')
      .run(outcome, deviceId ?? null, id);
  }

  /**
   * @param reasons for those that never left, and for those that were sent and came back
   * @returns how many changes are cancelled now
   */
  cancelQueued(jobId: number, at: string, reasons: { unsent: string; sent: string }): number {
    return this.#db
      .prepare(
        "UPDATE change SET state = 'cancelled', finished_at = ?, reason = CASE attempts WHEN 0 THEN ? ELSE ? END WHERE job_id = ? AND state IN ('checking', 'queued')",
      )
      .run(at, reasons.unsent, reasons.sent, jobId).changes;
  }

  addLog(
    changeIds: readonly number[],
    entry: { kind: ChangeLogEntry['kind']; attemptId: number | null; at: string; ok: boolean; text: string },
  ): void {
    const insert = this.#db.prepare(
      'INSERT INTO change_log (change_id, kind, attempt_id, at, ok, text) VALUES (?, ?, ?, ?, ?, ?)',
    );
    for (const id of changeIds) insert.run(id, entry.kind, entry.attemptId, entry.at, entry.ok ? 1 : 0, entry.text);
  }

  stateOf(changeId: number): ChangeState | undefined {
    return this.#db.prepare<[number], ChangeState>('SELECT state FROM change WHERE id = ?').pluck().get(changeId);
  }

  /** The service provider of a change; undefined when there is no such change. */
  providerOf(changeId: number): number | undefined {
    return this.#db.prepare<[number], number>('SELECT provider_id FROM change WHERE id = ?').pluck().get(changeId);
  }

  log(changeId: number): ChangeLogEntry[] {
    return this.#db
      .prepare<[number], Omit<ChangeLogEntry, 'ok'> & { ok: number }>(
        `SELECT l.kind, l.at, l.ok, l.text, a.request, a.answer, a.http_status AS httpStatus
         FROM change_log l LEFT JOIN attempt a ON a.id = l.attempt_id WHERE l.change_id = ? ORDER BY l.id`,
      )
      .all(changeId)
      .map((row) => ({ ...row, ok: row.ok === 1 }));
  }
}

/**
 * The changes of a job that a person looks at, for a query.
 * @param states empty for all
 * @param search any part of an identifier, of the carrier's code or of the reason; empty for all
 */
export function changesWhere(
  jobId: number,
  states: readonly ChangeState[],
  search: string,
): { where: string; values: unknown[] } {
  const wanted = states.length === 0 ? '' : `AND state IN (${states.map(() => '?').join(', ')})`;
  const text = search.trim().toLowerCase();
  return {
    where: `WHERE job_id = ? ${wanted} AND (? = '' OR instr(identifier, ?) OR instr(lower(reason_code), ?) OR instr(lower(reason), ?))`,
    values: [jobId, ...states, text, text, text, text],
  };
}

export function toChange(row: ChangeRow): Change {
  const { kind, identifier, sentAlone, ...rest } = row;
  return { ...rest, identifier: { kind, id: identifier }, sentAlone: sentAlone === 1 };
}
