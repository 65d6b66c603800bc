import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const missing = ['dbus-run-session', 'gnome-keyring-daemon'].filter((tool) => spawnSync('which', [tool]).status !== 0);

it.skipIf(missing.length > 0)(
  `keeps credentials in a real OS keychain, from one process to the next, and in no file of ours${missing.length > 0 ? ` (skipped: no ${missing.join(', ')})` : ''}`,
  () => {
    const home = mkdtempSync(join(tmpdir(), 'rateplan-keychain-'));
    // The daemon's sockets: it takes them away whenever it ends, perhaps while the files are looked through.
    const runtime = mkdtempSync(join(tmpdir(), 'rateplan-keychain-run-'));
    const probe = join(import.meta.dirname, 'keychain-probe.ts');
    const steps = ['write', 'read', 'remove']
      .map((step) => `"${process.execPath}" "${probe}" ${step} "${home}/data"`)
      .join(' && ');
    const script = `printf unlock | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; ${steps}`;
    const { stdout, stderr } = spawnSync('dbus-run-session', ['--', 'bash', '-c', script], {
      encoding: 'utf8',
      // A keyring of its own, so that nobody's is touched.
      env: { ...process.env, HOME: home, XDG_DATA_HOME: join(home, 'xdg'), XDG_RUNTIME_DIR: runtime },
      timeout: 50_000,
    });
    const [written, read, removed] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { backend: string; secrets: unknown });
    expect(written?.backend, stderr).toBe('keychain');
    expect(read?.secrets).toEqual({ key: 'key-7', secret: 'secret-7', username: 'user-7', password: 'password-7' });
    expect(removed?.secrets).toBeNull();
    for (const entry of readdirSync(home, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) expect(readFileSync(join(entry.parentPath, entry.name)).includes('password-7')).toBe(false);
    }
    for (const folder of [home, runtime]) rmSync(folder, { recursive: true, force: true });
  },
);
