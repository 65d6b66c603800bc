/** Letter F: options that cannot work are refused, and what a command says is what is. */
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dev, devs, json, LARGE, SMALL, view } from './hooked-carrier.ts';
import { inWorld, type World } from './world.ts';

const ALL = ['change', '--plan', LARGE, '--filter', 'state=active'];
const CHANGE = [...ALL, '--yes'];
const DRY_RUN = [...ALL, '--dry-run'];

interface Shown {
  status: string;
  state: string;
  open: number;
  counts: { error: number; cancelled: number; processed: number };
  waiting: { cause: string } | null;
}

/** What a command says as JSON. */
function shown(answer: { stdout: string }): Shown {
  return JSON.parse(answer.stdout) as Shown;
}

/** The first job, with waits that are short enough for a test. */
function briefly(verb: 'cancel' | 'resume'): string[] {
  return ['jobs', verb, '1', '--settle', '0.2', '--confirm-within', '2', '--json'];
}

/** As another program does it, behind the command line's back. */
function tamper({ commandHome }: World, sql: string): void {
  const db = new Database(join(commandHome, 'console.db'));
  db.exec(sql);
  db.close();
}

/** Leaves a job with one change whose answer was lost and two that have not left, as when its process was killed. */
async function leaveInterrupted(world: World): Promise<void> {
  await world.command([...CHANGE, '--effective-date', new Date(Date.now() + 3_600_000).toISOString()]);
  tamper(
    world,
    `UPDATE job SET state = 'running', started_at = datetime(), effective_at = NULL;
     UPDATE change SET state = 'submitting', attempts = 1, submitted_at = strftime('%Y-%m-%dT%H:%M:%fZ') WHERE id = 1`,
  );
}

describe('an option that cannot work is refused with its bounds', () => {
  it.each([
    ['--rate', '1e-9', /must be a number from 0.1 to 1,000/],
    ['--rate', '', /must be a number/],
    ['--lanes', '1000', /must be a whole number from 1 to 32/],
    ['--settle', '1e9', /must be a number from 0.1 to 86,400/],
    ['--confirm-within', '99999999999', /must be a number from 0.1 to 604,800/],
    ['--abort-share', '2', /must be above 0 and below 1/],
    ['--abort-share', '1', /must be above 0 and below 1/],
    ['--digest', 'abc', /64 hexadecimal digits/],
  ])('%s %s', async (option, value, words) => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      const { code, stderr } = await world.command([...DRY_RUN, option, value]);
      expect(code).toBe(64);
      expect(stderr).toMatch(words);
    });
  });
});

describe('a dry run', () => {
  it('with a digest says whether it is still that change', async () => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      const { stdout } = await world.command([...DRY_RUN, '--json']);
      const { digest } = (JSON.parse(stdout) as { review: { digest: string } }).review;
      expect((await world.command([...DRY_RUN, '--digest', digest])).code).toBe(0);
      const other = await world.command([...DRY_RUN, '--digest', '0'.repeat(64)]);
      expect(other.code).toBe(1);
      expect(other.stderr).toMatch(/no longer the change that you reviewed/);
    });
  }, 30_000);

  it('does not say that an identifier is sent', async () => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      const file = join(world.home, 'ids.csv');
      writeFileSync(file, `IMEI\n${dev(1).imei}\n`);
      const { code, stderr } = await world.command(['change', '--plan', LARGE, '--ids', file, '--dry-run']);
      expect(code, stderr).toBe(0);
      expect(stderr).toMatch(/1 identifier with a doubt, taken as entered: line 2 .*check digit does not fit/);
      expect(stderr).not.toMatch(/sent as/);
    });
  });
});

it('a sync says how many devices and pages it has read, in good English', async () => {
  await inWorld({ devices: devs(3), sync: false }, async (world) => {
    expect((await world.command(['sync'])).stderr).toMatch(/^sync: 3 of 3 devices, 1 page$/m);
  });
});

it('an approval of a job that needs none is refused: nothing is printed that looks like a digest', async () => {
  await inWorld({ devices: devs(1), sync: false }, async (world) => {
    await world.command(CHANGE);
    const { code, stdout, stderr } = await world.command(['jobs', 'approve', '1']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/Job 1 does not wait for an approval/);
    expect(stdout).toBe('');
  });
});

it('the pace that is allowed is not told as what leaves', async () => {
  const hooks = { plan: () => new Promise<boolean>((resolve) => setTimeout(resolve, 2500, false)) };
  await inWorld({ devices: devs(1), hooks, sync: false }, async (world) => {
    const { stderr } = await world.command(CHANGE);
    expect(stderr).toMatch(/job 1: \d of 1 device done, .*, up to [\d.]+ requests\/s/);
  });
}, 30_000);

describe('a job that no console runs', () => {
  it('says so after its process was killed, in the list as on its page', async () => {
    await inWorld({ devices: devs(3), sync: false }, async (world) => {
      await leaveInterrupted(world);
      expect((await world.command(['jobs', 'list'])).stdout).toMatch(/running, no console/);
      const { stdout } = await world.command(['jobs', 'show', '1']);
      expect(stdout).toMatch(/No console is running it.*Resume it/);
      expect(shown(await world.command(['jobs', 'show', '1', '--json'])).waiting?.cause).toBe('unattended');
    });
  }, 30_000);

  it('says so when its start is overdue, and does not tell the time that has passed as one to come', async () => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      await world.command([...CHANGE, '--effective-date', new Date(Date.now() + 3_600_000).toISOString()]);
      tamper(world, `UPDATE job SET effective_at = '${new Date(Date.now() - 60_000).toISOString()}'`);
      expect((await world.command(['jobs', 'list'])).stdout).toMatch(/scheduled, overdue/);
      const { stdout } = await world.command(['jobs', 'show', '1']);
      expect(stdout).toMatch(/Should have started .*, but no console started it/);
      expect(stdout).toMatch(/jobs resume 1/);
      expect(stdout).not.toMatch(/^Starts/m);
    });
  }, 30_000);
});

describe('jobs cancel', () => {
  it('waits as --settle and --confirm-within say', async () => {
    await inWorld({ devices: devs(3), sync: false }, async (world) => {
      await leaveInterrupted(world);
      const began = Date.now();
      const cancelled = await world.command(briefly('cancel'));
      expect(cancelled.code, cancelled.stderr).toBe(0);
      expect(shown(cancelled)).toMatchObject({ state: 'finished', open: 0, counts: { cancelled: 3 } });
      expect(Date.now() - began).toBeLessThan(20_000);
      expect(world.carrier.times()).toEqual([0, 0, 0]);
    });
  }, 60_000);

  it('with another address in the environment cancels what has not left, says why the rest is open, and how to go on', async () => {
    await inWorld({ devices: devs(3), sync: false }, async (world) => {
      await leaveInterrupted(world);
      const elsewhere = { THINGSPACE_BASE_URL: 'http://127.0.0.1:9' };
      const cancelled = await world.command(['jobs', 'cancel', '1', '--json'], elsewhere);
      expect(cancelled.code).toBe(2);
      expect(cancelled.stderr).toMatch(/cannot be read back: Job 1 belongs to .*the address in the environment/);
      expect(cancelled.stderr + cancelled.stdout).not.toMatch(/stored credentials/);
      expect(shown(cancelled)).toMatchObject({ status: 'PROCESSING', open: 1, counts: { cancelled: 2, error: 0 } });
      expect(shown(cancelled).waiting?.cause).toBe('unattended');
      // The address of the service provider is as it was.
      const resumed = await world.command(briefly('resume'));
      expect(shown(resumed), resumed.stderr).toMatchObject({ state: 'finished', open: 0 });
      expect(world.carrier.times()).toEqual([0, 0, 0]);
    });
  }, 60_000);

  it('that could not be carried through to the end is neither a success nor an error without errors', async () => {
    await inWorld({ devices: devs(3), sync: false }, async (world) => {
      await leaveInterrupted(world);
      world.carrier.hooks.token = ({ response }) => {
        json(response, 401, { error: 'invalid_client' });
        return true;
      };
      const cancelled = await world.command(['jobs', 'cancel', '1', '--json']);
      expect(cancelled.code).toBe(2);
      expect(shown(cancelled)).toMatchObject({ status: 'PROCESSING', state: 'stopped', open: 1, counts: { error: 0 } });
    });
  }, 60_000);

  it.each(['resume', 'undo --yes', 'retry --yes'])(
    'and jobs %s go to no other account',
    async (verb) => {
      await inWorld({ devices: devs(1), sync: false }, async (world) => {
        await world.command(CHANGE);
        const [name = '', ...flags] = verb.split(' ');
        const { code, stderr } = await world.command(['jobs', name, '1', ...flags], {
          THINGSPACE_ACCOUNT: '0000000009-00001',
        });
        if (name === 'resume') expect(code).toBe(0);
        else {
          expect(code).toBe(1);
          expect(stderr).toMatch(/the account in the environment is another one/);
        }
        const { stdout } = await world.command(['jobs', 'list', '--json']);
        expect((JSON.parse(stdout) as { jobs: unknown[] }).jobs).toHaveLength(1);
      });
    },
    30_000,
  );
});

it('devices that may have changed are told as not confirmed, not as unchanged', async () => {
  await inWorld({ devices: devs(2), settings: { confirmDeadlineS: 1 } }, async (world) => {
    world.carrier.hooks.plan = ({ response }) => {
      json(response, 200, { requestId: '1' });
      return true;
    };
    world.carrier.hooks.view = (device) => ({ ...view(device), carrierInformations: [{ servicePlan: SMALL }] });
    const job = await world.run();
    expect(world.counts(job.id)).toMatchObject({ unconfirmed: 2 });
    expect(world.alerts.join('\n')).toMatch(/Of 2 devices, 2 are not confirmed and may have changed/);
    expect(world.alerts.join('\n')).not.toMatch(/did not change/);
  });
});
