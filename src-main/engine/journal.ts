/**
 * Writes down what the engine does: state moves, the request before it leaves, its answer, the two log entries of each
 * change, and the audit. Every method is one transaction, durable when it returns.
 */
import type { AuditLog, AuditAction } from '../audit/log.ts';
import { ENGINE } from '../domain/actor.ts';
import { stateCounts, STATUS_OF, type ChangeState, type StateCounts } from '../domain/changes.ts';
import { valueText } from '../domain/change-order.ts';
import { isoTime, type Clock } from '../domain/clock.ts';
import { explain, storageProblem } from '../domain/errors.ts';
import type { Change, ChangeMove, Reason } from '../store/changes.ts';
import type { Store } from '../store/index.ts';
import type { Job } from '../store/jobs.ts';
import type { AcceptedChange } from '../thingspace/client.ts';
import type { CarrierError } from '../thingspace/carrier-error.ts';
import type { ChangeProcessor } from './processor.ts';

/** Why a change is `cancelled`. */
export const CANCELLED = {
  unsent: 'Cancelled before it was sent.',
  sent: 'Cancelled before it was sent again. The last request for it did not change it, as far as the carrier’s answer and record show.',
};
/** Longer answers are cut. Requests are kept whole: they prove what was asked for. */
const LONGEST_TEXT = 4000;
/** States that a change reaches without an answer of the carrier, and that are outcomes. */
const FINAL_MOVES: ReadonlySet<ChangeState> = new Set(['failed', 'rejected', 'unconfirmed', 'cancelled', 'skipped']);
/** The name under which the engine itself stands in the audit log. */
export const ENGINE_ACTOR = ENGINE.name;

export class Journal {
  readonly #store: Store;
  readonly #audit: AuditLog;
  readonly #clock: Clock;
  readonly #job: Job;
  #counts: Record<ChangeState, number>;
  #localSyncFailures: number;
  /** When the run began, and when its open changes were sent and accepted, all in elapsed time. */
  readonly #startedAt: number;
  readonly #sentAt = new Map<number, number>();
  readonly #acceptedAt = new Map<number, number>();
  /** When the one of the accepted changes was sent that has waited longest, in elapsed time; undefined when it must be looked for. */
  #oldestSentAt: number | undefined;
  readonly #targetText: string;
  slowestConfirmationMs = 0;

  constructor(store: Store, audit: AuditLog, clock: Clock, job: Job) {
    this.#store = store;
    this.#audit = audit;
    this.#clock = clock;
    this.#job = job;
    this.#startedAt = clock.elapsed();
    this.#targetText = valueText(job.type, job.target);
    this.#counts = { ...store.changes.counts(job.id) };
    this.#localSyncFailures = store.changes.localSyncFailures(job.id);
  }

  get counts(): StateCounts {
    return stateCounts(this.#counts);
  }

  /** Takes the counts from the store: another process may have moved changes before this run began. */
  reload(): void {
    this.#counts = { ...this.#store.changes.counts(this.#job.id) };
  }

  get localSyncFailures(): number {
    return this.#localSyncFailures;
  }

  /**
   * How long ago the change was sent, milliseconds. What was sent before this run counts from its beginning: the clock may
   * have been set meanwhile, and waiting longer is never wrong.
   */
  sinceSent(change: Pick<Change, 'id'>): number {
    return this.#clock.elapsed() - (this.#sentAt.get(change.id) ?? this.#startedAt);
  }

  /** How long ago the carrier accepted the change, as {@link sinceSent}. */
  sinceAccepted(change: Pick<Change, 'id'>): number {
    return this.#clock.elapsed() - (this.#acceptedAt.get(change.id) ?? this.#startedAt);
  }

  /** How long ago the accepted change was sent that has waited longest, as {@link sinceSent}; -Infinity when there is none. */
  longestSinceSent(): number {
    if (this.#oldestSentAt === undefined) {
      let oldest = this.#counts.accepted > this.#acceptedAt.size ? this.#startedAt : Infinity;
      for (const id of this.#acceptedAt.keys()) oldest = Math.min(oldest, this.#sentAt.get(id) ?? this.#startedAt);
      this.#oldestSentAt = oldest;
    }
    return this.#clock.elapsed() - this.#oldestSentAt;
  }

  /** Intent: on disk before the request leaves. @returns the attempt's number */
  intend(changes: readonly Change[], requestText: string): number {
    return this.#write(() => {
      const at = this.#now();
      const attemptId = this.#store.attempts.begin(this.#job.id, 'change', requestText, changes.length, at);
      this.#move(changes, { to: 'submitting', at });
      this.#log('request.sent', { attempt: attemptId, devices: changes.length, target: this.#job.target });
      return attemptId;
    });
  }

  /** The carrier took the request: accepted, not done. */
  accepted(changes: readonly Change[], attemptId: number, answer: AcceptedChange): void {
    this.#write(() => {
      const at = this.#now();
      this.#finishAttempt(attemptId, at, answer.httpStatus, answer.answer, 'accepted');
      this.#move(submitting(changes), { to: 'accepted', at, requestId: answer.requestId, attempt: true });
      this.#apiLog(changes, attemptId, at, true, `Accepted by the carrier as request ${answer.requestId}.`);
      this.#log('request.answered', { attempt: attemptId, outcome: 'accepted', requestId: answer.requestId });
    });
  }

  /** The request did not go through, and these changes go where the policy says. */
  answered(changes: readonly Change[], attemptId: number, error: CarrierError, to: ChangeState): void {
    this.#write(() => {
      const at = this.#now();
      this.#finishAttempt(
        attemptId,
        at,
        error.httpStatus ?? null,
        error.answer ?? '',
        `${error.kind} ${error.code ?? ''}`.trim(),
      );
      const final = to === 'rejected' || to === 'failed';
      const keepsReason = final || to === 'accepted' || to === 'uncertain';
      this.#move(submitting(changes), {
        to,
        at,
        attempt: to !== 'queued',
        ...(keepsReason ? { reason: this.#reasonOf(error) } : {}),
      });
      // A request that was throttled or split says nothing about its devices: only the last word goes to their logs.
      if (to !== 'queued')
        this.#apiLog(
          changes,
          attemptId,
          at,
          false,
          error.code === undefined ? error.message : `${error.message} (${error.code})`,
        );
      this.#log('request.answered', { attempt: attemptId, outcome: error.kind, code: error.code ?? null });
      if (final) this.#outcomes(changes, to, at, error.code ?? null);
    });
  }

  /** The carrier's own record shows it: bring the local record up to it and log both. */
  confirmed(changes: readonly Change[], attemptId: number, processor: ChangeProcessor): void {
    if (changes.length === 0) return;
    this.#write(() => {
      const at = this.#now();
      for (const change of changes) this.#noteConfirmation(change);
      this.#move(changes, { to: 'confirmed', at, shownValue: this.#job.target });
      this.#apiLog(changes, attemptId, at, true, `Read back: the carrier's record shows ${this.#targetText}.`);
      for (const change of changes) this.#syncLocally(change, at, processor);
      this.#outcomes(changes, 'confirmed', at, null);
    });
  }

  /** Moves changes outside of an answer: back to the queue after a read-back, to `unconfirmed` at the deadline, and so on. */
  moved(changes: readonly Change[], move: Omit<ChangeMove, 'at'>): void {
    if (changes.length === 0) return;
    this.#write(() => {
      const at = this.#now();
      this.#move(changes, { ...move, at });
      if (FINAL_MOVES.has(move.to)) this.#outcomes(changes, move.to, at, move.reason?.code ?? null);
    });
  }

  /** Several steps as one transaction. */
  together<T>(work: () => T): T {
    return this.#write(work);
  }

  /**
   * What did not get through the door: nothing is sent for the skipped ones any more, and the unknown ones are read first.
   */
  turnedAway(skipped: readonly { change: Change; reason: string }[], unknown: readonly Change[]): void {
    for (const { change, reason } of skipped)
      this.moved([change], { to: 'skipped', reason: { code: null, text: reason, nextStep: null } });
    this.moved(unknown, { to: 'checking' });
  }

  /** What devices have when their change leaves is other than when it was planned: a read-back and an undo go by this. */
  hasNow(changes: readonly Pick<Change, 'id' | 'fromValue'>[]): void {
    this.#write(() => {
      for (const { id, fromValue } of changes) this.#store.changes.setFromValue(id, fromValue);
    });
  }

  /** A change that was `checking` is known now: what it is about, and that it may be sent. */
  resolved(change: Change, known: { deviceId: number; fromValue: string | null; sentAlone: boolean }): void {
    this.#write(() => {
      this.#store.changes.resolve(change.id, known);
      this.#move([change], { to: 'queued', at: this.#now() });
    });
  }

  /** This account's carrier means "not done" by that answer. */
  learnedRefusal(key: string): void {
    this.#write(() => {
      // Two requests that were under way can prove the same; it is learned once.
      const refusal = { key, at: this.#now(), jobId: this.#job.id };
      if (this.#store.providers.learnRefusal(this.#job.providerId, refusal))
        this.#log('carrier.refusal-learned', { answer: key });
    });
  }

  /** From now on each of these goes in a request of its own. */
  sendAlone(changes: readonly Change[]): void {
    this.#write(() => {
      this.#store.changes.sendAlone(changes.map((change) => change.id));
    });
  }

  /** @returns how many changes had not left and are cancelled now */
  cancelQueued(): number {
    return this.#write(() => {
      const cancelled = this.#store.changes.cancelQueued(this.#job.id, this.#now(), CANCELLED);
      this.reload();
      return cancelled;
    });
  }

  /** A read-back is a call like any other: what was asked, and what it came to. @returns the attempt's number */
  readBack(requestText: string, devices: number, answer: string, httpStatus: number | null): number {
    return this.#write(() => {
      const at = this.#now();
      const id = this.#store.attempts.begin(this.#job.id, 'read-back', requestText, devices, at);
      this.#finishAttempt(id, at, httpStatus, answer, 'read');
      return id;
    });
  }

  /** The job itself moved. */
  job(action: AuditAction, fields: Parameters<Store['jobs']['update']>[1], detail: Record<string, unknown> = {}): void {
    this.#write(() => {
      this.#store.jobs.update(this.#job.id, fields);
      this.#log(action, detail);
    });
  }

  /** Only what was accepted and confirmed under this run's eyes counts: a pause or a crash between is not the carrier's. */
  #noteConfirmation(change: Change): void {
    const acceptedAt = this.#acceptedAt.get(change.id);
    if (acceptedAt !== undefined)
      this.slowestConfirmationMs = Math.max(this.slowestConfirmationMs, this.#clock.elapsed() - acceptedAt);
  }

  /** A failure here never turns a change that the carrier made into an error; it is recorded and shown as what it is. */
  #syncLocally(change: Change, at: string, processor: ChangeProcessor): void {
    try {
      const deviceId = this.#store.transaction(() => processor.localRecordOf(change));
      // The fact stands whatever becomes of the local record: the quota counts it.
      if (this.#job.type === 'carrier-rate-plan')
        this.#store.planChanges.add({
          deviceId,
          at: change.submittedAt ?? at,
          fromPlan: change.fromValue,
          toPlan: this.#job.target,
          foundBy: 'job',
          jobId: this.#job.id,
        });
      this.#store.transaction(() => {
        processor.updateLocalRecord(deviceId, at);
      });
      this.#store.changes.setLocalSync(change.id, 'done', deviceId);
      this.#store.changes.addLog([change.id], {
        kind: 'local-update',
        attemptId: null,
        at,
        ok: true,
        text: `Local record set to ${this.#targetText}.`,
      });
    } catch (error) {
      // A disk that takes nothing fails the whole step: a change that was confirmed without its place in the month's count
      // would be lost to it, and SQLite may have taken the transaction back already.
      if (storageProblem(error) !== undefined) throw error;
      this.#localSyncFailures++;
      this.#store.changes.setLocalSync(change.id, 'failed');
      this.#store.changes.addLog([change.id], {
        kind: 'local-update',
        attemptId: null,
        at,
        ok: false,
        text: `The local record could not be updated: ${explain(error)} A sync mends it.`,
      });
    }
  }

  /** One transaction. If it fails, the counts are what is on disk, not what would have been. */
  #write<T>(work: () => T): T {
    try {
      return this.#store.transaction(work);
    } catch (error) {
      this.reload();
      throw error;
    }
  }

  #move(changes: readonly Pick<Change, 'id' | 'state'>[], move: ChangeMove): void {
    this.#store.changes.move(changes, move);
    const now = this.#clock.elapsed();
    this.#oldestSentAt = undefined;
    for (const change of changes) {
      this.#counts[change.state]--;
      this.#counts[move.to]++;
      if (move.to === 'submitting') this.#sentAt.set(change.id, now);
      else if (move.to === 'accepted') this.#acceptedAt.set(change.id, now);
      else if (move.to !== 'uncertain') {
        this.#sentAt.delete(change.id);
        this.#acceptedAt.delete(change.id);
      }
    }
  }

  #finishAttempt(id: number, at: string, httpStatus: number | null, answer: string, outcome: string): void {
    this.#store.attempts.finish(id, { at, httpStatus, answer: shortened(answer), outcome });
  }

  #apiLog(changes: readonly Change[], attemptId: number, at: string, ok: boolean, text: string): void {
    this.#store.changes.addLog(
      changes.map((change) => change.id),
      { kind: 'api-call', attemptId, at, ok, text },
    );
  }

  #outcomes(changes: readonly Change[], state: ChangeState, at: string, code: string | null): void {
    for (const { identifier, id } of changes) {
      this.#audit.append({
        at,
        actor: ENGINE_ACTOR,
        action: 'change.outcome',
        subject: `${identifier.kind.toUpperCase()} ${identifier.id}`,
        detail: { job: this.#job.id, change: id, status: STATUS_OF[state], state, code, target: this.#job.target },
      });
    }
  }

  #log(action: AuditAction, detail: Record<string, unknown>): void {
    this.#audit.append({
      at: this.#now(),
      actor: ENGINE_ACTOR,
      action,
      subject: `job ${String(this.#job.id)}`,
      detail,
    });
  }

  #reasonOf(error: CarrierError): Reason {
    return { code: error.code ?? null, text: error.message, nextStep: error.nextStep ?? null };
  }

  #now(): string {
    return isoTime(this.#clock.now());
  }
}

/** The changes as they are on disk since their intent was written. */
function submitting(changes: readonly Change[]): { id: number; state: 'submitting' }[] {
  return changes.map(({ id }) => ({ id, state: 'submitting' }));
}

function shortened(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}… (${String(text.length)} characters)`;
}
