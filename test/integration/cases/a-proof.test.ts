/** Letter A: the one proof that nothing was done is a record that shows what the device had when its change left. */
import { describe, expect, it } from 'vitest';
import { dev, devs, json, LARGE, refuse, SMALL, view, type Call, type Device, type Hooks } from './hooked-carrier.ts';
import { inWorld, until } from './world.ts';

const NEVER = 'NEVER-ASKED-FOR';
const SHORT = { settleS: 0, confirmDeadlineS: 3, batchSize: 6 };

/** Does what is asked, answers 502, and shows the devices from then on as `show` has them. */
function doneAndShown(show: (device: Device, call?: Call) => unknown): Hooks {
  let done = false;
  return {
    plan: ({ carrier, body, response }) => {
      carrier.apply(body);
      done = true;
      json(response, 502, '');
      return true;
    },
    view: (device) => (done ? show(device) : view(device)),
  };
}

const SHOWN: [what: string, show: (device: Device) => unknown][] = [
  ['a third plan', (device) => ({ ...view(device), carrierInformations: [{ servicePlan: NEVER, state: 'active' }] })],
  ['no plan', (device) => ({ ...view(device), carrierInformations: [] })],
  ['a null', (device) => ({ ...view(device), carrierInformations: [null] })],
];

describe.concurrent('a change that was made and whose answer was lost is not sent again', () => {
  it.each(SHOWN)('while the record shows %s', async (_what, show) => {
    for (const devices of [devs(1), devs(6)])
      await inWorld({ devices, hooks: doneAndShown(show), settings: SHORT }, async (world) => {
        const job = await world.run();
        expect(world.carrier.times()).toEqual(devices.map(() => 1));
        expect(world.counts(job.id)).toMatchObject({ unconfirmed: devices.length });
      });
  });

  it('while the carrier says that it has no such device', async () => {
    const hooks = doneAndShown(view);
    let isGone = false;
    hooks.list = ({ response, body }) => {
      if (!isGone) return false;
      if (body.deviceId === undefined) json(response, 200, { hasMoreData: false, devices: [] });
      else refuse(response, 400, 'REQUEST_FAILED.DeviceNotFound');
      return true;
    };
    const { plan } = hooks;
    hooks.plan = async (call) => {
      isGone = true;
      return (await plan?.(call)) ?? false;
    };
    await inWorld({ devices: devs(6), hooks, settings: SHORT }, async (world) => {
      const job = await world.run();
      expect(world.carrier.times()).toEqual([1, 1, 1, 1, 1, 1]);
      expect(world.counts(job.id)).toMatchObject({ unconfirmed: 6 });
    });
  });

  it('while the record of one network of two still shows the old plan', async () => {
    const both = (device: Device): unknown => ({
      ...view(device),
      carrierInformations: [
        { servicePlan: SMALL, state: 'deactive' },
        { servicePlan: device.plan, state: 'active' },
      ],
    });
    await inWorld({ devices: devs(3), hooks: doneAndShown(both), settings: SHORT }, async (world) => {
      const job = await world.run();
      expect(world.carrier.times()).toEqual([1, 1, 1]);
      expect(world.counts(job.id)).toMatchObject({ confirmed: 3 });
    });
  });

  it.each([429, 401])('when a %i gives it a request number', async (status) => {
    let sent = 0;
    const plan = ({ carrier, body, response }: Call): boolean => {
      if (++sent > 1) return false;
      carrier.apply(body);
      json(response, status, { requestId: 'b5c1a3a0-0000-4000-8000-000000000001' });
      return true;
    };
    await inWorld({ devices: devs(3), hooks: { plan }, settings: SHORT }, async (world) => {
      const job = await world.run();
      expect(world.carrier.times()).toEqual([1, 1, 1]);
      expect(world.counts(job.id)).toMatchObject({ confirmed: 3 });
    });
  });

  it('in a second job, after the first was cancelled between two attempts', async () => {
    const first = doneAndShown((device) => ({
      ...view(device),
      carrierInformations: [{ servicePlan: SMALL, state: 'active' }],
    }));
    await inWorld({ devices: devs(1), hooks: first, settings: { ...SHORT, confirmDeadlineS: 60 } }, async (world) => {
      const { app, carrier } = world;
      const job = world.begin();
      // The record shows the old plan for a while, so the change goes back to the queue; then the job is cancelled.
      await until(() => carrier.calls.plan > 0);
      app.engine.cancel(job.id, 'tester');
      await until(() => world.job(job.id).state === 'finished');
      delete carrier.hooks.view;
      delete carrier.hooks.plan;
      const again = world.begin();
      await until(() => world.job(again.id).state === 'finished');
      expect(carrier.times()).toEqual([1]);
      expect(world.counts(again.id)).toMatchObject({ skipped: 1 });
      const [change] = app.store.changes.iterate(job.id);
      expect(change?.reason).toMatch(/sent again/);
    });
  });
});

describe.concurrent('what the door judges', () => {
  it('is the device that an MDN names when the request leaves', async () => {
    const [first, second] = [dev(1), dev(2)];
    const hooks: Hooks = {
      plan: ({ response }) => {
        json(response, 429, '');
        return true;
      },
    };
    await inWorld({ devices: [first, second], hooks, sync: false, settings: SHORT }, async (world) => {
      const { app, provider, carrier } = world;
      await app.reads.syncPlans(provider.id);
      const identifiers = [{ kind: 'mdn' as const, id: first.mdn }];
      const job = world.begin({ ...world.request(LARGE, []), selection: { deviceIds: [], identifiers } });
      await until(() => carrier.calls.plan > 0);
      app.engine.pause(job.id, 'tester');
      await world.ended(job.id);
      // The number moves to the other SIM, which has had its four changes.
      [first.mdn, second.mdn] = [second.mdn, first.mdn];
      await world.sync();
      const { id } = world.record(second);
      const at = new Date().toISOString();
      for (let n = 0; n < 4; n++)
        app.store.planChanges.add({
          deviceId: id,
          at,
          fromPlan: SMALL,
          toPlan: LARGE,
          foundBy: 'sync',
          jobId: null,
        });
      delete carrier.hooks.plan;
      await world.resume(job.id);
      expect(carrier.times()).toEqual([0, 0]);
      expect(world.counts(job.id)).toMatchObject({ skipped: 1 });
    });
  });
});
