/** Jobs that come of a finished one: retry what failed, or bring each device back to its former plan. */
import { ConsoleError } from '../domain/errors.ts';
import type { ChangeState } from '../domain/changes.ts';
import type { Store } from '../store/index.ts';
import type { Job } from '../store/jobs.ts';
import type { BulkChanges, Review } from './bulk-change.ts';
import type { BulkChangeRequest } from './planning.ts';

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
    const request = this.#request(job, job.target, 'retry', RETRIED);
    if (request.selection.deviceIds.length + request.selection.identifiers.length === 0) {
      throw new ConsoleError(
        'refused',
        `Nothing failed in job ${String(jobId)}.`,
        'Unconfirmed devices are re-checked instead.',
      );
    }
    return request;
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
        const request: BulkChangeRequest = {
          providerId: job.providerId,
          selection: { deviceIds, identifiers: [] },
          planCode,
          effectiveAt: null,
          batchSize: job.batchSize,
          parent: { jobId, kind: 'undo' },
        };
        return { request, review: this.#bulkChanges.review(request) };
      });
  }

  /** Queues the jobs of an undo; steps in which no device would change are left out. @throws ConsoleError `refused` */
  undo(jobId: number, author: string): Job[] {
    const steps = this.planUndo(jobId).filter((step) => step.review.willChange > 0);
    return this.#store.transaction(() => steps.map((step) => this.#bulkChanges.create(step.request, author)));
  }

  #request(job: Job, planCode: string, kind: 'retry' | 'undo', states: readonly ChangeState[]): BulkChangeRequest {
    const changes = this.#store.changes.inState(job.id, states);
    return {
      providerId: job.providerId,
      selection: {
        deviceIds: changes.flatMap((change) => change.deviceId ?? []),
        identifiers: changes.filter((change) => change.deviceId === null).map((change) => change.identifier),
      },
      planCode,
      effectiveAt: null,
      batchSize: job.batchSize,
      parent: { jobId: job.id, kind },
    };
  }

  #finished(jobId: number): Job {
    const job = this.#store.jobs.get(jobId);
    if (job.state !== 'finished')
      throw new ConsoleError('refused', `Job ${String(jobId)} is not finished.`, 'Resume or cancel it first.');
    return job;
  }
}
