/** Letter F: a job never hangs, never crawls, and never stops without a word. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { App } from '../../../src-main/app.ts';
import { dispatch } from '../../../src-main/ipc/dispatch.ts';
import { createHandlers } from '../../../src-main/ipc/handlers/index.ts';
import { memoryVault } from '../../../src-main/security/vault.ts';
import { checkDataFolder } from '../../../src-main/store/data-folder.ts';
import { deskOf } from '../../security/desk.ts';
import { devs, json, LARGE, refuse, type Call, type Hooks } from './hooked-carrier.ts';
import { inWorld, SetClock, until, type World } from './world.ts';

const HOUR = 3_600_000;

describe.concurrent('a store that takes nothing', () => {
  it('when a job begins: one alert, and the event loop turns; the job stays as it was and goes through later', async () => {
    await inWorld({ devices: devs(2) }, async (world) => {
      const { app } = world;
      // A full disk and a locked file both end in a write that fails; this one fails at once.
      world.tamper(
        `CREATE TRIGGER full BEFORE UPDATE OF state ON job WHEN NEW.state = 'running' BEGIN SELECT RAISE(ABORT, 'disk full'); END`,
      );
      const job = world.begin();
      let turns = 0;
      const counting = setInterval(() => turns++, 10);
      await new Promise((resolve) => setTimeout(resolve, 700));
      clearInterval(counting);
      expect(turns).toBeGreaterThan(0);
      expect(world.alerts).toHaveLength(1);
      expect(world.alerts[0]).toMatch(/could not begin.*tries again by itself/);
      expect(world.job(job.id).state).toBe('ready');
      expect(app.engine.waitingOf(world.job(job.id))?.cause).toBe('disk');
      expect(world.carrier.calls.plan).toBe(0);
      world.tamper('DROP TRIGGER full');
      app.engine.resume(job.id, 'tester');
      await world.ended(job.id);
      expect(world.carrier.times()).toEqual([1, 1]);
    });
  });

  it('when a job ends: it is said, closing ends, and nothing is sent twice afterwards', async () => {
    await inWorld({ devices: devs(2) }, async (world) => {
      world.tamper(
        `CREATE TRIGGER full BEFORE UPDATE OF state ON job WHEN NEW.state = 'finished' BEGIN SELECT RAISE(ABORT, 'disk full'); END`,
      );
      const job = await world.run();
      expect(job).toMatchObject({
        state: 'stopped',
        stopReason: expect.stringMatching(/could not be written/) as string,
      });
      expect(world.alerts.join()).toMatch(/could not be written down/);
      world.tamper('DROP TRIGGER full');
      await world.reopen();
      world.app.startEngine();
      await world.resume(job.id);
      expect(world.job(job.id).state).toBe('finished');
      expect(world.carrier.times()).toEqual([1, 1]);
    });
  });

  it('while the console closes: it ends and says what could not be written, and lock and file are free', async () => {
    let begun = false;
    const plan = async ({ carrier, body, response }: Call): Promise<boolean> => {
      begun = true;
      await new Promise((resolve) => setTimeout(resolve, 300));
      carrier.apply(body);
      json(response, 200, { requestId: 'r' });
      return true;
    };
    await inWorld({ devices: devs(2), hooks: { plan } }, async (world) => {
      const job = world.begin();
      await until(() => begun);
      world.tamper(`CREATE TRIGGER full BEFORE UPDATE OF state ON job BEGIN SELECT RAISE(ABORT, 'disk full'); END`);
      const problems = await world.app.close();
      expect(problems).toBeInstanceOf(Array);
      world.tamper('DROP TRIGGER full');
      delete world.carrier.hooks.plan;
      await world.reopen();
      world.app.startEngine();
      await world.resume(job.id);
      expect(world.carrier.times()).toEqual([1, 1]);
    });
  });
});

describe.concurrent('closing', () => {
  it('ends while the carrier hangs, and the job can be resumed', async () => {
    const hanging: Call[] = [];
    const plan = (call: Call): boolean => {
      hanging.push(call);
      return true;
    };
    await inWorld({ devices: devs(2), hooks: { plan }, settings: { requestTimeoutS: 2 } }, async (world) => {
      const job = world.begin();
      await until(() => hanging.length > 0);
      const started = Date.now();
      await world.app.close();
      expect(Date.now() - started).toBeLessThan(8000);
      delete world.carrier.hooks.plan;
      await world.reopen();
      world.app.startEngine();
      await world.resume(job.id);
      expect(world.carrier.times()).toEqual([1, 1]);
    });
  });

  it('ends while the carrier does not answer the goodbye', async () => {
    const any = ({ path }: Call): boolean => path === '/session/logout';
    await inWorld({ devices: devs(1), hooks: { any } }, async (world) => {
      await world.run();
      const started = Date.now();
      await world.app.close();
      expect(Date.now() - started).toBeLessThan(5000);
      await world.reopen();
    });
  });

  it('ends while the keychain asks somebody who is gone', async () => {
    await inWorld({ devices: devs(1) }, async (world) => {
      const hanging = (): Promise<never> => new Promise(() => undefined);
      const vault = { ...memoryVault(null, true), readAnchor: hanging };
      const problems = await new App({ home: world.home, vault }).close();
      expect(problems.join()).toMatch(/keychain does not answer/);
    });
  });
});

describe.concurrent('a job that waits behind another one', () => {
  /** The first job hangs at the carrier until it is let go. */
  const slow = (): { hooks: Hooks; letGo: () => void } => {
    let letGo = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const plan = async (): Promise<boolean> => {
      await gate;
      return false;
    };
    return { hooks: { plan }, letGo };
  };

  it('says so, and is cancelled at once: its devices are free, and the log says it once', async () => {
    const { hooks, letGo } = slow();
    await inWorld({ devices: devs(4), hooks }, async (world) => {
      const { app, provider } = world;
      const ids = app.store.devices.ids(provider.id, {});
      const first = world.begin(world.request(LARGE, ids.slice(0, 2)));
      await until(() => world.carrier.calls.plan > 0);
      const second = world.begin(world.request(LARGE, ids.slice(2)));
      expect(app.engine.waitingOf(world.job(second.id))).toMatchObject({ cause: 'behind', jobId: first.id });
      app.engine.cancel(second.id, 'tester');
      expect(world.job(second.id).state).toBe('finished');
      expect(world.counts(second.id)).toMatchObject({ cancelled: 2 });
      expect(app.store.changes.held(provider.id).devices.size).toBe(2);
      expect(world.audited('job.cancelled')).toBe(1);
      expect(world.audited('job.resumed')).toBe(0);
      letGo();
      await world.ended(first.id);
      expect(world.carrier.times()).toEqual([1, 1, 0, 0]);
    });
  });

  it('that is cancelled twice says it once', async () => {
    const { hooks, letGo } = slow();
    await inWorld({ devices: devs(2), hooks }, async (world) => {
      const job = world.begin();
      await until(() => world.carrier.calls.plan > 0);
      world.app.engine.cancel(job.id, 'tester');
      world.app.engine.cancel(job.id, 'tester');
      letGo();
      await world.ended(job.id);
      expect(world.audited('job.cancelled')).toBe(1);
      expect(world.carrier.times()).toEqual([1, 1]);
    });
  });
});

describe.concurrent('nothing to do', () => {
  it('is a sentence and no job, when every device is skipped', async () => {
    await inWorld({ devices: devs(2) }, async (world) => {
      await world.run();
      expect(() => world.begin()).toThrow(/No device would change: 2 already there/);
      expect(world.app.store.jobs.list()).toHaveLength(1);
    });
  });

  it('is how a scheduled job ends whose devices got there meanwhile: finished, nothing sent', async () => {
    await inWorld({ devices: devs(2) }, async (world) => {
      const { app, carrier } = world;
      const job = world.begin({ ...world.request(), effectiveAt: new Date(Date.now() + HOUR).toISOString() });
      for (const device of carrier.devices) device.plan = LARGE;
      await world.sync();
      app.engine.resume(job.id, 'tester');
      await world.ended(job.id);
      expect(world.job(job.id).state).toBe('finished');
      expect(world.counts(job.id)).toMatchObject({ skipped: 2 });
      expect(carrier.calls.plan).toBe(0);
    });
  });

  it('is what an undo says that has nothing to undo', async () => {
    await inWorld({ devices: devs(1) }, async (world) => {
      const job = await world.run();
      const undo = world.app.childJobs.undo(job.id, 'tester');
      world.app.engine.startDue();
      await world.ended(undo[0]?.id ?? 0);
      expect(() => world.app.childJobs.undo(job.id, 'tester')).toThrow(/no device that can be brought back/);
    });
  });

  it('is no start: one in the past is refused when it is asked for, in the window too', async () => {
    await inWorld({ devices: devs(1) }, async (world) => {
      const request = { ...world.request(), effectiveAt: new Date(Date.now() - 1000).toISOString() };
      expect(() => world.begin(request)).toThrow(/is in the past/);
      const { digest } = world.app.bulkChanges.review(request);
      const handlers = createHandlers(deskOf(world.app));
      const answer = await dispatch(
        world.app,
        handlers,
        'changes.start',
        { ...request, confirmed: digest },
        () => undefined,
      );
      expect(answer).toMatchObject({ ok: false, error: { message: expect.stringMatching(/past/) as string } });
      expect(world.carrier.calls.plan).toBe(0);
    });
  });
});

describe.concurrent('a re-check', () => {
  /** Accepts and does nothing until it is told to. */
  const late = (): { hooks: Hooks; doIt: (world: World) => void } => ({
    hooks: {
      plan: ({ response }) => {
        json(response, 200, { requestId: 'r' });
        return true;
      },
    },
    doIt: ({ carrier }) => {
      for (const device of carrier.devices) Object.assign(device, { plan: LARGE, changes: 1 });
    },
  });
  const settings = { confirmDeadlineS: 0.5 };

  it('where another job holds the device is refused with a sentence', async () => {
    const { hooks } = late();
    await inWorld({ devices: devs(1), hooks, settings }, async (world) => {
      const job = await world.run();
      expect(world.counts(job.id)).toMatchObject({ unconfirmed: 1 });
      const other = world.begin({ ...world.request(), effectiveAt: new Date(Date.now() + HOUR).toISOString() });
      expect(() => world.app.engine.recheck(job.id, 'tester')).toThrow(
        new RegExp(`being changed by job ${String(other.id)}`),
      );
    });
  });

  it('of a job that was paused runs', async () => {
    const { hooks, doIt } = late();
    await inWorld({ devices: devs(1), hooks, settings }, async (world) => {
      const job = await world.run();
      world.app.store.jobs.setWanted(job.id, 'pause');
      doIt(world);
      world.app.engine.recheck(job.id, 'tester');
      await world.ended(job.id);
      expect(world.job(job.id).state).toBe('finished');
      expect(world.counts(job.id)).toMatchObject({ confirmed: 1 });
      expect(world.carrier.calls.plan).toBe(1);
    });
  });
});

describe.concurrent('the rule that stops a job', () => {
  it('counts from the first outcome on a small job, and the review says so', async () => {
    const hooks: Hooks = {
      plan: ({ response }) => {
        refuse(response, 400, 'INPUT_INVALID.DeviceState.Invalid');
        return true;
      },
    };
    await inWorld({ devices: devs(12), hooks, settings: { batchSize: 1, lanes: 1 } }, async (world) => {
      const request = { ...world.request(), guards: { abortShare: 0.2, abortAfter: 100 } };
      expect(world.app.bulkChanges.review(request).abortAfter).toBe(1);
      const job = await world.run(request);
      expect(job).toMatchObject({ state: 'paused', stopReason: expect.stringMatching(/more than the 20 %/) as string });
      expect(world.counts(job.id).rejected).toBeLessThan(4);
      expect(world.app.engine.waitingOf(world.job(job.id))?.cause).toBe('rule');
      // A person who resumes it has seen enough: it does not pause again at each failure.
      expect(await world.resume(job.id)).toMatchObject({ state: 'finished' });
      expect(world.counts(job.id).rejected).toBe(12);
    });
  });

  it('still counts after a trial that went well was resumed', async () => {
    await inWorld({ devices: devs(12), settings: { batchSize: 1, lanes: 1 } }, async (world) => {
      const guards = { abortShare: 0.2, abortAfter: 100, canary: 2 };
      const job = await world.run({ ...world.request(), guards });
      expect(job.stopReason).toMatch(/trial/);
      expect(world.counts(job.id).confirmed).toBe(2);
      world.carrier.hooks.plan = ({ response }) => {
        refuse(response, 400, 'INPUT_INVALID.DeviceState.Invalid');
        return true;
      };
      expect(await world.resume(job.id)).toMatchObject({ state: 'paused', abortShare: null });
      expect(world.counts(job.id).rejected).toBeLessThan(4);
    });
  });
});

describe.concurrent('reads that keep failing', () => {
  it.each([
    ['500', 500, ''],
    ['a page of a proxy', 200, '<html>'],
    ['404', 404, '<html>'],
  ])('with %s are told, and after the limit the job stops so that it can be resumed', async (_what, status, body) => {
    const clock = new SetClock();
    clock.haste = 20;
    await inWorld({ devices: devs(1), clock, settings: { confirmDeadlineS: 1 } }, async (world) => {
      world.carrier.hooks.list = ({ response }) => {
        json(response, status, body);
        return true;
      };
      const job = world.begin();
      const before = world.carrier.calls.list;
      await until(() => world.carrier.calls.list > before + 4 || world.job(job.id).state !== 'running');
      await until(() => {
        clock.passedMs += 20;
        return world.alerts.length > 0;
      });
      expect(world.alerts[0]).toMatch(/cannot be read back|turned away/);
      while (world.job(job.id).state === 'running') {
        clock.passedMs += 500;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      expect(world.job(job.id).state).toBe('stopped');
      expect(world.counts(job.id).accepted).toBe(1);
      delete world.carrier.hooks.list;
      await world.resume(job.id);
      expect(world.carrier.times()).toEqual([1]);
      expect(world.counts(job.id)).toMatchObject({ confirmed: 1 });
    });
  });

  it('with a record that nobody can read end as unconfirmed, and a re-check confirms it later', async () => {
    await inWorld({ devices: devs(1), settings: { confirmDeadlineS: 1 } }, async (world) => {
      world.carrier.hooks.listAnswer = () => ({ devices: 'none' });
      const job = await world.run();
      expect(world.counts(job.id)).toMatchObject({ unconfirmed: 1 });
      expect(world.alerts.join()).toMatch(/1 is not confirmed and may have changed/);
      delete world.carrier.hooks.listAnswer;
      world.app.engine.recheck(job.id, 'tester');
      await world.ended(job.id);
      expect(world.counts(job.id)).toMatchObject({ confirmed: 1 });
      expect(world.carrier.times()).toEqual([1]);
    });
  });
});

describe.concurrent('a data folder that cannot be used is refused within five seconds, with a sentence', () => {
  const scratch = (): string => mkdtempSync(join(tmpdir(), 'rateplan-folder-'));
  const inFile = (): string => {
    const file = join(scratch(), 'file');
    writeFileSync(file, '');
    return file;
  };
  it.each([
    ['/proc/x', '/proc/x', /proc/],
    ['/proc itself', '/proc', /proc/],
    ['/sys', '/sys/kernel', /sysfs/],
    ['/dev/null', '/dev/null', /not a folder|not be used/],
    ['below a file', join(inFile(), 'below'), /not a folder/],
    ['a file', inFile(), /not a folder/],
    ['a network path', '//server/share', /network drive/],
    ['a path that is too long', join(tmpdir(), 'x'.repeat(300)), /too long/],
  ])('%s', async (_what, folder, words) => {
    const started = Date.now();
    await expect(checkDataFolder(folder)).rejects.toThrow(words);
    expect(Date.now() - started).toBeLessThan(5500);
  });

  it.skipIf(process.platform === 'win32')('with a pipe in place of the data file', async () => {
    const folder = scratch();
    spawnSync('mkfifo', [join(folder, 'console.db')]);
    await expect(checkDataFolder(folder)).rejects.toThrow(/is not a file/);
    rmSync(folder, { recursive: true });
  });

  it('and one that can be used is used, with nothing left behind', async () => {
    const folder = join(scratch(), 'new', 'one');
    await checkDataFolder(folder);
    mkdirSync(folder, { recursive: true });
    rmSync(folder, { recursive: true });
  });
});

// By itself: beside folders that do not answer, all threads of the file system are taken for seconds.
describe('a data folder that others work in', () => {
  it.skipIf(process.platform === 'win32')('is used although its files come and go meanwhile', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rateplan-folder-'));
    const names = Array.from({ length: 500 }, (_, n) => join(folder, `${String(n)}.tmp`));
    for (const name of names) writeFileSync(name, '');
    const checked = checkDataFolder(folder);
    for (const name of names) await rm(name);
    await checked;
    rmSync(folder, { recursive: true });
  });
});
