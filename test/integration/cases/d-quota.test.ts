/** Letter D: a device's plan changes of a month are facts, counted in one place, for the month in which a change will happen. */
import { describe, expect, it } from 'vitest';
import { quotaMonth } from '../../../src-main/domain/plans.ts';
import { importDevices } from '../imports.ts';
import { dev, devs, json, LARGE, SMALL, type Call, type Hooks } from './hooked-carrier.ts';
import { inWorld, SetClock, type World } from './world.ts';

/** Does what is asked and loses the answer. */
const LOSING: Hooks = {
  plan: ({ carrier, body, response }: Call) => {
    carrier.apply(body);
    json(response, 504, '');
    return true;
  },
};

const DAY = 86_400_000;

function used(world: World, at = world.app.clock.now()): number {
  return world.app.store.planChanges.usedIn(world.record(dev(1)).id, quotaMonth(at));
}

/** Plan changes of this month that somebody else made, as a sync would have found them. */
function useUp(world: World, times: number, at = new Date(world.app.clock.now()).toISOString()): void {
  const { id } = world.record(dev(1));
  for (let n = 0; n < times; n++)
    world.app.store.planChanges.add({
      deviceId: id,
      at,
      fromPlan: SMALL,
      toPlan: LARGE,
      foundBy: 'sync',
      jobId: null,
    });
}

/** The first moment of the month after the one that the console is in. */
function nextMonth(world: World): number {
  return Date.parse(quotaMonth(world.app.clock.now()).end);
}

describe.concurrent('the month’s four', () => {
  it('count changes whose answers were lost: a fifth is not sent', async () => {
    await inWorld({ devices: devs(1), hooks: { ...LOSING } }, async (world) => {
      for (const plan of [LARGE, SMALL, LARGE, SMALL]) await world.run(world.request(plan));
      expect(world.carrier.times()).toEqual([4]);
      expect(used(world)).toBe(4);
      expect(() => world.begin(world.request(LARGE))).toThrow(/without a plan change left this month/);
      expect(world.carrier.times()).toEqual([4]);
    });
  });

  it('do not count the plan that the first sync after an import reads', async () => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      await importDevices(world.app, world.provider.id, { text: `ICCID,Customer\n${dev(1).iccid},Acme\n` });
      await world.sync();
      expect(used(world)).toBe(0);
    });
  });

  it('count a change that a sync found once, however often the list is read', async () => {
    await inWorld({ devices: devs(1) }, async (world) => {
      const [device] = world.carrier.devices;
      if (device !== undefined) device.plan = LARGE;
      for (let n = 0; n < 3; n++) await world.sync();
      expect(used(world)).toBe(1);
    });
  });

  it('count a job’s change once, also when a sync finds it before the job has confirmed it', async () => {
    let world: World | undefined;
    const plan = async ({ carrier, body, response }: Call): Promise<boolean> => {
      carrier.apply(body);
      await world?.app.reads.syncDevices(world.provider.id);
      json(response, 200, { requestId: 'r' });
      return true;
    };
    await inWorld({ devices: devs(1), hooks: { plan } }, async (here) => {
      world = here;
      const job = await here.run();
      expect(here.counts(job.id)).toMatchObject({ confirmed: 1 });
      expect(used(here)).toBe(1);
      expect(here.record(dev(1)).driftedAt).toBeNull();
    });
  });

  it('count what was done under another name of the device: rows that merge bring their changes along', async () => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      await world.app.reads.syncPlans(world.provider.id);
      await importDevices(world.app, world.provider.id, { text: `IMEI,Customer\n${dev(1).imei},Acme\n` });
      await world.run(await world.listed({ text: dev(1).imei }));
      await world.sync();
      await world.run(await world.listed({ text: dev(1).mdn }, SMALL));
      expect(used(world)).toBe(2);
      expect(world.app.store.devices.count(world.provider.id)).toBe(1);
    });
  });

  it('are those of the month in which a job will start', async () => {
    await inWorld({ devices: devs(1) }, async (world) => {
      await world.sync();
      useUp(world, 4);
      expect(() => world.begin()).toThrow(/without a plan change left/);
      const effectiveAt = new Date(nextMonth(world) + DAY).toISOString();
      const review = world.app.bulkChanges.review({ ...world.request(), effectiveAt });
      expect(review).toMatchObject({ willChange: 1, quotaUsed: 0 });
    });
  });

  it('of the next month do not hold back a job of this one', async () => {
    await inWorld({ devices: devs(1) }, async (world) => {
      useUp(world, 4, new Date(nextMonth(world)).toISOString());
      await world.run();
      expect(world.carrier.times()).toEqual([1]);
    });
  });

  it('of the last moment of the month before do not count', async () => {
    await inWorld({ devices: devs(1) }, async (world) => {
      useUp(world, 4, new Date(Date.parse(quotaMonth(Date.now()).start) - 1).toISOString());
      expect(used(world)).toBe(0);
      await world.run();
      expect(world.carrier.times()).toEqual([1]);
    });
  });

  it('are asked again when a scheduled job starts', async () => {
    const clock = new SetClock();
    await inWorld({ devices: devs(2), clock }, async (world) => {
      const start = nextMonth(world) + DAY;
      const job = world.begin({ ...world.request(), effectiveAt: new Date(start).toISOString() });
      clock.aheadMs = start - Date.now() + 1000;
      useUp(world, 4);
      world.app.engine.startDue();
      await world.ended(job.id);
      expect(world.carrier.times()).toEqual([0, 1]);
      const [skipped] = world.app.store.changes.inState(job.id, ['skipped']);
      expect(skipped?.reason).toMatch(/had 4 plan changes this month/);
    });
  });

  it('are not moved into another month by a re-check', async () => {
    const clock = new SetClock();
    let later: (() => void) | undefined;
    const plan = ({ carrier, body, response }: Call): boolean => {
      later = () => {
        carrier.apply(body);
      };
      json(response, 200, { requestId: 'r' });
      return true;
    };
    await inWorld({ devices: devs(1), hooks: { plan }, clock, settings: { confirmDeadlineS: 0.5 } }, async (world) => {
      const { engine } = world.app;
      const job = await world.run();
      expect(world.counts(job.id)).toMatchObject({ unconfirmed: 1 });
      const sentAt = Date.now();
      clock.aheadMs = nextMonth(world) - sentAt + DAY;
      later?.();
      engine.recheck(job.id, 'tester');
      await world.ended(job.id);
      expect(world.counts(job.id)).toMatchObject({ confirmed: 1 });
      expect([used(world, sentAt), used(world)]).toEqual([1, 0]);
    });
  });

  it('are overridden only when a person says so, and the log says so too', async () => {
    await inWorld({ devices: devs(1) }, async (world) => {
      useUp(world, 4);
      await world.run({ ...world.request(), ignoreQuota: true });
      expect(world.carrier.times()).toEqual([1]);
      expect([...world.app.store.audit.all()].some(({ detail }) => /"quotaOverridden":true/.test(detail))).toBe(true);
    });
  });

  it('in a device with three are told as the last one', async () => {
    await inWorld({ devices: devs(2) }, async (world) => {
      await world.sync();
      useUp(world, 3);
      expect(world.app.bulkChanges.review(world.request())).toMatchObject({ lastOfMonth: 1, willChange: 2 });
    });
  });

  it.each([
    ['an object', (page: unknown) => page],
    ['an array of objects', (page: unknown) => [page]],
  ])('are asked at the carrier for a device that has three, whose history comes as %s', async (_shape, shape) => {
    const month = quotaMonth(Date.now());
    const at = (minutes: number): string => new Date(Date.parse(month.start) + minutes * 60_000).toISOString();
    const plans = [SMALL, LARGE, SMALL, LARGE, SMALL];
    const provisioningHistory = plans.map((servicePlan, index) => ({
      occurredAt: index === 0 ? new Date(Date.parse(month.start) - DAY).toISOString() : at(index),
      status: 'Success',
      eventBy: 'somebody else',
      eventType: 'x',
      servicePlan,
    }));
    const any = ({ path, response }: Call): boolean => {
      if (path !== '/devices/history/actions/list') return false;
      json(response, 200, shape({ provisioningHistory, hasMoreData: false }));
      return true;
    };
    await inWorld({ devices: devs(2), hooks: { any } }, async (world) => {
      useUp(world, 3, at(1));
      const ids = world.app.store.devices.ids(world.provider.id, {});
      expect(await world.app.reads.checkQuota(world.provider.id, ids, null)).toEqual({ read: 1, corrected: 1 });
      expect(used(world)).toBe(4);
      await world.run();
      expect(world.carrier.times()).toEqual([0, 1]);
    });
  });
});
