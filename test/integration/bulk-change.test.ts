import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { STATUS_OF } from '../../src-main/domain/changes.ts';
import { everyDevice, runJob, setUp, sync, TARGET, timesApplied, type Bench, ratePlan } from './carrier.ts';

let bench: Bench;
afterEach(() => bench.close());

describe('a bulk rate plan change', () => {
  it('changes each device exactly once, by the carrier’s ledger, and confirms it by the carrier’s record', async () => {
    bench = await setUp({ devices: 3000, suspendedShare: 0.004, quotaUsedShare: 0.001 });
    await sync(bench);
    const summary = await runJob(bench, everyDevice(bench));
    const times = timesApplied(bench.simulator);
    for (const change of bench.app.store.changes.iterate(summary.job.id)) {
      expect([change.identifier.id, times.get(change.identifier.id) ?? 0]).toEqual([
        change.identifier.id,
        change.state === 'confirmed' ? 1 : 0,
      ]);
    }
    expect(summary.status).toBe('PARTIAL');
    expect(summary.counts.open + summary.counts.unconfirmed + summary.counts.cancelled).toBe(0);
    expect(summary.counts.error).toBeGreaterThan(0);
    expect(summary.reasons.map((reason) => reason.code)).toContain('INPUT_INVALID.DeviceState.Invalid');
  });

  it('brings the local record and its history up to the carrier’s, and logs the call and the update', async () => {
    bench = await setUp({ devices: 20 });
    await sync(bench);
    const { app, provider } = bench;
    const device = app.store.devices.page(
      provider.id,
      { planCodes: ['M2M1MB-S'] },
      { by: 'iccid', descending: false },
      0,
      1,
    )[0];
    await runJob(bench, { ...everyDevice(bench), selection: { deviceIds: [device?.id ?? 0], identifiers: [] } });
    expect(app.store.devices.get(device?.id ?? 0)?.planCode).toBe(TARGET);
    expect(app.store.devices.history(device?.id ?? 0)[0]).toMatchObject({
      field: 'plan',
      oldValue: 'M2M1MB-S',
      newValue: TARGET,
      source: 'job',
    });
    const change = app.store.changes.ofDevice(device?.id ?? 0)[0];
    expect(change && STATUS_OF[change.state]).toBe('PROCESSED');
    const log = app.store.changes.log(change?.id ?? 0);
    expect(log.map((entry) => entry.kind)).toEqual(['api-call', 'api-call', 'local-update']);
    expect(JSON.parse(log[0]?.request ?? '')).toEqual({
      devices: [{ deviceIds: [{ id: device?.iccid, kind: 'iccid' }] }],
      servicePlan: TARGET,
    });
  });

  it('skips what is on the plan already, and what another job holds', async () => {
    bench = await setUp({ devices: 200, applyDelayMs: { min: 500, max: 600 } });
    await sync(bench);
    const first = runJob(bench, everyDevice(bench));
    const review = bench.app.bulkChanges.review(everyDevice(bench));
    expect(review.willChange).toBe(0);
    expect(review.heldByOtherJobs).toBeGreaterThan(100);
    const { counts } = await first;
    expect(counts.skipped + counts.processed).toBe(200);
    // Where nothing is left to do no job begins.
    await expect(runJob(bench, everyDevice(bench))).rejects.toMatchObject({
      code: 'nothing-to-do',
      message: 'No device would change: 200 already there.',
    });
    expect(bench.app.store.jobs.list()).toHaveLength(1);
    expect(bench.simulator.stats().applied).toBe(counts.processed);
  });

  it('isolates one unknown ICCID among 500 in a request: 499 change, in at most 19 extra requests', async () => {
    bench = await setUp({ devices: 600 }, { batchSize: 500 });
    await sync(bench);
    const { app, provider } = bench;
    const known = app.store.devices
      .page(provider.id, {}, { by: 'iccid', descending: false }, 0, 600)
      .filter((device) => device.planCode !== TARGET)
      .slice(0, 499);
    const unknown = { kind: 'iccid', id: '89148000099999999998' } as const;
    const summary = await runJob(bench, {
      ...everyDevice(bench),
      selection: { deviceIds: known.map((device) => device.id), identifiers: [unknown] },
    });
    expect(summary.counts).toMatchObject({ total: 500, processed: 499, error: 1 });
    const failed = app.store.changes.inState(summary.job.id, ['rejected'])[0];
    expect(failed).toMatchObject({
      identifier: unknown,
      reasonCode: 'REQUEST_FAILED.DeviceNotFound',
      reason: 'The device is not on this account.',
    });
    expect(bench.simulator.stats().changeRequests).toBeLessThanOrEqual(20);
  });

  it('halves the batch when the carrier takes fewer devices in a request, and remembers it', async () => {
    bench = await setUp({ devices: 400, maxDevicesPerRequest: 60 });
    await sync(bench);
    const summary = await runJob(bench, everyDevice(bench));
    expect(summary.status).toBe('PROCESSED');
    expect(bench.simulator.stats().changeRequests).toBeLessThanOrEqual(Math.ceil(400 / 50) + 2 * bench.provider.lanes);
  });

  it('stops with the reason when the carrier does not know the plan, and sends nothing more', async () => {
    bench = await setUp({ devices: 300 });
    await sync(bench);
    bench.app.store.plans.replaceSpecifications(
      bench.provider.id,
      [{ code: 'GONE', name: 'Gone', sizeKb: 1, carrierCode: null }],
      new Date().toISOString(),
    );
    const summary = await runJob(bench, { ...everyDevice(bench), order: ratePlan('GONE') });
    expect(summary).toMatchObject({ status: 'ERROR', counts: { processed: 0, open: 300 } });
    expect(summary.job.state).toBe('stopped');
    expect(summary.job.stopReason).toMatch(/does not know this rate plan/);
    expect(bench.simulator.stats().changeRequests).toBeLessThanOrEqual(4);
  });

  it('refuses before anything is queued: read-only account, unknown, reserved or disallowed plan', async () => {
    bench = await setUp({ devices: 10 });
    await sync(bench);
    const { app, provider } = bench;
    const request = everyDevice(bench);
    expect(() => app.bulkChanges.create({ ...request, order: ratePlan('NOPE') }, 'tester')).toThrow(
      /There is no rate plan/,
    );
    expect(() => app.bulkChanges.create({ ...request, order: ratePlan('M2M_CPN') }, 'tester')).toThrow(
      /platform's own plan/,
    );
    app.store.plans.setAllowed(provider.id, TARGET, false);
    expect(() => app.bulkChanges.create(request, 'tester')).toThrow(/not allowed for this service provider/);
    app.store.plans.setAllowed(provider.id, TARGET, true);
    await app.accounts.update(provider.id, { ...provider, writesEnabled: false });
    expect(() => app.bulkChanges.create(request, 'tester')).toThrow('Writes disabled for this service provider');
    expect(app.store.jobs.list()).toEqual([]);
    expect(bench.simulator.stats().changeRequests).toBe(0);
  });

  it('keeps an accepted change that never shows as unconfirmed, never as processed', async () => {
    bench = await setUp({ devices: 5, applyDelayMs: { min: 3_600_000, max: 3_600_000 } }, { confirmDeadlineS: 1 });
    await sync(bench);
    const summary = await runJob(bench, everyDevice(bench));
    expect(summary.counts.processed).toBe(0);
    expect(summary.counts.unconfirmed).toBeGreaterThan(0);
    expect(summary.status).toBe('PARTIAL');
  });

  it('records a failing local update as what it is: the change stays processed', async () => {
    bench = await setUp({ devices: 3 });
    await sync(bench);
    const { app, provider } = bench;
    const update = app.store.devices.recordChange.bind(app.store.devices);
    app.store.devices.recordChange = (...args) => {
      if (args[0] === 2) throw new Error('the record is locked');
      update(...args);
    };
    const summary = await runJob(bench, { ...everyDevice(bench), order: ratePlan('M2M5GB-T') });
    expect(summary).toMatchObject({ status: 'PROCESSED', localSyncFailures: 1 });
    const change = app.store.changes.ofDevice(2)[0];
    expect(change?.localSync).toBe('failed');
    expect(app.store.changes.log(change?.id ?? 0).at(-1)).toMatchObject({ kind: 'local-update', ok: false });
    await app.reads.syncDevices(provider.id);
    expect(app.store.devices.get(2)?.planCode).toBe('M2M5GB-T');
  });

  it('writes the final report and the failure report, with every reason', async () => {
    bench = await setUp({ devices: 300, suspendedShare: 0.05 });
    await sync(bench);
    const summary = await runJob(bench, everyDevice(bench));
    const folder = summary.job.reportFolder ?? '';
    const failures = readFileSync(join(folder, 'failures.csv'), 'utf8').trim().split('\r\n');
    expect(failures).toHaveLength(1 + summary.counts.error + summary.counts.unconfirmed);
    expect(failures.filter((line) => line.includes('INPUT_INVALID.DeviceState.Invalid'))).toHaveLength(
      summary.counts.error,
    );
    expect(readFileSync(join(folder, 'all-devices.csv'), 'utf8').trim().split('\r\n')).toHaveLength(301);
    expect(readFileSync(join(folder, 'summary.html'), 'utf8')).toContain('PARTIAL');
  });

  it('leaves an audit trail that verifies, from creation to the outcome of each device', async () => {
    bench = await setUp({ devices: 50 });
    await sync(bench);
    const summary = await runJob(bench, everyDevice(bench));
    const rows = [...bench.app.store.audit.all()];
    expect(bench.app.audit.verify()).toMatchObject({ firstBad: null, entries: rows.length });
    const count = (action: string): number => rows.filter((row) => row.action === action).length;
    expect(count('change.outcome')).toBe(summary.counts.processed);
    expect(count('request.sent')).toBe(count('request.answered'));
    for (const action of ['job.created', 'job.started', 'job.finished']) expect(count(action)).toBe(1);
  });
});

describe('devices that the carrier no longer lists', () => {
  it('are skipped with the reason, and cost no request', async () => {
    bench = await setUp({ devices: 30 });
    const { app, provider } = bench;
    const gone = app.store.devices.ensure(provider.id, 'iccid', '89148000099999999998');
    await sync(bench);
    const request = { ...everyDevice(bench), selection: { deviceIds: [gone], identifiers: [] } };
    expect(app.bulkChanges.review(request)).toMatchObject({ total: 1, willChange: 0, notListed: 1 });
    await expect(runJob(bench, request)).rejects.toThrow(/1 no longer listed by the carrier/);
    const summary = await runJob(bench, everyDevice(bench));
    expect(summary.counts.processed).toBeGreaterThan(10);
    expect(app.store.changes.ofDevice(gone)[0]?.reason).toMatch(/no longer listed/);
    expect(timesApplied(bench.simulator).has('89148000099999999998')).toBe(false);
  });
});
