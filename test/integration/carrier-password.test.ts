/** The password of the carrier's user: the carrier invents the new one, and its answer is the only copy. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { App } from '../../src-main/app.ts';
import { systemClock, type Clock } from '../../src-main/domain/clock.ts';
import { PROVIDER_DEFAULTS } from '../../src-main/domain/provider-settings.ts';
import { oldPasswordDays } from '../../src-main/domain/secrets.ts';
import { redact } from '../../src-main/security/redaction.ts';
import { memoryVault, openVault, type Keychain } from '../../src-main/security/vault.ts';
import { SIMULATOR_CREDENTIALS } from '../../src-main/simulator/options.ts';
import { Simulator } from '../../src-main/simulator/server.ts';
import { rateplan } from '../faults/command-line.ts';
import { everyDevice, QUICK, QUIET, until } from './carrier.ts';
import { fileKeychain } from './file-keychain.ts';

const OLD = SIMULATOR_CREDENTIALS.password;
const RESET = '/session/password/actions/reset';
const LOGIN = '/session/login';

let home: string;
let file: string;
let simulator: Simulator;
let app: App;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'rateplan-password-'));
  file = `${home}.keychain`;
  simulator = new Simulator({ ...QUIET, devices: 200 });
  const baseUrl = await simulator.start();
  await open();
  app.accounts.create({
    ...PROVIDER_DEFAULTS,
    ...QUICK,
    name: 'Test',
    accountName: simulator.options.accountName,
    baseUrl,
  });
  await app.credentials.set(1, SIMULATOR_CREDENTIALS);
});

afterEach(async () => {
  await app.close();
  await simulator.stop();
  for (const path of [home, file]) rmSync(path, { recursive: true, force: true });
});

async function open(keychain: Keychain = fileKeychain(file), clock?: Clock): Promise<void> {
  const vault = await openVault(home, () => Promise.resolve(keychain));
  app = new App({ home, vault, actor: 'dana', ...(clock === undefined ? {} : { clock }) });
}

/** What the keychain has: the password in use, and the new one beside it. */
function kept(): { password: string; fresh: string | null | undefined; state: string | undefined } {
  const all = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  const change = all[`${home}#1#password-change`];
  const read = change === undefined ? undefined : (JSON.parse(change) as { fresh: string | null; state: string });
  const { password } = JSON.parse(all[`${home}#1`] ?? '{}') as { password: string };
  return { password, fresh: read?.fresh, state: read?.state };
}

/** Looks at each call before the carrier answers it. */
function watch(before: (path: string, text: string) => void): void {
  const answer = simulator.answer.bind(simulator);
  simulator.answer = (call) => {
    before(call.path, call.text);
    return answer(call);
  };
}

const actions = (): string[] =>
  [...app.store.audit.all()].map(({ action }) => action).filter((action) => action.startsWith('carrier-password'));

describe('changing the password at the carrier', () => {
  it('has the new one in the keychain before anything else, proves it by one login, and keeps the old one until then', async () => {
    const seen: [string, ReturnType<typeof kept>][] = [];
    watch((path) => {
      if (path.endsWith(RESET) || path.endsWith(LOGIN)) seen.push([path.endsWith(RESET) ? 'reset' : 'login', kept()]);
    });
    const { outcome } = await app.credentials.changePassword(1);
    const fresh = simulator.options.password;
    expect(outcome).toBe('changed');
    expect(fresh).not.toBe(OLD);
    expect(seen).toEqual([
      ['login', { password: OLD, fresh: undefined, state: undefined }],
      ['reset', { password: OLD, fresh: null, state: 'asked' }],
      ['login', { password: OLD, fresh, state: 'answered' }],
    ]);
    expect(kept()).toEqual({ password: fresh, fresh: undefined, state: undefined });
    expect((await app.credentials.test(1)).plans).toBeGreaterThan(0);
    expect(simulator.stats().failedLogins).toBe(0);
    expect(actions()).toEqual(['carrier-password.asked', 'carrier-password.changed']);
  });

  it('shows neither password to the log, the window, a file or a text that is written', async () => {
    const outcome = await app.credentials.changePassword(1);
    const fresh = simulator.options.password;
    expect(JSON.stringify(outcome)).not.toContain(fresh);
    expect(redact(`it is ${fresh}`)).toBe('it is ***');
    await app.close();
    for (const entry of readdirSync(home, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const text = readFileSync(join(entry.parentPath, entry.name));
      expect([entry.name, text.includes(fresh), text.includes(OLD)]).toEqual([entry.name, false, false]);
    }
    await open();
  });

  it('counts 90 days from the change, or from when the credentials were entered', async () => {
    const day = 86_400_000;
    const since = (): string | null => app.store.providers.get(1).passwordSince;
    const entered = Date.parse(since() ?? '');
    expect([oldPasswordDays(since(), entered + 89 * day), oldPasswordDays(since(), entered + 91 * day)]).toEqual([
      null,
      91,
    ]);
    await app.credentials.set(1, SIMULATOR_CREDENTIALS);
    expect(Date.parse(since() ?? '')).toBe(entered);
    const { at } = await app.credentials.changePassword(1);
    expect(since()).toBe(at);
    await app.credentials.remove(1);
    expect(since()).toBeNull();
  });

  it('refuses while a job of the account is running, and the job goes on', async () => {
    await app.reads.syncPlans(1);
    await app.reads.syncDevices(1);
    app.startEngine();
    const { id } = app.bulkChanges.create(everyDevice({ app, provider: app.store.providers.get(1) }), 'dana');
    app.engine.startDue();
    await until(() => app.engine.isRunning(1));
    await expect(app.credentials.changePassword(1)).rejects.toThrow('A job of this service provider is running');
    expect(simulator.options.password).toBe(OLD);
    await app.engine.whenEnded(id);
    expect(app.store.jobs.get(id).state).toBe('finished');
    expect((await app.credentials.changePassword(1)).outcome).toBe('changed');
  });

  it('refuses while another console runs jobs on the data folder', async () => {
    app.startEngine();
    const other = new App({ home, vault: app.vault, actor: 'dana' });
    await expect(other.credentials.changePassword(1)).rejects.toThrow('Another console is running jobs');
    await other.close();
    expect(simulator.options.password).toBe(OLD);
  });

  it('refuses where nothing would keep the only copy', async () => {
    const other = new App({ home, vault: memoryVault(null), actor: 'dana' });
    await other.credentials.set(1, SIMULATOR_CREDENTIALS);
    await expect(other.credentials.changePassword(1)).rejects.toThrow('no OS keychain');
    await other.close();
    expect(simulator.options.password).toBe(OLD);
  });

  it('asks nothing when the old password is refused', async () => {
    await app.credentials.set(1, { ...SIMULATOR_CREDENTIALS, password: 'a-wrong-one' });
    let asked = false;
    watch((path) => (asked ||= path.endsWith(RESET)));
    await expect(app.credentials.changePassword(1)).rejects.toThrow('refused the login');
    expect([asked, kept().state]).toEqual([false, undefined]);
  });

  it.each([LOGIN, RESET])(
    'lets a sync that begins at %s wait, so no login is spent on the old password',
    async (at) => {
      let sync: Promise<unknown> | undefined;
      watch((path) => {
        if (path.endsWith(at)) sync ??= app.reads.syncPlans(1);
      });
      await app.credentials.changePassword(1);
      await sync;
      expect(simulator.stats().failedLogins).toBe(0);
      expect(app.store.plans.list(1).length).toBeGreaterThan(0);
    },
  );
});

describe('the command line', () => {
  it('refuses with credentials of the environment: nothing would keep the new password', async () => {
    const run = rateplan(`${home}-other`, simulator.url, ['password', '--carrier', '--json']);
    const { code, stdout } = await run.done;
    rmSync(`${home}-other`, { recursive: true, force: true });
    expect([code, stdout]).toEqual([1, expect.stringContaining('come from the environment')]);
    expect(simulator.options.password).toBe(OLD);
  });

  it('does not take --finish for one’s own password', async () => {
    const { code, stderr } = await rateplan(`${home}-other`, simulator.url, ['password', '--finish']).done;
    rmSync(`${home}-other`, { recursive: true, force: true });
    expect([code, stderr]).toEqual([64, expect.stringContaining('belong to --carrier')]);
  });
});

describe('an answer that is lost', () => {
  it.each(['before', 'after'] as const)(
    '%s the carrier did it: the console says what holds, after one login',
    async (when) => {
      simulator.setShown({ passwordResetBreaks: when });
      await expect(app.credentials.changePassword(1)).rejects.toThrow(
        when === 'before' ? /did not change the password.*The old one holds/ : /Its answer was lost/,
      );
      expect(simulator.stats().failedLogins).toBe(when === 'before' ? 0 : 1);
      expect(actions().at(-1)).toBe(when === 'before' ? 'carrier-password.unchanged' : 'carrier-password.lost');
      if (when === 'before') return;
      // No login by itself from here on, whatever asks for one.
      await expect(app.reads.syncPlans(1)).rejects.toThrow('Its answer was lost');
      await expect(app.credentials.test(1)).rejects.toThrow('Its answer was lost');
      expect(simulator.stats().failedLogins).toBe(1);
      expect(await app.credentials.unfinishedPasswordChange(app.store.providers.get(1))).toMatchObject({
        state: 'lost',
      });
      await app.credentials.set(1, simulator.options);
      expect((await app.credentials.test(1)).plans).toBeGreaterThan(0);
      expect(kept().state).toBeUndefined();
    },
  );
});

describe('a keychain that does not take the answer', () => {
  const clock: Clock = { ...systemClock, sleep: () => Promise.resolve() };
  /** Of the writes of the answer so many fail. */
  const failing = (times: number): Keychain => {
    const good = fileKeychain(file);
    let left = times;
    return {
      ...good,
      setPassword: (service, account, text) =>
        text.includes('"answered"') && left-- > 0
          ? Promise.reject(new Error('the keychain is locked'))
          : good.setPassword(service, account, text),
    };
  };

  it('is asked again, and no login is tried before', async () => {
    await app.close();
    await open(failing(3), clock);
    const told: string[] = [];
    app.engine.listen((event) => {
      if (event.kind === 'alert') told.push(event.message);
    });
    expect((await app.credentials.changePassword(1)).outcome).toBe('changed');
    expect(told).toEqual([expect.stringContaining('Unlock it')]);
    expect(kept().password).toBe(simulator.options.password);
  });

  it('for minutes: the password stays in memory, nothing else happens, and it can be finished later', async () => {
    await app.close();
    await open(failing(9), clock);
    let logins = 0;
    watch((path) => (logins += path.endsWith(LOGIN) ? 1 : 0));
    await expect(app.credentials.changePassword(1)).rejects.toMatchObject({
      message: expect.stringContaining("in this console's memory only") as string,
      next: expect.stringContaining('Do not close the console') as string,
    });
    expect([logins, kept().state]).toEqual([1, 'asked']);
    await expect(app.credentials.remove(1)).rejects.toThrow('only copy');
    expect(await app.credentials.unfinishedPasswordChange(app.store.providers.get(1))).toMatchObject({
      state: 'unkept',
    });
    expect(await app.credentials.finishPasswordChange(1)).toMatchObject({ outcome: 'changed' });
    expect(kept().password).toBe(simulator.options.password);
  });

  it('at all: whoever closes the console is told that it is gone', async () => {
    await app.close();
    await open(failing(1000), clock);
    await expect(app.credentials.changePassword(1)).rejects.toThrow('memory only');
    expect((await app.close()).join()).toMatch(/it is gone now\. Reset the password in the ThingSpace portal/);
    await open();
    await expect(app.credentials.finishPasswordChange(1)).rejects.toThrow('Its answer was lost');
  });
});

describe('the lock guard', () => {
  it('is kept while a change is finished: the account is never locked by it', async () => {
    simulator.setShown({ passwordResetBreaks: 'after' });
    const provider = app.store.providers.get(1);
    for (let n = 0; n < 3; n++) app.store.providers.recordLogin(1, false, new Date().toISOString());
    simulator.sessions.failedLogins = 3;
    await app.vault.writePasswordChange(1, {
      at: new Date().toISOString(),
      username: SIMULATOR_CREDENTIALS.username,
      address: `${provider.baseUrl} ${provider.oauthPath} ${provider.m2mPath}`,
      state: 'answered',
      fresh: 'not-that-one',
    });
    // The new one is refused, and the next login could be the one that locks.
    await expect(app.credentials.finishPasswordChange(1)).rejects.toThrow('would lock the account');
    await expect(app.reads.syncPlans(1)).rejects.toThrow('would lock the account');
    expect(simulator.stats()).toMatchObject({ failedLogins: 4, locked: false });
    expect(kept()).toMatchObject({ fresh: 'not-that-one', state: 'answered' });
    // After the portal, and with the counter cleared, the old one turns out to hold.
    simulator.sessions.failedLogins = 0;
    await app.credentials.clearFailedLogins(1);
    expect(await app.credentials.finishPasswordChange(1)).toMatchObject({ outcome: 'unchanged' });
    expect(kept()).toEqual({ password: OLD, fresh: undefined, state: undefined });
  });
});

/** Dies at one moment; what the next console finds, and how many logins it may cost. */
const DEATHS: readonly [at: string, state: string | undefined, ends: 'nothing' | 'unchanged' | 'changed' | 'lost'][] = [
  ['before write 1', undefined, 'nothing'],
  ['after write 1', 'asked', 'unchanged'],
  ['while the request is on its way', 'asked', 'unchanged'],
  ['while the answer is on its way', 'asked', 'lost'],
  ['before write 2', 'asked', 'lost'],
  ['after write 2', 'answered', 'changed'],
  ['before write 3', 'answered', 'changed'],
  ['after write 3', 'answered', 'changed'],
  ['before write 4', 'answered', 'changed'],
  ['after write 4', undefined, 'nothing'],
];

describe.each(DEATHS)('a process that is killed %s', (at, state, ends) => {
  it.each(['a person who finishes it', 'the next login'])('leaves what %s can go on from', async (who) => {
    await app.close();
    const child = spawn(process.execPath, [join(import.meta.dirname, 'password-child.ts'), home, file, at], {
      stdio: 'ignore',
    });
    const died = new Promise<NodeJS.Signals | null>((resolve) => {
      child.once('close', (_, signal) => {
        resolve(signal);
      });
    });
    const answer = simulator.answer.bind(simulator);
    simulator.answer = (call) => {
      if (!call.path.endsWith(RESET) || !at.startsWith('while')) return answer(call);
      if (at.includes('answer')) answer(call);
      child.kill('SIGKILL');
      return { status: 0, body: {}, breaks: true, delayMs: 100 };
    };
    expect(await died).toBe('SIGKILL');
    simulator.answer = answer;
    expect(kept().state).toBe(state);

    await open();
    const before = simulator.stats().logins;
    const isProved = kept().password === simulator.options.password && state === 'answered';
    const provider = app.store.providers.get(1);
    expect((await app.credentials.unfinishedPasswordChange(provider))?.state).toBe(state);
    const settled = who === 'the next login' ? app.reads.syncPlans(1) : app.credentials.finishPasswordChange(1);
    if (ends === 'lost') {
      await expect(settled).rejects.toMatchObject({
        message: expect.stringContaining('Its answer was lost') as string,
        nextStep: expect.stringContaining('Reset the password in the ThingSpace portal') as string,
      });
      await app.credentials.set(1, simulator.options);
    } else if (who === 'the next login') await settled;
    else {
      expect((await settled) ?? { outcome: 'nothing' }).toMatchObject({ outcome: ends });
      // One login proves it, and none when that was done already.
      expect(simulator.stats().logins - before).toBe(isProved || ends === 'nothing' ? 0 : 1);
    }
    expect((await app.credentials.test(1)).plans).toBeGreaterThan(0);
    expect(kept()).toEqual({ password: simulator.options.password, fresh: undefined, state: undefined });
    expect(simulator.stats()).toMatchObject({ failedLogins: 0, locked: false });
    expect(simulator.stats().logins - before).toBeLessThanOrEqual(3);
    if (ends === 'changed') expect(actions().at(-1)).toBe('carrier-password.changed');
  });
});
