/** Jobs that come of a finished one: retry what failed, or bring each device back to its former plan. */
import { ConsoleError } from '../domain/errors.ts';
import type { ChangeState } from '../domain/changes.ts';
import type { Store } from '../store/index.ts';
import type { Job } from '../store/jobs.ts';
import type { BulkChanges, Review } from './bulk-change.ts';
import type { BulkChangeRequest, Selection } from './planning.ts';

/** What a retry takes up. Unconfirmed changes are none of it: the carrier has them, and they are re-checked first. */
const RETRIED: readonly ChangeState[] = ['rejected', 'failed', 'cancelled'];

/** One job of an undo: the devices that came from one plan. */
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
    return childRequest(job, 'retry', selection, job.target);
  }

  /**
   * What an undo would do: a change takes one plan, so there is one job for each former plan. Each costs one of the
   * month's plan changes of its devices.
   * @throws ConsoleError `refused` when no device was changed, or none has a known former plan
   */
  planUndo(jobId: number): UndoStep[] {
    const job = this.#finished(jobId);
    const former = new Map<string, number[]>();
    for (const change of this.#store.changes.inState(jobId, ['confirmed'])) {
      if (change.fromPlan === null || change.deviceId === null) continue;
      const devices = former.get(change.fromPlan) ?? [];
      devices.push(change.deviceId);
      former.set(change.fromPlan, devices);
    }
    if (former.size === 0)
      throw new ConsoleError(
        'refused',
        `Job ${String(jobId)} changed no device whose former plan is known.`,
        'There is nothing to undo.',
      );
    return [...former]
      .sort(([, a], [, b]) => b.length - a.length)
      .map(([planCode, deviceIds]) => {
        const request = childRequest(job, 'undo', { deviceIds, identifiers: [] }, planCode);
        return { request, review: this.#bulkChanges.review(request) };
      });
  }

  /** Queues the jobs of an undo; steps in which no device would change are left out. @throws ConsoleError `refused` */
  undo(jobId: number, author: string): Job[] {
    const steps = this.planUndo(jobId).filter((step) => step.review.willChange > 0);
    return this.#store.transaction(() => steps.map((step) => this.#bulkChanges.create(step.request, author)));
  }

  #finished(jobId: number): Job {
    const job = this.#store.jobs.get(jobId);
    if (job.state !== 'finished')
      throw new ConsoleError('refused', `Job ${String(jobId)} is not finished.`, 'Resume or cancel it first.');
    return job;
  }
}

/** A request with its parent's account and batches; it starts at once. */
function childRequest(parent: Job, kind: 'retry' | 'undo', selection: Selection, planCode: string): BulkChangeRequest {
  const { id, providerId, batchSize } = parent;
  return { providerId, selection, planCode, effectiveAt: null, batchSize, parent: { jobId: id, kind } };
}
