import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { App } from '../app.ts';
import { DEMO_TARGET_PLAN, fillDemo, startDemo } from '../demo.ts';
import { ConsoleError } from '../domain/errors.ts';
import { REPORT_FILES } from '../reports/job-report.ts';
import { memoryVault } from '../security/vault.ts';
import type { Simulator } from '../simulator/server.ts';
import { EXIT, note, print, printJson, progressLine } from './output.ts';
import { checkDataFolder } from '../store/data-folder.ts';
import { followJob, notChanged, printResult } from './run-job.ts';
import { addCommonOptions, positiveInteger } from './session.ts';

interface DemoFlags {
  devices: number;
  seed: number;
  json?: boolean;
}

/** `rateplan demo`: simulator, sync, change and report in one, checked against the simulator's ledger. */
export function addDemoCommand(program: Command): void {
  addCommonOptions(program.command('demo'))
    .description('simulator + sync + change + report in one, in a data folder of its own (or RATEPLAN_HOME)')
    .option('--devices <n>', 'size of the simulated fleet', positiveInteger, 10_000)
    .option('--seed <n>', 'one seed, one fleet', positiveInteger, 1)
    .action(async (flags: DemoFlags) => {
      process.exitCode = await runDemo(flags);
    });
}

/** @returns the exit code: 0 when the ledger agrees that everything that can change has changed */
async function runDemo(flags: DemoFlags): Promise<number> {
  const home = process.env['RATEPLAN_HOME'] ?? mkdtempSync(join(tmpdir(), 'rateplan-demo-'));
  await checkDataFolder(home);
  const app = new App({ home, vault: memoryVault(null) });
  try {
    refuseWhereOthersWork(app);
  } catch (error) {
    await app.close();
    throw error;
  }
  return showDemo(app, flags);
}

/** It needs no sign-in and changes what it likes. @throws ConsoleError `refused` in a data folder that is somebody's */
function refuseWhereOthersWork({ store, home }: App): void {
  const isUsed = store.operators.any() || store.providers.list().some(({ isDemo }) => !isDemo);
  if (!isUsed) return;
  throw new ConsoleError(
    'refused',
    `The demo does not run in ${home}: it has operators or accounts of its own.`,
    'Leave RATEPLAN_HOME out, or name an empty folder. Nothing was changed.',
  );
}

async function showDemo(app: App, { devices, seed, json }: DemoFlags): Promise<number> {
  const { provider, simulator } = await startDemo(app, { devices, seed });
  try {
    const bar = progressLine('sync');
    await fillDemo(app, provider, (progress) => {
      bar.update(progress.devices, devices, 'devices read from the carrier');
    });
    bar.end();
    app.startEngine(true);
    const selection = { deviceIds: app.store.devices.ids(provider.id, {}), identifiers: [] };
    const request = {
      providerId: provider.id,
      selection,
      order: { type: 'carrier-rate-plan', planCode: DEMO_TARGET_PLAN },
      effectiveAt: null,
    } as const;
    const review = app.bulkChanges.review(request);
    note(
      `${String(review.willChange)} of ${String(review.total)} devices get ${review.plan?.name ?? DEMO_TARGET_PLAN}; ${String(review.alreadyReached)} are on it already.`,
    );
    const job = app.bulkChanges.create(request, app.access.acting);
    const startedAt = Date.now();
    const result = await followJob(app, job.id, () => {
      app.engine.take(job.id);
    });
    const seconds = (Date.now() - startedAt) / 1000;
    const floorSeconds = floor(simulator, review.requests, review.willChange, provider.pageSize);
    const failures = notChanged(app, job.id);
    const ledger = compareWithLedger(app, simulator, job.id);
    const ok = ledger.agrees && result.open === 0 && failures.every((failure) => failure.status === 'ERROR');
    if (json === true)
      printJson({ ...result, seconds, floorSeconds, ledger, notChanged: failures, simulator: simulator.stats() });
    else {
      printResult(app, result);
      for (const failure of failures)
        print(`  ${failure.identifier} ${failure.status}: ${failure.reason ?? ''} (${failure.code ?? ''})`);
      print(
        `wall time ${seconds.toFixed(1)} s; the simulator’s rate limit allows no less than ${floorSeconds.toFixed(1)} s`,
      );
      print(
        `ledger: ${String(ledger.applied)} changes applied, ${ledger.agrees ? 'it agrees device by device' : `IT DIFFERS for ${String(ledger.differences.length)} devices`}`,
      );
      print(`failure report: ${join(result.report ?? app.home, REPORT_FILES.failures)}`);
    }
    return ok ? EXIT.processed : EXIT.error;
  } finally {
    await app.close();
    await simulator.stop();
  }
}

/** Every change has to be sent and read back at least once, after the carrier has applied the last one. */
function floor(simulator: Simulator, requests: number, devices: number, pageSize: number): number {
  const { perSecond, windowS, kind } = simulator.options.rateLimit;
  const calls = requests + Math.ceil(devices / pageSize);
  const paced = kind === 'none' ? 0 : Math.max(0, calls - perSecond * windowS) / perSecond;
  return Math.max(paced, simulator.options.applyDelayMs.max / 1000);
}

interface LedgerVerdict {
  applied: number;
  agrees: boolean;
  differences: string[];
}

/** The simulator's own record is the judge: each confirmed device exactly once on the target, no other device at all. */
function compareWithLedger(app: App, simulator: Simulator, jobId: number): LedgerVerdict {
  const applied = new Map<string, number>();
  const wrong = new Set<string>();
  for (const entry of simulator.ledgerEntries()) {
    applied.set(entry.iccid, (applied.get(entry.iccid) ?? 0) + 1);
    if (entry.value !== DEMO_TARGET_PLAN) wrong.add(entry.iccid);
  }
  for (const change of app.store.changes.iterate(jobId)) {
    const times = applied.get(change.identifier.id) ?? 0;
    if (times !== (change.state === 'confirmed' ? 1 : 0)) wrong.add(change.identifier.id);
  }
  return {
    applied: [...applied.values()].reduce((sum, times) => sum + times, 0),
    agrees: wrong.size === 0,
    differences: [...wrong].slice(0, 100),
  };
}
