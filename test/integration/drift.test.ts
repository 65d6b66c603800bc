import { afterEach, describe, expect, it } from 'vitest';
import { quotaMonth } from '../../src-main/domain/plans.ts';
import { SIMULATED_PLANS } from '../../src-main/simulator/plans.ts';
import { everyDevice, ratePlan, runJob, setUp, sync, TARGET, until, type Bench } from './carrier.ts';

const OTHER = 'M2M5GB-T';

describe('a plan that was changed elsewhere', () => {
  let bench: Bench;
  afterEach(() => bench.close());

  const changeElsewhere = (index: number, code: string): void => {
    bench.simulator.fleet.setPlan(
      index,
      SIMULATED_PLANS.findIndex((plan) => plan.code === code),
    );
  };

  it('shows at the sync and in the review, until a person has seen it', async () => {
    bench = await setUp({ devices: 50 });
    const { app, provider } = bench;
    await sync(bench);
    for (const index of [3, 4, 5]) changeElsewhere(index, OTHER);
    const { changed } = await app.reads.syncDevices(provider.id);
    const drifted = app.store.devices.count(provider.id, { drifted: true });
    expect(changed).toBe(drifted);
    expect(drifted).toBeGreaterThan(0);
    expect(app.bulkChanges.review(everyDevice(bench)).drifted).toBe(drifted);
    expect(app.reads.forgetDrift(provider.id)).toBe(drifted);
    expect(app.bulkChanges.review(everyDevice(bench)).drifted).toBe(0);
  });

  it('shows after a refresh of the selected devices alone', async () => {
    bench = await setUp({ devices: 2000 });
    const { app, provider, simulator } = bench;
    await sync(bench);
    changeElsewhere(10, OTHER);
    changeElsewhere(900, OTHER);
    const device = app.store.devices.findByIdentifier(provider.id, 'iccid', simulator.fleet.iccid(10))[0];
    const before = simulator.stats().requests;
    const result = await app.reads.refreshDevices(provider.id, [device?.id ?? 0]);
    expect(result).toEqual({ read: 1, changed: 1 });
    expect(simulator.stats().requests - before).toBe(1);
    expect(app.store.devices.count(provider.id, { drifted: true })).toBe(1);
    expect(app.store.devices.get(device?.id ?? 0)?.planCode).toBe(OTHER);
  });

  it('is not what a running job has done itself, nor does it count twice against the quota', async () => {
    bench = await setUp({ devices: 40, applyDelayMs: { min: 10, max: 30 } });
    const { app, provider } = bench;
    await sync(bench);
    app.startEngine();
    const job = app.bulkChanges.create(everyDevice(bench), 'tester');
    app.engine.startDue();
    await until(() => app.store.changes.counts(job.id).accepted > 0);
    await new Promise((resolve) => setTimeout(resolve, 60));
    await app.reads.syncDevices(provider.id);
    await app.engine.whenEnded(job.id);
    expect(app.store.devices.count(provider.id, { drifted: true })).toBe(0);
    const ids = app.store.devices.ids(provider.id, { planCodes: [TARGET] });
    for (const { changesThisMonth } of app.store.devices.targets(provider.id, ids, quotaMonth(Date.now()))) {
      expect(changesThisMonth).toBeLessThanOrEqual(1);
    }
  });

  it('is forgotten once the console changes the device itself', async () => {
    bench = await setUp({ devices: 10 });
    const { app, provider } = bench;
    await sync(bench);
    for (let index = 0; index < 10; index++) changeElsewhere(index, OTHER);
    await app.reads.syncDevices(provider.id);
    expect(app.store.devices.count(provider.id, { drifted: true })).toBeGreaterThan(0);
    await runJob(bench, { ...everyDevice(bench), order: ratePlan(TARGET) });
    expect(app.store.devices.count(provider.id, { drifted: true })).toBe(0);
  });
});
