/** Time as a port, so that expiry and settling can be tested without waiting. */
import { uptime } from 'node:os';

export interface Clock {
  /** Milliseconds since the epoch, as the computer's clock says: for records and for dates that people set. */
  now(): number;
  /** Milliseconds since some moment in the past, for how long something took: nobody can set it forward or back. */
  elapsed(): number;
  /** Milliseconds since the computer was started: goes on over the end of a process, and nobody can set it. */
  uptime(): number;
  /**
   * Resolves after `ms`, or at once when the signal aborts (it never rejects: the caller looks at the signal). It may end
   * before a wait of weeks is over, never at once: who waits that long looks again.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A timer that is set for longer fires at once. */
const LONGEST_SLEEP_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  uptime: () => uptime() * 1000,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(Math.max(0, ms), LONGEST_SLEEP_MS));
      signal?.addEventListener('abort', done, { once: true });
    }),
};

/** UTC ISO 8601, the only form in which times are stored. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
