/** A job is one bulk change: its control state (what the engine does with it) and its bulk status (what became of it). */
import { OPEN_STATES, type StateCounts } from './changes.ts';

/** Devices of the largest bulk change, and of the longest list of them: what inventory and engine are built for. */
export const MAX_DEVICES = 1_000_000;

export const JOB_STATES = [
  'awaiting-approval',
  'scheduled',
  'ready',
  'running',
  'paused',
  'interrupted',
  'stopped',
  'finished',
] as const;
/**
 * - `awaiting-approval`: waits for a second person; nothing was sent
 * - `scheduled`: waits for its effective date; `ready`: waits for the engine; `running`
 * - `paused`: a person paused it; `interrupted`: the console ended while it ran
 * - `stopped`: the engine stopped it for a reason that a person must mend (account, credentials, plan)
 * - `finished`: nothing is left to do
 */
export type JobState = (typeof JOB_STATES)[number];

/** Which of a service provider's jobs runs first; one of a higher priority makes a running one step back. */
export const PRIORITIES = ['low', 'normal', 'high'] as const;
export type Priority = (typeof PRIORITIES)[number];

export const BULK_STATUSES = ['QUEUED', 'PROCESSING', 'PROCESSED', 'ERROR', 'PARTIAL'] as const;
export type BulkStatus = (typeof BULK_STATUSES)[number];

/** The six figures that every view, report and the command line show; they always sum to `total` with `open`. */
export interface JobCounts {
  total: number;
  processed: number;
  error: number;
  skipped: number;
  unconfirmed: number;
  cancelled: number;
  /** Queued or under way. Zero once the job has finished. */
  open: number;
}

/** Folds the counts by state into the figures that people see. */
export function jobCounts(states: StateCounts): JobCounts {
  const open = OPEN_STATES.reduce((sum, state) => sum + states[state], 0);
  const error = states.rejected + states.failed;
  const { confirmed: processed, skipped, unconfirmed, cancelled } = states;
  return {
    total: processed + error + skipped + unconfirmed + cancelled + open,
    processed,
    error,
    skipped,
    unconfirmed,
    cancelled,
    open,
  };
}

/**
 * The bulk record's status. PROCESSED only when every device that was to change is confirmed by the carrier's record;
 * ERROR when none is and at least one failed; anything between is PARTIAL.
 * @param isCancelled nothing more of it is sent: what is open was sent, and its outcome is not known yet
 */
export function bulkStatus(state: JobState, counts: JobCounts, isCancelled = false): BulkStatus {
  if (isCancelled && counts.open > 0) return 'PROCESSING';
  const untouched = counts.open === counts.total - counts.skipped;
  if (state === 'awaiting-approval' || state === 'scheduled' || state === 'ready')
    return untouched ? 'QUEUED' : 'PROCESSING';
  if (counts.open > 0 && state !== 'stopped') return 'PROCESSING';
  const short = counts.error + counts.unconfirmed + counts.cancelled + counts.open;
  if (short === 0) return 'PROCESSED';
  return counts.processed === 0 && counts.error + counts.open > 0 && counts.unconfirmed === 0 && counts.cancelled === 0
    ? 'ERROR'
    : 'PARTIAL';
}

/** Share of changes that have an outcome, 0 to 1. */
export function progressOf(counts: JobCounts): number {
  return counts.total === 0 ? 1 : (counts.total - counts.open) / counts.total;
}
