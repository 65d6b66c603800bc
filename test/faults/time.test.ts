/** What time can do: clocks that are set, computers that sleep, tokens and sessions that expire at the wrong moment. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { App } from '../../src-main/app.ts';
import { systemClock } from '../../src-main/domain/clock.ts';
import { memoryVault } from '../../src-main/security/vault.ts';
import { SIMULATOR_CREDENTIALS } from '../../src-main/simulator/options.ts';
import { everyDevice, setUp, sync, timesApplied, until, type Bench } from '../integration/carrier.ts';

/** Sets accepted changes back to where a crash between request and answer leaves them. */
function forgetAnswers(home: string, changes: number[]): void {
  const db = new Database(join(home, 'console.db'));
  const forget = db.prepare("UPDATE change SET state = 'submitting', accepted_at = NULL WHERE id = ?");
  for (const id of changes) forget.run(id);
  db.close();
}

const HOUR_MS = 3_600_000;

let bench: Bench;
afterEach(() => bench.close());

/** A console on the same store whose clock can be set. */
async function onClock(set: { by: number }): Promise<App> {
  const { home, provider } = bench;
  await bench.app.close();
  bench.app = new App({
    home,
    vault: memoryVault(null),
    actor: 'tester',
    clock: { ...systemClock, now: () => Date.now() + set.by },
  });
  await bench.app.credentials.set(provider.id, SIMULATOR_CREDENTIALS);
  bench.app.startEngine();
  return bench.app;
}

describe('a clock that is set in mid-job', () => {
  it.each([
    ['an hour ahead', HOUR_MS],
    ['an hour back', -HOUR_MS],
  ])(
    '%s: nothing is given up early, waits forever, or is sent twice',
    async (_name, by) => {
      bench = await setUp(
        {
          devices: 300,
          applyDelayMs: { min: 600, max: 1500 },
          rateLimit: { kind: 'token-bucket', perSecond: 40, windowS: 1, retryAfter: 'seconds' },
          faults: { serverError: 0, resetBefore: 0.05, resetAfter: 0.15, htmlError: 0, slow: 0, slowMs: 0 },
        },
        { batchSize: 10, settleS: 3, confirmDeadlineS: 20 },
      );
      await sync(bench);
      const clock = { by: 0 };
      const app = await onClock(clock);
      const job = app.bulkChanges.create(everyDevice(bench), 'tester');
      app.engine.startDue();
      await until(() => app.store.changes.counts(job.id).accepted > 40);
      clock.by = by;
      await until(() => app.store.changes.counts(job.id).confirmed > 120);
      clock.by = 0;
      await app.engine.whenEnded(job.id);
      const { confirmed, unconfirmed, failed, skipped } = app.store.changes.counts(job.id);
      expect({ unconfirmed, failed }).toEqual({ unconfirmed: 0, failed: 0 });
      expect(confirmed + skipped).toBe(300);
      const times = timesApplied(bench.simulator);
      expect(times.size).toBe(confirmed);
      expect([...times.values()].every((count) => count === 1)).toBe(true);
    },
    60_000,
  );

  it('between a crash and the resume: what was under way still gets its settling time', async () => {
    bench = await setUp(
      { devices: 100, applyDelayMs: { min: 1500, max: 2000 } },
      { batchSize: 10, settleS: 3, lanes: 2 },
    );
    await sync(bench);
    bench.app.startEngine();
    const job = bench.app.bulkChanges.create(everyDevice(bench), 'tester');
    bench.app.engine.startDue();
    await until(() => bench.simulator.stats().changeRequests >= 4);
    // As after a crash in the middle of a request: sent, and its answer not written down.
    await bench.app.engine.stop();
    const sent = bench.app.store.changes.inState(job.id, ['accepted']);
    const app = await onClock({ by: HOUR_MS });
    forgetAnswers(
      bench.home,
      sent.map((change) => change.id),
    );
    app.engine.resume(job.id, 'tester');
    await app.engine.whenEnded(job.id);
    expect(app.store.changes.counts(job.id)).toMatchObject({ unconfirmed: 0, failed: 0, rejected: 0 });
    expect([...timesApplied(bench.simulator).values()].every((count) => count === 1)).toBe(true);
  }, 60_000);
});

describe('tokens', () => {
  it.each([
    ['the session expires', 'session'],
    ['the bearer token is dropped', 'bearer'],
  ] as const)(
    '%s in every phase of a job, and it costs one login for all lanes',
    async (_name, what) => {
      bench = await setUp({ devices: 800 }, { batchSize: 10, lanes: 6, maxRequestsPerSecond: 80 });
      await sync(bench);
      const { app, simulator } = bench;
      const expire = (): void => {
        if (what === 'session') simulator.sessions.expireSession();
        else simulator.sessions.expireBearer();
      };
      app.startEngine();
      const loginsBefore = simulator.stats().logins;
      let expired = 0;
      const everyPhase = setInterval(() => {
        expire();
        expired++;
      }, 300);
      const job = app.bulkChanges.create(everyDevice(bench), 'tester');
      app.engine.startDue();
      await app.engine.whenEnded(job.id);
      clearInterval(everyPhase);
      expect(expired).toBeGreaterThan(3);
      expect(app.store.jobs.get(job.id)).toMatchObject({ state: 'finished', stopReason: null });
      const { confirmed, skipped } = app.store.changes.counts(job.id);
      expect(confirmed + skipped).toBe(800);
      expect([...timesApplied(simulator).values()].every((count) => count === 1)).toBe(true);
      // Never side by side: not more logins than expiries, whatever the number of lanes.
      expect(simulator.stats().logins - loginsBefore).toBeLessThanOrEqual(expired + 1);
      expect(simulator.stats().failedLogins).toBe(0);
    },
    60_000,
  );

  it('near the lock-out the job stops before the fifth refused login, over restarts', async () => {
    bench = await setUp({ devices: 20 });
    await sync(bench);
    const { provider, simulator } = bench;
    const job = bench.app.bulkChanges.create(everyDevice(bench), 'tester');
    for (let start = 0; start < 7; start++) {
      const app = await onClock({ by: 0 });
      await app.credentials.set(provider.id, { ...SIMULATOR_CREDENTIALS, password: 'changed-elsewhere' });
      simulator.sessions.expireSession();
      app.engine.resume(job.id, 'tester');
      await app.engine.whenEnded(job.id);
      expect(app.store.jobs.get(job.id).state).toBe('stopped');
    }
    expect(simulator.stats().failedLogins).toBe(4);
    expect(simulator.sessions.locked).toBe(false);
    expect(bench.app.store.jobs.get(job.id).stopReason).toContain('would lock the account');
    expect(bench.app.store.changes.counts(job.id).queued).toBeGreaterThan(0);
    bench.app.store.providers.clearFailedLogins(provider.id);
    const app = await onClock({ by: 0 });
    app.engine.resume(job.id, 'tester');
    await app.engine.whenEnded(job.id);
    expect(app.store.jobs.get(job.id).state).toBe('finished');
  }, 60_000);
});
