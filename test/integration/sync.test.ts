import { afterEach, describe, expect, it } from 'vitest';
import { setUp, sync, type Bench } from './carrier.ts';

let bench: Bench;
afterEach(() => bench.close());

describe('reading the inventory', () => {
  it('goes on where it was broken off', async () => {
    bench = await setUp({ devices: 2600 });
    const { app, provider, simulator } = bench;
    const abort = new AbortController();
    const broken = await app.reads.syncDevices(
      provider.id,
      (progress) => {
        if (progress.pages === 3) abort.abort();
      },
      abort.signal,
    );
    expect(broken).toMatchObject({ pages: 3, devices: 1500, finishedAt: null });
    const before = simulator.stats().requests;
    const rest = await app.reads.syncDevices(provider.id);
    expect(rest).toMatchObject({ pages: 6, devices: 2600, missing: 0 });
    expect(simulator.stats().requests - before).toBe(3);
    expect(app.store.devices.count(provider.id)).toBe(2600);
  });

  it('keeps what was read when the connection breaks, and goes on at the next try', async () => {
    bench = await setUp({ devices: 2600 });
    const { app, provider, simulator } = bench;
    let pages = 0;
    await expect(
      app.reads.syncDevices(provider.id, () => {
        if (++pages === 2) simulator.faults = { ...simulator.faults, resetBefore: 1 };
      }),
    ).rejects.toThrow(/broke before the answer came/);
    expect(app.store.devices.count(provider.id)).toBe(1000);
    simulator.faults = { ...simulator.faults, resetBefore: 0 };
    expect(await app.reads.syncDevices(provider.id)).toMatchObject({ devices: 2600 });
  });

  it('writes down what changed elsewhere, and what the carrier no longer lists', async () => {
    bench = await setUp({ devices: 100 });
    await sync(bench);
    const { app, provider, simulator } = bench;
    simulator.fleet.setPlan(4, 5);
    simulator.fleet.setState(5, 'suspend');
    app.store.devices.ensure(provider.id, 'iccid', '89148000099999999998');
    const result = await app.reads.syncDevices(provider.id);
    expect(result).toMatchObject({ changed: 2, missing: 1 });
    const moved = app.store.devices.findByIdentifier(provider.id, 'iccid', simulator.fleet.iccid(4))[0];
    expect(app.store.devices.history(moved?.id ?? 0)[0]).toMatchObject({
      field: 'plan',
      newValue: 'M2M5GB-T',
      source: 'sync',
    });
  });

  it('works under throttling with every form of Retry-After', async () => {
    bench = await setUp({
      devices: 3000,
      rateLimit: { kind: 'sliding-window', perSecond: 4, windowS: 1, retryAfter: 'date' },
    });
    await sync(bench);
    expect(bench.app.store.devices.count(bench.provider.id)).toBe(3000);
    bench.simulator.setRateLimit({ retryAfter: 'none' });
    await bench.app.reads.syncDevices(bench.provider.id);
    expect(bench.simulator.stats().throttled).toBeGreaterThan(0);
  });
});
