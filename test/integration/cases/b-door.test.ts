/** Letter B: one door out. What was allowed when a job was made is asked again directly before each request leaves. */
import { describe, expect, it } from 'vitest';
import { operatorActor } from '../../../src-main/domain/actor.ts';
import { createOperator } from '../../../src-main/access/operators.ts';
import { addressOf, type ProviderSettings } from '../../../src-main/domain/provider-settings.ts';
import type { Job } from '../../../src-main/store/jobs.ts';
import { CREDENTIALS, devs, HookedCarrier, json, LARGE, SMALL, type Call, type Hooks } from './hooked-carrier.ts';
import { inWorld, SetClock, until, type World } from './world.ts';

/** Answers every change request with a failure, and does nothing. */
const FAILING: Hooks = {
  plan: ({ response }) => {
    json(response, 504, '');
    return true;
  },
};

const HOUR = 3_600_000;

/** A job that was paused when nobody knew of a single one of its changes whether it had been done. */
async function pausedInDoubt(world: World): Promise<Job> {
  const { app } = world;
  const job = world.begin();
  await until(() => world.counts(job.id).uncertain === world.carrier.devices.length);
  app.engine.pause(job.id, 'tester');
  await world.ended(job.id);
  expect(world.job(job.id).state).toBe('paused');
  expect(world.counts(job.id)).toMatchObject({ queued: 0, uncertain: world.carrier.devices.length });
  return job;
}

/** Resumes, if it may; nothing must reach the carrier that changes something. */
async function resumeSendsNothing(world: World, jobId: number): Promise<string> {
  const sent = world.carrier.calls.plan;
  delete world.carrier.hooks.plan;
  let reason = '';
  try {
    await world.resume(jobId);
    reason = world.job(jobId).stopReason ?? '';
  } catch (error) {
    reason = (error as Error).message;
  }
  expect(world.carrier.calls.plan).toBe(sent);
  expect(world.carrier.times().every((times) => times === 0)).toBe(true);
  return reason;
}

const SLOW_TO_SETTLE = { settleS: 1 };

describe.concurrent('a paused job whose changes are all uncertain', () => {
  it('is not sent after changes were switched off', async () => {
    await inWorld({ devices: devs(3), hooks: { ...FAILING }, settings: SLOW_TO_SETTLE }, async (world) => {
      const job = await pausedInDoubt(world);
      await world.app.accounts.update(world.provider.id, { ...world.provider, writesEnabled: false });
      expect(await resumeSendsNothing(world, job.id)).toMatch(/Writes disabled/);
      expect(world.job(job.id).state).toBe('stopped');
    });
  });

  it('goes on, each device once, when changes are switched on again', async () => {
    await inWorld({ devices: devs(3), hooks: { ...FAILING }, settings: SLOW_TO_SETTLE }, async (world) => {
      const job = await pausedInDoubt(world);
      const { app, provider } = world;
      await app.accounts.update(provider.id, { ...provider, writesEnabled: false });
      await resumeSendsNothing(world, job.id);
      await app.accounts.update(provider.id, { ...provider, writesEnabled: true });
      await world.resume(job.id);
      expect(world.carrier.times()).toEqual([1, 1, 1]);
    });
  });

  it('is not sent with an approval that does not fit any more', async () => {
    const settings = { ...SLOW_TO_SETTLE, fourEyesAbove: 1 };
    await inWorld({ devices: devs(3), hooks: { ...FAILING }, settings }, async (world) => {
      const { app } = world;
      for (const [name, role] of [
        ['Ada', 'admin'],
        ['Petra', 'approver'],
      ] as const)
        await createOperator(app, name, { role, providers: null, disabled: false }, 'a long enough password');
      const job = world.begin();
      app.engine.approve(job.id, operatorActor({ id: 2, name: 'Petra' }), job.digest ?? '');
      await until(() => world.counts(job.id).uncertain === 3);
      app.engine.pause(job.id, 'tester');
      await world.ended(job.id);
      world.tamper(`UPDATE job SET target = '${SMALL}x' WHERE id = ${String(job.id)}`);
      expect(await resumeSendsNothing(world, job.id)).toMatch(/approval is void/);
      expect(world.job(job.id).state).toBe('awaiting-approval');
    });
  });
});

const ELSEWHERE: [what: string, edit: Partial<ProviderSettings>][] = [
  ['account', { accountName: '0000999999-00001' }],
  ['address', { baseUrl: 'http://127.0.0.1:9' }],
  ['token path', { oauthPath: '/elsewhere/token' }],
  ['API path', { m2mPath: '/elsewhere/m2m' }],
  ['way of naming the account', { sendAccountWithDevices: true }],
];

describe.concurrent('settings that decide where a change goes', () => {
  it.each(ELSEWHERE)('cannot be edited under a paused job: %s', async (_what, edit) => {
    await inWorld({ devices: devs(2), hooks: { ...FAILING }, settings: SLOW_TO_SETTLE }, async (world) => {
      const { app, provider } = world;
      await pausedInDoubt(world);
      await expect(app.accounts.update(provider.id, { ...provider, ...edit })).rejects.toMatchObject({
        code: 'busy',
      });
      expect(app.store.providers.get(provider.id)).toMatchObject({
        accountName: provider.accountName,
        baseUrl: provider.baseUrl,
      });
    });
  });

  it('cannot be edited under a scheduled job', async () => {
    await inWorld({ devices: devs(2) }, async (world) => {
      const { app, provider } = world;
      world.begin({ ...world.request(), effectiveAt: new Date(Date.now() + HOUR).toISOString() });
      await expect(app.accounts.update(provider.id, { ...provider, ...ELSEWHERE[0]?.[1] })).rejects.toMatchObject({
        code: 'busy',
      });
    });
  });

  it.each(ELSEWHERE)('that another program edited stop the job before anything leaves: %s', async (_what, edit) => {
    await inWorld({ devices: devs(2), hooks: { ...FAILING }, settings: SLOW_TO_SETTLE }, async (world) => {
      const job = await pausedInDoubt(world);
      const { store } = world.app;
      store.providers.update(world.provider.id, { ...world.provider, ...edit });
      const read = world.carrier.calls.list;
      expect(await resumeSendsNothing(world, job.id)).toMatch(/was made for account/);
      expect(world.carrier.calls.list).toBe(read);
      await world.app.accounts.update(world.provider.id, world.provider);
      await world.resume(job.id);
      expect(world.carrier.times()).toEqual([1, 1]);
    });
  });

  it('that another program edited hold for the next job, although there is a line to the former ones', async () => {
    const other = await new HookedCarrier(devs(2)).start();
    try {
      await inWorld({ devices: devs(2) }, async (world) => {
        const { app, provider } = world;
        await app.vault.write(provider.id, CREDENTIALS, addressOf({ ...provider, baseUrl: other.url }));
        app.store.providers.update(provider.id, { ...provider, baseUrl: other.url });
        await world.run();
        expect([world.carrier.times(), other.times()]).toEqual([
          [0, 0],
          [1, 1],
        ]);
      });
    } finally {
      other.stop();
    }
  });

  it('can be edited when blanks around the account’s name are all that differs', async () => {
    await inWorld({ devices: devs(2), hooks: { ...FAILING }, settings: SLOW_TO_SETTLE }, async (world) => {
      const { app, provider, carrier } = world;
      const job = await pausedInDoubt(world);
      delete carrier.hooks.plan;
      await app.accounts.update(provider.id, {
        ...provider,
        accountName: ` ${provider.accountName} `,
        baseUrl: `${provider.baseUrl}/`,
      });
      await world.resume(job.id);
      expect(carrier.times()).toEqual([1, 1]);
    });
  });
});

describe.concurrent('a sync', () => {
  /** Fails after its first page. */
  const breaksOff: Hooks = {
    page: 2,
    list: ({ body, response }) => {
      if (body.largestDeviceIdSeen === 0) return false;
      json(response, 404, 'gone');
      return true;
    },
  };

  /** Where each page that is asked for from now on begins; it is answered as usual. */
  const pagesAskedFor = ({ hooks }: HookedCarrier): number[] => {
    const asked: number[] = [];
    hooks.list = ({ body }) => {
      asked.push(body.largestDeviceIdSeen);
      return false;
    };
    return asked;
  };

  it('that broke off does not go on in the middle for another account, and marks nothing missing', async () => {
    await inWorld({ devices: devs(6), hooks: { ...breaksOff }, sync: false }, async (world) => {
      const { app, provider, carrier } = world;
      await expect(app.reads.syncDevices(provider.id)).rejects.toThrow();
      const asked = pagesAskedFor(carrier);
      await app.accounts.update(provider.id, { ...provider, accountName: '0000777777-00001' });
      const result = await app.reads.syncDevices(provider.id);
      expect(asked[0]).toBe(0);
      expect(result).toMatchObject({ devices: 6, missing: 0 });
    });
  });

  it('that broke off goes on where it stopped for the same account', async () => {
    await inWorld({ devices: devs(6), hooks: { ...breaksOff }, sync: false }, async (world) => {
      const { app, provider, carrier } = world;
      await expect(app.reads.syncDevices(provider.id)).rejects.toThrow();
      const asked = pagesAskedFor(carrier);
      await app.reads.syncDevices(provider.id);
      expect(asked).toEqual([2, 4]);
    });
  });

  it('ends when its account is edited while it runs', async () => {
    let world: World | undefined;
    const list = async ({ body }: Call): Promise<boolean> => {
      if (body.largestDeviceIdSeen === 2 && world !== undefined) {
        const { app, provider } = world;
        app.store.providers.update(provider.id, { ...provider, accountName: '0000777777-00001' });
      }
      await Promise.resolve();
      return false;
    };
    await inWorld({ devices: devs(6), hooks: { page: 2, list }, sync: false }, async (here) => {
      world = here;
      await expect(here.app.reads.syncDevices(here.provider.id)).rejects.toMatchObject({ code: 'refused' });
      expect(here.app.store.devices.count(here.provider.id)).toBe(2);
    });
  });
});

describe.concurrent('a batch that waits because the carrier asked to slow down', () => {
  /** Says 429 once; meanwhile something happens. */
  const throttledOnce = (meanwhile: () => void): Hooks => {
    let isFirst = true;
    return {
      plan: ({ response }) => {
        if (!isFirst) return false;
        isFirst = false;
        meanwhile();
        json(response, 429, '', { 'retry-after': '1' });
        return true;
      },
    };
  };

  it('does not leave after the maintenance window has closed', async () => {
    const clock = new SetClock();
    const hours = (at: number): string => `${String(new Date(at).getHours()).padStart(2, '0')}:00`;
    const maintenanceWindows = `Sun-Sat ${hours(Date.now() - HOUR)}-${hours(Date.now() + 2 * HOUR)}`;
    const hooks = throttledOnce(() => {
      clock.aheadMs = 12 * HOUR;
    });
    await inWorld({ devices: devs(3), hooks, clock, settings: { maintenanceWindows } }, async (world) => {
      const job = world.begin();
      await until(() => world.waits.includes('window'));
      const sent = world.carrier.calls.plan;
      await until(() => world.app.engine.waitingOf(world.job(job.id))?.cause === 'window');
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(world.carrier.calls.plan).toBe(sent);
      expect(world.carrier.times()).toEqual([0, 0, 0]);
      clock.aheadMs = 0;
      await world.ended(job.id);
      expect(world.carrier.times()).toEqual([1, 1, 1]);
    });
  });

  it.each(['pause', 'cancel'] as const)('does not leave after a person asked to %s', async (what) => {
    let act = (): void => undefined;
    const hooks = throttledOnce(() => {
      act();
    });
    await inWorld({ devices: devs(3), hooks }, async (world) => {
      const job = world.begin();
      act = () => {
        // As another window or the command line does it.
        world.app.store.jobs.setWanted(job.id, what);
      };
      await world.ended(job.id);
      expect(world.carrier.times()).toEqual([0, 0, 0]);
      expect(world.job(job.id).state).toBe(what === 'pause' ? 'paused' : 'finished');
      expect(world.counts(job.id)).toMatchObject(what === 'pause' ? { queued: 3 } : { cancelled: 3 });
    });
  });

  it('does not leave after its plan was withdrawn: what the job knew of it when it began does not count', async () => {
    let act = (): void => undefined;
    const hooks = throttledOnce(() => {
      act();
    });
    await inWorld({ devices: devs(3), hooks }, async (world) => {
      act = () => {
        world.app.store.plans.setAllowed(world.provider.id, LARGE, false);
      };
      const job = await world.run();
      expect(world.carrier.times()).toEqual([0, 0, 0]);
      expect(job).toMatchObject({ state: 'stopped', stopReason: expect.stringMatching(/not allowed for/) as string });
    });
  });

  it('does not leave after changes were switched off', async () => {
    let act = (): void => undefined;
    const hooks = throttledOnce(() => {
      act();
    });
    await inWorld({ devices: devs(3), hooks }, async (world) => {
      const { app, provider } = world;
      act = () => {
        app.store.providers.update(provider.id, { ...provider, writesEnabled: false });
      };
      const job = await world.run();
      expect(world.carrier.times()).toEqual([0, 0, 0]);
      expect(job).toMatchObject({ state: 'stopped', stopReason: expect.stringMatching(/Writes disabled/) as string });
    });
  });
});

describe.concurrent('a job that was made for later', () => {
  it('does not start after changes were switched off, and says so', async () => {
    const clock = new SetClock();
    await inWorld({ devices: devs(2), clock }, async (world) => {
      const { app, provider } = world;
      const job = world.begin({ ...world.request(), effectiveAt: new Date(Date.now() + HOUR).toISOString() });
      await app.accounts.update(provider.id, { ...provider, writesEnabled: false });
      clock.aheadMs = HOUR + 1000;
      app.engine.startDue();
      expect(world.job(job.id).state).toBe('stopped');
      expect(world.alerts.join()).toMatch(/Writes disabled.*Nothing is sent/);
      expect(world.carrier.calls.plan).toBe(0);
    });
  });

  it('leaves out a device that got the plan elsewhere meanwhile', async () => {
    const clock = new SetClock();
    await inWorld({ devices: devs(3), clock }, async (world) => {
      const { app, carrier } = world;
      const job = world.begin({ ...world.request(), effectiveAt: new Date(Date.now() + HOUR).toISOString() });
      const [first] = carrier.devices;
      if (first !== undefined) first.plan = LARGE;
      await world.sync();
      clock.aheadMs = HOUR + 1000;
      app.engine.startDue();
      await world.ended(job.id);
      expect(carrier.times()).toEqual([0, 1, 1]);
      expect(world.counts(job.id)).toMatchObject({ confirmed: 2, skipped: 1 });
    });
  });
});
