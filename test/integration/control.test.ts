import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { summarize } from '../../src-main/reports/job-summary.ts';
import { everyDevice, setUp, sync, timesApplied, until, type Bench, ratePlan } from './carrier.ts';

let bench: Bench;
afterEach(() => bench.close());

/** A job in its middle: some requests have left, many have not. */
async function midJob(options: Parameters<typeof setUp>[0] = {}): Promise<number> {
  bench = await setUp({ devices: 2000, ...options }, { batchSize: 20, maxRequestsPerSecond: 20 });
  await sync(bench);
  const { app } = bench;
  app.startEngine();
  const job = app.bulkChanges.create(everyDevice(bench), 'tester');
  app.engine.startDue();
  await until(() => bench.simulator.stats().changeRequests >= 5);
  return job.id;
}

describe('people control a running job', () => {
  it('pauses: nothing new leaves within 100 ms, and resume goes on to the end, each device once', async () => {
    const jobId = await midJob();
    const { app, simulator } = bench;
    app.engine.pause(jobId, 'tester');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { requests } = simulator.stats();
    await app.engine.whenEnded(jobId);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(simulator.stats().requests).toBe(requests);
    const paused = summarize(app.store, app.store.jobs.get(jobId));
    expect(paused.job.state).toBe('paused');
    expect(paused.counts.open).toBeGreaterThan(0);

    await app.accounts.update(bench.provider.id, { ...bench.provider, maxRequestsPerSecond: null });
    app.engine.resume(jobId, 'tester');
    await app.engine.whenEnded(jobId);
    const { counts, status } = summarize(app.store, app.store.jobs.get(jobId));
    expect(status).toBe('PROCESSED');
    expect(counts.processed + counts.skipped).toBe(2000);
    expect([...timesApplied(simulator).values()].every((times) => times === 1)).toBe(true);
  });

  it('does not take a pause for the carrier’s slowness', async () => {
    const jobId = await midJob({ applyDelayMs: { min: 200, max: 400 } });
    const { app, provider } = bench;
    await until(() => app.store.changes.counts(jobId).accepted > 0);
    app.engine.pause(jobId, 'tester');
    await app.engine.whenEnded(jobId);
    expect(app.store.changes.counts(jobId).accepted).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 6000));
    await app.accounts.update(provider.id, { ...provider, maxRequestsPerSecond: null });
    app.engine.resume(jobId, 'tester');
    await app.engine.whenEnded(jobId);
    expect(app.store.jobs.get(jobId).state).toBe('finished');
    expect(app.store.providers.get(provider.id).slowestConfirmationS).toBeLessThan(6);
  });

  it('cancels what has not left, and still finds out what became of the rest', async () => {
    const jobId = await midJob({ applyDelayMs: { min: 300, max: 600 } });
    const { app, simulator } = bench;
    app.engine.cancel(jobId, 'tester');
    await app.engine.whenEnded(jobId);
    const { counts, job } = summarize(app.store, app.store.jobs.get(jobId));
    expect(job.state).toBe('finished');
    expect(counts.open).toBe(0);
    expect(counts.cancelled).toBeGreaterThan(500);
    expect(counts.processed).toBeGreaterThan(0);
    expect(simulator.stats().applied).toBe(counts.processed);
  });

  it('ends in order when the console closes, and can be resumed', async () => {
    const jobId = await midJob();
    const { app } = bench;
    await app.engine.stop();
    expect(app.store.jobs.get(jobId).state).toBe('interrupted');
    expect(app.store.changes.counts(jobId).submitting).toBe(0);
    app.engine.start();
    app.engine.resume(jobId, 'tester');
    expect(app.store.jobs.get(jobId).state).toBe('running');
  });

  it('lets a scheduled job that was paused wait for its date again, and starts it when a person says so', async () => {
    bench = await setUp({ devices: 20 });
    await sync(bench);
    const { app } = bench;
    app.startEngine();
    const effectiveAt = new Date(Date.now() + 3_600_000).toISOString();
    const { id } = app.bulkChanges.create({ ...everyDevice(bench), effectiveAt }, 'tester');
    app.engine.pause(id, 'tester');
    app.engine.resume(id, 'tester');
    expect(app.store.jobs.get(id)).toMatchObject({ state: 'scheduled', wanted: 'run' });
    app.engine.resume(id, 'tester');
    expect((await app.engine.whenEnded(id))?.how).toBe('finished');
  });

  it('starts a scheduled job when it is due, and asks when its start was missed', async () => {
    bench = await setUp({ devices: 20 });
    await sync(bench);
    const { app } = bench;
    app.startEngine();
    const soon = app.bulkChanges.create(
      { ...everyDevice(bench), effectiveAt: new Date(Date.now() + 700).toISOString() },
      'tester',
    );
    expect(soon.state).toBe('scheduled');
    await until(() => app.store.jobs.get(soon.id).state === 'finished');
    const missed = app.bulkChanges.create(
      {
        ...everyDevice(bench),
        order: ratePlan('M2M1GB-A'),
        effectiveAt: new Date(Date.now() + 3_600_000).toISOString(),
      },
      'tester',
    );
    // As if no console had run until now.
    const db = new Database(join(bench.home, 'console.db'));
    db.prepare('UPDATE job SET effective_at = ? WHERE id = ?').run('2026-01-01T00:00:00.000Z', missed.id);
    db.close();
    app.engine.startDue();
    expect(app.store.jobs.get(missed.id).state).toBe('scheduled');
    expect(app.engine.missedItsStart(app.store.jobs.get(missed.id))).toBe(true);
  });
});
