/** A job in figures, for lists, pages and reports; all of it from the store. */
import { valueText } from '../domain/change-order.ts';
import type { StateCounts } from '../domain/changes.ts';
import { bulkStatus, jobCounts, type BulkStatus, type JobCounts } from '../domain/jobs.ts';
import type { Approval } from '../store/approvals.ts';
import type { Store } from '../store/index.ts';
import type { Job } from '../store/jobs.ts';

export interface JobSummary {
  job: Job;
  provider: string;
  accountName: string;
  /** What the devices get, in words. */
  targetName: string;
  status: BulkStatus;
  counts: JobCounts;
  states: StateCounts;
  localSyncFailures: number;
  requests: { change: number; readBack: number };
  /** What second persons decided about it. */
  approvals: Approval[];
  reasons: { code: string | null; reason: string; count: number }[];
}

export function summarize(store: Store, job: Job): JobSummary {
  const provider = store.providers.get(job.providerId);
  const states = store.changes.counts(job.id);
  const counts = jobCounts(states);
  return {
    job,
    provider: provider.name,
    accountName: provider.accountName,
    targetName:
      (job.type === 'carrier-rate-plan' ? store.plans.find(job.providerId, job.target)?.name : undefined) ??
      valueText(job.type, job.target),
    status: bulkStatus(job.state, counts, job.wanted === 'cancel'),
    counts,
    states,
    localSyncFailures: store.changes.localSyncFailures(job.id),
    requests: store.attempts.count(job.id),
    approvals: store.approvals.ofJob(job.id),
    reasons: store.changes.topReasons(job.id, 20),
  };
}
