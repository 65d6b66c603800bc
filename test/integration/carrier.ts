/** A simulator and a console on a data folder of its own, for one test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from '../../src-main/app.ts';
import type { ChangeOrder } from '../../src-main/domain/change-order.ts';
import type { BulkChangeRequest } from '../../src-main/bulk-change/plan-changes.ts';
import { memoryVault } from '../../src-main/security/vault.ts';
import { SIMULATOR_CREDENTIALS, SIMULATOR_DEFAULTS, type SimulatorOptions } from '../../src-main/simulator/options.ts';
import { Simulator } from '../../src-main/simulator/server.ts';
import type { Provider } from '../../src-main/store/providers.ts';
import { PROVIDER_DEFAULTS, type ProviderSettings } from '../../src-main/domain/provider-settings.ts';
import { summarize, type JobSummary } from '../../src-main/reports/job-summary.ts';

export const TARGET = 'M2M150MB-A';

/** A carrier without a rate limit and with everything working, unless a test says otherwise. */
export const QUIET: Partial<SimulatorOptions> = {
  applyDelayMs: { min: 20, max: 120 },
  suspendedShare: 0,
  quotaUsedShare: 0,
  rateLimit: { ...SIMULATOR_DEFAULTS.rateLimit, kind: 'none' },
};

/** Short waits: what takes the carrier minutes takes its simulation milliseconds. */
export const QUICK: Partial<ProviderSettings> = { settleS: 1, confirmDeadlineS: 6, requestTimeoutS: 5 };

export interface Bench {
  simulator: Simulator;
  app: App;
  provider: Provider;
  home: string;
  close: () => Promise<void>;
}

export async function setUp(
  options: Partial<SimulatorOptions> = {},
  settings: Partial<ProviderSettings> = {},
): Promise<Bench> {
  const simulator = new Simulator({ ...QUIET, ...options });
  const baseUrl = await simulator.start();
  const home = mkdtempSync(join(tmpdir(), 'rateplan-test-'));
  const app = new App({ home, vault: memoryVault(null), actor: 'tester' });
  const provider = app.accounts.create({
    ...PROVIDER_DEFAULTS,
    ...QUICK,
    name: 'Test',
    accountName: simulator.options.accountName,
    baseUrl,
    ...settings,
  });
  await app.credentials.set(provider.id, SIMULATOR_CREDENTIALS);
  const bench: Bench = {
    simulator,
    app,
    provider,
    home,
    close: async () => {
      // The one that is open now: a test may have closed the first one and opened another.
      await bench.app.close();
      await simulator.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
  return bench;
}

/** Reads plans and devices, so that every device is known. */
export async function sync({ app, provider }: Bench): Promise<void> {
  await app.reads.syncPlans(provider.id);
  await app.reads.syncDevices(provider.id);
}

export function ratePlan(planCode: string): ChangeOrder {
  return { type: 'carrier-rate-plan', planCode };
}

export function everyDevice({ app: app, provider }: Pick<Bench, 'app' | 'provider'>): BulkChangeRequest {
  return {
    providerId: provider.id,
    selection: { deviceIds: app.store.devices.ids(provider.id, {}), identifiers: [] },
    order: ratePlan(TARGET),
    effectiveAt: null,
  };
}

/** Queues a change, runs it to its end, and sums it up. */
export async function runJob({ app }: Bench, request: BulkChangeRequest): Promise<JobSummary> {
  app.startEngine();
  const job = app.bulkChanges.create(request, 'tester');
  app.engine.startDue();
  await app.engine.whenEnded(job.id);
  return summarize(app.store, app.store.jobs.get(job.id));
}

/** How often the carrier really applied a change to each device: the judge. */
export function timesApplied(simulator: Simulator): Map<string, number> {
  const times = new Map<string, number>();
  for (const { iccid } of simulator.ledgerEntries()) times.set(iccid, (times.get(iccid) ?? 0) + 1);
  return times;
}

/** Waits until `check` holds. */
export async function until(check: () => boolean, limitMs = 60_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!check()) {
    if (Date.now() > end) throw new Error('it did not come about in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
