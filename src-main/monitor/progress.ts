/** Turns the engine's events into what people watch: rates, the error rate, and when it will be done. */
import type { StateCounts } from '../domain/changes.ts';
import type { Clock } from '../domain/clock.ts';
import type { Waiting } from '../domain/waiting.ts';
import { jobCounts, progressOf, type JobCounts } from '../domain/jobs.ts';

export interface JobProgress {
  jobId: number;
  states: StateCounts;
  counts: JobCounts;
  /** 0 to 1; never goes back. */
  share: number;
  /** Outcomes a second over the last seconds. */
  outcomesPerSecond: number;
  acceptedPerSecond: number;
  /** Failed out of those with an outcome, 0 to 1. */
  errorRate: number;
  /** Seconds until all have an outcome at the present rate; null when it cannot be said. */
  etaS: number | null;
  requestsPerSecond: number;
  throttled: number;
  /** Why nothing leaves at the moment; null when something may. */
  waiting: Waiting | null;
  localSyncFailures: number;
}

/** What a run says after each answer. */
export interface ProgressInput {
  jobId: number;
  counts: StateCounts;
  rateLimiter: { requestsPerSecond: number; throttled: number };
  waiting: Waiting | null;
  localSyncFailures: number;
}

const WINDOW_MS = 10_000;

interface Sample {
  at: number;
  outcomes: number;
  accepted: number;
}

export class ProgressMonitor {
  readonly #clock: Clock;
  readonly #jobs = new Map<number, { samples: Sample[]; latest: JobProgress }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes an event in. @returns the progress as people see it */
  update(input: ProgressInput): JobProgress {
    const now = this.#clock.now();
    const counts = jobCounts(input.counts);
    const known = this.#jobs.get(input.jobId);
    const samples = known?.samples ?? [];
    const outcomes = counts.total - counts.open;
    samples.push({ at: now, outcomes, accepted: outcomes + input.counts.accepted });
    while (samples.length > 2 && samples[1] !== undefined && samples[1].at < now - WINDOW_MS) samples.shift();
    const oldest = samples[0];
    const seconds = oldest === undefined ? 0 : (now - oldest.at) / 1000;
    const rate = (pick: (sample: Sample) => number): number => {
      const newest = samples.at(-1);
      return seconds < 0.5 || oldest === undefined || newest === undefined
        ? 0
        : Math.max(0, (pick(newest) - pick(oldest)) / seconds);
    };
    const outcomesPerSecond = rate((sample) => sample.outcomes);
    const progress: JobProgress = {
      jobId: input.jobId,
      states: input.counts,
      counts,
      share: Math.max(known?.latest.share ?? 0, progressOf(counts)),
      outcomesPerSecond,
      acceptedPerSecond: rate((sample) => sample.accepted),
      errorRate: counts.processed + counts.error === 0 ? 0 : counts.error / (counts.processed + counts.error),
      etaS: outcomesPerSecond > 0 ? Math.ceil(counts.open / outcomesPerSecond) : null,
      requestsPerSecond: input.rateLimiter.requestsPerSecond,
      throttled: input.rateLimiter.throttled,
      waiting: input.waiting,
      localSyncFailures: input.localSyncFailures,
    };
    this.#jobs.set(input.jobId, { samples, latest: progress });
    return progress;
  }

  /** The newest progress of a job that runs, or ran, in this process. */
  latest(jobId: number): JobProgress | undefined {
    return this.#jobs.get(jobId)?.latest;
  }

  /** A run begins: its rates do not go on from the last one's. */
  reset(jobId: number): void {
    this.#jobs.delete(jobId);
  }
}
