/** Time as a port, so that expiry and settling can be tested without waiting. */
export interface Clock {
  /** Milliseconds since the epoch, as the computer's clock says: for records and for dates that people set. */
  now(): number;
  /** Milliseconds since some moment in the past, for how long something took: nobody can set it forward or back. */
  elapsed(): number;
  /** Resolves after `ms`, or at once when the signal aborts (it never rejects: the caller looks at the signal). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
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
      const timer = setTimeout(done, Math.max(0, ms));
      signal?.addEventListener('abort', done, { once: true });
    }),
};

/** UTC ISO 8601, the only form in which times are stored. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
