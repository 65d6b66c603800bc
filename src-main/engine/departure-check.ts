/**
 * The one door out. Every request that changes something asks here directly before its intent is written, whichever way it
 * came: first send, part of a split batch, back from a read-back, resume, undo, retry or a scheduled start.
 */
import type { Clock } from '../domain/clock.ts';
import { counted } from '../domain/counted.ts';
import { quotaMonth } from '../domain/plans.ts';
import type { Change } from '../store/changes.ts';
import type { ChangeTarget } from '../store/devices.ts';
import type { Store } from '../store/index.ts';
import type { Job } from '../store/jobs.ts';
import type { Provider } from '../store/providers.ts';
import type { Approvals } from '../bulk-change/approval.ts';
import type { ChangeTypeRules } from '../bulk-change/change-types/change-type.ts';
import { madeForAnother } from '../bulk-change/made-for.ts';
import { notListed, whyNot } from '../bulk-change/plan-changes.ts';

/** Nothing of the job may leave until a person has done something about it. */
export interface Forbidden {
  how: 'stopped' | 'approval-void';
  reason: string;
}

export type DepartureAnswer =
  | {
      may: true;
      /** Those of the batch that may leave, each with what its device has now. */
      changes: Change[];
      /** Nothing is sent for these any more, and why. */
      skipped: { change: Change; reason: string }[];
      /** What these are about has to be read first. */
      unknown: Change[];
    }
  /** A person paused or cancelled the job, or it does not run any more. */
  | { may: false; because: 'asked' }
  /** @property opensAt milliseconds since the epoch */
  | { may: false; because: 'window'; opensAt: number }
  | ({ may: false; because: 'forbidden' } & Forbidden);

export class DepartureCheck {
  readonly #store: Store;
  readonly #approvals: Approvals;
  readonly #clock: Clock;
  /** How many devices a job changes; that stays as it is. */
  readonly #sizes = new Map<number, number>();

  constructor(store: Store, approvals: Approvals, clock: Clock) {
    this.#store = store;
    this.#approvals = approvals;
    this.#clock = clock;
  }

  /** What speaks against sending anything of the job; the part of {@link mayLeave} that a start can be refused for at once. */
  forbidden(job: Job): Forbidden | undefined {
    const provider = this.#store.providers.get(job.providerId);
    if (!provider.writesEnabled)
      return {
        how: 'stopped',
        reason: 'Writes disabled for this service provider. Enable them in Settings, then resume the job.',
      };
    const another = madeForAnother(job, provider);
    if (another !== undefined)
      return {
        how: job.digest === null ? 'stopped' : 'approval-void',
        reason: `${another}${job.digest === null ? '' : ', so the approval is void'}. Put the settings back, or cancel the job.`,
      };
    const reason = this.#approvals.problem(job) ?? this.#needsOneByNow(job, provider);
    if (reason !== undefined && job.digest === null && !this.#store.operators.any())
      return {
        how: 'stopped',
        reason: `${reason} This console has no operators: add them in Settings, or cancel the job.`,
      };
    return reason === undefined ? undefined : { how: 'approval-void', reason };
  }

  /** The number may have been lowered since the job was made. */
  #needsOneByNow({ id, digest }: Job, { fourEyesAbove }: Provider): string | undefined {
    if (digest !== null || fourEyesAbove === null) return undefined;
    const size = this.#sizes.get(id) ?? this.#store.changes.sizeOf(id);
    this.#sizes.set(id, size);
    if (size <= fourEyesAbove) return undefined;
    return `Changes of more than ${counted(fourEyesAbove, 'device')} need an approval by now, and this one has ${counted(size, 'device')}.`;
  }

  /**
   * Call it in the transaction that writes the intent, so that nothing can change between the answer and the request.
   * @param rules those by which the request is made, so that what is judged is what is sent
   * @param batch queued changes of one request
   * @param windowOpensAt milliseconds since the epoch; null inside a maintenance window
   */
  mayLeave(
    jobId: number,
    rules: ChangeTypeRules,
    batch: readonly Change[],
    windowOpensAt: number | null,
  ): DepartureAnswer {
    const job = this.#store.jobs.get(jobId);
    if (job.wanted !== 'run' || job.state !== 'running') return { may: false, because: 'asked' };
    const forbidden = this.forbidden(job);
    if (forbidden !== undefined) return { may: false, because: 'forbidden', ...forbidden };
    const [problem] = rules.problems();
    if (problem !== undefined)
      return { may: false, because: 'forbidden', how: 'stopped', reason: `${problem.message} Nothing more is sent.` };
    const early = this.#approvals.early(job);
    if (early !== undefined) return { may: false, because: 'forbidden', how: 'stopped', reason: early };
    if (windowOpensAt !== null) return { may: false, because: 'window', opensAt: windowOpensAt };
    const permit = { may: true, changes: [], skipped: [], unknown: [] } as DepartureAnswer & { may: true };
    const records = this.#recordsOf(job.providerId, batch);
    for (const change of batch) {
      const record = change.deviceId === null ? undefined : records.get(change.deviceId);
      const value = record === undefined ? null : rules.valueOf(record);
      if (record === undefined || value === null || (change.attempts === 0 && !this.#isStill(change, record))) {
        permit.unknown.push(change);
        continue;
      }
      if (!this.#isStill(change, record)) {
        const kind = change.identifier.kind.toUpperCase();
        permit.skipped.push({ change, reason: `Another device has its ${kind} by now, so it is not sent again.` });
        continue;
      }
      const reason = whyNotNow(job, rules, change, record);
      if (reason === undefined) permit.changes.push({ ...change, fromValue: value });
      else permit.skipped.push({ change, reason });
    }
    return permit;
  }

  /** A number can move to another device between the planning and the departure: its record is judged, so it is read again. */
  #isStill({ identifier, providerId }: Change, { deviceId }: ChangeTarget): boolean {
    if (identifier.kind === 'iccid') return true;
    const [found, second] = this.#store.devices.idsByIdentifier(providerId, identifier, 2);
    return found === deviceId && second === undefined;
  }

  #recordsOf(providerId: number, batch: readonly Change[]): Map<number, ChangeTarget> {
    const ids = batch.flatMap(({ deviceId }) => deviceId ?? []);
    const month = quotaMonth(this.#clock.now());
    return new Map(this.#store.devices.targets(providerId, ids, month).map((target) => [target.deviceId, target]));
  }
}

/** @returns why nothing is sent for the device; undefined when it may change */
function whyNotNow(job: Job, rules: ChangeTypeRules, change: Change, record: ChangeTarget): string | undefined {
  const against = whyNot(rules, record, job.ignoreQuota);
  if (against?.cause === 'reached') return 'Already changed, according to a later read from the carrier.';
  const isOtherSim =
    change.identifier.kind === 'iccid' && record.kind === 'iccid' && record.identifier !== change.identifier.id;
  return isOtherSim && against?.cause !== 'not-listed' ? notListed(record.identifier) : against?.reason;
}
