import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src-main/domain/clock.ts';
import { RateGovernor } from '../../src-main/engine/governor.ts';
import { backOffMs, verdictOn } from '../../src-main/engine/retry-policy.ts';
import { createRateLimit } from '../../src-main/simulator/rate-limit.ts';
import { seededRandom } from '../../src-main/simulator/random.ts';
import { CarrierError } from '../../src-main/thingspace/carrier-error.ts';

/** Time that passes only when somebody sleeps. */
function simulatedClock(): Clock & { at: number } {
  const clock = {
    at: 1_000_000,
    now: () => clock.at,
    sleep: (ms: number) => {
      clock.at += ms;
      return Promise.resolve();
    },
  };
  return clock;
}

const never = new AbortController().signal;

describe('the governor', () => {
  it.each(['token-bucket', 'fixed-window', 'sliding-window'] as const)(
    'finds a limit of 20 requests a second (%s) and stays near it',
    async (kind) => {
      const clock = simulatedClock();
      const governor = new RateGovernor(clock, null, null);
      const limit = createRateLimit({ kind, perSecond: 20, windowS: 1, retryAfter: 'seconds' });
      const start = clock.at;
      let passed = 0;
      let refused = 0;
      while (clock.at - start < 120_000) {
        await governor.acquire(never);
        const wait = limit.take(clock.at);
        if (wait === 0) {
          passed++;
          governor.onAnswer();
        } else {
          refused++;
          governor.onThrottled(Math.max(1000, Math.ceil(wait / 1000) * 1000));
        }
      }
      expect(passed / 120).toBeGreaterThan(13);
      expect(refused / (passed + refused)).toBeLessThan(0.05);
    },
  );

  it('keeps every lane waiting for as long as the carrier asked', async () => {
    const clock = simulatedClock();
    const governor = new RateGovernor(clock, 10, null);
    governor.onThrottled(5000);
    const before = clock.at;
    await governor.acquire(never);
    expect(clock.at - before).toBeGreaterThanOrEqual(5000);
  });

  it('never passes a cap set by hand', async () => {
    const clock = simulatedClock();
    const governor = new RateGovernor(clock, null, 2);
    const start = clock.at;
    for (let n = 0; n < 50; n++) {
      await governor.acquire(never);
      governor.onAnswer();
    }
    expect((clock.at - start) / 1000).toBeGreaterThanOrEqual(24);
  });

  it('lets nothing leave after an abort', async () => {
    const abort = new AbortController();
    const governor = new RateGovernor(simulatedClock(), 10, null);
    abort.abort();
    expect(await governor.acquire(abort.signal)).toBe(false);
  });
});

describe('the retry policy', () => {
  it('has one verdict for each kind of error', () => {
    const verdict = (kind: CarrierError['kind'], size: number) => verdictOn(new CarrierError(kind, ''), size).do;
    expect(verdict('throttled', 5)).toBe('requeue');
    expect(verdict('not-sent', 5)).toBe('wait-for-network');
    expect(verdict('ambiguous', 5)).toBe('read-back');
    expect(verdict('unexpected', 5)).toBe('read-back');
    expect([verdict('device', 5), verdict('device', 1)]).toEqual(['split', 'reject']);
    expect([verdict('unknown', 2), verdict('unknown', 1)]).toEqual(['split', 'reject']);
    expect(verdictOn(new CarrierError('too-many', ''), 101)).toEqual({ do: 'shrink', to: 51 });
    expect(verdict('too-many', 1)).toBe('reject');
    expect(verdict('configuration', 5)).toBe('stop');
    expect(verdict('credentials', 5)).toBe('stop');
    expect(verdict('on-hold', 5)).toBe('hold');
  });

  it('waits longer each time, with jitter, and never more than a minute', () => {
    const random = seededRandom(7);
    for (let attempt = 0; attempt < 30; attempt++) {
      const wait = backOffMs(attempt, random);
      expect(wait).toBeGreaterThanOrEqual(250);
      expect(wait).toBeLessThanOrEqual(60_250);
    }
    expect(backOffMs(0, () => 0.99)).toBeLessThan(backOffMs(4, () => 0.99));
  });
});
