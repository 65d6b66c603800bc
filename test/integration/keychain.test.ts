import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Simulator } from '../../src-main/simulator/server.ts';
import { commandLine } from '../faults/command-line.ts';
import { QUIET } from './carrier.ts';

const missing = ['dbus-run-session', 'gnome-keyring-daemon'].filter((tool) => spawnSync('which', [tool]).status !== 0);
const why = missing.length > 0 ? ` (skipped: no ${missing.join(', ')})` : '';
const withoutKeytar = missing.length > 0 || !canBeLoaded('keytar') ? ' (skipped: no keytar, or no Secret Service)' : '';

/** Starts it and waits until it has its name on the bus: whoever asks earlier starts a second one, which is locked. */
const DAEMON = [
  'printf unlock | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1',
  'for n in $(seq 300); do dbus-send --session --dest=org.freedesktop.DBus --print-reply / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets 2>&1 | grep -q "true\\|not found" && break; sleep 0.1; done',
];
/** Locks it, as a screen saver does; nobody is there to unlock it again. */
const LOCK =
  'gdbus call --session --dest org.freedesktop.secrets --object-path /org/freedesktop/secrets --method org.freedesktop.Secret.Service.Lock "[\'/org/freedesktop/secrets/collection/login\']"';

interface Found {
  backend: string;
  library: string | null;
  notice: string | null;
  secrets: { password: string } | null;
  anchor: string | null;
}

/** Runs one process for each step, in a session with a keyring of its own, so that nobody's is touched. */
function inSession(steps: readonly string[], unlock = true): { found: Found[]; stderr: string; home: string } {
  const home = mkdtempSync(join(tmpdir(), 'rateplan-keychain-'));
  // The daemon's sockets: it takes them away whenever it ends, perhaps while the files are looked through.
  const runtime = mkdtempSync(join(tmpdir(), 'rateplan-keychain-run-'));
  const probe = join(import.meta.dirname, 'keychain-probe.ts');
  const commands = steps.map((step) => {
    if (step === 'lock') return LOCK;
    const [what = '', libraries = 'both', password = ''] = step.split(' ');
    return `"${process.execPath}" "${probe}" ${what} "${home}/data" ${libraries} ${password}`;
  });
  const script = [...(unlock ? DAEMON : []), ...commands].join('; ');
  const { stdout, stderr } = spawnSync('dbus-run-session', ['--', 'bash', '-c', script], {
    encoding: 'utf8',
    env: { ...process.env, HOME: home, XDG_DATA_HOME: join(home, 'xdg'), XDG_RUNTIME_DIR: runtime },
    timeout: 50_000,
  });
  rmSync(runtime, { recursive: true, force: true });
  const lines = stdout
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('{'));
  return { found: lines.map((line) => JSON.parse(line) as Found), stderr, home };
}

function canBeLoaded(name: string): boolean {
  try {
    createRequire(import.meta.url)(name);
    return true;
  } catch {
    return false;
  }
}

const passwords = (found: readonly Found[]): (string | null)[] => found.map(({ secrets }) => secrets?.password ?? null);

it.skipIf(missing.length > 0).each(['both', 'keyring'])(
  `keeps credentials in a real OS keychain with %s, from one process to the next, and in no file of ours${why}`,
  (libraries) => {
    const { found, stderr, home } = inSession(['write', 'read', 'remove'].map((step) => `${step} ${libraries}`));
    const [written, read, removed] = found;
    expect(written?.backend, stderr).toBe('keychain');
    expect(written?.library).toBe(libraries === 'both' && canBeLoaded('keytar') ? 'keytar' : '@napi-rs/keyring');
    expect(read?.secrets).toEqual({ key: 'key-7', secret: 'secret-7', username: 'user-7', password: 'password-7' });
    expect(removed?.secrets).toBeNull();
    for (const entry of readdirSync(home, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) expect(readFileSync(join(entry.parentPath, entry.name)).includes('password-7')).toBe(false);
    }
    rmSync(home, { recursive: true, force: true });
  },
);

it.skipIf(withoutKeytar !== '').each<[danger: string, steps: string[], expected: (string | null)[]]>([
  ['keytar is gone after an update', ['write both first-pw', 'read keyring'], ['first-pw', 'first-pw']],
  ['keytar comes back', ['write keyring first-pw', 'read both', 'read keytar'], ['first-pw', 'first-pw', 'first-pw']],
  [
    'an older console knew keytar alone',
    ['write-as-before keytar first-pw', 'read both', 'read keyring'],
    ['first-pw', 'first-pw', 'first-pw'],
  ],
  [
    'a password entered while keytar was gone must win over keytar’s older one',
    [
      'write both first-pw',
      'write keyring second-pw',
      'read both',
      'read keytar',
      'write both third-pw',
      'read keyring',
    ],
    ['first-pw', 'second-pw', 'second-pw', 'second-pw', 'third-pw', 'third-pw'],
  ],
  [
    'credentials removed while keytar was gone must not come back',
    ['write both first-pw', 'remove keyring', 'read both', 'read keytar'],
    ['first-pw', null, null, null],
  ],
  [
    'credentials removed with both are gone in both',
    ['write both first-pw', 'remove both', 'read keyring', 'read keytar'],
    ['first-pw', null, null, null],
  ],
])(`moves between keytar and @napi-rs/keyring: %s${withoutKeytar}`, (_danger, steps, expected) => {
  const { found, stderr, home } = inSession(steps);
  expect(passwords(found), stderr).toEqual(expected);
  expect(found.every(({ backend }) => backend === 'keychain')).toBe(true);
  // The anchor of the audit log goes the same way.
  if (steps.every((step) => /^(write|read) /.test(step))) expect(found.map(({ anchor }) => anchor)).toEqual(expected);
  rmSync(home, { recursive: true, force: true });
});

it.skipIf(missing.length > 0)(
  `does not put credentials into the kernel’s keyring, which forgets them, when there is no Secret Service${why}`,
  () => {
    const { found, home } = inSession(['write keyring'], false);
    expect(found[0]?.backend).toBe('memory');
    expect(found[0]?.notice).toMatch(/No OS keychain can be used/);
    rmSync(home, { recursive: true, force: true });
  },
);

it.skipIf(missing.length > 0)(
  `changes the carrier’s password with the command line, and the next command logs in with the new one${why}`,
  async () => {
    const simulator = new Simulator({ ...QUIET, devices: 10 });
    const url = await simulator.start();
    const home = mkdtempSync(join(tmpdir(), 'rateplan-keychain-'));
    const runtime = mkdtempSync(join(tmpdir(), 'rateplan-keychain-run-'));
    const rateplan = commandLine.map((part) => `"${part}"`).join(' ');
    const script = [
      ...DAEMON,
      `"${process.execPath}" "${join(import.meta.dirname, 'keychain-account.ts')}" "${home}/data" ${url}`,
      `${rateplan} password --carrier --provider Test --json`,
      `${rateplan} password --carrier --finish --provider Test`,
      `${rateplan} sync --provider Test --json`,
    ].join('; ');
    const child = spawn('dbus-run-session', ['--', 'bash', '-c', script], {
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        XDG_DATA_HOME: join(home, 'xdg'),
        XDG_RUNTIME_DIR: runtime,
        RATEPLAN_HOME: join(home, 'data'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 50_000,
    });
    let said = '';
    child.stdout.on('data', (data: Buffer) => (said += data.toString()));
    child.stderr.on('data', (data: Buffer) => (said += data.toString()));
    await new Promise((resolve) => child.once('close', resolve));
    const fresh = simulator.options.password;
    expect(said).toContain('{"provider":"Test","password":"changed"}');
    expect(said).toContain('No password change of "Test" is left to finish.');
    expect(said).not.toContain(fresh);
    expect(fresh).not.toBe('demo-password');
    expect(simulator.stats()).toMatchObject({ failedLogins: 0, logins: 3 });
    await simulator.stop();
    for (const folder of [home, runtime]) rmSync(folder, { recursive: true, force: true });
  },
);

it.skipIf(missing.length > 0 || spawnSync('which', ['gdbus']).status !== 0).each(['both', 'keytar', 'keyring'])(
  `does not die of a keychain that is locked, with %s, and loses nothing${why}`,
  (libraries) => {
    const usable = libraries === 'keytar' && !canBeLoaded('keytar') ? 'both' : libraries;
    const { found, stderr, home } = inSession([`write ${usable} first-pw`, 'lock', `read ${usable}`]);
    expect(found, stderr).toHaveLength(2);
    expect(found[1]?.backend).toBe('memory');
    expect(found[1]?.notice).toMatch(/No OS keychain can be used/);
    rmSync(home, { recursive: true, force: true });
  },
);
