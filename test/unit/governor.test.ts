import { describe, expect, it, vi } from 'vitest';
import { systemClock, type Clock } from '../../src-main/domain/clock.ts';
import { LONGEST_WAIT_MS, plausibleRate, RateLimiter } from '../../src-main/engine/rate-limiter.ts';
import { backOffMs, verdictOn } from '../../src-main/engine/error-policy.ts';
import { seededRandom } from '../../src-main/simulator/random.ts';
import { simulateRate, usage } from '../simulation/carrier-rate.ts';
import { CarrierError } from '../../src-main/thingspace/carrier-error.ts';

/** Time that passes only when somebody sleeps. */
function simulatedClock(): Clock & { at: number } {
  const clock = {
    at: 1_000_000,
    now: () => clock.at,
    elapsed: () => clock.at,
    uptime: () => clock.at,
    sleep: (ms: number) => {
      clock.at += ms;
      return Promise.resolve();
    },
  };
  return clock;
}

const KINDS = ['token-bucket', 'fixed-window', 'sliding-window'] as const;

describe('the governor, in virtual time', () => {
  it.each(KINDS)('finds an unknown limit (%s), holds just below it, and is rarely refused', async (kind) => {
    for (let seed = 1; seed <= 4; seed++) {
      const trace = await simulateRate({ kind, perSecond: 50, known: null, seconds: 240, seed });
      expect(usage(trace, 50, 0, 40).used, `first 40 s, seed ${seed}`).toBeGreaterThan(0.93);
      const settled = usage(trace, 50, 60, 240);
      expect(settled.used, `settled, seed ${seed}`).toBeGreaterThan(0.985);
      expect(settled.refused, `refused, seed ${seed}`).toBeLessThan(0.005);
    }
  });

  it.each(KINDS)('holds a limit that an earlier job found (%s)', async (kind) => {
    const trace = await simulateRate({ kind, perSecond: 50, known: 50, seconds: 120 });
    expect(usage(trace, 50, 5, 120).used).toBeGreaterThan(0.99);
    expect(usage(trace, 50, 5, 120).refused).toBeLessThan(0.002);
  });

  it.each(KINDS)('follows a limit that is halved in mid-run, within ten seconds (%s)', async (kind) => {
    const run = { kind, perSecond: 50, known: 50, seconds: 120, change: { atS: 60, perSecond: 25 } } as const;
    const trace = await simulateRate(run);
    expect(usage(trace, 25, 70, 120).used).toBeGreaterThan(0.95);
    expect(usage(trace, 25, 60, 120).refused).toBeLessThan(0.03);
  });

  it.each(KINDS)('finds out by itself that the limit was doubled (%s)', async (kind) => {
    const run = { kind, perSecond: 20, known: 20, seconds: 420, change: { atS: 60, perSecond: 40 } } as const;
    expect(usage(await simulateRate(run), 40, 330, 420).used).toBeGreaterThan(0.95);
  });

  it('goes from pause to pause when a window is much longer than a second', async () => {
    const run = { kind: 'fixed-window', perSecond: 5, windowS: 10, known: null, seconds: 240 } as const;
    const trace = await simulateRate(run);
    expect(usage(trace, 5, 60, 240).used).toBeGreaterThan(0.95);
    expect(usage(trace, 5, 60, 240).refused).toBeLessThan(0.02);
  });

  it.each(KINDS)('is itself again within seconds of a storm of 429 without Retry-After (%s)', async (kind) => {
    const first = await simulateRate({ kind, perSecond: 20, known: null, seconds: 40, storm: { fromS: 0, toS: 4 } });
    expect(usage(first, 20, 4, 40).used).toBeGreaterThan(0.9);
    const later = await simulateRate({ kind, perSecond: 20, known: null, seconds: 90, storm: { fromS: 30, toS: 34 } });
    expect(usage(later, 20, 34, 90).used).toBeGreaterThan(0.95);
  });

  it('six devices wait seconds, not minutes, when everything is refused for four seconds', async () => {
    const trace = await simulateRate({
      kind: 'token-bucket',
      perSecond: 20,
      known: null,
      seconds: 12,
      lanes: 1,
      storm: { fromS: 0, toS: 4 },
    });
    expect(trace.passed.slice(0, 8).reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(6);
  });

  it('a storm does not pass for the limit when little had been sent before it', async () => {
    const clock = simulatedClock();
    const rateLimiter = new RateLimiter(clock, null, null);
    const call = async (passes: boolean): Promise<void> => {
      const departure = await rateLimiter.acquire();
      clock.at += 60;
      if (passes) rateLimiter.onAnswer(departure);
      else rateLimiter.onThrottled(departure, undefined);
    };
    await call(true);
    await call(true);
    await call(false);
    await call(false);
    await call(true);
    expect(rateLimiter.state()).toMatchObject({ limit: null });
    expect(rateLimiter.state().requestsPerSecond).toBeGreaterThan(50);
  });

  it.each([
    ['six hours', 6 * 3_600_000],
    ['a century', 100 * 365 * 86_400_000],
  ])('asks again after a quarter of an hour when it is told to wait for %s', async (_name, askMs) => {
    const trace = await simulateRate({
      kind: 'token-bucket',
      perSecond: 20,
      known: 20,
      seconds: 960,
      refusedOnce: { atS: 5, askMs },
    });
    expect(usage(trace, 20, 7, 900).used).toBe(0);
    expect(usage(trace, 20, 908, 960).used).toBeGreaterThan(0.9);
  });

  it('one 429 without a time beside answers that are refusals costs a second, not the rate', async () => {
    const clock = simulatedClock();
    const rateLimiter = new RateLimiter(clock, null, null);
    for (let n = 0; n < 3; n++) {
      const departure = await rateLimiter.acquire();
      clock.at += 900;
      rateLimiter.onAnswer(departure);
    }
    const departure = await rateLimiter.acquire();
    clock.at += 900;
    rateLimiter.onThrottled(departure, undefined);
    const before = clock.at;
    await rateLimiter.acquire();
    await rateLimiter.acquire();
    expect(clock.at - before).toBeLessThan(4000);
    expect(rateLimiter.state().requestsPerSecond).toBeGreaterThan(0.5);
  });

  it('gives one history for one seed', async () => {
    const run = { kind: 'sliding-window', perSecond: 30, known: null, seconds: 60, seed: 11 } as const;
    expect(await simulateRate(run)).toEqual(await simulateRate(run));
  });
});

describe('the governor', () => {
  it('keeps every lane waiting for as long as the carrier asked', async () => {
    const clock = simulatedClock();
    const rateLimiter = new RateLimiter(clock, 10, null);
    rateLimiter.onThrottled(await rateLimiter.acquire(), 5000);
    const before = clock.at;
    await rateLimiter.acquire();
    expect(clock.at - before).toBeGreaterThanOrEqual(5000);
  });

  it('never passes a cap set by hand', async () => {
    const clock = simulatedClock();
    const rateLimiter = new RateLimiter(clock, null, 2);
    const start = clock.at;
    for (let n = 0; n < 50; n++) {
      rateLimiter.onAnswer(await rateLimiter.acquire());
    }
    expect((clock.at - start) / 1000).toBeGreaterThanOrEqual(24);
  });

  it('lets nothing leave after an abort', async () => {
    const abort = new AbortController();
    const rateLimiter = new RateLimiter(simulatedClock(), 10, null);
    abort.abort();
    expect(await rateLimiter.acquire(abort.signal)).toBeUndefined();
  });
});

describe('a wait', () => {
  it('says why, since when and until when, and what the carrier asked for', async () => {
    const clock = simulatedClock();
    const rateLimiter = new RateLimiter(clock, 10, null);
    expect(rateLimiter.state().waiting).toBeNull();
    rateLimiter.onThrottled(await rateLimiter.acquire(), 6 * 3_600_000);
    const { at } = clock;
    expect(rateLimiter.state()).toMatchObject({
      pausedUntil: at + LONGEST_WAIT_MS,
      waiting: { cause: 'throttled', until: at + LONGEST_WAIT_MS, askedUntil: at + 6 * 3_600_000, since: at },
    });
    clock.at += LONGEST_WAIT_MS;
    expect(rateLimiter.state().waiting).toBeNull();
    rateLimiter.onThrottled(await rateLimiter.acquire(), 2000);
    expect(rateLimiter.state().waiting).toMatchObject({ askedUntil: null, since: at });
    clock.at += 2000;
    rateLimiter.onAnswer(await rateLimiter.acquire());
    rateLimiter.onOutage(500);
    expect(rateLimiter.state().waiting).toMatchObject({ cause: 'unreachable', since: clock.at });
  });

  it('ends at once when a person says so', async () => {
    vi.useFakeTimers();
    try {
      const rateLimiter = new RateLimiter(systemClock, 10, null);
      rateLimiter.onThrottled(await rateLimiter.acquire(), 600_000);
      let left = false;
      const next = rateLimiter.acquire(new AbortController().signal).then(() => (left = true));
      await vi.advanceTimersByTimeAsync(1000);
      expect(left).toBe(false);
      rateLimiter.goOn();
      await vi.advanceTimersByTimeAsync(200);
      expect(left).toBe(true);
      expect(rateLimiter.state().waiting).toBeNull();
      await next;
    } finally {
      vi.useRealTimers();
    }
  });

  it('of more than 24 days does not end at once', async () => {
    vi.useFakeTimers();
    try {
      let over = false;
      void systemClock.sleep(100 * 365 * 86_400_000).then(() => (over = true));
      await vi.advanceTimersByTimeAsync(86_400_000);
      expect(over).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is not lengthened by refusals that had left before it', async () => {
    const clock = simulatedClock();
    const rateLimiter = new RateLimiter(clock, 20, null);
    const together = [await rateLimiter.acquire(), await rateLimiter.acquire(), await rateLimiter.acquire()];
    clock.at += 100;
    for (const departure of together) rateLimiter.onThrottled(departure, undefined);
    expect(rateLimiter.state().waiting?.until).toBeLessThanOrEqual(clock.at + 1000);
    expect(rateLimiter.state().throttled).toBe(3);
  });
});

describe('what an earlier job has learned', () => {
  const now = Date.parse('2026-11-25T12:00:00Z');
  it.each([
    [20, '2026-11-20T12:00:00Z', 20],
    [20, '2026-10-20T12:00:00Z', null],
    [20, null, null],
    [20, 'some day', null],
    [0.01, '2026-11-25T11:00:00Z', null],
    [5000, '2026-11-25T11:00:00Z', null],
    [null, '2026-11-25T11:00:00Z', null],
  ])('%j requests a second at %j is worth %j', (rate, at, wanted) => {
    expect(plausibleRate(rate, at, now)).toBe(wanted);
  });

  it('does not hold a job to one request in a hundred seconds', () => {
    expect(new RateLimiter(simulatedClock(), 0.01, null).state()).toMatchObject({ limit: null });
    expect(new RateLimiter(simulatedClock(), null, 0.05).state().requestsPerSecond).toBe(0.05);
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
    expect(verdict('unknown', 2)).toBe('read-back');
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
