/** Jobs that come of a finished one: retry what failed, or bring each device back to what it was. */
import type { Actor } from '../domain/actor.ts';
import { ConsoleError } from '../domain/errors.ts';
import type { ChangeState } from '../domain/changes.ts';
import { orderOf, typesLike, type ChangeOrder } from '../domain/change-order.ts';
import type { Change } from '../store/changes.ts';
import type { Store } from '../store/index.ts';
import type { Job } from '../store/jobs.ts';
import { checkConfirmed, type BulkChanges, type Review } from './create-job.ts';
import { digestOfAll } from './digest.ts';
import { madeForAnother } from './made-for.ts';
import type { BulkChangeRequest, Selection } from './plan-changes.ts';
import { routeChange } from './change-types/registry.ts';

/** What a retry takes up. Unconfirmed changes are none of it: the carrier has them, and they are re-checked first. */
const RETRIED: readonly ChangeState[] = ['rejected', 'failed', 'cancelled'];

/** One job of an undo: the devices that had the same value. */
export interface UndoStep {
  request: BulkChangeRequest;
  review: Review;
}

/** A device that an undo leaves as it is. */
export interface LeftAsItIs {
  identifier: string;
  reason: string;
}

export interface UndoPlan {
  steps: UndoStep[];
  left: LeftAsItIs[];
  /** Devices that would change, over all steps. */
  willChange: number;
  /** Of the whole undo; it has to come back with the start. */
  digest: string;
}

export class ChildJobs {
  readonly #store: Store;
  readonly #bulkChanges: BulkChanges;

  constructor(store: Store, bulkChanges: BulkChanges) {
    this.#store = store;
    this.#bulkChanges = bulkChanges;
  }

  /** The request that changes only what failed or was cancelled. @throws ConsoleError `refused` when there is nothing */
  retryRequest(jobId: number): BulkChangeRequest {
    const job = this.#finished(jobId);
    const changes = this.#store.changes.inState(jobId, RETRIED);
    if (changes.length === 0) {
      throw new ConsoleError(
        'refused',
        `Nothing failed in job ${String(jobId)}.`,
        'Unconfirmed devices are re-checked instead.',
      );
    }
    const selection = {
      deviceIds: changes.flatMap((change) => change.deviceId ?? []),
      identifiers: changes.filter((change) => change.deviceId === null).map((change) => change.identifier),
    };
    return childRequest(job, 'retry', selection, orderOf(job));
  }

  /**
   * What an undo would do: a change request takes one value, so there is one job for each former one. Only a device that
   * still has the job's value is brought back: a later change of it stays. An undone rate plan costs one of the month's plan
   * changes of its devices.
   * @throws ConsoleError `nothing-to-do` when no device can be brought back
   */
  planUndo(jobId: number): UndoPlan {
    const job = this.#finished(jobId);
    const rules = routeChange(orderOf(job), this.#store, job.providerId);
    const former = new Map<string, { order: ChangeOrder; deviceIds: number[] }>();
    const left: LeftAsItIs[] = [];
    const laterJob = (deviceId: number, change: Change): string | undefined => {
      const later = this.#store.changes.laterConfirmed(deviceId, change, typesLike(job.type));
      return later === undefined ? undefined : `Job ${String(later)} has changed it since.`;
    };
    for (const change of this.#store.changes.inState(jobId, ['confirmed'])) {
      const device = change.deviceId === null ? undefined : this.#store.devices.get(change.deviceId);
      const order = change.fromValue === null ? undefined : rules.undo(change.fromValue);
      const reason =
        device === undefined
          ? 'It is no longer in the inventory.'
          : change.fromValue === null || order === undefined
            ? 'What it had before is not known, or cannot be given back.'
            : !rules.isReached(device)
              ? `It was changed again since: it has ${rules.valueOf(device) ?? 'nothing'} now.`
              : laterJob(device.id, change);
      if (reason !== undefined || device === undefined || change.fromValue === null || order === undefined) {
        left.push({ identifier: change.identifier.id, reason: reason ?? '' });
        continue;
      }
      const step = former.get(change.fromValue);
      if (step === undefined) former.set(change.fromValue, { order, deviceIds: [device.id] });
      else step.deviceIds.push(device.id);
    }
    const steps = [...former.values()]
      .sort((a, b) => b.deviceIds.length - a.deviceIds.length)
      .map(({ order, deviceIds }) => {
        const request = childRequest(job, 'undo', { deviceIds, identifiers: [] }, order);
        return { request, review: this.#bulkChanges.review(request) };
      });
    const willChange = steps.reduce((sum, { review }) => sum + review.willChange, 0);
    if (willChange === 0) throw nothingToUndo(jobId, left, steps);
    return { steps, left, willChange, digest: digestOfAll(steps.map(({ review }) => review.digest)) };
  }

  /**
   * Queues the jobs of an undo; steps in which no device would change are left out.
   * @param confirmed the digest of the undo that a person saw, if one did
   * @throws ConsoleError `refused`, or `nothing-to-do` when no device can be brought back
   */
  undo(jobId: number, author: Actor | string, confirmed?: string): Job[] {
    return this.#store.transaction(() => {
      const { steps, willChange, digest } = this.planUndo(jobId);
      checkConfirmed(confirmed, digest);
      const made: Job[] = [];
      for (const { request } of steps.filter(({ review }) => review.willChange > 0)) {
        const siblings = made.map(({ id }) => id);
        made.push(this.#bulkChanges.create({ ...request, wholeSize: willChange, siblings }, author));
      }
      return made;
    });
  }

  #finished(jobId: number): Job {
    const job = this.#store.jobs.get(jobId);
    if (job.state !== 'finished')
      throw new ConsoleError('refused', `Job ${String(jobId)} is not finished.`, 'Resume or cancel it first.');
    // What was read from one account says nothing about the devices of another.
    const another = madeForAnother(job, this.#store.providers.get(job.providerId));
    if (another !== undefined)
      throw new ConsoleError('refused', `${another}.`, 'Put the settings back first. Nothing was queued or sent.');
    return job;
  }
}

function nothingToUndo(jobId: number, left: readonly LeftAsItIs[], steps: readonly UndoStep[]): ConsoleError {
  const skipped = steps.flatMap(({ review }) => review.problems.map(({ message }) => message));
  const reasons = [...new Set([...left.map(({ reason }) => reason), ...skipped])].slice(0, 3);
  return new ConsoleError(
    'nothing-to-do',
    `Job ${String(jobId)} has no device that can be brought back to what it was.${reasons.length === 0 ? '' : ` ${reasons.join(' ')}`}`,
    'Nothing was queued or sent.',
  );
}

/** A request with its parent's account and batches; it starts at once. */
function childRequest(
  parent: Job,
  kind: 'retry' | 'undo',
  selection: Selection,
  order: ChangeOrder,
): BulkChangeRequest {
  const { id, providerId, batchSize } = parent;
  return { providerId, selection, order, effectiveAt: null, batchSize, parent: { jobId: id, kind } };
}
