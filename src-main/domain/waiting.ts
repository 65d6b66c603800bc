/** Why nothing of a job leaves at the moment: one cause, in the words of window, command line and records. */

import type { JobState } from './jobs.ts';

export type WaitCause =
  /** The carrier asked to slow down. */
  | 'throttled'
  /** The carrier cannot be reached. */
  | 'unreachable'
  /** The carrier answers, and not with what was asked for. */
  | 'unreadable'
  /** Outside of the maintenance windows. */
  | 'window'
  /** Another job of the account runs. */
  | 'behind'
  | 'approval'
  /** Its date has not come. */
  | 'scheduled'
  /** One of its own rules paused it: too many failures, or the trial is done. */
  | 'rule'
  /** A person paused it. */
  | 'person'
  /** Something must be mended first. */
  | 'stopped'
  /** The console ended while it ran. */
  | 'interrupted'
  /** The disk or the data file takes nothing. */
  | 'disk'
  /** It would run, but no console is there that runs it: the last one was killed. */
  | 'unattended'
  /** Its date came, and no console started it. */
  | 'overdue';

export interface Waiting {
  cause: WaitCause;
  /** UTC ISO 8601: until when, if that is known. */
  until: string | null;
  /** UTC ISO 8601: since when, if that is known. */
  since: string | null;
  /** The job that it waits behind. */
  jobId: number | null;
  /** What the carrier asked for, when it is longer than the console waits before it asks again. UTC ISO 8601. */
  askedUntil: string | null;
}

export function waiting(cause: WaitCause, facts: Partial<Omit<Waiting, 'cause'>> = {}): Waiting {
  return { until: null, since: null, jobId: null, askedUntil: null, ...facts, cause };
}

/**
 * What somebody who looks sees: a record says what the console thought that wrote it last, and that one may be gone.
 * @param now milliseconds since the epoch
 * @param isAttended whether some console runs the jobs of this data folder
 */
export function waitingSeen(
  wait: Waiting | null,
  { state, effectiveAt }: { state: JobState; effectiveAt: string | null },
  now: number,
  isAttended: () => boolean,
): Waiting | null {
  if (state === 'scheduled' && effectiveAt !== null && Date.parse(effectiveAt) < now)
    return waiting('overdue', { since: effectiveAt });
  if ((state === 'running' || state === 'ready') && !isAttended()) return waiting('unattended');
  return wait;
}

/** @param formatTime shows a moment in the person's own time */
export function waitingText(wait: Waiting, formatTime: (iso: string) => string): string {
  const until = wait.until === null ? '' : ` until ${formatTime(wait.until)}`;
  const since = wait.since === null ? '' : ` since ${formatTime(wait.since)}`;
  switch (wait.cause) {
    case 'throttled':
      return wait.askedUntil === null
        ? `The carrier asked to wait${until}.`
        : `The carrier asked to wait until ${formatTime(wait.askedUntil)}. The console asks again${wait.until === null ? '' : ` at ${formatTime(wait.until)}`}.`;
    case 'unreachable':
      return `The carrier cannot be reached${since}. The console keeps trying.`;
    case 'unreadable':
      return `The carrier’s answers cannot be read${since}. The console keeps trying.`;
    case 'window':
      return `Outside the maintenance window${wait.until === null ? '' : `, which opens ${formatTime(wait.until)}`}.`;
    case 'behind':
      return wait.jobId === null ? 'Another job runs first.' : `Waits behind job ${String(wait.jobId)}.`;
    case 'approval':
      return 'Waits for approval.';
    case 'scheduled':
      return wait.until === null ? 'Scheduled.' : `Starts ${formatTime(wait.until)}.`;
    case 'rule':
      return 'Paused by one of its own limits.';
    case 'person':
      return 'Paused by an operator.';
    case 'stopped':
      return 'Stopped. It can be resumed once the cause is fixed.';
    case 'interrupted':
      return 'Interrupted when the console closed. Resume it to go on.';
    case 'unattended':
      return 'No console is running it. Resume it to go on.';
    case 'overdue':
      return `Should have started${wait.since === null ? '' : ` ${formatTime(wait.since)}`}, but no console started it. Resume it to start it now.`;
    case 'disk':
      return `The data file cannot be written${until}. The console tries again by itself.`;
  }
}
