/** Letters A to C and F, as somebody broke them who had not seen the code: what proves nothing is taken for no proof. */
import { describe, expect, it } from 'vitest';
import { accountOf } from '../../../src-main/domain/provider-settings.ts';
import {
  CREDENTIALS,
  dev,
  devs,
  HookedCarrier,
  json,
  LARGE,
  PLANS,
  refuse,
  SMALL,
  view,
  type Call,
  type Device,
  type Hooks,
} from './hooked-carrier.ts';
import { inWorld, SetClock, until, type World } from './world.ts';

const SHORT = { settleS: 0.2, confirmDeadlineS: 3, batchSize: 6, requestTimeoutS: 3 };
const THIRD = { name: 'Mid 2GB', code: 'M2M2GB', sizeKb: 1, carrierServicePlanCode: '84700', extendedAttributes: [] };

/** The first change is made, and its answer is another one than "done". */
function lost(answer: (call: Call) => void, more: Hooks = {}): Hooks {
  let requests = 0;
  return {
    plan: (call) => {
      if (requests++ > 0) return false;
      call.carrier.apply(call.body);
      answer(call);
      return true;
    },
    ...more,
  };
}

const lost504 = (more: Hooks = {}): Hooks =>
  lost(({ response }) => {
    json(response, 504, '');
  }, more);

/** A change of devices that the inventory does not have, by what a person calls them. */
function named(world: World, kind: 'imei' | 'mdn', ...ids: string[]) {
  return { ...world.request(LARGE, []), selection: { deviceIds: [], identifiers: ids.map((id) => ({ kind, id })) } };
}

describe.concurrent('a change that was made and whose answer was lost is not sent again', () => {
  it('while two networks of a device are in use and disagree', async () => {
    const two = (device: Device) => ({
      ...view(device),
      carrierInformations: [
        { servicePlan: SMALL, state: 'active' },
        { servicePlan: device.plan, state: 'active' },
      ],
    });
    await inWorld({ devices: devs(3), hooks: lost504({ view: two }), settings: SHORT }, async (world) => {
      const job = await world.run();
      expect(world.carrier.times()).toEqual([1, 1, 1]);
      expect(world.counts(job.id)).toMatchObject({ unconfirmed: 3 });
    });
  });

  it('while the list shows a name that two plans have', async () => {
    const plans = [SMALL, LARGE].map((code) => ({ ...THIRD, name: 'Std 5GB', code, carrierServicePlanCode: code }));
    const shown = (device: Device) => ({
      ...view(device),
      carrierInformations: [{ servicePlan: 'Std 5GB', state: 'active' }],
    });
    await inWorld({ devices: devs(3), hooks: lost504({ plans, view: shown }), settings: SHORT }, async (world) => {
      await world.run();
      expect(Math.max(...world.carrier.times())).toBeLessThanOrEqual(1);
    });
  });

  it('while one ICCID has an old record beside its own', async () => {
    let done = false;
    const hooks = lost(({ response }) => {
      done = true;
      json(response, 504, '');
    });
    const old = { carrierInformations: [{ servicePlan: SMALL, state: 'deactive' }] };
    hooks.listAnswer = (answer) => ({
      ...answer,
      devices: answer.devices.flatMap((one) => (done ? [{ ...(one as object), ...old }, one] : [one])),
    });
    const others = [11, 12].map((n) => dev(n, { plan: LARGE }));
    const settings = { ...SHORT, batchSize: 1, lanes: 1 };
    await inWorld({ devices: [dev(1), ...others], hooks, settings }, async (world) => {
      await world.run(world.request(LARGE, [world.record(dev(1)).id]));
      expect(world.carrier.times()).toEqual([1, 0, 0]);
    });
  });

  it.each([
    ['429 that says itself that nobody knows', 429, '{"errorCode":"X.REQUEST_FAILED.UnexpectedError"}'],
    ['401 of a gateway whose service was too late', 401, '{"fault":{"code":"101503","message":"x"}}'],
  ])('after a %s', async (_what, status, body) => {
    const hooks = lost(({ response }) => {
      json(response, status, body);
    });
    await inWorld({ devices: devs(3), hooks, settings: SHORT }, async (world) => {
      const job = world.begin();
      await world.ended(job.id);
      if (world.job(job.id).state === 'stopped') await world.resume(job.id);
      expect(world.carrier.times()).toEqual([1, 1, 1]);
    });
  });
});

describe.concurrent('a device that is named by its number or IMEI', () => {
  it.each([
    ['with others on the target', [dev(11, { plan: LARGE }), dev(12, { plan: LARGE })]],
    ['alone', []],
  ])('stays the device that was changed when its number moves to another SIM, %s', async (_what, others) => {
    const [first, second] = [dev(1), dev(2)];
    const hooks = lost(({ response }) => {
      [first.mdn, second.mdn] = [second.mdn, first.mdn];
      json(response, 504, '');
    });
    await inWorld({ devices: [first, second, ...others], hooks, settings: SHORT, sync: false }, async (world) => {
      await world.app.reads.syncPlans(world.provider.id);
      const job = await world.run(named(world, 'mdn', first.mdn));
      expect([first.changes, second.changes]).toEqual([1, 0]);
      expect(world.counts(job.id)).toMatchObject({ confirmed: 1 });
    });
  });

  it('is not confirmed by the SIM that has its number now', async () => {
    const [first, second] = [dev(1), dev(2, { plan: LARGE })];
    const plan = ({ response }: Call): boolean => {
      [first.mdn, second.mdn] = [second.mdn, first.mdn];
      json(response, 200, { requestId: 'r' });
      return true;
    };
    await inWorld({ devices: [first, second], hooks: { plan }, settings: SHORT, sync: false }, async (world) => {
      await world.app.reads.syncPlans(world.provider.id);
      const job = await world.run(named(world, 'mdn', first.mdn));
      expect(world.counts(job.id)).toMatchObject({ confirmed: 0, unconfirmed: 1 });
    });
  });

  it('stays that device over a restart and a sync that saw the number move', async () => {
    const [first, second] = [dev(1), dev(2)];
    const hooks = lost(({ request }) => request.socket.destroy());
    const settings = { ...SHORT, settleS: 3 };
    await inWorld({ devices: [first, second], hooks, settings, sync: false }, async (world) => {
      await world.app.reads.syncPlans(world.provider.id);
      const job = world.begin(named(world, 'mdn', first.mdn));
      await until(() => world.counts(job.id).uncertain === 1);
      await world.reopen();
      [first.mdn, second.mdn] = [second.mdn, first.mdn];
      await world.sync();
      world.app.startEngine();
      await world.resume(job.id);
      expect([first.changes, second.changes]).toEqual([1, 0]);
      expect(world.counts(job.id)).toMatchObject({ confirmed: 1 });
    });
  });

  it.each([
    ['an old and a new SIM', 'deactive'],
    ['two SIMs in use', 'active'],
  ])('is refused when its IMEI is that of %s: none is taken by guess', async (_what, state) => {
    const [one, two] = [dev(1, { state }), dev(2, { imei: dev(1).imei })];
    await inWorld({ devices: [one, two], settings: SHORT, sync: false }, async (world) => {
      await world.app.reads.syncPlans(world.provider.id);
      const job = await world.run(named(world, 'imei', one.imei));
      expect(world.carrier.times()).toEqual([0, 0]);
      const [change] = world.app.store.changes.inState(job.id, ['rejected']);
      expect(change).toMatchObject({ reasonCode: 'AMBIGUOUS', reason: expect.stringMatching(/2 records/) as string });
    });
  });
});

describe.concurrent('another account', () => {
  it('gets no retry and no undo of a job of the former one, and none of what that taught', async () => {
    const second = await new HookedCarrier(devs(4), {}).start();
    try {
      await inWorld({ devices: devs(4), settings: SHORT }, async (world) => {
        const { app, provider, carrier } = world;
        let requests = 0;
        carrier.hooks.plan = ({ response }) => {
          if (requests++ > 0) return false;
          refuse(response, 400, 'REQUEST_FAILED.Novelty');
          return true;
        };
        const job = await world.run();
        expect(app.store.providers.get(provider.id).learnedRefusals).toHaveLength(1);
        await app.accounts.update(provider.id, { ...provider, baseUrl: second.url });
        await app.credentials.set(provider.id, CREDENTIALS);
        expect(() => app.childJobs.retryRequest(job.id)).toThrow(/made for account/);
        expect(() => app.childJobs.undo(job.id, 'tester')).toThrow(/made for account/);
        expect(app.store.providers.get(provider.id)).toMatchObject({
          learnedRefusals: [],
          learnedRequestsPerSecond: null,
        });
        // The inventory still says what the former account's devices have: each is read before anything is sent.
        const [id] = app.store.devices.ids(provider.id, {});
        const next = app.bulkChanges.plan(world.request(LARGE, [id ?? 0]));
        expect(next.map(({ state }) => state)).toEqual(['skipped']);
        const other = app.bulkChanges.plan(world.request(SMALL, [id ?? 0]));
        expect(other.map(({ state }) => state)).toEqual(['checking']);
        expect(second.times()).toEqual([0, 0, 0, 0]);
      });
    } finally {
      second.stop();
    }
  });

  it('cannot be set up twice: two records of it would not know of each other’s jobs', async () => {
    await inWorld({ devices: devs(1), settings: SHORT }, async ({ app, provider }) => {
      const { accountName, baseUrl } = accountOf(provider);
      for (const twin of [
        { accountName, baseUrl },
        { accountName: ` ${accountName} `, baseUrl: `${baseUrl}/` },
      ])
        expect(() => app.accounts.create({ ...provider, name: 'Twin', ...twin })).toThrow(/already/);
      const other = app.accounts.create({ ...provider, name: 'Twin', accountName: '0000999999-00001' });
      await expect(app.accounts.update(other.id, { ...other, accountName })).rejects.toThrow(/already/);
    });
  });
});

describe.concurrent('what a later job did', () => {
  it('is not undone with an earlier one, though the plan is the same again', async () => {
    const device = dev(1, { plan: THIRD.code });
    await inWorld({ devices: [device], settings: SHORT, hooks: { plans: [...PLANS, THIRD] } }, async (world) => {
      const first = await world.run(world.request(LARGE));
      await world.run(world.request(SMALL));
      await world.run(world.request(LARGE));
      expect(() => world.app.childJobs.undo(first.id, 'tester')).toThrow(/Job 3 has changed it since/);
      expect(device.plan).toBe(LARGE);
    });
  });

  it('confirms nothing of an earlier one when that is re-checked', async () => {
    const hooks: Hooks = { plans: [...PLANS, THIRD] };
    await inWorld({ devices: devs(1), settings: SHORT, hooks }, async (world) => {
      let requests = 0;
      world.carrier.hooks.plan = ({ response, carrier }) => {
        if (requests++ > 0) return false;
        json(response, 504, '');
        for (const device of carrier.devices) device.plan = THIRD.code;
        return true;
      };
      const first = await world.run();
      expect(world.counts(first.id)).toMatchObject({ unconfirmed: 1 });
      await world.sync();
      await world.run(world.request(SMALL));
      expect(() => world.app.engine.recheck(first.id, 'tester')).toThrow(/Later jobs/);
      expect(world.counts(first.id)).toMatchObject({ unconfirmed: 1 });
    });
  });
});

describe.concurrent('a plan that is no valid choice any more when a paused job goes on', () => {
  const throttle = ({ response }: Call): boolean => {
    json(response, 429, '');
    return true;
  };
  it.each([
    [
      'withdrawn',
      (world: World) => {
        world.app.store.plans.setAllowed(world.provider.id, LARGE, false);
        return Promise.resolve();
      },
    ],
    [
      'no longer listed',
      async (world: World) => {
        world.carrier.hooks.plans = [...PLANS.slice(0, 1), THIRD];
        await world.app.reads.syncPlans(world.provider.id);
      },
    ],
  ])('is not sent: %s', async (_what, change) => {
    await inWorld({ devices: devs(2), settings: SHORT, hooks: { plan: throttle } }, async (world) => {
      const job = world.begin();
      await until(() => world.carrier.calls.plan > 0);
      world.app.engine.pause(job.id, 'tester');
      await world.ended(job.id);
      delete world.carrier.hooks.plan;
      await change(world);
      await world.resume(job.id);
      expect(world.job(job.id)).toMatchObject({
        state: 'stopped',
        stopReason: expect.stringMatching(/Large/) as string,
      });
      expect(world.carrier.times()).toEqual([0, 0]);
    });
  });
});

describe.concurrent('an outage that does not end', () => {
  const bad = ({ response }: Call): boolean => {
    json(response, 502, '<html>bad</html>');
    return true;
  };
  const noToken = ({ response }: Call): boolean => {
    json(response, 200, { sessionToken: null });
    return true;
  };
  it.each([
    ['of the login', 'login', bad],
    ['of the token endpoint', 'token', bad],
    ['of a login that gives no token', 'login', noToken],
  ] as const)('%s ends the job, with few tries and a reason', async (_what, which, hook) => {
    const clock = new SetClock();
    await inWorld({ devices: devs(2), settings: SHORT, clock }, async (world) => {
      world.carrier.hooks[which] = hook;
      if (which === 'token') world.carrier.dropBearer();
      world.carrier.dropSession();
      const job = world.begin();
      await until(() => {
        // Minutes pass, by a clock that nobody sets.
        clock.passedMs += 1000;
        return world.job(job.id).state === 'stopped';
      });
      expect(world.job(job.id).stopReason).not.toBe('');
      expect(world.carrier.calls[which]).toBeLessThan(60);
      expect(world.carrier.times()).toEqual([0, 0]);
    });
  });

  it('of reads: says so with its cause, and since when', async () => {
    await inWorld({ devices: devs(2), settings: { ...SHORT, confirmDeadlineS: 25 } }, async (world) => {
      world.carrier.hooks.list = ({ response }) => {
        json(response, 503, '');
        return true;
      };
      const job = world.begin();
      await until(() => world.app.engine.waitingOf(world.job(job.id))?.cause === 'unreachable');
      expect(world.app.engine.waitingOf(world.job(job.id))?.since).not.toBeNull();
    });
  });

  it('of a list that never ends: the devices are read one by one', async () => {
    await inWorld({ devices: devs(8), settings: { ...SHORT, confirmDeadlineS: 30, batchSize: 8 } }, async (world) => {
      let n = 1000;
      world.carrier.hooks.list = ({ body, response }) => {
        if (body.deviceId !== undefined) return false;
        n++;
        const extendedAttributes = [{ key: 'DeviceId', value: String(n) }];
        json(response, 202, { hasMoreData: true, devices: [{ ...view(dev(n)), extendedAttributes }] });
        return true;
      };
      const job = await world.run();
      expect(world.counts(job.id)).toMatchObject({ confirmed: 8 });
    });
  });
});
