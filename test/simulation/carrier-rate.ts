/** Lanes that send through a governor to a rate limit, in virtual time: what was used of the limit, and what was refused. */
import { RateGovernor } from '../../src-main/engine/governor.ts';
import type { RateLimitOptions } from '../../src-main/simulator/options.ts';
import { seededRandom } from '../../src-main/simulator/random.ts';
import { createRateLimit } from '../../src-main/simulator/rate-limit.ts';
import { VirtualClock } from './virtual-time.ts';

export interface RateRun {
  kind: RateLimitOptions['kind'];
  perSecond: number;
  /** Requests a second that the governor starts from; null when it knows nothing. */
  learned: number | null;
  seconds: number;
  /** The limit changes to that at this second. */
  change?: { atS: number; perSecond: number };
  lanes?: number;
  latencyMs?: number;
  seed?: number;
}

export interface RateTrace {
  /** Passed and refused requests in each second. */
  passed: number[];
  refused: number[];
}

export async function simulateRate(run: RateRun): Promise<RateTrace> {
  const random = seededRandom(run.seed ?? 1);
  // Fixed windows begin on the second; a run begins anywhere in one.
  const start = 1_800_000_000_000 + Math.floor(random() * 1000);
  const clock = new VirtualClock(start);
  const governor = new RateGovernor(clock, run.learned, null);
  const options = (perSecond: number): RateLimitOptions => ({
    kind: run.kind,
    perSecond,
    windowS: 1,
    retryAfter: 'seconds',
  });
  let limit = createRateLimit(options(run.perSecond));
  const trace: RateTrace = {
    passed: new Array<number>(run.seconds).fill(0),
    refused: new Array<number>(run.seconds).fill(0),
  };
  const never = new AbortController();
  let changed = false;
  const lane = async (): Promise<void> => {
    while (!never.signal.aborted) {
      if (!(await governor.acquire(never.signal))) return;
      const latency = (run.latencyMs ?? 60) * (0.6 + 0.8 * random());
      await clock.sleep(latency / 2);
      const second = Math.floor((clock.now() - start) / 1000);
      if (run.change !== undefined && !changed && second >= run.change.atS) {
        limit = createRateLimit(options(run.change.perSecond));
        changed = true;
      }
      const wait = limit.take(clock.now());
      if (second < run.seconds) {
        if (wait === 0) trace.passed[second] = (trace.passed[second] ?? 0) + 1;
        else trace.refused[second] = (trace.refused[second] ?? 0) + 1;
      }
      await clock.sleep(latency / 2);
      if (wait === 0) governor.onAnswer();
      else governor.onThrottled(Math.max(1, Math.ceil(wait / 1000)) * 1000);
    }
  };
  for (let n = 0; n < (run.lanes ?? 8); n++) void lane();
  await clock.runUntil(start + run.seconds * 1000);
  never.abort();
  return trace;
}

/** Share of the limit that was used from one second to another, and the share of requests that were refused. */
export function usage(
  trace: RateTrace,
  perSecond: number,
  from: number,
  to: number,
): { used: number; refused: number } {
  const sum = (values: number[]): number => values.slice(from, to).reduce((total, value) => total + value, 0);
  const passed = sum(trace.passed);
  const refused = sum(trace.refused);
  return { used: passed / (perSecond * (to - from)), refused: refused / Math.max(1, passed + refused) };
}
