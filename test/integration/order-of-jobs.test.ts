import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { everyDevice, runJob, setUp, sync, timesApplied, until, type Bench } from './carrier.ts';

describe('which job runs when', () => {
  let bench: Bench;
  afterEach(() => bench.close());

  const half = (second: boolean): number[] => {
    const ids = bench.app.store.devices.ids(bench.provider.id, {});
    return ids.filter((_, index) => index >= ids.length / 2 === second);
  };

  it('a more urgent one makes the running one step back, and both end with each device changed once', async () => {
    bench = await setUp({ devices: 2000 }, { batchSize: 10, maxRequestsPerSecond: 60 });
    await sync(bench);
    const { app, simulator } = bench;
    app.startEngine();
    const request = (second: boolean) => ({
      ...everyDevice(bench),
      selection: { deviceIds: half(second), identifiers: [] },
    });
    const long = app.bulkChanges.create(request(false), 'tester');
    app.engine.startDue();
    await until(() => app.store.changes.counts(long.id).accepted > 0);
    const urgent = app.bulkChanges.create(
      { ...request(true), selection: { deviceIds: half(true).slice(0, 30), identifiers: [] }, priority: 'high' },
      'tester',
    );
    app.engine.startDue();
    await until(() => app.store.jobs.get(urgent.id).state === 'finished');
    expect(app.store.jobs.get(long.id).state).not.toBe('finished');
    await until(() => app.store.jobs.get(long.id).state === 'finished', 40_000);
    expect(Math.max(...timesApplied(simulator).values())).toBe(1);
    const steps = app.store.audit.page('', 0, 10_000).rows.map((entry) => entry.action);
    expect(steps.filter((action) => action === 'job.stepped-back')).toHaveLength(1);
  }, 60_000);

  it('outside of the maintenance windows nothing leaves, and what was sent is still confirmed', async () => {
    bench = await setUp({ devices: 40 }, { batchSize: 10 });
    await sync(bench);
    const { app, provider, simulator } = bench;
    const now = new Date();
    const clock = (minutes: number): string =>
      `${String(Math.floor((minutes / 60) % 24)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
    const minute = now.getHours() * 60 + now.getMinutes();
    const closed = `Mon-Sun ${clock(minute + 120)}-${clock(minute + 180)}`;
    await app.accounts.update(provider.id, { ...provider, maintenanceWindows: closed });
    app.startEngine();
    const job = app.bulkChanges.create(everyDevice(bench), 'tester');
    app.engine.listen((event) => {
      if (event.kind === 'progress') app.progress.update(event);
    });
    app.engine.startDue();
    await until(() => app.progress.latest(job.id)?.waiting?.cause === 'window');
    expect(simulator.stats().changeRequests).toBe(0);
    app.engine.pause(job.id, 'tester');
    await until(() => app.store.jobs.get(job.id).state === 'paused');
    await app.accounts.update(provider.id, { ...provider, maintenanceWindows: 'Sun-Sat 00:00-24:00' });
    app.engine.resume(job.id, 'tester');
    await until(() => app.store.jobs.get(job.id).state === 'finished');
    expect(app.store.changes.counts(job.id).confirmed).toBeGreaterThan(30);
  });
});

describe('the size of requests', () => {
  let bench: Bench;
  afterEach(() => bench.close());

  it('is remembered for the next job when the carrier takes fewer devices', async () => {
    bench = await setUp({ devices: 400, maxDevicesPerRequest: 60 }, { batchSize: 200 });
    await sync(bench);
    const { app, provider, simulator } = bench;
    await runJob(bench, everyDevice(bench));
    const { learnedBatchSize } = app.store.providers.get(provider.id);
    expect(learnedBatchSize).toBeLessThanOrEqual(60);
    const before = simulator.stats().changeRequests;
    const request = { ...everyDevice(bench), order: { type: 'custom-fields', fields: { CustomField1: 'x' } } } as const;
    const review = app.bulkChanges.review(request);
    const { job } = await runJob(bench, request);
    expect(app.store.changes.counts(job.id).confirmed).toBe(400);
    expect(simulator.stats().changeRequests - before).toBe(review.requests);
  });

  it('shrinks after a time-out, and nothing is changed twice', async () => {
    bench = await setUp(
      {
        devices: 200,
        faults: { serverError: 0, resetBefore: 0, resetAfter: 0, htmlError: 0, slow: 0.3, slowMs: 1500 },
      },
      { batchSize: 100, requestTimeoutS: 0.5, settleS: 2 },
    );
    await sync(bench).catch(() => sync(bench));
    const { simulator } = bench;
    const summary = await runJob(bench, everyDevice(bench));
    expect(summary.counts.open).toBe(0);
    expect(Math.max(...timesApplied(simulator).values())).toBe(1);
    const db = new Database(join(bench.home, 'console.db'), { readonly: true });
    const sizes = db
      .prepare<[number], number>("SELECT device_count FROM attempt WHERE job_id = ? AND purpose = 'change'")
      .pluck()
      .all(summary.job.id);
    db.close();
    expect(Math.min(...sizes.slice(1))).toBeLessThan(100);
  }, 60_000);
});
