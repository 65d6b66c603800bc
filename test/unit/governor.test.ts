import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src-main/domain/clock.ts';
import { RateGovernor } from '../../src-main/engine/governor.ts';
import { backOffMs, verdictOn } from '../../src-main/engine/retry-policy.ts';
import { seededRandom } from '../../src-main/simulator/random.ts';
import { simulateRate, usage } from '../simulation/carrier-rate.ts';
import { CarrierError } from '../../src-main/thingspace/carrier-error.ts';

/** Time that passes only when somebody sleeps. */
function simulatedClock(): Clock & { at: number } {
  const clock = {
    at: 1_000_000,
    now: () => clock.at,
    elapsed: () => clock.at,
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

  it('gives one history for one seed', async () => {
    const run = { kind: 'sliding-window', perSecond: 30, known: null, seconds: 60, seed: 11 } as const;
    expect(await simulateRate(run)).toEqual(await simulateRate(run));
  });
});

describe('the governor', () => {
  it('keeps every lane waiting for as long as the carrier asked', async () => {
    const clock = simulatedClock();
    const governor = new RateGovernor(clock, 10, null);
    governor.onThrottled(await governor.acquire(), 5000);
    const before = clock.at;
    await governor.acquire();
    expect(clock.at - before).toBeGreaterThanOrEqual(5000);
  });

  it('never passes a cap set by hand', async () => {
    const clock = simulatedClock();
    const governor = new RateGovernor(clock, null, 2);
    const start = clock.at;
    for (let n = 0; n < 50; n++) {
      governor.onAnswer(await governor.acquire());
    }
    expect((clock.at - start) / 1000).toBeGreaterThanOrEqual(24);
  });

  it('lets nothing leave after an abort', async () => {
    const abort = new AbortController();
    const governor = new RateGovernor(simulatedClock(), 10, null);
    abort.abort();
    expect(await governor.acquire(abort.signal)).toBeUndefined();
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
