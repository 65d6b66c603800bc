/** Letter F: files and folders that somebody names, to write to or to read from, and the place of the data itself. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createHandlers } from '../../../src-main/ipc/handlers/index.ts';
import { dispatch } from '../../../src-main/ipc/dispatch.ts';
import { dataFolder } from '../../../src-main/data-folder.ts';
import { deskOf } from '../../security/desk.ts';
import { dev, devs, LARGE, SMALL } from './hooked-carrier.ts';
import { inWorld, type World } from './world.ts';

const LONGEST_MS = 5000;
const RAW = /\b(EISDIR|ENOENT|ENOTDIR|EEXIST|EACCES)\b|\n\s+at /;

/** A list of the devices, beside the data folder. */
function list(world: World): string {
  const file = join(world.home, 'ids.csv');
  writeFileSync(file, `iccid\n${dev(1).iccid}\n`);
  return file;
}

async function refused(world: World, args: string[], words: RegExp): Promise<void> {
  const started = Date.now();
  const { code, stdout, stderr } = await world.command(args);
  expect(code, stderr).not.toBe(0);
  expect(stderr).toMatch(words);
  expect(stdout + stderr).not.toMatch(RAW);
  expect(Date.now() - started).toBeLessThan(2 * LONGEST_MS);
}

function pipe(world: World, name: string): string {
  const path = join(world.home, name);
  execFileSync('mkfifo', [path]);
  return path;
}

describe('a place that cannot be written is refused within seconds, in words', () => {
  it('jobs report --out', async () => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      await world.command(['change', '--ids', list(world), '--plan', LARGE, '--yes']);
      const report = ['jobs', 'report', '1', '--out'];
      await refused(world, [...report, '/proc/x'], /The folder \/proc\/x cannot be written: .*\(proc\)/);
      await refused(world, [...report, list(world)], /cannot be written: it is not a folder/);
      mkdirSync(join(world.home, 'piped'));
      pipe(world, 'piped/failures.csv');
      await refused(world, [...report, join(world.home, 'piped')], /"failures.csv" in it cannot be replaced/);
      const made = join(world.home, 'made', 'for', 'it');
      expect((await world.command([...report, made])).code).toBe(0);
      expect(readdirSync(made).sort()).toEqual(['all-devices.csv', 'failures.csv', 'summary.html']);
    });
  }, 60_000);

  it('change --dry-run --report, before anything is read from the carrier', async () => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      const dryRun = ['change', '--ids', list(world), '--plan', LARGE, '--dry-run', '--report'];
      await refused(world, [...dryRun, world.home], /cannot be written: it is a folder/);
      await refused(world, [...dryRun, '/proc/x/y.csv'], /cannot be written: .*\(proc\)/);
      await refused(world, [...dryRun, join(world.home, 'none', 'y.csv')], /cannot be written: there is no folder/);
      await refused(world, [...dryRun, pipe(world, 'fifo')], /cannot be written: it is not a file/);
      await refused(world, [...dryRun, '/dev/full'], /cannot be written: it is not a file/);
      expect(world.carrier.calls.list).toBe(0);
      const wrong = ['change', '--ids', list(world), '--plan', LARGE, '--yes', '--report', join(world.home, 'r.csv')];
      await refused(world, wrong, /--report goes with --dry-run/);
      expect(world.carrier.times()).toEqual([0]);
    });
  }, 60_000);

  it('audit export', async () => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      await refused(world, ['audit', 'export', '/proc/x'], /cannot be written/);
      await refused(world, ['audit', 'export', world.home], /cannot be written: it is a folder/);
      await refused(world, ['audit', 'export', pipe(world, 'fifo')], /cannot be written: it is not a file/);
      const file = join(world.home, 'audit.jsonl');
      await world.command(['audit', 'export', file, '--json']);
      // What was refused was not exported, and the log does not say so.
      expect(readFileSync(file, 'utf8').match(/"audit\.exported"/g)).toHaveLength(1);
    });
  }, 60_000);

  it('what the window’s save dialog gives', async () => {
    await inWorld({ devices: devs(1) }, async (world) => {
      const job = await world.run();
      const fifo = pipe(world, 'fifo');
      for (const place of ['/proc/x.csv', world.home, fifo, join(world.home, 'none', 'x.csv')]) {
        const handlers = createHandlers({ ...deskOf(world.app), askWhereToSave: () => Promise.resolve(place) });
        for (const [name, input] of [
          ['jobs.saveFailures', { jobId: job.id }],
          ['changes.saveDryRun', world.request(SMALL)],
          ['app.saveDiagnostics', undefined],
          ['audit.export', undefined],
          ['devices.saveLines', { lines: [], format: 'csv' }],
        ] as const) {
          const answer = await dispatch(world.app, handlers, name, input, () => undefined);
          expect(answer, name).toMatchObject({ ok: false, error: { code: 'store', next: 'Choose another place.' } });
        }
      }
      expect(world.audited('report.saved') + world.audited('audit.exported')).toBe(0);
      expect(existsSync(`${fifo}.partial`)).toBe(false);
    });
  });
});

describe('a file that cannot be read', () => {
  it.each([
    [['change', '--plan', LARGE, '--dry-run', '--ids', '/tmp'], /The file \/tmp cannot be read: it is a folder/],
    [['import-devices', '/tmp'], /cannot be read: it is a folder/],
    [['import-prices', '/tmp'], /cannot be read: it is a folder/],
    [['import-devices', '/none/x.csv'], /cannot be read: there is no such file/],
  ])('%j is refused in words', async (args, words) => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      await refused(world, args, words);
    });
  });

  it('as the list of a change: nothing was sent, not "imported"', async () => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      const change = ['change', '--plan', LARGE, '--yes', '--ids'];
      const { stderr } = await world.command([...change, '/dev/zero']);
      expect(stderr).toMatch(/Nothing was sent/);
      expect(stderr).not.toMatch(/imported/);
    });
  }, 30_000);
});

describe('the data folder', () => {
  it.each([
    ['linux', { XDG_DATA_HOME: '' }],
    ['linux', { RATEPLAN_HOME: '', XDG_DATA_HOME: '' }],
    ['linux', { XDG_DATA_HOME: 'relative' }],
    ['win32', { APPDATA: '' }],
  ] as const)('on %s with %o is never below the current directory', (platform, env) => {
    expect(dataFolder(env, platform).startsWith(homedir())).toBe(true);
  });
});
