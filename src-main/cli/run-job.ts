/** Runs one job to its end on the command line, with progress, and tells what became of it. */
import type { App } from '../app.ts';
import { ConsoleError } from '../domain/errors.ts';
import { counted } from '../domain/counted.ts';
import { STATUS_OF } from '../domain/changes.ts';
import type { BulkStatus, JobCounts } from '../domain/jobs.ts';
import { waitingSeen, waitingText, type Waiting } from '../domain/waiting.ts';
import { summarize } from '../reports/job-summary.ts';
import { isEngineRunning } from '../store/engine-lock.ts';
import type { Job } from '../store/jobs.ts';
import { note, print, printTable, progressLine } from './output.ts';

export interface JobResult {
  jobId: number;
  status: BulkStatus;
  counts: Omit<JobCounts, 'open'>;
  open: number;
  state: string;
  reason: string | null;
  /** Why nothing of it leaves at the moment; null when it runs freely or has ended. */
  waiting: Waiting | null;
  report: string | null;
}

/** Why nothing of a job leaves, as it is seen from here. @param isAttended whether some console runs jobs of this data folder */
export function waitingOf(app: App, job: Job, isAttended = (): boolean => isEngineRunning(app.home)): Waiting | null {
  return waitingSeen(app.engine.waitingOf(job), job, app.clock.now(), isAttended);
}

/** @param isAttended as for {@link waitingOf} */
export function jobResult(app: App, jobId: number, isAttended?: () => boolean): JobResult {
  const { job, status, counts } = summarize(app.store, app.store.jobs.get(jobId));
  const { open, ...shown } = counts;
  return {
    jobId,
    status,
    counts: shown,
    open,
    state: job.state,
    reason: job.stopReason,
    waiting: waitingOf(app, job, isAttended),
    report: job.reportFolder,
  };
}

/** A moment in the computer's own time. @param iso UTC ISO 8601 */
export function localTime(iso: string): string {
  return new Date(iso).toLocaleString('en-US', { dateStyle: 'medium', timeStyle: 'short' });
}

/** Ctrl+C, a request to end, a closed terminal. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Starts the job that is waiting and follows it. Ctrl+C ends the run so that it can be resumed.
 * @param start puts the job into the engine's hands, once the engine is there
 * @throws ConsoleError `store` when the store took nothing, so that the end of the run is not on disk
 */
export async function followJob(app: App, jobId: number, start: () => void): Promise<JobResult> {
  const bar = progressLine(`job ${String(jobId)}`);
  const unlisten = app.engine.listen((event) => {
    if (event.kind === 'alert' && (event.jobId === jobId || event.jobId === null)) note(`! ${event.message}`);
    if (event.kind !== 'progress' || event.jobId !== jobId) return;
    const { counts, states, requestsPerSecond, waiting: wait } = app.progress.update(event);
    // The allowed rate is no word on what leaves.
    const pace =
      wait === null ? `, up to ${requestsPerSecond.toFixed(1)} requests/s` : `. ${waitingText(wait, localTime)}`;
    bar.update(
      counts.total - counts.open,
      counts.total,
      `${counts.total === 1 ? 'device' : 'devices'} done, ${String(states.confirmed)} confirmed, ${String(states.accepted)} accepted, ${counted(counts.error, 'error')}${pace}`,
    );
  });
  const interrupt = (): void => {
    note(`\nending job ${String(jobId)}: answers under way are written down …`);
    void app.engine.stop();
  };
  for (const signal of ENDING) process.once(signal, interrupt);
  try {
    start();
    const outcome = await app.engine.whenEnded(jobId);
    if (outcome?.how === 'unwritten' || outcome?.how === 'not-begun')
      throw new ConsoleError(
        'store',
        outcome.reason ?? 'The data file takes nothing.',
        `Go on with: jobs resume ${String(jobId)}`,
      );
  } finally {
    for (const signal of ENDING) process.off(signal, interrupt);
    unlisten();
    bar.end();
  }
  return jobResult(app, jobId);
}

export function printResult(app: App, result: JobResult): void {
  const { counts } = result;
  const job = app.store.jobs.get(result.jobId);
  // A resume would start it before its date, or be refused.
  const waits = job.state === 'awaiting-approval' || (job.state === 'scheduled' && result.waiting?.cause !== 'overdue');
  print(`job ${String(result.jobId)}: ${result.status}`);
  printTable(
    ['total', 'processed', 'error', 'skipped', 'unconfirmed', 'cancelled', 'open'],
    [[counts.total, counts.processed, counts.error, counts.skipped, counts.unconfirmed, counts.cancelled, result.open]],
  );
  for (const { code, reason, count } of app.store.changes.topReasons(result.jobId, 10)) {
    print(`  ${String(count)} × ${reason}${code === null ? '' : ` (${code})`}`);
  }
  if (result.reason !== null) print(`stopped: ${result.reason}`);
  else if (result.waiting !== null) print(waitingText(result.waiting, localTime));
  const runs = (job.state === 'running' || job.state === 'ready') && result.waiting?.cause !== 'unattended';
  if (result.open > 0 && !waits)
    print(
      `${counted(result.open, 'change')} ${result.open === 1 ? 'is' : 'are'} still open; ${runs ? 'another console runs the job.' : `nothing is lost. Go on with: jobs resume ${String(result.jobId)}`}`,
    );
  if (result.report !== null) print(`report: ${result.report}`);
}

export interface NotChanged {
  identifier: string;
  status: string;
  code: string | null;
  reason: string | null;
}

/** Every device that failed, with the carrier's reason. */
export function notChanged(app: App, jobId: number): NotChanged[] {
  return app.store.changes.inState(jobId, ['rejected', 'failed', 'unconfirmed']).map((change) => ({
    identifier: change.identifier.id,
    status: STATUS_OF[change.state],
    code: change.reasonCode,
    reason: change.reason,
  }));
}
