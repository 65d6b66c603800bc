/** Jobs that come of a finished one: retry what failed, or bring each device back to what it was. */
import { ConsoleError } from '../domain/errors.ts';
import type { ChangeState } from '../domain/changes.ts';
import { orderOf, type ChangeOrder } from '../domain/change-order.ts';
import type { Store } from '../store/index.ts';
import type { Job } from '../store/jobs.ts';
import { checkConfirmed, type BulkChanges, type Review } from './bulk-change.ts';
import type { BulkChangeRequest, Selection } from './planning.ts';
import { routeChange } from './router.ts';

/** What a retry takes up. Unconfirmed changes are none of it: the carrier has them, and they are re-checked first. */
const RETRIED: readonly ChangeState[] = ['rejected', 'failed', 'cancelled'];

/** One job of an undo: the devices that had the same value. */
export interface UndoStep {
  request: BulkChangeRequest;
  review: Review;
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
   * What an undo would do: a change request takes one value, so there is one job for each former one. An undone rate plan
   * costs one of the month's plan changes of its devices.
   * @throws ConsoleError `refused` when no device was changed, or none has a former value that can be given back
   */
  planUndo(jobId: number): UndoStep[] {
    const job = this.#finished(jobId);
    const rules = routeChange(orderOf(job), this.#store, job.providerId);
    const former = new Map<string, { order: ChangeOrder; deviceIds: number[] }>();
    for (const change of this.#store.changes.inState(jobId, ['confirmed'])) {
      if (change.fromValue === null || change.deviceId === null) continue;
      const step = former.get(change.fromValue);
      const order = step?.order ?? rules.undo(change.fromValue);
      if (step !== undefined) step.deviceIds.push(change.deviceId);
      else if (order !== undefined) former.set(change.fromValue, { order, deviceIds: [change.deviceId] });
    }
    if (former.size === 0)
      throw new ConsoleError(
        'refused',
        `Job ${String(jobId)} changed no device that can be brought back to what it was.`,
        'There is nothing to undo.',
      );
    return [...former.values()]
      .sort((a, b) => b.deviceIds.length - a.deviceIds.length)
      .map(({ order, deviceIds }) => {
        const request = childRequest(job, 'undo', { deviceIds, identifiers: [] }, order);
        return { request, review: this.#bulkChanges.review(request) };
      });
  }

  /**
   * Queues the jobs of an undo; steps in which no device would change are left out.
   * @param confirmed how many devices a person was told will change, if one was
   * @throws ConsoleError `refused`
   */
  undo(jobId: number, author: string, confirmed?: number): Job[] {
    const steps = this.planUndo(jobId).filter((step) => step.review.willChange > 0);
    const wholeSize = steps.reduce((sum, step) => sum + step.review.willChange, 0);
    checkConfirmed(confirmed, wholeSize);
    return this.#store.transaction(() =>
      steps.map((step) => this.#bulkChanges.create({ ...step.request, wholeSize }, author)),
    );
  }

  #finished(jobId: number): Job {
    const job = this.#store.jobs.get(jobId);
    if (job.state !== 'finished')
      throw new ConsoleError('refused', `Job ${String(jobId)} is not finished.`, 'Resume or cancel it first.');
    return job;
  }
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
