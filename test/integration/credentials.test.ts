import { afterEach, describe, expect, it } from 'vitest';
import { SIMULATOR_CREDENTIALS } from '../../src-main/simulator/options.ts';
import { everyDevice, runJob, setUp, sync, until, type Bench } from './carrier.ts';

let bench: Bench;
afterEach(() => bench.close());

describe('the two tokens', () => {
  it('logs in once for all lanes and keeps the session', async () => {
    bench = await setUp({ devices: 1000 }, { batchSize: 20, lanes: 8 });
    await sync(bench);
    await runJob(bench, everyDevice(bench));
    expect(bench.simulator.stats()).toMatchObject({ logins: 1, tokensIssued: 1 });
  });

  it('tries a wrong password once, says so, and makes no second attempt by itself', async () => {
    bench = await setUp({ devices: 100 });
    await sync(bench);
    const { app, provider, simulator } = bench;
    await app.credentials.set(provider.id, { ...SIMULATOR_CREDENTIALS, password: 'wrong-password' });
    const summary = await runJob(bench, everyDevice(bench));
    expect(simulator.stats().failedLogins).toBe(1);
    expect(summary.job.state).toBe('stopped');
    expect(summary.job.stopReason).toMatch(/refused the login of user "demo-user".*tried once and is not repeated/);
    expect(summary.counts.open).toBe(summary.counts.total - summary.counts.skipped);
    await expect(app.reads.syncDevices(provider.id)).rejects.toThrow(/refused the login/);
    expect(simulator.stats().failedLogins).toBe(1);

    // Mended by a person, the same job goes on.
    await app.credentials.set(provider.id, SIMULATOR_CREDENTIALS);
    app.engine.resume(summary.job.id, 'tester');
    await app.engine.whenEnded(summary.job.id);
    expect(app.store.jobs.get(summary.job.id).state).toBe('finished');
    expect(app.store.providers.get(provider.id).failedLogins).toBe(0);
  });

  it('refuses the login that would lock the account, also after a restart', async () => {
    bench = await setUp({ devices: 10 });
    const { app, provider, simulator } = bench;
    for (let n = 0; n < 6; n++) {
      await app.credentials.set(provider.id, { ...SIMULATOR_CREDENTIALS, password: `wrong-${n}` });
      await expect(app.credentials.test(provider.id)).rejects.toThrow(
        n < 4 ? /refused the login/ : /would lock the account/,
      );
    }
    expect(simulator.stats()).toMatchObject({ failedLogins: 4, locked: false });
    await app.credentials.set(provider.id, SIMULATOR_CREDENTIALS);
    await app.credentials.clearFailedLogins(provider.id);
    expect((await app.credentials.test(provider.id)).plans).toBeGreaterThan(0);
  });

  it('says that the key and secret are wrong, and does not log in with them', async () => {
    bench = await setUp({ devices: 10 });
    await bench.app.credentials.set(bench.provider.id, { ...SIMULATOR_CREDENTIALS, secret: 'wrong-secret' });
    await expect(bench.app.credentials.test(bench.provider.id)).rejects.toThrow(/API key and secret/);
    expect(bench.simulator.stats()).toMatchObject({ failedLogins: 0, logins: 0 });
  });

  it.each(['session', 'bearer'] as const)('renews an expired %s in mid-job once, and the job goes on', async (what) => {
    bench = await setUp({ devices: 1000 }, { batchSize: 20, maxRequestsPerSecond: 60 });
    await sync(bench);
    const { app, simulator } = bench;
    app.startEngine();
    const job = app.bulkChanges.create(everyDevice(bench), 'tester');
    app.engine.startDue();
    await until(() => simulator.stats().changeRequests >= 5);
    if (what === 'session') simulator.sessions.expireSession();
    else simulator.sessions.expireBearer();
    await app.engine.whenEnded(job.id);
    expect(app.store.jobs.get(job.id).state).toBe('finished');
    expect(app.store.changes.counts(job.id).rejected).toBe(0);
    expect(simulator.stats()).toMatchObject(
      what === 'session' ? { logins: 2, tokensIssued: 1 } : { logins: 1, tokensIssued: 2 },
    );
  });

  it('logs in again after 20 minutes without use', async () => {
    bench = await setUp({ devices: 10 });
    await sync(bench);
    bench.simulator.advanceClock(21 * 60_000);
    await sync(bench);
    expect(bench.simulator.stats()).toMatchObject({ logins: 2, tokensIssued: 1 });
  });

  it('can be tested and replaced while a job runs, without cutting off its answers', async () => {
    bench = await setUp({ devices: 600 }, { batchSize: 20, maxRequestsPerSecond: 40 });
    await sync(bench);
    const { app, provider, simulator } = bench;
    app.startEngine();
    const job = app.bulkChanges.create(everyDevice(bench), 'tester');
    app.engine.startDue();
    await until(() => simulator.stats().changeRequests >= 5);
    await app.credentials.set(provider.id, SIMULATOR_CREDENTIALS);
    expect((await app.credentials.test(provider.id)).plans).toBeGreaterThan(0);
    await app.engine.whenEnded(job.id);
    expect(app.store.jobs.get(job.id).state).toBe('finished');
    expect(app.store.attempts.count(job.id).change).toBe(simulator.stats().changeRequests);
    expect([...app.store.changes.iterate(job.id)].every((change) => change.attempts <= 1)).toBe(true);
  });
});
