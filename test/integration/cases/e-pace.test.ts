/** Letter E: throttling costs seconds, teaches only what is plausible, and no wait is endless or unexplained. */
import { describe, expect, it } from 'vitest';
import { plausibleRate } from '../../../src-main/engine/rate-limiter.ts';
import { devs, json, LARGE, refuse, SMALL, type Call, type Hooks } from './hooked-carrier.ts';
import { inWorld, until } from './world.ts';

/** Throttles the first `times` change requests in that way. */
function throttled(times: number, answer: (call: Call) => void): Hooks {
  let left = times;
  return {
    plan: (call) => {
      if (left-- <= 0) return false;
      answer(call);
      return true;
    },
  };
}

function answering(status: number, body: string, headers: Record<string, string> = {}): (call: Call) => void {
  return ({ response }) => {
    json(response, status, body, headers);
  };
}

const THROTTLES: [what: string, answer: (call: Call) => void][] = [
  ['429 without a word', answering(429, '')],
  ['429 with a page', answering(429, '<html>Too many</html>')],
  ['429 with seconds', answering(429, '', { 'retry-after': '1' })],
  [
    '429 with a date',
    (call) => {
      answering(429, '', { 'retry-after': new Date(Date.now() + 1000).toUTCString() })(call);
    },
  ],
  ['429 with a time in the past', answering(429, '', { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' })],
  ['429 with a negative time', answering(429, '', { 'retry-after': '-5' })],
  ['429 with no time at all', answering(429, '', { 'retry-after': 'soon' })],
  ['429 with the service’s own code', answering(429, '{"errorCode":"X.REQUEST_FAILED.Throttled"}')],
  ['503 with WSO2’s 900800', answering(503, '{"fault":{"code":900800,"message":"Message throttled out"}}')],
  [
    '503 with WSO2’s 900807, flat',
    answering(503, '{"code":"900807","message":"Message throttled out","description":"x"}'),
  ],
  ['503 with WSO2’s 900802 as XML', answering(503, '<amt:fault xmlns:amt="x"><amt:code>900802</amt:code></amt:fault>')],
  ['429 with WSO2’s 900804', answering(429, '{"fault":{"code":"900804","message":"x"}}')],
];

describe.concurrent('throttling', () => {
  it.each(THROTTLES)(
    'as %s is throttling: it waits, nothing is read back, and each device is changed once',
    async (_what, answer) => {
      await inWorld({ devices: devs(3), hooks: throttled(1, answer) }, async (world) => {
        const started = Date.now();
        const job = await world.run();
        expect(world.carrier.times()).toEqual([1, 1, 1]);
        expect(world.counts(job.id)).toMatchObject({ confirmed: 3 });
        expect(world.app.store.changes.inState(job.id, ['confirmed']).map(({ attempts }) => attempts)).toEqual([
          1, 1, 1,
        ]);
        expect(world.waits).toEqual(expect.not.arrayContaining(['unreachable']) as unknown[]);
        expect(Date.now() - started).toBeLessThan(15_000);
      });
    },
  );

  it('for four seconds without a time costs six devices seconds, not minutes', async () => {
    let first = 0;
    const plan = ({ response }: Call): boolean => {
      first ||= Date.now();
      if (Date.now() - first > 4000) return false;
      json(response, 429, '');
      return true;
    };
    await inWorld({ devices: devs(6), hooks: { plan }, settings: { batchSize: 1 } }, async (world) => {
      const started = Date.now();
      await world.run();
      expect(world.carrier.times()).toEqual([1, 1, 1, 1, 1, 1]);
      expect(Date.now() - started).toBeLessThan(25_000);
      expect(world.waits).toContain('throttled');
    });
  });

  it('among answers that are refusals does not make every later job crawl', async () => {
    let sent = 0;
    const plan = ({ response, body }: Call): boolean => {
      if (body.servicePlan === SMALL) return false;
      sent++;
      if (sent === 3) json(response, 429, '');
      else refuse(response, 400, 'INPUT_INVALID.DeviceState.Invalid');
      return true;
    };
    const devices = devs(8);
    for (const device of devices) device.plan = SMALL;
    await inWorld({ devices, hooks: { plan }, settings: { batchSize: 1 } }, async (world) => {
      const { app, carrier, provider } = world;
      const started = Date.now();
      await world.run();
      expect(Date.now() - started).toBeLessThan(15_000);
      const learned = app.store.providers.get(provider.id).learnedRequestsPerSecond;
      expect(learned === null || learned >= 0.1).toBe(true);
      delete carrier.hooks.plan;
      const again = Date.now();
      await world.run();
      expect(carrier.times().every((times) => times === 1)).toBe(true);
      expect(Date.now() - again).toBeLessThan(20_000);
    });
  });

  it('of a login or a list is throttling too', async () => {
    let logins = 0;
    let lists = 0;
    const hooks: Hooks = {
      login: ({ response }) => {
        if (logins++ > 0) return false;
        json(response, 429, '', { 'retry-after': '1' });
        return true;
      },
      list: ({ response }) => {
        if (lists++ > 0) return false;
        json(response, 503, '{"code":"900801","message":"x"}');
        return true;
      },
    };
    await inWorld({ devices: devs(2), hooks }, async (world) => {
      await world.run();
      expect(world.carrier.times()).toEqual([1, 1]);
      expect(world.app.store.providers.get(world.provider.id).failedLogins).toBe(0);
    });
  });
});

describe.concurrent('an absurd Retry-After', () => {
  it.each([
    ['of hours', '36000'],
    ['of a century', '3153600000'],
    ['of more digits than a number has', '9'.repeat(40)],
    ['as a date in the year 9999', 'Fri, 31 Dec 9999 23:59:59 GMT'],
  ])('%s is shown and bounded, makes no storm of requests, and a person can go on', async (_what, time) => {
    await inWorld(
      { devices: devs(2), hooks: throttled(1, answering(429, '', { 'retry-after': time })) },
      async (world) => {
        const { app, carrier } = world;
        const job = world.begin();
        await until(() => app.engine.waitingOf(world.job(job.id))?.cause === 'throttled');
        const wait = app.engine.waitingOf(world.job(job.id));
        expect(Date.parse(wait?.until ?? '') - Date.now()).toBeLessThanOrEqual(15 * 60_000 + 1000);
        expect(Date.parse(wait?.askedUntil ?? '')).toBeGreaterThan(Date.now() + 15 * 60_000);
        const calls = carrier.calls.plan + carrier.calls.list;
        await new Promise((resolve) => setTimeout(resolve, 500));
        expect(carrier.calls.plan + carrier.calls.list).toBe(calls);
        app.engine.resume(job.id, 'tester');
        await world.ended(job.id);
        expect(carrier.times()).toEqual([1, 1]);
      },
    );
  });

  it('can be waited out by nobody: pausing and cancelling hold at once', async () => {
    const hooks = throttled(1, answering(429, '', { 'retry-after': '36000' }));
    await inWorld({ devices: devs(2), hooks }, async (world) => {
      const job = world.begin();
      await until(() => world.waits.includes('throttled'));
      world.app.engine.cancel(job.id, 'tester');
      const cancelled = await world.ended(job.id);
      expect(cancelled.state).toBe('finished');
      expect(world.counts(job.id)).toMatchObject({ cancelled: 2 });
    });
  });
});

describe.concurrent('a learned rate', () => {
  it('that only an accident can have taught, or that is old, is not believed', () => {
    const now = Date.parse('2026-11-25T12:00:00Z');
    expect(plausibleRate(0.01, '2026-11-25T11:00:00Z', now)).toBeNull();
    expect(plausibleRate(20, '2026-09-25T11:00:00Z', now)).toBeNull();
    expect(plausibleRate(20, null, now)).toBeNull();
    expect(plausibleRate(NaN, '2026-11-25T11:00:00Z', now)).toBeNull();
    expect(plausibleRate(20, '2026-11-24T11:00:00Z', now)).toBe(20);
  });

  it('that an older version kept at 0.01 does not make the next job crawl', async () => {
    await inWorld({ devices: devs(3), settings: { batchSize: 1 } }, async (world) => {
      world.tamper(
        `UPDATE service_provider SET learned_requests_per_second = 0.01, learned_rate_at = '${new Date().toISOString()}'`,
      );
      await world.reopen();
      const started = Date.now();
      await world.run();
      expect(world.carrier.times()).toEqual([1, 1, 1]);
      expect(Date.now() - started).toBeLessThan(15_000);
    });
  });

  it('does not get younger by being used', async () => {
    await inWorld({ devices: devs(1) }, async (world) => {
      const at = new Date(Date.now() - 3_600_000).toISOString();
      world.app.store.providers.remember(world.provider.id, { requestsPerSecond: 3 }, at);
      await world.reopen();
      await world.run();
      const { learnedRequestsPerSecond, learnedRateAt } = world.app.store.providers.get(world.provider.id);
      expect([learnedRequestsPerSecond, learnedRateAt]).toEqual([3, at]);
    });
  });

  it('is forgotten when a person says so', async () => {
    await inWorld({ devices: devs(1) }, async (world) => {
      const { app, provider } = world;
      app.store.providers.remember(provider.id, { requestsPerSecond: 3 }, new Date().toISOString());
      expect(app.store.providers.get(provider.id).learnedRequestsPerSecond).toBe(3);
      await world.reopen();
      world.app.accounts.forgetLearned(provider.id, 'rate');
      expect(world.app.store.providers.get(provider.id).learnedRequestsPerSecond).toBeNull();
    });
  });
});

describe.concurrent('an outage', () => {
  it('is never told as "the carrier asked to wait"', async () => {
    await inWorld({ devices: devs(2) }, async (world) => {
      const { carrier, app } = world;
      carrier.stop();
      const job = world.begin(world.request(LARGE));
      await until(() => app.engine.waitingOf(world.job(job.id)) !== null);
      expect(app.engine.waitingOf(world.job(job.id))?.cause).toBe('unreachable');
      expect(world.waits).not.toContain('throttled');
      app.engine.pause(job.id, 'tester');
      await world.ended(job.id);
      expect(app.engine.waitingOf(world.job(job.id))?.cause).toBe('person');
    });
  });
});
