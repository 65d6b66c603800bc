/** Attacks that went through once; the numbers are those of the security review that found them. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import Database from 'better-sqlite3';
import { knowSecret, knowToken, knowTyped, redact } from '../../src-main/security/redaction.ts';
import { createOperator } from '../../src-main/access/operators.ts';
import { hashPassword } from '../../src-main/access/passwords.ts';
import { takeFromEnvironment } from '../../src-main/cli/sign-in.ts';
import { App } from '../../src-main/app.ts';
import { writeTable } from '../../src-main/tables/write-table.ts';
import { dispatch } from '../../src-main/ipc/dispatch.ts';
import { createHandlers } from '../../src-main/ipc/handlers/index.ts';
import { ConsoleError } from '../../src-main/domain/errors.ts';
import { SIMULATOR_CREDENTIALS, SIMULATOR_DEFAULTS } from '../../src-main/simulator/options.ts';
import { openLog } from '../../src-main/monitor/log.ts';
import { createHttp } from '../../src-main/thingspace/http.ts';
import type { CallAnswer, CallName } from '../../src-preload/contract/index.ts';
import { deskOf } from './desk.ts';
import { systemClock } from '../../src-main/domain/clock.ts';
import { memoryVault } from '../../src-main/security/vault.ts';
import { dangerousSwitch } from '../../src-main/electron/switches.ts';
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
    const { app, provider } = bench;
    await app.accounts.update(provider.id, { ...provider, baseUrl: thiefUrl });
    expect(await app.credentials.stateOf(app.store.providers.get(provider.id))).toEqual({
      hasCredentials: false,
      credentialsElsewhere: true,
    });
    await expect(app.credentials.test(provider.id)).rejects.toThrow(/entered for another address/);
    expect(stolen).toEqual([]);
    // Put back, they are good again.
    await app.accounts.update(provider.id, provider);
    expect((await app.credentials.test(provider.id)).plans).toBeGreaterThan(0);
  });

  it.each(['base_url', 'oauth_path', 'm2m_path'])(
    '6: are not sent elsewhere by a sync after somebody wrote another %s into the file',
    async (column) => {
      const { app, provider, home } = bench;
      const db = new Database(join(home, 'console.db'));
      db.prepare(`UPDATE service_provider SET ${column} = ?`).run(column === 'base_url' ? thiefUrl : '/elsewhere');
      db.close();
      await expect(app.reads.syncDevices(provider.id)).rejects.toThrow(/entered for another address/);
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
    const { app, provider, ...bench } = await setUp({ devices: 5 });
    app.opened('window');
    app.startEngine();
    await app.reads.syncDevices(provider.id);
    await app.reads.syncDevices(provider.id);
    await app.auditService.check();
    const count = (action: string): number =>
      [...app.store.audit.all()].filter((entry) => entry.action === action).length;
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
    const app = new App({ home, vault: memoryVault(null), clock });
    app.record('settings.edited', 'console', {});
    ahead = -3_600_000;
    app.record('settings.edited', 'console', {});
    app.record('settings.edited', 'console', {});
    const { clockSetBack, firstBad } = await app.auditService.verify();
    expect([clockSetBack.map(({ seq }) => seq), firstBad]).toEqual([[2], null]);
    await app.close();
    rmSync(home, { recursive: true, force: true });
  });
});

describe('an input', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await setUp({ devices: 30 });
    await sync(bench);
  });
  afterEach(async () => {
    await bench.close();
  });
  const ask = async (name: CallName, input?: unknown): Promise<CallAnswer<unknown>> =>
    dispatch(bench.app, createHandlers(deskOf(bench.app, bench.home)), name, input, () => undefined);

  it.each(['{"__proto__":"x"}', '{"constructor":"x"}', '{"[0]":"x"}', '{"..":"x"}', '{"CustomField9":"x"}'])(
    '27: a filter that cannot be read selects nothing: %s',
    async (fields) => {
      const filter = { customFields: JSON.parse(fields) as unknown };
      const answer = await ask('devices.ids', { providerId: bench.provider.id, filter });
      expect(answer.ok ? answer.value : answer.error.code).toEqual(answer.ok ? [] : 'bad-input');
    },
  );

  it('28b: a long list leaves the process its turns', async () => {
    let turns = 0;
    const counting = setInterval(() => turns++, 1);
    const text = Array.from({ length: 100_000 }, (_, n) => `8914800000${String(n).padStart(10, '0')}`).join('\n');
    const answer = await ask('devices.identify', { providerId: bench.provider.id, text });
    clearInterval(counting);
    expect(answer.ok).toBe(true);
    expect(turns).toBeGreaterThan(20);
    expect(
      await ask('devices.identify', { providerId: bench.provider.id, text: '1'.repeat(25 * 1024 * 1024) }),
    ).toMatchObject({
      ok: false,
      error: { code: 'bad-input' },
    });
  });

  it('21: a password in an address is refused, and so are a query and a hash', () => {
    const { app, provider } = bench;
    for (const baseUrl of ['https://svc:pw@host.example', 'https://host.example/?x=1', 'https://host.example/#x'])
      expect(() => app.accounts.create({ ...provider, name: 'Other', baseUrl })).toThrow(ConsoleError);
    expect(app.store.providers.list()).toHaveLength(1);
  });

  it('18: an operator’s password cannot blot out identifiers in the evidence', async () => {
    const { app } = bench;
    const rights = { role: 'admin', providers: null, disabled: false } as const;
    await expect(createOperator(app, 'Ada', rights, '89148000001')).rejects.toThrow(/digits only/);
    // What the console itself sent has no secret in it, and stays whole whatever somebody typed as a password.
    const [id] = app.store.devices.ids(bench.provider.id, {});
    const iccid = app.store.devices.get(id ?? 0)?.iccid ?? '';
    knowTyped(`x${iccid.slice(0, 11)}`);
    knowTyped(iccid.slice(0, 12));
    app.startEngine();
    const job = app.bulkChanges.create(
      {
        providerId: bench.provider.id,
        selection: { deviceIds: [id ?? 0], identifiers: [] },
        order: { type: 'custom-fields', fields: { CustomField1: 'x' } },
        effectiveAt: null,
      },
      'tester',
    );
    app.engine.startDue();
    await app.engine.whenEnded(job.id);
    const [change] = [...app.store.changes.iterate(job.id)];
    expect(JSON.stringify(app.store.changes.log(change?.id ?? 0))).toContain(iccid);
  });

  it('28: diagnostics name no device, customer or account, whatever the carrier’s words are', async () => {
    const { app, provider, home } = bench;
    const [id = 0] = app.store.devices.ids(provider.id, {});
    const device = app.store.devices.get(id);
    app.store.devices.setCustomer(provider.id, id, 'Acme Trucking', new Date().toISOString());
    const log = openLog(home);
    log.error(`device ${String(device?.iccid)} of ${String(device?.mdn)}, MEID A1000049B5C7D2`);
    const file = join(home, 'diagnostics.json');
    await app.saveDiagnostics(file, { version: '0', host: 'test', vault: 'memory' });
    const text = readFileSync(file, 'utf8');
    for (const secret of [device?.iccid, device?.mdn, device?.imei, 'Acme', 'A1000049B5C7D2', provider.accountName])
      expect(text).not.toContain(String(secret));
  });
});

it('8: the demo does not run where somebody has operators or accounts', async () => {
  const bench = await setUp({ devices: 5 });
  const home = mkdtempSync(join(tmpdir(), 'rateplan-attack-'));
  expect((await rateplan(home, bench.simulator.url, ['sync', '--json']).done).code).toBe(0);
  const ran = await rateplan(home, bench.simulator.url, ['demo', '--devices', '5', '--json']).done;
  expect(ran.code).not.toBe(0);
  expect(ran.stderr).toMatch(/does not run in/);
  await bench.close();
  rmSync(home, { recursive: true, force: true });
});

it('26: a temporary password is not kept by writing it with other characters', async () => {
  const home = mkdtempSync(join(tmpdir(), 'rateplan-attack-'));
  const app = new App({ home, vault: memoryVault(null), actor: 'os-user' });
  const password = 'Temporary pass 1';
  await createOperator(app, 'Ada', { role: 'admin', providers: null, disabled: false }, 'an Admin’s own one');
  await createOperator(app, 'Sam', { role: 'viewer', providers: null, disabled: false }, password);
  await app.access.signIn('Sam', password);
  await expect(app.access.changeOwnPassword(password, '\uFF34emporary pass 1')).rejects.toThrow(/is the old one/);
  await app.close();
  rmSync(home, { recursive: true, force: true });
});

it.each(['=1', '+1', '-1', '@x', '\t=1', '\r=1', '\n=1', ' =1', '\u00A0=1', '\uFF1D1'])(
  '34: a cell that a spreadsheet would compute is defused: %j',
  async (text) => {
    const home = mkdtempSync(join(tmpdir(), 'rateplan-attack-'));
    const file = join(home, 'x.csv');
    await writeTable(file, 'csv', { name: 'x', columns: [{ header: 'Name', value: String }], rows: [text] });
    const cell = readFileSync(file, 'utf8').replace('\uFEFF', '').split('\r\n').slice(1).join('\n');
    expect(cell.replace(/^"/, '')).toMatch(/^'/);
    rmSync(home, { recursive: true, force: true });
  },
);

it('36: passwords are checked one at a time, however many come at once', async () => {
  const before = process.memoryUsage().rss;
  let most = 0;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      await hashPassword('a long enough password', 'Ada');
      most = Math.max(most, process.memoryUsage().rss - before);
    }),
  );
  // Each takes 64 MiB; eight beside each other took 620 MB.
  expect(most).toBeLessThan(350 * 1_048_576);
});

it('38: a secret of the environment is gone from it once it is read', () => {
  process.env['RATEPLAN_OPERATOR_PASSWORD'] = 'read once';
  expect(takeFromEnvironment('RATEPLAN_OPERATOR_PASSWORD')).toBe('read once');
  expect(process.env['RATEPLAN_OPERATOR_PASSWORD']).toBeUndefined();
  expect(takeFromEnvironment('RATEPLAN_OPERATOR_PASSWORD')).toBe('read once');
});

it.skipIf(process.platform === 'win32')(
  '38: secrets come from a file that only its owner can read, or from standard input',
  async () => {
    const bench = await setUp({ devices: 5 });
    const home = mkdtempSync(join(tmpdir(), 'rateplan-attack-'));
    const file = join(home, 'secrets');
    const { key, secret, username, password } = SIMULATOR_CREDENTIALS;
    const lines = { KEY: key, SECRET: secret, USERNAME: username, PASSWORD: password };
    const text = Object.entries(lines)
      .map(([name, value]) => `THINGSPACE_${name}=${value}\n`)
      .join('');
    writeFileSync(file, text);
    const none = Object.fromEntries(Object.keys(lines).map((name) => [`THINGSPACE_${name}`, '']));
    const run = (path: string, input = ''): Promise<{ code: number | null; stderr: string }> =>
      rateplan(home, bench.simulator.url, ['sync', '--json', '--password-file', path], none, input).done;
    chmodSync(file, 0o644);
    expect(await run(file)).toMatchObject({ stderr: expect.stringMatching(/Others can read/) as string });
    chmodSync(file, 0o600);
    expect((await run(file)).code).toBe(0);
    expect((await run('-', text)).code).toBe(0);
    expect((await run(join(home, 'none'))).stderr).toMatch(/cannot be read/);
    await bench.close();
    rmSync(home, { recursive: true, force: true });
  },
);

it.skipIf(process.platform === 'win32')(
  '2: a password file may name the address too, and one with a line that it may not have is refused, never guessed at',
  async () => {
    const bench = await setUp({ devices: 5 });
    const home = mkdtempSync(join(tmpdir(), 'rateplan-attack-'));
    const { key, secret, username, password } = SIMULATOR_CREDENTIALS;
    const names = ['BASE_URL', 'KEY', 'SECRET', 'USERNAME', 'PASSWORD', 'ACCOUNT'].map((name) => `THINGSPACE_${name}`);
    const none = Object.fromEntries(names.map((name) => [name, '']));
    const values = [bench.simulator.url, key, secret, username, password, SIMULATOR_DEFAULTS.accountName];
    const text = names.map((name, n) => `${name}=${values[n] ?? ''}\n`).join('');
    const run = (input: string): Promise<{ code: number | null; stdout: string; stderr: string }> =>
      rateplan(home, 'http://127.0.0.1:9', ['sync', '--json', '--password-file', '-'], none, input).done;
    expect(await run(text)).toMatchObject({ code: 0 });
    for (const [bad, line] of [
      [`${text}THINGSPACE_BASEURL=hidden\n`, 7],
      [`\nhidden\n${text}`, 2],
      [`export ${text}`, 1],
      ['PASSWORD=hidden', 1],
      ['thingspace_key=hidden', 1],
    ] as const) {
      const { code, stdout, stderr } = await run(bad);
      expect([code, stdout + stderr]).toEqual([64, expect.stringContaining(`Line ${String(line)} of -`)]);
      expect(stdout + stderr).not.toContain('hidden');
    }
    await bench.close();
    rmSync(home, { recursive: true, force: true });
  },
  60_000,
);

it('38: a proxy script of the environment is not run, and no path leads to another host', async () => {
  process.env['HTTPS_PROXY'] = 'pac+http://127.0.0.1:9/proxy.pac';
  try {
    const http = createHttp('https://carrier.example', 2000);
    await expect(http.send({ method: 'GET', path: '/x', headers: {} })).rejects.toMatchObject({ code: 'PROXY_KIND' });
    http.close();
  } finally {
    delete process.env['HTTPS_PROXY'];
  }
  const asked: string[] = [];
  const server = createServer((call, response) => {
    asked.push(call.url ?? '');
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const here = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const http = createHttp(here, 2000);
  await http.send({ method: 'GET', path: 'http://127.0.0.1:9/elsewhere', headers: {} });
  expect(asked).toHaveLength(1);
  http.close();
  server.closeAllConnections();
  server.close();
});
