/** Lanes that send through a limiter to a rate limit, in virtual time: what was used of the limit, and what was refused. */
import { systemClock } from '../../src-main/domain/clock.ts';
import type { RateLimitOptions } from '../../src-main/simulator/options.ts';
import { seededRandom } from '../../src-main/simulator/random.ts';
import { createRateLimit } from '../../src-main/simulator/rate-limit.ts';
import { governor, type LimiterFactory } from './limiters.ts';
import { inVirtualTime } from './virtual-time.ts';

export interface RateRun {
  kind: RateLimitOptions['kind'];
  perSecond: number;
  /** The limit that the limiter is told; null when it knows nothing. */
  known: number | null;
  seconds: number;
  /** The limit changes to that at this second. */
  change?: { atS: number; perSecond: number };
  /** From one second to another everything is refused, and no time is named: a carrier in trouble. */
  storm?: { fromS: number; toS: number };
  /** At that second one request is refused, whatever the limit; `askMs` is what it is asked to wait. */
  refusedOnce?: { atS: number; askMs: number | null };
  /** Somebody else sends too, so many requests a second, and does not care. */
  others?: number;
  /** Length of a window, or depth of the bucket as seconds of refill; 1 when it is not given. */
  windowS?: number;
  lanes?: number;
  latencyMs?: number;
  /** How far a call's time strays from the latency, as a share of it. */
  jitter?: number;
  seed?: number;
  limiter?: LimiterFactory;
}

export interface RateTrace {
  /** Passed and refused requests in each second. */
  passed: number[];
  refused: number[];
}

export async function simulateRate(run: RateRun): Promise<RateTrace> {
  const { kind, seconds, change, lanes = 8, latencyMs = 60, jitter = 0.1, windowS = 1 } = run;
  const random = seededRandom(run.seed ?? 1);
  // Fixed windows begin on the second; a run begins anywhere in one.
  const start = 1_800_000_000_000 + Math.floor(random() * 1000);
  const trace: RateTrace = {
    passed: new Array<number>(seconds).fill(0),
    refused: new Array<number>(seconds).fill(0),
  };
  await inVirtualTime(start, async (time) => {
    const limiter = (run.limiter ?? governor)(run.known, lanes);
    const limitOf = (perSecond: number) => createRateLimit({ kind, perSecond, windowS, retryAfter: 'seconds' });
    const first = limitOf(run.perSecond);
    const later = change && { atS: change.atS, limit: limitOf(change.perSecond) };
    const limitAt = (second: number) => (later !== undefined && second >= later.atS ? later.limit : first);
    let refusedOnce = false;
    const call = async (): Promise<number | null> => {
      const oneWay = (latencyMs * (1 - jitter + 2 * jitter * random())) / 2;
      await systemClock.sleep(oneWay);
      const second = Math.floor((Date.now() - start) / 1000);
      const once = run.refusedOnce !== undefined && !refusedOnce && second >= run.refusedOnce.atS;
      if (once || (run.storm !== undefined && second >= run.storm.fromS && second < run.storm.toS)) {
        refusedOnce ||= once;
        if (second < seconds) trace.refused[second] = (trace.refused[second] ?? 0) + 1;
        await systemClock.sleep(oneWay);
        return once ? (run.refusedOnce?.askMs ?? null) : null;
      }
      const wait = limitAt(second).take(Date.now());
      const counted = wait === 0 ? trace.passed : trace.refused;
      if (second < seconds) counted[second] = (counted[second] ?? 0) + 1;
      await systemClock.sleep(oneWay);
      return Math.ceil(wait / 1000) * 1000;
    };
    let ended = false;
    const lane = async (): Promise<void> => {
      while (!ended) await limiter.run(call);
    };
    for (let n = 0; n < lanes; n++) void lane();
    const other = async (perSecond: number): Promise<void> => {
      while (!ended) {
        await systemClock.sleep((2 * random() * 1000) / perSecond);
        limitAt(Math.floor((Date.now() - start) / 1000)).take(Date.now());
      }
    };
    if (run.others !== undefined) void other(run.others);
    await time.until(start + seconds * 1000);
    ended = true;
  });
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
