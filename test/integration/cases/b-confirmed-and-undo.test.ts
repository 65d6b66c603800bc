/** Letter B: what a person confirmed is what starts, and an undo touches only what its job still stands for. */
import { describe, expect, it } from 'vitest';
import { dispatch } from '../../../src-main/ipc/dispatch.ts';
import { createHandlers } from '../../../src-main/ipc/handlers/index.ts';
import { deskOf } from '../../security/desk.ts';
import { ratePlan } from '../carrier.ts';
import { devs, LARGE, PLANS, SMALL } from './hooked-carrier.ts';
import { inWorld, type World } from './world.ts';

const THIRD = 'M2M9GB';
const THREE_PLANS = [...PLANS, { name: 'Huge 9GB', code: THIRD, sizeKb: 9, carrierServicePlanCode: '84999' }];

async function ask(world: World, name: 'changes.start' | 'jobs.undo', input: unknown): Promise<string> {
  const answer = await dispatch(world.app, createHandlers(deskOf(world.app)), name, input, () => undefined);
  return answer.ok ? 'ok' : `${answer.error.code}: ${answer.error.message}`;
}

describe.concurrent('what was confirmed', () => {
  it('by a number only does not start from the window: the digest of the review has to come back', async () => {
    await inWorld({ devices: devs(3) }, async (world) => {
      expect(await ask(world, 'changes.start', { ...world.request(), confirmed: '3' })).toMatch(/bad-input/);
      expect(await ask(world, 'changes.start', world.request())).toMatch(/bad-input/);
      expect(world.carrier.calls.plan).toBe(0);
      expect(world.app.store.jobs.list()).toEqual([]);
    });
  });

  it.each([
    ['plan', (world: World) => ({ ...world.request(), order: ratePlan(THIRD) })],
    [
      'devices, of the same number',
      (world: World) => world.request(LARGE, world.app.store.devices.ids(world.provider.id, {}).slice(1, 3)),
    ],
    ['date', (world: World) => ({ ...world.request(), effectiveAt: new Date(Date.now() + 9e6).toISOString() })],
    ['rule about the month’s four', (world: World) => ({ ...world.request(), ignoreQuota: true })],
  ])('is not another %s', async (_what, other) => {
    await inWorld({ devices: devs(3), hooks: { plans: THREE_PLANS } }, async (world) => {
      const reviewed = world.request(LARGE, world.app.store.devices.ids(world.provider.id, {}).slice(0, 2));
      const { digest } = world.app.bulkChanges.review(reviewed);
      expect(await ask(world, 'changes.start', { ...other(world), confirmed: digest })).toMatch(/refused|override/);
      expect(world.carrier.calls.plan).toBe(0);
    });
  });

  it('is refused when a sync has changed meanwhile what it would do', async () => {
    await inWorld({ devices: devs(3) }, async (world) => {
      const { digest } = world.app.bulkChanges.review(world.request());
      const [first] = world.carrier.devices;
      if (first !== undefined) first.plan = LARGE;
      await world.sync();
      expect(await ask(world, 'changes.start', { ...world.request(), confirmed: digest })).toMatch(
        /refused: This is no longer the change that you reviewed/,
      );
      expect(world.carrier.calls.plan).toBe(0);
    });
  });

  it('on the command line is refused with another digest, and starts with its own', async () => {
    await inWorld({ devices: devs(2), sync: false }, async (world) => {
      const change = (...more: string[]) =>
        world.command(['change', '--plan', LARGE, '--filter', 'state=active', ...more]);
      const dry = await change('--dry-run', '--json');
      const digest = /"digest":"([0-9a-f]{64})"/.exec(dry.stdout)?.[1] ?? '';
      expect(digest, dry.stdout + dry.stderr).not.toBe('');
      const wrong = await change('--yes', '--json', '--digest', digest.replace(/./g, '0'));
      expect(wrong.stdout).toContain('no longer the change that you reviewed');
      expect(world.carrier.times()).toEqual([0, 0]);
      const right = await change('--yes', '--json', '--digest', digest);
      expect(right.code, right.stderr).toBe(0);
      expect(world.carrier.times()).toEqual([1, 1]);
    });
  });
});

describe.concurrent('the undo of an older job', () => {
  it('does not override a later one', async () => {
    await inWorld({ devices: devs(3), hooks: { plans: THREE_PLANS } }, async (world) => {
      const { app, carrier } = world;
      const first = await world.run();
      await world.run(world.request(THIRD));
      expect(() => app.childJobs.planUndo(first.id)).toThrow(/changed again since/);
      expect(await ask(world, 'jobs.undo', { jobId: first.id, confirmed: '0'.repeat(64) })).toMatch(/nothing-to-do/);
      expect(carrier.devices.map(({ plan }) => plan)).toEqual([THIRD, THIRD, THIRD]);
      expect(carrier.times()).toEqual([2, 2, 2]);
    });
  });

  it('brings back what still has its value, and names the rest', async () => {
    await inWorld({ devices: devs(3), hooks: { plans: THREE_PLANS } }, async (world) => {
      const { app, carrier, provider } = world;
      const first = await world.run();
      await world.run(world.request(THIRD, app.store.devices.ids(provider.id, {}).slice(0, 1)));
      const plan = app.childJobs.planUndo(first.id);
      expect(plan.willChange).toBe(2);
      expect(plan.left).toEqual([
        { identifier: carrier.devices[0]?.iccid, reason: expect.stringMatching(/has M2M9GB now/) as string },
      ]);
      expect(await ask(world, 'jobs.undo', { jobId: first.id, confirmed: plan.digest })).toBe('ok');
      const [undo] = app.store.jobs.childrenOf(first.id);
      await world.ended(undo?.id ?? 0);
      expect(carrier.devices.map(({ plan: code }) => code)).toEqual([THIRD, SMALL, SMALL]);
      expect(carrier.times()).toEqual([2, 2, 2]);
    });
  });

  it('does not take back what somebody else did at the carrier since', async () => {
    await inWorld({ devices: devs(2), hooks: { plans: THREE_PLANS } }, async (world) => {
      const { app, carrier } = world;
      const first = await world.run();
      for (const device of carrier.devices) device.plan = THIRD;
      await world.sync();
      expect(() => app.childJobs.planUndo(first.id)).toThrow(/changed again since/);
    });
  });

  it('with changes switched off sends nothing', async () => {
    await inWorld({ devices: devs(2) }, async (world) => {
      const { app, carrier, provider } = world;
      const first = await world.run();
      await app.accounts.update(provider.id, { ...provider, writesEnabled: false });
      expect(() => app.childJobs.undo(first.id, 'tester')).toThrow(/Writes disabled/);
      expect(carrier.times()).toEqual([1, 1]);
    });
  });
});
