/** What the disk can do to the store, with real disks: a small one, a read-only one, a locked and a damaged file. */
import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { App } from '../../src-main/app.ts';
import { memoryVault } from '../../src-main/security/vault.ts';
import { SIMULATOR_CREDENTIALS } from '../../src-main/simulator/options.ts';
import { Simulator } from '../../src-main/simulator/server.ts';
import { everyDevice, QUIET, setUp, sync, TARGET, timesApplied, until, type Bench } from '../integration/carrier.ts';
import { commandLine, rateplan, rateplanEnvironment } from './command-line.ts';

/** Whether this machine lets a process have a small disk of its own. */
const noSmallDisk = spawnSync('unshare', ['-Urm', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()]).status !== 0;

const change = ['change', '--plan', TARGET, '--filter', 'state=active', '--batch', '20', '--yes', '--json'];

let home: string;
let simulator: Simulator;
let url: string;

async function openCarrier(): Promise<void> {
  home = mkdtempSync(join(tmpdir(), 'rateplan-disk-'));
  simulator = new Simulator({ ...QUIET, devices: 3000 });
  url = await simulator.start();
}

async function closeCarrier(): Promise<void> {
  await simulator.stop();
  rmSync(home, { recursive: true, force: true });
}

describe.skipIf(noSmallDisk)(`disks${noSmallDisk ? ' (skipped: no unshare and tmpfs here)' : ''}`, () => {
  beforeEach(openCarrier);
  afterEach(closeCarrier);

  /** Runs a shell script in which `rateplan …` is the command line, on a disk of its own that is mounted at the data folder. */
  async function onDisk(sizeMb: number, script: string): Promise<Record<string, string>> {
    const results = mkdtempSync(join(tmpdir(), 'rateplan-results-'));
    const lines = [
      `mount -t tmpfs -o size=${sizeMb}m tmpfs "$RATEPLAN_HOME" || exit 99`,
      `rateplan() { name=$1; shift; ${commandLine.map((part) => `'${part}'`).join(' ')} "$@" >"${results}/$name" 2>&1; echo $? >"${results}/$name.code"; }`,
      script,
    ];
    const child = spawn('unshare', ['-Urm', 'sh', '-c', lines.join('\n')], { env: rateplanEnvironment(home, url) });
    await new Promise((resolve) => child.once('close', resolve));
    const files = Object.fromEntries(
      readdirSync(results).map((name) => [name, readFileSync(join(results, name), 'utf8')]),
    );
    rmSync(results, { recursive: true });
    return files;
  }

  it('that are full stop the job with the reason; with room again it is finished, each device changed once', async () => {
    const ran = await onDisk(
      24,
      `rateplan sync sync --json
       head -c 100m /dev/zero >"$RATEPLAN_HOME/filler" 2>/dev/null
       truncate -s -1m "$RATEPLAN_HOME/filler"
       rateplan full ${change.join(' ')}
       rm "$RATEPLAN_HOME/filler"
       rateplan resumed jobs resume 1 --settle 1 --json
       rateplan verified audit verify --json`,
    );
    expect(ran['sync.code'], ran['sync']).toBe('0\n');
    expect(ran['full.code'], ran['full']).toBe('1\n');
    expect(ran['full']).toMatch(/The disk is full.*Make room and resume the job/);
    const before = simulator.stats().changeRequests;
    expect(ran['resumed.code'], `${String(before)} requests\n${ran['full'] ?? ''}\n${ran['resumed'] ?? ''}`).toBe(
      '0\n',
    );
    expect(ran['resumed']).toContain('"status":"PROCESSED"');
    expect([...timesApplied(simulator).values()].every((times) => times === 1)).toBe(true);
    expect(ran['verified']).toContain('"ok":true');
  }, 120_000);

  it('that are read-only are named, and nothing is sent', async () => {
    const ran = await onDisk(
      64,
      `rateplan sync sync --json
       mount -o remount,ro "$RATEPLAN_HOME"
       rateplan readonly ${change.join(' ')}`,
    );
    expect(ran['readonly.code']).toBe('1\n');
    expect(ran['readonly']).toMatch(/cannot be (written|used)/);
    expect(simulator.stats().changeRequests).toBe(0);
  }, 60_000);
});

describe('a data file', () => {
  beforeEach(openCarrier);
  afterEach(closeCarrier);

  it('that another program locks holds the job up for a while, and stops it after that; resume finishes it', async () => {
    const synced = await rateplan(home, url, ['sync', '--json']).done;
    expect(synced.code, synced.stderr).toBe(0);
    const run = rateplan(home, url, [...change, '--rate', '40']);
    await until(() => simulator.stats().changeRequests > 5);
    const locker = new Database(join(home, 'console.db'));
    locker.exec('BEGIN IMMEDIATE');
    await new Promise((resolve) => setTimeout(resolve, 2000));
    locker.exec('COMMIT');
    const { changeRequests } = simulator.stats();
    await until(() => simulator.stats().changeRequests > changeRequests + 5);
    locker.exec('BEGIN IMMEDIATE');
    const { code, stdout, stderr } = await run.done;
    locker.exec('COMMIT');
    locker.close();
    expect(code).toBe(1);
    expect(stdout + stderr).toContain('Another program holds the data file');
    const resumed = await rateplan(home, url, ['jobs', 'resume', '1', '--settle', '1', '--json']).done;
    expect(JSON.parse(resumed.stdout), resumed.stderr).toMatchObject({ status: 'PROCESSED', open: 0 });
    expect([...timesApplied(simulator).values()].every((times) => times === 1)).toBe(true);
  }, 90_000);
});

describe('a data file that the disk has damaged', () => {
  let bench: Bench;
  afterEach(() => bench.close());

  it('is named at the start, nothing is sent from it, and the day’s backup takes its place', async () => {
    bench = await setUp({ devices: 3000 });
    await sync(bench);
    const { app, home: folder, simulator: carrier, provider } = bench;
    app.startEngine();
    const request = { ...everyDevice(bench), batchSize: 10 };
    const job = app.bulkChanges.create(request, 'tester');
    // As the backup saw it the job had not begun; what is sent after it must not be sent again from it.
    const backup = (await app.store.backUp(Date.now() + 86_400_000)) ?? '';
    app.engine.startDue();
    await until(() => app.store.changes.counts(job.id).accepted > 100);
    await app.close();

    const file = join(folder, 'console.db');
    const page = openSync(file, 'r+');
    for (let at = 40 * 4096; at < statSync(file).size; at += 16 * 4096)
      writeSync(page, Buffer.alloc(2048, 0x5a), 0, 2048, at);
    closeSync(page);
    const sent = carrier.stats().changeRequests;
    const damaged = await rateplan(folder, carrier.url, ['jobs', 'resume', String(job.id), '--json']).done;
    expect(damaged.code).toBe(1);
    expect(damaged.stdout + damaged.stderr).toMatch(/The data file is damaged/);
    expect(carrier.stats().changeRequests).toBe(sent);

    for (const name of ['console.db', 'console.db-wal', 'console.db-shm']) rmSync(join(folder, name), { force: true });
    copyFileSync(backup, file);
    bench.app = new App({ home: folder, vault: memoryVault(null), actor: 'tester' });
    await bench.app.credentials.set(provider.id, SIMULATOR_CREDENTIALS);
    expect(bench.app.startEngine().interrupted).toEqual([job.id]);
    bench.app.engine.resume(job.id, 'tester');
    await bench.app.engine.whenEnded(job.id);
    expect(bench.app.store.changes.counts(job.id)).toMatchObject({ queued: 0, uncertain: 0, accepted: 0 });
    const times = timesApplied(carrier);
    expect([...times.values()].every((count) => count === 1)).toBe(true);
    expect(times.size).toBe(bench.app.store.changes.counts(job.id).confirmed);
  }, 90_000);
});
