import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Simulator } from '../../src-main/simulator/server.ts';
import { QUIET, TARGET, timesApplied, until } from '../integration/carrier.ts';
import { rateplan } from './command-line.ts';

let home: string;
let url: string;
let simulator: Simulator;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'rateplan-two-'));
  simulator = new Simulator({ ...QUIET, devices: 3000 });
  url = await simulator.start();
});
afterEach(async () => {
  await simulator.stop();
  rmSync(home, { recursive: true, force: true });
});

const change = [
  'change',
  '--plan',
  TARGET,
  '--filter',
  'state=active',
  '--batch',
  '20',
  '--rate',
  '25',
  '--yes',
  '--json',
];

interface Result {
  jobId: number;
  state: string;
  status: string;
  open: number;
}

/** So slow that it still runs when other commands have been through on a busy machine. */
const slowChange = change.map((word) => (word === '25' ? '3' : word));

describe('two processes on one data folder', () => {
  it('a second one cannot run jobs, but can read them and pause the first one’s', async () => {
    const first = rateplan(home, url, slowChange);
    await until(() => simulator.stats().changeRequests >= 10);
    const second = await rateplan(home, url, change).done;
    expect(second.code).toBe(1);
    expect(second.stdout).toMatch(/Another console is running jobs on this data folder/);
    const list = await rateplan(home, url, ['jobs', 'list', '--json']).done;
    expect(JSON.parse(list.stdout)).toMatchObject({ jobs: [{ jobId: 1, status: 'PROCESSING' }] });

    expect((await rateplan(home, url, ['jobs', 'pause', '1', '--json']).done).code).toBe(0);
    const paused = await first.done;
    expect(JSON.parse(paused.stdout)).toMatchObject({ jobId: 1, state: 'paused' });
    const { changeRequests } = simulator.stats();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(simulator.stats().changeRequests).toBe(changeRequests);
  });

  it('resume watches a job that another process runs, and takes it over when that one dies', async () => {
    const first = rateplan(home, url, slowChange);
    await until(() => simulator.stats().changeRequests >= 10);
    const watcher = rateplan(home, url, ['jobs', 'resume', '1', '--settle', '2', '--rate', '500', '--json']);
    await until(() => watcher.said().includes('Another console runs the jobs'));
    first.child.kill('SIGKILL');
    const { code, stdout, stderr } = await watcher.done;
    expect(stderr).toContain('Another console runs the jobs');
    expect(JSON.parse(stdout), stderr).toMatchObject({ status: 'PROCESSED', open: 0 });
    expect(code).toBe(0);
    expect([...timesApplied(simulator).values()].every((times) => times === 1)).toBe(true);
  });

  it('Ctrl+C ends a run in order; resume finishes it, and each device was changed once', async () => {
    const run = rateplan(home, url, change);
    await until(() => simulator.stats().changeRequests >= 10);
    run.child.kill('SIGINT');
    const ended = await run.done;
    const result = JSON.parse(ended.stdout) as Result;
    expect(result).toMatchObject({ state: 'interrupted', status: 'PROCESSING' });
    expect(result.open).toBeGreaterThan(0);
    expect(ended.code).toBe(2);

    const resumed = await rateplan(home, url, ['jobs', 'resume', '1', '--rate', '500', '--json']).done;
    expect(JSON.parse(resumed.stdout), resumed.stderr).toMatchObject({ status: 'PROCESSED', open: 0 });
    expect(resumed.code).toBe(0);
    expect([...timesApplied(simulator).values()].every((times) => times === 1)).toBe(true);
    const again = await rateplan(home, url, ['jobs', 'resume', '1', '--json']).done;
    expect(JSON.parse(again.stdout)).toMatchObject({ status: 'PROCESSED' });
  });

  it('cancels an interrupted job from another process', async () => {
    const run = rateplan(home, url, change);
    await until(() => simulator.stats().changeRequests >= 10);
    run.child.kill('SIGKILL');
    await run.done;
    const cancelled = await rateplan(home, url, ['jobs', 'cancel', '1', '--settle', '1', '--json']).done;
    const result = JSON.parse(cancelled.stdout) as Result & { counts: { cancelled: number; processed: number } };
    expect(result, cancelled.stderr).toMatchObject({ state: 'finished', open: 0, status: 'PARTIAL' });
    expect(result.counts.cancelled).toBeGreaterThan(0);
    expect(simulator.stats().applied).toBe(result.counts.processed);
  });
});
