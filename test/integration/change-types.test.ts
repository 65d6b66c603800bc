import { afterEach, describe, expect, it } from 'vitest';
import type { ChangeOrder } from '../../src-main/domain/change-order.ts';
import { writeJobReport } from '../../src-main/reports/job-report.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { everyDevice, ratePlan, runJob, setUp, sync, TARGET, until, type Bench } from './carrier.ts';

describe('change types other than rate plans, with the same records, reports and recovery', () => {
  let bench: Bench;
  afterEach(() => bench.close());

  it('suspends, restores, and undoes by the device’s former state', async () => {
    bench = await setUp({ devices: 120 });
    const { simulator, app, provider } = bench;
    simulator.fleet.setState(7, 'deactive');
    await sync(bench);
    const states = (): string[] => Array.from({ length: 120 }, (_, index) => simulator.fleet.state(index));
    const before = states();

    const suspended = await runJob(bench, { ...everyDevice(bench), order: { type: 'suspend' } });
    expect(suspended.job.title).toBe('Suspend 120 devices');
    expect(suspended.counts).toMatchObject({ processed: 119, error: 1 });
    expect(states().filter((state) => state === 'suspend')).toHaveLength(119);
    expect(app.store.devices.count(provider.id, { states: ['suspend'] })).toBe(119);
    expect(app.store.changes.topReasons(suspended.job.id, 1)[0]?.code).toContain('DeviceState.Invalid');

    const [undo, ...others] = app.childJobs.undo(suspended.job.id, 'tester');
    expect(others).toEqual([]);
    expect(undo).toMatchObject({ type: 'restore', parentJobId: suspended.job.id });
    app.engine.startDue();
    await app.engine.whenEnded(undo?.id ?? 0);
    expect(states()).toEqual(before);
  });

  it('sets custom fields, leaves the others alone, and brings each device’s own values back', async () => {
    bench = await setUp({ devices: 4 });
    const { simulator, app, provider } = bench;
    await sync(bench);
    const before = Array.from({ length: 4 }, (_, index) => simulator.fleet.fields(index));
    const order: ChangeOrder = { type: 'custom-fields', fields: { CustomField1: 'Depot 4', CustomField3: 'B' } };
    const summary = await runJob(bench, { ...everyDevice(bench), order });
    expect(summary.counts.processed).toBe(4);
    expect(simulator.fleet.fields(3)).toEqual({ CustomField1: 'Depot 4', CustomField3: 'B' });
    expect(app.store.devices.count(provider.id, { customFields: { CustomField3: 'B' } })).toBe(4);

    const folder = join(bench.home, 'report');
    await writeJobReport(app.store, summary.job, folder);
    expect(readFileSync(join(folder, 'all-devices.csv'), 'utf8')).toContain('CustomField1=Depot 4, CustomField3=B');

    for (const job of app.childJobs.undo(summary.job.id, 'tester')) {
      app.engine.startDue();
      await until(() => app.store.jobs.get(job.id).state === 'finished');
    }
    // What had no value has an empty one now.
    const after = Array.from({ length: 4 }, (_, index) => simulator.fleet.fields(index));
    expect(after).toEqual(before.map((fields) => ({ ...fields, CustomField3: '' })));
    expect(app.audit.verify()).toMatchObject({ firstBad: null });
  });

  it('do not count against the month’s plan changes', async () => {
    bench = await setUp({ devices: 3 });
    await sync(bench);
    for (const type of ['suspend', 'restore', 'suspend', 'restore', 'suspend', 'restore'] as const)
      expect((await runJob(bench, { ...everyDevice(bench), order: { type } })).counts.processed).toBe(3);
    const review = bench.app.bulkChanges.review(everyDevice(bench));
    expect(review).toMatchObject({ quotaUsed: 0, lastOfMonth: 0 });
    // Nor do the month's plan changes stand in their way, or in their review.
    for (const plan of ['M2M1GB-A', 'M2M5GB-T', TARGET])
      await runJob(bench, { ...everyDevice(bench), order: ratePlan(plan) });
    expect(bench.app.bulkChanges.review({ ...everyDevice(bench), order: ratePlan('M2M5GB-T') }).lastOfMonth).toBe(3);
    expect(bench.app.bulkChanges.review({ ...everyDevice(bench), order: { type: 'suspend' } }).lastOfMonth).toBe(0);
  });

  it('are refused before anything is queued when the fields are none', async () => {
    bench = await setUp({ devices: 3 });
    await sync(bench);
    const wrong = (fields: Record<string, string>): string[] =>
      bench.app.bulkChanges
        .review({ ...everyDevice(bench), order: { type: 'custom-fields', fields } })
        .problems.map((problem) => problem.code);
    expect(wrong({})).toEqual(['no-field']);
    expect(wrong({ Colour: 'red' })).toEqual(['unknown-field']);
    expect(wrong({ CustomField1: "it's" })).toEqual(['invalid-character']);
    expect(wrong({ CustomField2: 'x'.repeat(51) })).toEqual(['too-long']);
  });
});
