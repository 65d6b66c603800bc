/** Ways to keep to a carrier's limit: ours, and those that people would take from npm, each used as its manual says. */
import { DefaultRateLimiter } from '@smithy/util-retry';
import Bottleneck from 'bottleneck';
import pThrottle from 'p-throttle';
import { systemClock } from '../../src-main/domain/clock.ts';
import { RateLimiter } from '../../src-main/engine/rate-limiter.ts';

/**
 * One call to the carrier.
 * @returns how long it asks to wait when it refuses, milliseconds; null when it does not say, 0 when the call passed
 */
export type Call = () => Promise<number | null>;

export interface Limiter {
  /** Makes the call when it may leave; one lane waits for it before the next. */
  run(call: Call): Promise<void>;
}

/** @param limit what the limiter is told of the carrier's limit, requests a second; null when nothing is known */
export type LimiterFactory = (limit: number | null, lanes: number) => Limiter;

export const governor: LimiterFactory = (limit) => {
  const own = new RateLimiter(systemClock, limit, null);
  return {
    run: async (call) => {
      const departure = await own.acquire();
      const wait = await call();
      if (wait === 0) own.onAnswer(departure);
      else own.onThrottled(departure, wait ?? undefined);
    },
  };
};

/** Cannot find a limit out: it is given one. The lane that is refused waits as long as it was asked to. */
export const bottleneck: LimiterFactory = (limit, lanes) => {
  const limiter = new Bottleneck({
    maxConcurrent: lanes,
    reservoir: limit,
    reservoirRefreshAmount: limit,
    reservoirRefreshInterval: 1000,
  });
  return { run: async (call) => waitIfRefused(await limiter.schedule(call)) };
};

/** As {@link bottleneck}. */
export const pThrottleStrict: LimiterFactory = (limit) => {
  const throttled = pThrottle({ limit: limit ?? Infinity, interval: 1000, strict: true })((call: Call) => call());
  return { run: async (call) => waitIfRefused(await throttled(call)) };
};

/** The AWS SDK's adaptive mode: finds the limit out by itself, and cannot be told one. */
export const awsAdaptive: LimiterFactory = () => {
  const limiter = new DefaultRateLimiter();
  return {
    run: async (call) => {
      await limiter.getSendToken();
      const wait = await call();
      limiter.updateClientSendingRate(wait === 0 ? {} : { errorType: 'THROTTLING' });
      await waitIfRefused(wait);
    },
  };
};

/** Who is not told for how long waits a second. */
async function waitIfRefused(asked: number | null): Promise<void> {
  const ms = asked ?? 1000;
  if (ms > 0) await systemClock.sleep(ms);
}
