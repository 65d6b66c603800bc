/**
 * `npm run faults -- [kills] [devices] [seed]`: bulk changes over a bad network with asynchronous application, killed again
 * and again. By the simulator's ledger there must be 0 lost, 0 twice, 0 wrong plan; by the audit 0 gaps.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_FAULTS } from '../../src-main/simulator/options.ts';
import { Simulator } from '../../src-main/simulator/server.ts';
import { QUIET } from '../integration/carrier.ts';
import { rateplan } from './command-line.ts';
import { runKilled } from './kill-run.ts';

const [kills = 1000, devices = 10_000, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number);
const PLANS = ['M2M150MB-A', 'M2M1GB-A', 'M2M5GB-T', 'M2M25MB-S', 'M2M5MB-S'];
const FAULTS = { ...NO_FAULTS, resetBefore: 0.03, resetAfter: 0.06, serverError: 0.02, htmlError: 0.01 };

const home = mkdtempSync(join(tmpdir(), 'rateplan-faults-'));
const simulator = new Simulator({ ...QUIET, devices, seed, applyDelayMs: { min: 50, max: 800 } });
const url = await simulator.start();
console.log(
  `seed ${String(seed)}, ${String(devices)} devices, ${String(kills)} kills; 12 % of all calls fail, half of them after the carrier has applied them`,
);
const started = Date.now();
let done = 0;
let changes = 0;
let bad = 0;
try {
  const synced = await rateplan(home, url, ['sync', '--json']).done;
  if (synced.code !== 0) throw new Error(synced.stderr);
  for (let jobId = 1; done < kills; jobId++) {
    // A new month for every job, or the carrier would refuse the fifth.
    simulator.fleet.resetQuota();
    const plan = PLANS[jobId % PLANS.length] ?? '';
    const outcome = await runKilled({
      simulator,
      url,
      home,
      jobId,
      plan,
      kills: Math.min(kills - done, 100),
      requestsBetween: [4, 14],
      faults: FAULTS,
      seed: seed + jobId,
    });
    done += outcome.kills;
    changes += outcome.changed;
    const { counts, status } = outcome.result;
    const lost = counts.total - counts.skipped - outcome.changed;
    const misjudged = Math.abs(counts.processed - outcome.changed);
    bad += lost + outcome.twice + outcome.wrongPlan + misjudged;
    console.log(
      `job ${String(jobId)} → ${plan}: ${status}, ${String(outcome.changed)} changed, ${String(outcome.kills)} kills; ledger: ${String(lost)} lost, ${String(outcome.twice)} twice, ${String(outcome.wrongPlan)} wrong plan; ${String(misjudged)} misjudged (${String(Math.round((Date.now() - started) / 1000))} s)`,
    );
    if (outcome.code !== 0) console.log(outcome.stderr.split('\n').slice(-4).join('\n'));
  }
  const audit = JSON.parse(await rateplan(home, url, ['audit', 'verify', '--json']).done.then((run) => run.stdout)) as {
    ok: boolean;
    entries: number;
  };
  if (!audit.ok) bad++;
  console.log(
    `${String(done)} kills, ${String(changes)} changes, ${String(bad)} faults; audit: ${String(audit.entries)} entries, ${audit.ok ? '0 gaps' : 'BROKEN'}; seed ${String(seed)}`,
  );
} finally {
  await simulator.stop();
  rmSync(home, { recursive: true, force: true });
}
process.exitCode = bad === 0 ? 0 : 1;
