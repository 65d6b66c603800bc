/** One bulk change that is killed again and again, by the operating system's own SIGKILL, and judged by the carrier's ledger. */
import { seededRandom } from '../../src-main/simulator/random.ts';
import type { FaultOptions } from '../../src-main/simulator/options.ts';
import type { Simulator } from '../../src-main/simulator/server.ts';
import { until } from '../integration/carrier.ts';
import { rateplan } from './command-line.ts';

export interface KillRun {
  simulator: Simulator;
  url: string;
  home: string;
  /** The job's number in its data folder, and the plan that it changes to. */
  jobId: number;
  plan: string;
  /** How often it is killed, and after how many further requests at least and at most. */
  kills: number;
  requestsBetween: [number, number];
  faults: FaultOptions;
  seed: number;
  options?: string[];
}

export interface KillOutcome {
  code: number | null;
  stderr: string;
  kills: number;
  result: {
    jobId: number;
    status: string;
    counts: {
      total: number;
      processed: number;
      error: number;
      skipped: number;
      unconfirmed: number;
      cancelled: number;
    };
  };
  /** By the ledger: devices that were changed other than once, or to another plan. */
  twice: number;
  wrongPlan: number;
  changed: number;
}

export async function runKilled(run: KillRun): Promise<KillOutcome> {
  const { simulator, url, home, jobId, plan, faults } = run;
  const random = seededRandom(run.seed);
  const before = simulator.ledgerEntries().length;
  simulator.faults = faults;
  const options = ['--settle', '3', '--lanes', '4', '--rate', '60', '--json', ...(run.options ?? [])];
  let process = rateplan(home, url, [
    'change',
    '--plan',
    plan,
    '--filter',
    'state=active',
    '--batch',
    '40',
    '--ignore-quota',
    '--yes',
    ...options,
  ]);
  let kills = 0;
  while (kills < run.kills) {
    const [least, most] = run.requestsBetween;
    const target = simulator.stats().requests + least + Math.floor(random() * (most - least));
    await until(() => simulator.stats().requests >= target || process.child.exitCode !== null, 120_000);
    if (process.child.exitCode !== null) break;
    process.child.kill('SIGKILL');
    await process.done;
    kills++;
    process = rateplan(home, url, ['jobs', 'resume', String(jobId), ...options]);
  }
  const { code, stdout, stderr } = await process.done;
  simulator.faults = { ...faults, serverError: 0, resetBefore: 0, resetAfter: 0, htmlError: 0, slow: 0 };
  const times = new Map<string, number>();
  let wrongPlan = 0;
  for (const entry of simulator.ledgerEntries().slice(before)) {
    times.set(entry.iccid, (times.get(entry.iccid) ?? 0) + 1);
    if (entry.value !== plan) wrongPlan++;
  }
  const twice = [...times.values()].filter((count) => count !== 1).length;
  return {
    code,
    stderr,
    kills,
    result: JSON.parse(stdout === '' ? '{}' : stdout) as KillOutcome['result'],
    twice,
    wrongPlan,
    changed: times.size,
  };
}
