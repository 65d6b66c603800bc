/** Jobs: how they stand, what people do about them, and what comes of them. */
import { z } from 'zod';
import type { Review } from '../../src-main/bulk-change/create-job.ts';
import type { BulkChangeRequest } from '../../src-main/bulk-change/plan-changes.ts';
import type { LeftAsItIs } from '../../src-main/bulk-change/retry-undo.ts';
import { CHANGE_STATES } from '../../src-main/domain/changes.ts';
import { FILE_FORMATS } from '../../src-main/domain/file-formats.ts';
import { PRIORITIES } from '../../src-main/domain/jobs.ts';
import type { Waiting } from '../../src-main/domain/waiting.ts';
import type { JobProgress } from '../../src-main/monitor/progress.ts';
import type { JobSummary } from '../../src-main/reports/job-summary.ts';
import type { Change, ChangeLogEntry, JobOverlap } from '../../src-main/store/changes.ts';
import { call, id, nothing, page } from './call.ts';
import { confirmed } from './changes.ts';
import type { Exported } from './exports.ts';

export type JobView = JobSummary & {
  missedStart: boolean;
  /** Why nothing of it leaves at the moment. */
  waiting: Waiting | null;
  children: { id: number; kind: 'retry' | 'undo' | null }[];
};

/** One job of an undo, before it is made. */
export interface UndoStepView {
  review: Review;
}

/** What an undo would do: its jobs, and the devices that stay as they are. */
export interface UndoView {
  steps: UndoStepView[];
  /** The first of them. */
  left: LeftAsItIs[];
  leftCount: number;
  willChange: number;
  digest: string;
}

const decision = z.object({ jobId: id, digest: z.string().length(64), note: z.string().max(500) });

export const JOBS_CALLS = {
  'jobs.list': call<JobView[]>('read')(nothing),
  'jobs.get': call<{ job: JobView; progress: JobProgress | null }>('read')(z.object({ jobId: id })),
  'jobs.compare': call<{ first: JobView; second: JobView; overlap: JobOverlap }>('read')(
    z.object({ first: id, second: id }),
  ),
  'jobs.changes': call<{ total: number; rows: Change[] }>('read')(
    z.object({
      jobId: id,
      states: z.array(z.enum(CHANGE_STATES)),
      search: z.string().max(300),
      ...page,
    }),
  ),
  'jobs.changeLog': call<ChangeLogEntry[]>('read')(z.object({ changeId: id })),
  'jobs.setPriority': call<void>('change')(z.object({ jobId: id, priority: z.enum(PRIORITIES) })),
  'jobs.pause': call<void>('change')(z.object({ jobId: id })),
  'jobs.resume': call<void>('change')(z.object({ jobId: id })),
  'jobs.cancel': call<void>('change')(z.object({ jobId: id })),
  /** Large changes of others that wait for the person. */
  'jobs.toApprove': call<number[]>('approve')(nothing),
  /** By somebody who is not the author, of what they saw: the digest names it. */
  'jobs.approve': call<void>('approve')(decision),
  'jobs.reject': call<void>('approve')(decision),
  /** The request that a retry would start from; the window reviews it like any other. */
  'jobs.retryRequest': call<BulkChangeRequest>('change')(z.object({ jobId: id })),
  'jobs.planUndo': call<UndoView>('change')(z.object({ jobId: id })),
  'jobs.undo': call<{ jobIds: number[] }>('change')(z.object({ jobId: id, confirmed })),
  'jobs.recheck': call<void>('change')(z.object({ jobId: id })),
  /** Those that failed or are unconfirmed; what was cancelled only when it is asked for. */
  'jobs.saveFailures': call<Exported>('export')(
    z.object({ jobId: id, format: z.enum(FILE_FORMATS).optional(), withCancelled: z.boolean().optional() }),
  ),
  'jobs.saveReport': call<{ file: string | null }>('export')(z.object({ jobId: id })),
} as const;
