/** Letter F on the command line: what a command does not do, and how it says that there is nothing to do. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../../src-main/store/index.ts';
import { PROVIDER_DEFAULTS } from '../../../src-main/domain/provider-settings.ts';
import { devs, LARGE } from './hooked-carrier.ts';
import { inWorld, type World } from './world.ts';

const CHANGE = ['change', '--plan', LARGE, '--filter', 'state=active', '--yes', '--json'];

/** What the command line's own data folder holds. */
function stored<T>({ commandHome }: World, read: (store: ReturnType<typeof openStore>) => T): T {
  const store = openStore(commandHome);
  try {
    return read(store);
  } finally {
    store.close();
  }
}

describe('the command line', () => {
  it('does not save --rate, --lanes, --settle and --confirm-within: they hold for that run', async () => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      const options = ['--rate', '7', '--lanes', '1', '--settle', '2', '--confirm-within', '9'];
      const { code, stderr } = await world.command([...CHANGE, ...options]);
      expect(code, stderr).toBe(0);
      const { maxRequestsPerSecond, lanes, settleS, confirmDeadlineS } = PROVIDER_DEFAULTS;
      expect(stored(world, (store) => store.providers.list()[0])).toMatchObject({
        maxRequestsPerSecond,
        lanes,
        settleS,
        confirmDeadlineS,
      });
    });
  });

  it('starts no scheduled job with a command that only looks, and interrupts none when it exits', async () => {
    await inWorld({ devices: devs(2), sync: false }, async (world) => {
      const later = new Date(Date.now() + 3_600_000).toISOString();
      const shown = CHANGE.filter((word) => word !== '--json');
      const { code, stdout, stderr } = await world.command([...shown, '--effective-date', later]);
      expect(code, stderr).toBe(0);
      expect(stdout).toMatch(/Starts /);
      expect(stdout).not.toMatch(/jobs resume/);
      // Due a second ago, and no console was there.
      const db = new Database(join(world.commandHome, 'console.db'));
      db.prepare('UPDATE job SET effective_at = ?').run(new Date(Date.now() - 1000).toISOString());
      db.close();
      for (const look of [
        ['jobs', 'list', '--json'],
        ['devices', '--json'],
        ['sync', '--json'],
      ])
        expect((await world.command(look)).stderr).not.toMatch(/job 1/i);
      expect(world.carrier.times()).toEqual([0, 0]);
      expect(stored(world, (store) => store.jobs.get(1).state)).toBe('scheduled');
    });
  }, 30_000);

  it('says with an exit code of its own that nothing would change, and begins no job', async () => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      await world.command(CHANGE);
      const again = await world.command(CHANGE);
      expect(again.code).toBe(4);
      expect(again.stdout).toMatch(/No device would change: 1 already there/);
      expect(stored(world, (store) => store.jobs.list().length)).toBe(1);
      expect(world.carrier.times()).toEqual([1]);
    });
  });

  it('says that an undo has nothing to undo', async () => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      await world.command(CHANGE);
      expect((await world.command(['jobs', 'undo', '1', '--yes', '--json'])).code).toBe(0);
      const again = await world.command(['jobs', 'undo', '1', '--yes', '--json']);
      expect(again.code).toBe(4);
      expect(again.stdout + again.stderr).toMatch(/no device that can be brought back/);
      expect(world.carrier.times()).toEqual([2]);
    });
  }, 30_000);

  it('refuses a start in the past', async () => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      const past = await world.command([...CHANGE, '--effective-date', '2020-01-01T00:00:00Z']);
      expect(past.code).not.toBe(0);
      expect(past.stdout + past.stderr).toMatch(/is in the past/);
      expect(world.carrier.times()).toEqual([0]);
    });
  });

  it('refuses a start on a day that does not exist', async () => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      const odd = await world.command([...CHANGE, '--effective-date', '2027-02-30T00:00:00Z']);
      expect(odd.code).toBe(64);
      expect(odd.stderr).toMatch(/must be a time/);
    });
  });

  it.each(['/proc/x'])('refuses the data folder %s within five seconds', async (folder) => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      const started = Date.now();
      const { code, stderr } = await world.command(['jobs', 'list'], { RATEPLAN_HOME: folder });
      expect(code).toBe(1);
      expect(stderr).toMatch(/data folder .* cannot be used/);
      expect(Date.now() - started).toBeLessThan(10_000);
    });
  });
});
