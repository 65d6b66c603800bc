import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operatorActor, systemUser, type Actor } from '../../src-main/domain/actor.ts';
import { digestOf } from '../../src-main/access/second-admin.ts';
import { createOperator, setOperatorPassword, setOperatorRights } from '../../src-main/access/operators.ts';
import { App } from '../../src-main/app.ts';
import { PROVIDER_DEFAULTS, settingsOf } from '../../src-main/domain/provider-settings.ts';
import { ConsoleError } from '../../src-main/domain/errors.ts';
import { CALLS } from '../../src-preload/contract/index.ts';
import { memoryVault } from '../../src-main/security/vault.ts';
import { Simulator } from '../../src-main/simulator/server.ts';
import { SIMULATOR_CREDENTIALS } from '../../src-main/simulator/options.ts';
import type { Provider } from '../../src-main/store/providers.ts';
import type { Job } from '../../src-main/store/jobs.ts';
import { QUICK, QUIET, ratePlan, until } from '../integration/carrier.ts';

const DEVICES = 30;
const LIMIT = 12;
const TARGET = 'M2M150MB-A';

let home: string;
let simulator: Simulator;
let app: App;
let provider: Provider;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'rateplan-four-eyes-'));
  simulator = new Simulator({ ...QUIET, devices: DEVICES });
  app = new App({ home, vault: memoryVault(null), actor: 'os-user' });
  provider = app.accounts.create({
    ...PROVIDER_DEFAULTS,
    ...QUICK,
    name: 'Acme',
    accountName: simulator.options.accountName,
    baseUrl: await simulator.start(),
    fourEyesAbove: LIMIT,
  });
  await app.credentials.set(provider.id, SIMULATOR_CREDENTIALS);
  await app.reads.syncPlans(provider.id);
  await app.reads.syncDevices(provider.id);
  for (const [name, role] of [
    ['Ada', 'admin'],
    ['Otto', 'operator'],
    ['Petra', 'approver'],
  ] as const)
    await createOperator(app, name, { role, providers: null, disabled: false }, 'a long enough password');
  app.startEngine();
});

afterEach(async () => {
  await app.close();
  await simulator.stop();
  rmSync(home, { recursive: true, force: true });
});

/** An operator as the dispatcher hands them on. */
function op(name: string): Actor {
  const operator = app.store.operators.findByName(name);
  return operator === undefined ? systemUser(name) : operatorActor(operator);
}

function ask(devices = DEVICES, author = 'Otto', effectiveAt: string | null = null): Job {
  return app.bulkChanges.create(
    {
      providerId: provider.id,
      selection: { deviceIds: app.store.devices.ids(provider.id, {}).slice(0, devices), identifiers: [] },
      order: ratePlan(TARGET),
      effectiveAt,
    },
    op(author),
  );
}

const stateOf = (job: Job): string => app.store.jobs.get(job.id).state;
const applied = (): number => [...simulator.ledgerEntries()].length;

/** Changes the store behind the console's back. */
function tamper(sql: string): void {
  const db = new Database(join(home, 'console.db'));
  db.exec(sql);
  db.close();
}

describe('four eyes', () => {
  it('hold a large change until somebody else has approved exactly it', async () => {
    const job = ask();
    expect(job).toMatchObject({
      state: 'awaiting-approval',
      digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    app.engine.startDue();
    expect(() => {
      app.engine.resume(job.id, 'Otto');
    }).toThrow('waits for somebody else');
    expect(() => {
      app.engine.approve(job.id, op('Otto'), job.digest ?? '');
    }).toThrow('author');
    expect(() => {
      app.engine.approve(job.id, op('Petra'), 'f'.repeat(64));
    }).toThrow('not what was put before you');
    expect([stateOf(job), applied()]).toEqual(['awaiting-approval', 0]);
    app.engine.approve(job.id, op('Petra'), job.digest ?? '', 'as agreed');
    await app.engine.whenEnded(job.id);
    const changed = app.store.changes.inState(job.id, ['confirmed']).length;
    expect(changed).toBeGreaterThan(LIMIT);
    expect(applied()).toBe(changed);
    expect(app.store.approvals.ofJob(job.id)).toMatchObject([{ by: 'Petra', note: 'as agreed', digest: job.digest }]);
  });

  it('leave a small change alone, and count an undo as one whole', async () => {
    const small = ask(LIMIT / 2);
    expect(small).toMatchObject({ state: 'ready', digest: null });
    app.engine.startDue();
    await app.engine.whenEnded(small.id);
    const rest = ask();
    app.engine.approve(rest.id, op('Petra'), rest.digest ?? '');
    await app.engine.whenEnded(rest.id);
    const undo = app.childJobs.undo(rest.id, op('Otto'));
    const sizes = undo.map((job) => app.store.changes.inState(job.id, ['queued']).length);
    expect(Math.min(...sizes)).toBeLessThan(LIMIT);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(LIMIT);
    expect(undo.map(({ state }) => state)).toEqual(sizes.map(() => 'awaiting-approval'));
  });

  it.each([
    [
      'a device is exchanged',
      "UPDATE change SET identifier = '89148000009999999999' WHERE id = (SELECT min(id) FROM change WHERE state = 'queued')",
    ],
    [
      'a device is added',
      "INSERT INTO change (job_id, provider_id, identifier_kind, identifier, detail, state) VALUES (1, 1, 'iccid', '89148000009999999999', '{}', 'queued')",
    ],
    ['a device is left out', "DELETE FROM change WHERE id = (SELECT min(id) FROM change WHERE state = 'queued')"],
    ['a skipped device is queued', "UPDATE change SET state = 'queued' WHERE state = 'skipped'"],
    ['the plan is another', "UPDATE job SET target = 'M2M5MB-S', request = replace(request, 'M2M150MB-A', 'M2M5MB-S')"],
    ['the date is another', "UPDATE job SET effective_at = '2020-01-01T00:00:00.000Z'"],
    ['the digest is made to fit', "UPDATE job SET digest = '00'"],
  ])('are void when %s after the approval: nothing is sent', async (_what, sql) => {
    // One is on the plan already, so that there is one to skip.
    tamper(`UPDATE device SET plan_code = '${TARGET}' WHERE id = (SELECT max(id) FROM device)`);
    const job = ask(DEVICES, 'Otto', new Date(Date.now() + 1500).toISOString());
    expect(app.store.changes.counts(job.id).skipped).toBeGreaterThan(0);
    app.engine.approve(job.id, op('Petra'), job.digest ?? '');
    expect(stateOf(job)).toBe('scheduled');
    tamper(sql);
    // Its time comes; a missed one is started by a person.
    await until(() => stateOf(job) !== 'scheduled' || app.engine.missedItsStart(app.store.jobs.get(job.id)));
    if (stateOf(job) === 'scheduled') app.engine.resume(job.id, 'Otto');
    expect(stateOf(job)).toBe('awaiting-approval');
    expect(app.store.jobs.get(job.id).stopReason).toContain('approval is void');
    expect(() => {
      app.engine.approve(job.id, op('Petra'), job.digest ?? '');
    }).toThrow();
    expect(applied()).toBe(0);
    expect([...app.store.audit.all()].filter(({ action }) => action === 'job.approval-void')).toHaveLength(1);
  });

  it('are void for an approval that the author wrote into the store', () => {
    const job = ask();
    tamper(
      `INSERT INTO approval (job_id, decision, by, by_id, at, digest, note) VALUES (1, 'approved', 'OTTO', (SELECT id FROM operator WHERE name = 'Otto'), '2099', '${job.digest ?? ''}', ''); UPDATE job SET state = 'ready'`,
    );
    app.engine.startDue();
    expect([stateOf(job), applied()]).toEqual(['awaiting-approval', 0]);
  });

  it('do not let an approved change start before its date, whoever resumes it', () => {
    const job = ask(DEVICES, 'Otto', new Date(Date.now() + 3_600_000).toISOString());
    app.engine.approve(job.id, op('Petra'), job.digest ?? '');
    expect(() => {
      app.engine.resume(job.id, 'Otto');
    }).toThrow('does not start before that');
    expect([stateOf(job), applied()]).toEqual(['scheduled', 0]);
    // Paused and resumed, or written into the store, it waits for its date too, and its approval stays good.
    app.engine.pause(job.id, 'Otto');
    app.engine.resume(job.id, 'Otto');
    expect([stateOf(job), applied()]).toEqual(['scheduled', 0]);
    tamper(`UPDATE job SET state = 'ready'`);
    app.engine.startDue();
    expect([stateOf(job), applied()]).toEqual(['scheduled', 0]);
    expect([...app.store.audit.all()].filter(({ action }) => action === 'job.approval-void')).toEqual([]);
  });

  it('end after a week', async () => {
    const job = ask(DEVICES, 'Otto', new Date(Date.now() + 1000).toISOString());
    app.engine.approve(job.id, op('Petra'), job.digest ?? '');
    tamper(`DROP TRIGGER approval_is_append_only_u; UPDATE approval SET at = '2026-01-01T00:00:00.000Z'`);
    await until(() => stateOf(job) !== 'scheduled');
    expect([stateOf(job), applied()]).toEqual(['awaiting-approval', 0]);
    expect(app.store.jobs.get(job.id).stopReason).toContain('older than 7 days');
  });

  it('count by the last word: an approval before a rejection is none, and a cancelled job is not revived', async () => {
    const job = ask(DEVICES, 'Otto', new Date(Date.now() + 3_600_000).toISOString());
    app.engine.approve(job.id, op('Petra'), job.digest ?? '');
    tamper(`UPDATE job SET state = 'awaiting-approval'`);
    app.engine.reject(job.id, op('Ada'), job.digest ?? '');
    expect(stateOf(job)).toBe('finished');
    tamper(
      `UPDATE change SET state = 'queued' WHERE state = 'cancelled'; UPDATE job SET state = 'ready', wanted = 'run', effective_at = NULL`,
    );
    app.engine.startDue();
    await until(() => !app.engine.isRunning());
    expect([stateOf(job), applied()]).toEqual(['awaiting-approval', 0]);
    app.engine.cancel(job.id, 'Otto');
    expect(() => {
      app.engine.pause(job.id, 'Otto');
    }).toThrow('finished');
    app.store.jobs.setWanted(job.id, 'run');
    expect(app.store.jobs.get(job.id).wanted).toBe('cancel');
  });

  it('hold what comes of a change that needed them, whatever its size: a rejected undo is not sent by a retry', async () => {
    const whole = ask();
    app.engine.approve(whole.id, op('Petra'), whole.digest ?? '');
    await app.engine.whenEnded(whole.id);
    const before = applied();
    for (const step of app.childJobs.undo(whole.id, op('Otto'))) {
      app.engine.reject(step.id, op('Petra'), step.digest ?? '');
      const request = app.childJobs.retryRequest(step.id);
      expect(app.bulkChanges.review(request).needsApproval).toBe(true);
      expect(app.bulkChanges.create(request, op('Otto')).state).toBe('awaiting-approval');
    }
    app.engine.startDue();
    await until(() => !app.engine.isRunning());
    expect(applied()).toBe(before);
  });

  it('reject for good, and free the devices', async () => {
    const job = ask();
    app.engine.reject(job.id, op('Petra'), job.digest ?? '', 'wrong customer');
    await app.engine.whenEnded(job.id);
    expect(stateOf(job)).toBe('finished');
    expect(app.store.changes.counts(job.id)).toMatchObject({ queued: 0, confirmed: 0 });
    expect(app.store.changes.held(provider.id).identifiers.size).toBe(0);
    expect(applied()).toBe(0);
  });

  it('need operators: without them the change is refused with what to do', async () => {
    tamper('DELETE FROM operator');
    expect(() => ask()).toThrow('this console has no operators');
    await Promise.resolve();
  });
});

describe('15, 17: what needs a second person', () => {
  it('is asked again when a scheduled job starts: the number may have been lowered since', async () => {
    await app.accounts.update(provider.id, { ...provider, fourEyesAbove: null });
    const job = ask(DEVICES, 'Otto', new Date(Date.now() + 60_000).toISOString());
    expect(job).toMatchObject({ state: 'scheduled', digest: null });
    await app.accounts.update(provider.id, { ...provider, fourEyesAbove: LIMIT });
    app.engine.resume(job.id, 'Otto');
    expect(stateOf(job)).toBe('awaiting-approval');
    const { digest, stopReason } = app.store.jobs.get(job.id);
    expect(stopReason).toMatch(/need an approval by now/);
    expect(applied()).toBe(0);
    app.engine.approve(job.id, op('Petra'), digest ?? '');
    // It was made for a date, and was approved for that.
    expect([stateOf(job), applied()]).toEqual(['scheduled', 0]);
  });

  it('counts an author’s small changes of a day together, not what was approved, nor what others did', () => {
    const ids = app.store.devices.ids(provider.id, { states: ['active'] });
    const part = (from: number, count: number, author: string): Job =>
      app.bulkChanges.create(
        {
          providerId: provider.id,
          selection: { deviceIds: ids.slice(from, from + count), identifiers: [] },
          order: { type: 'custom-fields', fields: { CustomField1: 'x' } },
          effectiveAt: null,
        },
        op(author),
      );
    expect(part(0, 6, 'Otto').state).toBe('ready');
    expect(part(6, 6, 'Otto').state).toBe('ready');
    const third = part(12, 1, 'Otto');
    expect(third.state).toBe('awaiting-approval');
    expect(part(13, 6, 'Ada').state).toBe('ready');
    app.engine.reject(third.id, op('Petra'), third.digest ?? '');
    expect(part(12, 1, 'Otto').state).toBe('awaiting-approval');
  });

  it('of an earlier version is put before somebody again, and can be approved', () => {
    const job = ask();
    tamper("UPDATE job SET digest = 'of an earlier version'");
    app.engine.recover();
    const { digest, state } = app.store.jobs.get(job.id);
    expect([digest, state]).toEqual([job.digest, 'awaiting-approval']);
    app.engine.approve(job.id, op('Petra'), digest ?? '');
  });
});

describe('16: one Admin is not two persons where there are two', () => {
  const PASSWORD = 'a long enough password';
  const as = async (name: string): Promise<void> => {
    app.access.signOut();
    await app.access.signIn(name, PASSWORD);
  };
  const agree = (): Promise<Provider> => {
    const waiting = app.store.proposals.find(provider.id);
    return app.accounts.agree(provider.id, waiting === undefined ? '' : digestOf(waiting));
  };
  const second = (): Promise<unknown> =>
    createOperator(app, 'Bo', { role: 'admin', providers: null, disabled: false }, PASSWORD);
  const now = (): Provider => app.store.providers.get(provider.id);

  it.each([
    ['a higher number for four eyes', { fourEyesAbove: LIMIT + 1 }, /above 13 devices only/],
    ['no four eyes', { fourEyesAbove: null }, /no change would need an approval/],
    ['another address', { baseUrl: 'https://elsewhere.example' }, /elsewhere\.example/],
    ['another path', { m2mPath: '/api/m2m/v2' }, /m2m\/v2/],
  ])('%s takes another Admin', async (_what, edit, words) => {
    await second();
    await as('Ada');
    await expect(app.accounts.update(provider.id, { ...now(), ...edit })).rejects.toThrow(words);
    await app.accounts.saveOrPropose(provider.id, { ...now(), ...edit });
    expect(settingsOf(now())).toEqual(settingsOf(provider));
    // Not the one who proposed it, not an operator, not on top of settings that are others by now.
    await expect(agree()).rejects.toThrow('Ada has proposed these settings');
    await as('Bo');
    await agree();
    expect(now()).toMatchObject(edit);
    expect(app.store.proposals.find(provider.id)).toBeUndefined();
    expect(app.store.audit.page('', 0, 3).rows.map(({ action, actor }) => [action, actor])).toContainEqual([
      'settings.agreed',
      'Bo',
    ]);
  });

  it('tightening takes one, and so does everything where there is one', async () => {
    await as('Ada');
    await app.accounts.update(provider.id, { ...now(), fourEyesAbove: LIMIT + 1 });
    await second();
    await as('Ada');
    await app.accounts.update(provider.id, { ...now(), fourEyesAbove: 1, writesEnabled: false });
    await expect(app.accounts.update(provider.id, { ...now(), writesEnabled: true })).rejects.toThrow(/read-only/);
  });

  it('what was proposed for other settings is void, and can be withdrawn', async () => {
    await second();
    await as('Ada');
    await app.accounts.saveOrPropose(provider.id, { ...now(), fourEyesAbove: null });
    await app.accounts.update(provider.id, { ...now(), fourEyesAbove: 2 });
    await as('Bo');
    await expect(agree()).rejects.toThrow('changed since');
    app.secondAdmin.reject(provider.id, app.acting);
    await expect(agree()).rejects.toThrow('No settings wait');
    expect(now().fourEyesAbove).toBe(2);
  });

  it('whoever set a password a moment ago does not decide in that person’s name', async () => {
    await second();
    await as('Ada');
    await setOperatorPassword(app, op('Petra').id ?? 0, PASSWORD);
    await createOperator(app, 'Puppet', { role: 'admin', providers: null, disabled: false }, PASSWORD);
    const job = ask(DEVICES, 'Ada');
    for (const name of ['Petra', 'Puppet'])
      expect(() => {
        app.engine.approve(job.id, op(name), job.digest ?? '');
      }).toThrow(/In the last 24 hours Ada has set a password/);
    await app.accounts.saveOrPropose(provider.id, { ...now(), fourEyesAbove: null });
    await as('Puppet');
    await expect(agree()).rejects.toThrow(/In the last 24 hours Ada has set a password/);
    // Tomorrow is another day.
    tamper("UPDATE password_set SET at = '2020-01-01T00:00:00.000Z'");
    app.engine.approve(job.id, op('Petra'), job.digest ?? '');
  });

  it('nor by way of an author, or of somebody in between, whose password they set', async () => {
    await second();
    await as('Ada');
    await createOperator(app, 'Zed', { role: 'operator', providers: null, disabled: false }, PASSWORD);
    await createOperator(app, 'Xena', { role: 'admin', providers: null, disabled: false }, PASSWORD);
    const zeds = ask(DEVICES, 'Zed');
    expect(() => {
      app.engine.approve(zeds.id, op('Ada'), zeds.digest ?? '');
    }).toThrow(/one person could be both Zed and Ada/);
    await as('Xena');
    await createOperator(app, 'Yan', { role: 'approver', providers: null, disabled: false }, PASSWORD);
    app.engine.reject(zeds.id, op('Petra'), zeds.digest ?? '');
    const adas = ask(DEVICES, 'Ada');
    expect(() => {
      app.engine.approve(adas.id, op('Yan'), adas.digest ?? '');
    }).toThrow(/one person could be both Ada and Yan/);
    // Xena was made by Ada a moment ago: Ada cannot agree to what she proposes.
    await app.accounts.saveOrPropose(provider.id, { ...now(), fourEyesAbove: null });
    await as('Ada');
    await expect(agree()).rejects.toThrow(/one person could be both/);
    app.engine.approve(adas.id, op('Petra'), adas.digest ?? '');
  });

  it('an Admin who was disabled a moment ago counts still', async () => {
    await second();
    await as('Ada');
    setOperatorRights(app, op('Bo').id ?? 0, { role: 'admin', providers: null, disabled: true });
    await expect(app.accounts.update(provider.id, { ...now(), fourEyesAbove: null })).rejects.toThrow('second Admin');
    setOperatorRights(app, op('Bo').id ?? 0, { role: 'viewer', providers: null, disabled: false });
    await expect(app.accounts.update(provider.id, { ...now(), fourEyesAbove: null })).rejects.toThrow('second Admin');
  });

  it('what is agreed to is what was seen', async () => {
    await second();
    await as('Ada');
    await app.accounts.saveOrPropose(provider.id, { ...now(), fourEyesAbove: LIMIT + 1 });
    const seen = app.store.proposals.find(provider.id);
    await app.accounts.saveOrPropose(provider.id, {
      ...now(),
      fourEyesAbove: null,
      baseUrl: 'https://elsewhere.example',
    });
    await as('Bo');
    await expect(app.accounts.agree(provider.id, seen === undefined ? '' : digestOf(seen))).rejects.toThrow(
      'no longer the settings that you saw',
    );
    expect(now()).toMatchObject({ fourEyesAbove: LIMIT });
  });

  it('nobody goes around it by another record of the account, or by the demo', async () => {
    await second();
    await as('Ada');
    await expect(app.accounts.update(provider.id, { ...now(), accountName: 'moved' })).rejects.toThrow('second Admin');
    for (const edit of [
      { m2mPath: '//api/m2m/v1' },
      { m2mPath: '/api/./m2m/v1' },
      { m2mPath: '/api/%6d2m/v1' },
      { baseUrl: provider.baseUrl.replace('127.0.0.1', 'localhost') },
      { baseUrl: 'https://other.example' },
    ])
      expect(() => app.accounts.create({ ...now(), name: 'Copy', ...edit }), JSON.stringify(edit)).toThrow(
        ConsoleError,
      );
    const inside = { name: 'Demo', accountName: 'demo', baseUrl: 'http://127.0.0.1:9', fourEyesAbove: null };
    const demo = app.accounts.create({ ...now(), ...inside }, true);
    for (const edit of [{ baseUrl: provider.baseUrl }, { accountName: provider.accountName }])
      await expect(app.accounts.saveOrPropose(demo.id, { ...demo, ...edit })).rejects.toThrow('cannot be edited');
  });
});

it('17: an Operator does not go around the count by calling a change an undo', () => {
  expect(CALLS['changes.start'].input.safeParse({ parent: { jobId: 1, kind: 'undo' } }).error?.issues).toContainEqual(
    expect.objectContaining({ path: ['parent', 'kind'] }),
  );
});

it('22: the approval of somebody who was disabled since does not count', async () => {
  const job = ask();
  // Shut until tomorrow: approved, it waits.
  const yesterday = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][(new Date().getDay() + 5) % 7] ?? 'Sun';
  await app.accounts.update(provider.id, { ...provider, maintenanceWindows: `${yesterday} 00:00-00:01` });
  app.engine.approve(job.id, op('Petra'), job.digest ?? '');
  app.engine.pause(job.id, 'Otto');
  await app.engine.whenEnded(job.id);
  setOperatorRights(app, op('Petra').id ?? 0, { role: 'approver', providers: null, disabled: true });
  await app.accounts.update(provider.id, provider);
  app.engine.resume(job.id, 'Otto');
  expect([stateOf(job), applied()]).toEqual(['awaiting-approval', 0]);
  expect(app.store.jobs.get(job.id).stopReason).toMatch(/Petra, who approved it, may not/);
});
