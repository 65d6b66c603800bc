/** Attacks that went through once; the numbers are those of the security review that found them. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import Database from 'better-sqlite3';
import { knowSecret, knowToken, redact } from '../../src-main/security/redaction.ts';
import { Console } from '../../src-main/console.ts';
import { systemClock } from '../../src-main/domain/clock.ts';
import { memoryVault } from '../../src-main/security/vault.ts';
import { dangerousSwitch } from '../../src-main/shell/switches.ts';
import { checkDataFolder } from '../../src-main/store/data-folder.ts';
import { setUp, sync, type Bench } from '../integration/carrier.ts';
import { rateplan } from '../faults/command-line.ts';

describe('secrets', () => {
  let bench: Bench;
  let thief: Server;
  let thiefUrl: string;
  const stolen: string[] = [];
  beforeEach(async () => {
    stolen.length = 0;
    thief = createServer((call, response) => {
      stolen.push(`${String(call.method)} ${String(call.url)} ${call.headers.authorization ?? ''}`);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"access_token":"x","expires_in":3600}');
    });
    await new Promise<void>((resolve) => thief.listen(0, '127.0.0.1', resolve));
    thiefUrl = `http://127.0.0.1:${String((thief.address() as AddressInfo).port)}`;
    bench = await setUp({ devices: 5 });
  });
  afterEach(async () => {
    await bench.close();
    thief.closeAllConnections();
    await new Promise((resolve) => thief.close(resolve));
  });

  it('6: are not sent to another address by "Test connection" after the address was edited', async () => {
    const { console, provider } = bench;
    await console.updateProvider(provider.id, { ...provider, baseUrl: thiefUrl });
    expect(await console.credentialsOf(console.store.providers.get(provider.id))).toEqual({
      hasCredentials: false,
      credentialsElsewhere: true,
    });
    await expect(console.testConnection(provider.id)).rejects.toThrow(/entered for another address/);
    expect(stolen).toEqual([]);
    // Put back, they are good again.
    await console.updateProvider(provider.id, provider);
    expect((await console.testConnection(provider.id)).plans).toBeGreaterThan(0);
  });

  it.each(['base_url', 'oauth_path', 'm2m_path'])(
    '6: are not sent elsewhere by a sync after somebody wrote another %s into the file',
    async (column) => {
      const { console, provider, home } = bench;
      const db = new Database(join(home, 'console.db'));
      db.prepare(`UPDATE service_provider SET ${column} = ?`).run(column === 'base_url' ? thiefUrl : '/elsewhere');
      db.close();
      await expect(console.syncDevices(provider.id)).rejects.toThrow(/entered for another address/);
      expect(stolen).toEqual([]);
    },
  );

  it('7: of the environment answer for one account only', async () => {
    const home = mkdtempSync(join(tmpdir(), 'rateplan-attack-'));
    const { simulator } = bench;
    expect((await rateplan(home, simulator.url, ['sync', '--json']).done).code).toBe(0);
    // The same run is pointed at another account of the console, which somebody else added.
    const db = new Database(join(home, 'console.db'));
    db.prepare("UPDATE service_provider SET name = 'Other', base_url = ?, account_name = 'other'").run(thiefUrl);
    db.close();
    const ran = await rateplan(home, simulator.url, ['sync', '--json']).done;
    expect(ran.code, ran.stderr).toBe(0);
    expect(stolen).toEqual([]);
    rmSync(home, { recursive: true, force: true });
  });

  it('11: a password does not fall out of memory because many tokens come after it', () => {
    knowSecret('first-account-password');
    for (let n = 0; n < 2000; n++) knowToken(`token-number-${String(n)}-of-the-carrier`);
    expect(redact('the carrier echoes first-account-password')).toBe('the carrier echoes ***');
  });
});

describe.skipIf(process.platform === 'win32')('9: the data folder', () => {
  it('is for this user of the computer alone, whatever the umask is and was', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rateplan-attack-'));
    const home = join(folder, 'data');
    const before = process.umask(0o022);
    try {
      const bench = await setUp({ devices: 5 });
      await sync(bench);
      const ran = await rateplan(home, bench.simulator.url, ['sync', '--json']).done;
      expect(ran.code, ran.stderr).toBe(0);
      // As an earlier version left it.
      chmodSync(home, 0o755);
      mkdirSync(join(home, 'reports', 'job-1'), { recursive: true });
      writeFileSync(join(home, 'reports', 'job-1', 'failures.csv'), 'ICCID');
      expect((await rateplan(home, bench.simulator.url, ['jobs', 'list', '--json']).done).code).toBe(0);
      await bench.close();
      const open = (path: string): string[] => {
        const found = statSync(path);
        const here = (found.mode & 0o077) === 0 ? [] : [path];
        return found.isDirectory() ? [...here, ...readdirSync(path).flatMap((name) => open(join(path, name)))] : here;
      };
      expect(open(home)).toEqual([]);
    } finally {
      process.umask(before);
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.skipIf(process.getuid?.() !== 0)('of another user is refused', async () => {
    const { chownSync } = await import('node:fs');
    const home = mkdtempSync(join(tmpdir(), 'rateplan-attack-'));
    chownSync(home, 65_534, 65_534);
    await expect(checkDataFolder(home)).rejects.toThrow(/belongs to another user/);
    rmSync(home, { recursive: true, force: true });
  });
});

it('33: a name of the carrier does not speak to the terminal', async () => {
  const bench = await setUp({ devices: 5 });
  await sync(bench);
  const home = mkdtempSync(join(tmpdir(), 'rateplan-attack-'));
  expect((await rateplan(home, bench.simulator.url, ['sync', '--json']).done).code).toBe(0);
  const db = new Database(join(home, 'console.db'));
  db.prepare('UPDATE rate_plan SET name = ?').run('\u001b]0;owned\u0007\u001b[2J\u009b31mPlan');
  db.close();
  const { stdout } = await rateplan(home, bench.simulator.url, ['plans']).done;
  expect(stdout).toContain('Plan');
  expect(stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  await bench.close();
  rmSync(home, { recursive: true, force: true });
});

it('30: a packaged console that is started with a switch that opens its window ends', () => {
  for (const name of [
    'remote-debugging-port',
    'no-sandbox',
    'load-extension',
    'host-rules',
    'ignore-certificate-errors',
  ])
    expect(dangerousSwitch((one) => one === name)).toBe(name);
  expect(dangerousSwitch(() => false)).toBeUndefined();
  expect(dangerousSwitch((one) => one === 'lang')).toBeUndefined();
});

describe('22, 37: the audit log', () => {
  it('has who opened a process, took the engine, read credentials, looked through the log, and closed', async () => {
    const { console, provider, ...bench } = await setUp({ devices: 5 });
    console.opened('window');
    console.startEngine();
    await console.syncDevices(provider.id);
    await console.syncDevices(provider.id);
    await console.checkAudit();
    const count = (action: string): number =>
      [...console.store.audit.all()].filter((entry) => entry.action === action).length;
    expect(
      ['console.opened', 'engine.taken', 'credentials.read', 'audit.verified', 'console.closed'].map(count),
    ).toEqual([1, 1, 1, 1, 0]);
    await bench.close();
  });

  it('of a command has its words, and not what it was given', async () => {
    const bench = await setUp({ devices: 5 });
    const home = mkdtempSync(join(tmpdir(), 'rateplan-attack-'));
    expect((await rateplan(home, bench.simulator.url, ['sync', '--json']).done).code).toBe(0);
    expect(
      (await rateplan(home, bench.simulator.url, ['devices', '--filter', 'state=active', '--json']).done).code,
    ).toBe(0);
    const db = new Database(join(home, 'console.db'));
    const entries = db
      .prepare<[], { action: string; detail: string }>("SELECT action, detail FROM audit WHERE action LIKE 'console.%'")
      .all();
    db.close();
    expect(entries.map(({ action, detail }) => [action, (JSON.parse(detail) as { how: string }).how])).toEqual([
      ['console.opened', 'command sync'],
      ['console.closed', 'command sync'],
      ['console.opened', 'command devices'],
      ['console.closed', 'command devices'],
    ]);
    await bench.close();
    rmSync(home, { recursive: true, force: true });
  });

  it('names the entries at which the clock was set back', async () => {
    let ahead = 0;
    const home = mkdtempSync(join(tmpdir(), 'rateplan-attack-'));
    const clock = { ...systemClock, now: () => systemClock.now() + ahead };
    const console = new Console({ home, vault: memoryVault(null), clock });
    console.record('settings.edited', 'console', {});
    ahead = -3_600_000;
    console.record('settings.edited', 'console', {});
    console.record('settings.edited', 'console', {});
    const { clockSetBack, firstBad } = await console.verifyAudit();
    expect([clockSetBack.map(({ seq }) => seq), firstBad]).toEqual([[2], null]);
    await console.close();
    rmSync(home, { recursive: true, force: true });
  });
});
