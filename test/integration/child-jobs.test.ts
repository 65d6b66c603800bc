import { afterEach, describe, expect, it } from 'vitest';
import { summarize } from '../../src-main/reports/job-summary.ts';
import { everyDevice, runJob, setUp, sync, TARGET, until, type Bench, ratePlan } from './carrier.ts';

let bench: Bench;
afterEach(() => bench.close());

async function runQueued(ids: number[]): Promise<void> {
  const { app } = bench;
  app.engine.startDue();
  await until(() => ids.every((id) => app.store.jobs.get(id).state === 'finished'));
}

describe('retrying only what failed', () => {
  it('is a child job with those devices and no others', async () => {
    bench = await setUp({ devices: 400, suspendedShare: 0.05 });
    await sync(bench);
    const { app, simulator } = bench;
    const first = await runJob(bench, everyDevice(bench));
    expect(first.counts.error).toBeGreaterThan(5);
    for (let index = 0; index < 400; index++) simulator.fleet.setState(index, 'active');
    const retry = app.bulkChanges.create(app.childJobs.retryRequest(first.job.id), 'tester');
    await runQueued([retry.id]);
    expect(summarize(app.store, app.store.jobs.get(retry.id))).toMatchObject({
      status: 'PROCESSED',
      counts: { total: first.counts.error, processed: first.counts.error },
    });
    expect(app.store.jobs.get(retry.id)).toMatchObject({ parentJobId: first.job.id, childKind: 'retry' });
    expect(app.store.jobs.childrenOf(first.job.id).map((job) => job.id)).toEqual([retry.id]);
    expect(() => app.childJobs.retryRequest(retry.id)).toThrow(/Nothing failed/);
  });
});

describe('undo', () => {
  it('brings each device back to its former plan, by one job for each plan', async () => {
    bench = await setUp({ devices: 200 });
    await sync(bench);
    const { app, simulator } = bench;
    const before = Array.from({ length: 200 }, (_, index) => simulator.fleet.planCode(index));
    const first = await runJob(bench, everyDevice(bench));
    const undo = app.childJobs.planUndo(first.job.id);
    expect(undo.willChange).toBe(first.counts.processed);
    const jobs = app.childJobs.undo(first.job.id, 'tester');
    expect(jobs.length).toBe(new Set(before.filter((plan) => plan !== TARGET)).size);
    await runQueued(jobs.map((job) => job.id));
    expect(Array.from({ length: 200 }, (_, index) => simulator.fleet.planCode(index))).toEqual(before);
  });
});

describe('re-checking', () => {
  it('reads unconfirmed changes back later, and sends nothing', async () => {
    bench = await setUp({ devices: 20, applyDelayMs: { min: 4000, max: 4000 } }, { confirmDeadlineS: 1 });
    await sync(bench);
    const { app, simulator } = bench;
    const first = await runJob(bench, everyDevice(bench));
    expect(first.counts.unconfirmed).toBeGreaterThan(10);
    const sent = simulator.stats().changeRequests;
    simulator.advanceClock(10_000);
    expect(app.engine.recheck(first.job.id, 'tester')).toBe(first.counts.unconfirmed);
    await app.engine.whenEnded(first.job.id);
    expect(summarize(app.store, app.store.jobs.get(first.job.id))).toMatchObject({
      status: 'PROCESSED',
      counts: { unconfirmed: 0 },
    });
    expect(simulator.stats().changeRequests).toBe(sent);
    expect(() => app.engine.recheck(first.job.id, 'tester')).toThrow(/no unconfirmed change/);
  });
});

describe('the quota of four plan changes a month', () => {
  it('is known from what was changed here and seen elsewhere: the fifth is skipped unless a person overrides it', async () => {
    bench = await setUp({ devices: 1 });
    await sync(bench);
    const { app, provider, simulator } = bench;
    simulator.fleet.setPlan(0, 0);
    await app.reads.syncDevices(provider.id);
    const plans = ['M2M5MB-S', 'M2M25MB-S', 'M2M1GB-A', 'M2M5GB-T'];
    const already = app.store.devices.history(1).filter((entry) => entry.field === 'plan').length;
    for (const planCode of plans.slice(already)) {
      const review = app.bulkChanges.review({ ...everyDevice(bench), order: ratePlan(planCode) });
      expect(review.willChange).toBe(1);
      await runJob(bench, { ...everyDevice(bench), order: ratePlan(planCode) });
    }
    const fifth = { ...everyDevice(bench), order: ratePlan('LTE-M-500KB') };
    expect(app.bulkChanges.review(fifth)).toMatchObject({ willChange: 0, quotaUsed: 1 });
    expect(app.bulkChanges.review({ ...fifth, ignoreQuota: true })).toMatchObject({ willChange: 1, quotaUsed: 0 });
  });
});

describe('guards', () => {
  it('pause the job when too many fail, and let it go on when a person says so', async () => {
    bench = await setUp({ devices: 300 }, { batchSize: 5, maxRequestsPerSecond: 40 });
    await sync(bench);
    const { app, simulator } = bench;
    // Suspended since the inventory was read: the console cannot know.
    for (let index = 0; index < 300; index += 2) simulator.fleet.setState(index, 'suspend');
    const summary = await runJob(bench, { ...everyDevice(bench), guards: { abortShare: 0.2, abortAfter: 20 } });
    expect(summary.job).toMatchObject({ state: 'paused' });
    expect(summary.job.stopReason).toMatch(/devices failed, more than the 20 %/);
    expect(summary.counts.open).toBeGreaterThan(100);
    for (let index = 0; index < 300; index++) simulator.fleet.setState(index, 'active');
    await app.accounts.update(bench.provider.id, { ...bench.provider, maxRequestsPerSecond: null });
    app.engine.resume(summary.job.id, 'tester');
    await app.engine.whenEnded(summary.job.id);
    expect(summarize(app.store, app.store.jobs.get(summary.job.id)).counts.open).toBe(0);
  });

  it('send a trial first, then wait for a person', async () => {
    bench = await setUp({ devices: 300 });
    await sync(bench);
    const { app, simulator } = bench;
    const trial = await runJob(bench, { ...everyDevice(bench), guards: { canary: 10 } });
    expect(trial.job).toMatchObject({ state: 'paused' });
    expect(trial.job.stopReason).toMatch(/trial with the first 10 devices is done: 10 confirmed, 0 failed/);
    expect(simulator.stats().applied).toBe(10);
    app.engine.resume(trial.job.id, 'tester');
    await app.engine.whenEnded(trial.job.id);
    expect(summarize(app.store, app.store.jobs.get(trial.job.id)).status).toBe('PROCESSED');
  });
});
