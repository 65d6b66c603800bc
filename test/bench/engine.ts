/** `npm run bench engine [sizes]`: how long the parts of the main job take here, against the simulator; prints a table and judges nothing. */
import { systemClock } from '../../src-main/domain/clock.ts';
import { App } from '../../src-main/app.ts';
import { memoryVault } from '../../src-main/security/vault.ts';
import { SIMULATOR_CREDENTIALS, type SimulatorOptions } from '../../src-main/simulator/options.ts';
import { CarrierError } from '../../src-main/thingspace/carrier-error.ts';
import { everyDevice, ratePlan, runJob, setUp, sync, TARGET, until, type Bench } from '../integration/carrier.ts';
import { printTable } from './table.ts';

const rows: string[][] = [];

function row(what: string, devices: number, ms: number, note = ''): void {
  rows.push([
    what,
    note,
    devices.toLocaleString('en-US'),
    `${ms.toFixed(0)} ms`,
    `${Math.round((devices / ms) * 1000).toLocaleString('en-US')}/s`,
  ]);
}

async function timed<T>(work: () => T | Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  const result = await work();
  return [result, performance.now() - start];
}

async function measure(devices: number): Promise<void> {
  const bench = await setUp({ devices }, { settleS: 30, confirmDeadlineS: 120 });
  row('sync from the carrier', devices, (await timed(() => sync(bench)))[1]);
  const request = everyDevice(bench);
  const [review, reviewMs] = await timed(() => bench.app.bulkChanges.review(request));
  row('review', devices, reviewMs);
  const [summary, ms] = await timed(() => runJob(bench, request));
  row(
    'job, no rate limit',
    review.willChange,
    ms,
    `${String(bench.simulator.stats().requests)} requests, ${String(summary.counts.processed)} confirmed`,
  );
  await bench.close();
}

/** A job that was broken off half-way, in a console of its own: until it is open, and until its first request leaves. */
async function resume(devices: number): Promise<void> {
  const bench = await setUp({ devices }, { settleS: 30, confirmDeadlineS: 120 });
  await sync(bench);
  bench.app.startEngine();
  const job = bench.app.bulkChanges.create(everyDevice(bench), 'bench');
  bench.app.engine.startDue();
  await until(() => {
    const { accepted, confirmed } = bench.app.store.changes.counts(job.id);
    return accepted + confirmed > devices / 2;
  }, 300_000);
  await bench.app.close();
  const [again, openMs] = await timed(() => {
    const app = new App({ home: bench.home, vault: memoryVault(null), actor: 'bench' });
    app.startEngine();
    return app;
  });
  row('open after a crash', devices, openMs);
  await again.credentials.set(bench.provider.id, SIMULATOR_CREDENTIALS);
  const { requests } = bench.simulator.stats();
  const [, ms] = await timed(async () => {
    again.engine.resume(job.id, 'bench');
    while (bench.simulator.stats().requests === requests) await new Promise((resolve) => setImmediate(resolve));
  });
  row('resume, until its first request', devices, ms);
  bench.app = again;
  await bench.close();
}

/** The demo's limit: what the carrier allows at least, and what it took. */
async function againstLimit(devices: number, limit: SimulatorOptions['rateLimit']): Promise<void> {
  const bench: Bench = await setUp(
    { devices, rateLimit: limit, applyDelayMs: { min: 400, max: 2500 } },
    { settleS: 30, confirmDeadlineS: 120 },
  );
  await sync(bench);
  const request = everyDevice(bench);
  const { requests, willChange } = bench.app.bulkChanges.review(request);
  const [, ms] = await timed(() => runJob(bench, request));
  const floor =
    (requests + Math.ceil(willChange / bench.provider.pageSize) - limit.perSecond * limit.windowS) / limit.perSecond;
  row(
    `job, ${limit.kind} ${String(limit.perSecond)}/s`,
    willChange,
    ms,
    `floor ${Math.max(2.5, floor).toFixed(1)} s, ${String(bench.simulator.stats().throttled)} throttled`,
  );
  await bench.close();
}

/** The way that the console replaces: one ICCID a request, one after the other, done when accepted. */
async function previousWay(devices: number, limit: SimulatorOptions['rateLimit']): Promise<void> {
  const bench = await setUp({ devices, rateLimit: limit });
  const { client } = bench.app.connections.open(bench.provider);
  const [, ms] = await timed(async () => {
    for (let index = 0; index < devices; index++) {
      const body = client.changeBody(ratePlan(TARGET), [{ kind: 'iccid', id: bench.simulator.fleet.iccid(index) }]);
      for (let sent = false; !sent;) {
        try {
          await client.change('carrier-rate-plan', body);
          sent = true;
        } catch (error) {
          if (!(error instanceof CarrierError) || error.kind !== 'throttled') throw error;
          await systemClock.sleep(error.retryAfterMs ?? 1000);
        }
      }
    }
  });
  row(
    `previous way, ${limit.kind} ${String(limit.perSecond)}/s`,
    devices,
    ms,
    'one ICCID a request, nothing confirmed',
  );
  await bench.close();
}

/** @param sizes of the fleets to measure; 10,000 and 100,000 when none is given */
export async function benchEngine(sizes: readonly number[]): Promise<void> {
  for (const devices of sizes.length > 0 ? sizes : [10_000, 100_000]) await measure(devices);
  await resume(100_000);
  for (const kind of ['token-bucket', 'fixed-window', 'sliding-window'] as const) {
    await againstLimit(10_000, { kind, perSecond: 20, windowS: 1, retryAfter: 'seconds' });
  }
  await previousWay(300, { kind: 'token-bucket', perSecond: 20, windowS: 1, retryAfter: 'seconds' });
  printTable(['what', '', 'devices', 'time', 'rate'], rows);
}
