import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Simulator } from '../../src-main/simulator/server.ts';
import { NO_FAULTS } from '../../src-main/simulator/options.ts';
import { QUIET, TARGET } from '../integration/carrier.ts';
import { rateplan } from './command-line.ts';
import { runKilled, type KillOutcome } from './kill-run.ts';

type Result = KillOutcome['result'];

let home: string;
let simulator: Simulator;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'rateplan-kill-'));
});
afterEach(async () => {
  await simulator.stop();
  rmSync(home, { recursive: true, force: true });
});

describe('SIGKILL in the middle of a 10,000-device job', () => {
  it.each([
    { name: 'a good network', faults: NO_FAULTS },
    {
      name: 'connections that break before and after the carrier applies',
      faults: { ...NO_FAULTS, resetBefore: 0.04, resetAfter: 0.08, serverError: 0.02 },
    },
  ])(
    'and again on resume, over $name: each device is changed exactly once',
    async ({ faults }) => {
      const seed = Date.now() % 1_000_000;
      simulator = new Simulator({ ...QUIET, devices: 10_000, seed, applyDelayMs: { min: 50, max: 800 } });
      const url = await simulator.start();
      const synced = await rateplan(home, url, ['sync', '--json']).done;
      expect(synced.code, synced.stderr).toBe(0);
      const outcome = await runKilled({
        simulator,
        url,
        home,
        jobId: 1,
        plan: TARGET,
        kills: 4,
        requestsBetween: [5, 45],
        faults,
        seed,
      });
      const { result, changed, twice, wrongPlan } = outcome;
      expect(result, `seed ${String(seed)}\n${outcome.stderr}`).toMatchObject({ jobId: 1, status: 'PROCESSED' });
      expect(outcome.code).toBe(0);
      expect(result.counts.processed + result.counts.skipped).toBe(10_000);
      expect({ seed, changed, twice, wrongPlan }).toEqual({
        seed,
        changed: result.counts.processed,
        twice: 0,
        wrongPlan: 0,
      });
      const verified = await rateplan(home, url, ['audit', 'verify', '--json']).done;
      expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true, firstBad: null });
    },
    240_000,
  );
});

describe('the command line on a carrier', () => {
  it('takes a list with one unknown ICCID among 500: 499 change, one fails with the reason, exit code 2', async () => {
    simulator = new Simulator({ ...QUIET, devices: 499 });
    const url = await simulator.start();
    const list = join(home, 'ids.csv');
    const iccids = Array.from({ length: 499 }, (_, index) => simulator.fleet.iccid(index));
    writeFileSync(
      list,
      `ICCID\n${[...iccids.slice(0, 250), '89148000099999999998', ...iccids.slice(250)].join('\n')}\n`,
    );
    const { code, stdout, stderr } = await rateplan(home, url, [
      'change',
      '--plan',
      'M2M5GB-T',
      '--unknown',
      'send',
      '--ids',
      list,
      '--batch',
      '500',
      '--yes',
      '--json',
    ]).done;
    const result = JSON.parse(stdout) as Result;
    expect(result.counts.error, stderr).toBe(1);
    expect(result.counts.processed + result.counts.skipped).toBe(499);
    expect(result.status).toBe('PARTIAL');
    expect(code).toBe(2);
    const shown = await rateplan(home, url, ['jobs', 'show', '1', '--json']).done;
    expect(JSON.parse(shown.stdout)).toMatchObject({
      notChanged: [{ identifier: '89148000099999999998', code: 'REQUEST_FAILED.DeviceNotFound' }],
    });
  });

  it('says what is wrong and exits 64 on wrong usage, with nothing sent', async () => {
    simulator = new Simulator({ ...QUIET, devices: 10 });
    const url = await simulator.start();
    const list = join(home, 'bad.csv');
    writeFileSync(list, 'ICCID\n8.91480000008008E+19\n89148000000000000012\n');
    for (const args of [
      ['change', '--plan', TARGET],
      ['change', '--plan', TARGET, '--ids', list],
      ['change', '--plan', TARGET, '--ids', list, '--yes'],
      ['nonsense'],
      ['jobs', 'show', 'x'],
    ]) {
      const { code, stderr } = await rateplan(home, url, args).done;
      expect([args, code]).toEqual([args, 64]);
      expect(stderr).not.toBe('');
    }
    expect(simulator.stats().changeRequests).toBe(0);
    const { stderr } = await rateplan(home, url, ['change', '--plan', TARGET, '--ids', list, '--yes']).done;
    expect(stderr).toMatch(/line 2: .*turned into a number by a spreadsheet/);
  });

  it('tries a wrong password once and exits 1', async () => {
    simulator = new Simulator({ ...QUIET, devices: 10 });
    const url = await simulator.start();
    const { code, stdout, stderr } = await rateplan(home, url, ['sync', '--json'], {
      THINGSPACE_PASSWORD: 'not-the-password',
    }).done;
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as { error: { message: string } }).error.message).toMatch(/refused the login/);
    expect(stdout + stderr).not.toContain('not-the-password');
    expect(simulator.stats().failedLogins).toBe(1);
  });
});
