import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createOperator, setOperatorPassword, setOperatorRights } from '../../src-main/access/operators.ts';
import { SignInGuard, waitAfter } from '../../src-main/access/sign-in-guard.ts';
import { App } from '../../src-main/app.ts';
import { dispatch } from '../../src-main/ipc/dispatch.ts';
import { OWNERS } from '../../src-main/ipc/authorize.ts';
import { createHandlers } from '../../src-main/ipc/handlers/index.ts';
import type { HandlerContext, Handlers } from '../../src-main/ipc/handler-context.ts';
import { operatorName } from '../../src-main/domain/actor.ts';
import { systemClock } from '../../src-main/domain/clock.ts';
import { PERMISSIONS_OF, ROLES, type Role } from '../../src-main/domain/roles.ts';
import { PROVIDER_DEFAULTS } from '../../src-main/domain/provider-settings.ts';
import { memoryVault } from '../../src-main/security/vault.ts';
import { CALLS, type CallName } from '../../src-preload/contract/index.ts';
import { fillInventory } from '../bench/fill.ts';
import { ratePlan } from '../integration/carrier.ts';
import { deskOf } from './desk.ts';

const NAMES = Object.keys(CALLS) as CallName[];
const PASSWORD = 'correct horse battery';
const OWN = 'a password of my own';

let home: string;
let app: App;
let handlers: Handlers;
let context: HandlerContext;
/** Milliseconds by which the computer's clock, and the one that nobody can set, are ahead. */
let clockAhead: number;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'rateplan-roles-'));
  clockAhead = 0;
  fillInventory(home, 20).store.close();
  open();
});

afterEach(async () => {
  await app.close();
  rmSync(home, { recursive: true, force: true });
});

function open(): void {
  const clock = {
    ...systemClock,
    now: () => systemClock.now() + clockAhead,
    elapsed: () => systemClock.elapsed() + clockAhead,
    uptime: () => systemClock.uptime() + clockAhead,
  };
  app = new App({ home, vault: memoryVault(null), actor: 'os-user', clock });
  context = deskOf(app);
  handlers = createHandlers(context);
}

async function ask(name: CallName, input?: unknown): Promise<string> {
  const defects: string[] = [];
  const answer = await dispatch(app, handlers, name, input, (message) => defects.push(message));
  expect(defects).toEqual([]);
  return answer.ok ? 'ok' : answer.error.code;
}

/** An Admin, then one of the role who has chosen a password of their own; that one is signed in. */
async function signedInAs(role: Role, providers: number[] | null = null): Promise<void> {
  await createOperator(app, 'Ada', { role: 'admin', providers: null, disabled: false }, PASSWORD);
  await app.access.signIn('Ada', PASSWORD);
  await createOperator(app, 'Sam', { role, providers, disabled: false }, PASSWORD);
  await app.access.signIn('Sam', PASSWORD);
  await app.access.changeOwnPassword(PASSWORD, OWN);
}

function audited(action: string): { actor: string; subject: string; detail: string }[] {
  return [...app.store.audit.all()].filter((row) => row.action === action);
}

describe('role × call, generated from the contract', () => {
  it.each(ROLES)('refuses in main whatever %s may not do, whatever is asked, and writes it down', async (role) => {
    await signedInAs(role);
    const may = (name: CallName): boolean => {
      const { needs } = CALLS[name];
      return needs === 'anyone' || PERMISSIONS_OF[role].includes(needs);
    };
    const refused = NAMES.filter((name) => !may(name));
    // A number is no input of any call: whoever may ask is told so, and nothing is done.
    const codes = await Promise.all(NAMES.map(async (name) => [name, await ask(name, 4711)] as const));
    expect(codes.filter(([, code]) => code === 'denied').map(([name]) => name)).toEqual(refused);
    expect(codes.filter(([name, code]) => may(name) && code !== 'bad-input')).toEqual([]);
    expect(audited('access.denied').map(({ actor, subject }) => [actor, subject])).toEqual(
      refused.map((name) => ['Sam', name]),
    );
    expect(role === 'admin' ? refused : refused.length > 5).toEqual(role === 'admin' ? [] : true);
  });

  it.each(['signed out', 'locked', 'with a password that somebody else chose'])(
    'refuses everything to a window that is %s',
    async (how) => {
      await signedInAs('admin');
      if (how === 'signed out') app.access.signOut();
      else if (how === 'locked') app.access.lock('asked');
      else {
        await setOperatorPassword(app, 2, PASSWORD);
        await app.access.signIn('Sam', PASSWORD);
      }
      for (const name of NAMES) {
        const code = await ask(name, 4711);
        const expected = { 'signed out': 'signed-out', locked: 'locked' }[how] ?? 'denied';
        expect([name, code]).toEqual([name, CALLS[name].needs === 'anyone' ? 'bad-input' : expected]);
      }
    },
  );

  it('knows whose is whatever an input names', () => {
    const named = NAMES.flatMap((name) => {
      const schema: z.ZodType = CALLS[name].input;
      return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
    }).filter((key) => /Id$|^id$|^first$|^second$/.test(key));
    // An import's service provider is asked for at each piece, an operator belongs to none.
    expect([...new Set(named)].sort()).toEqual([...Object.keys(OWNERS), 'importId', 'operatorId'].sort());
  });
});

describe('an import', () => {
  const KINDS = ['identifiers', 'devices', 'prices'] as const;

  it.each(ROLES)('needs the permission of its own kind to begin and to go on, whoever began it: %s', async (role) => {
    const begin = async (what: (typeof KINDS)[number]): Promise<number> =>
      (await handlers[`import.${what}`]({ providerId: 1 })).importId;
    await signedInAs('admin');
    const begun = await Promise.all(KINDS.map(async (what) => [what, await begin(what)] as const));
    setOperatorRights(app, 2, { role, providers: null, disabled: false });
    for (const [what, importId] of begun) {
      const { needs } = CALLS[`import.${what}`];
      const may = needs === 'anyone' || PERMISSIONS_OF[role].includes(needs);
      expect([what, await ask(`import.${what}`, { providerId: 1 })]).toEqual([what, may ? 'ok' : 'denied']);
      const goOn = [await ask('import.piece', { importId, bytes: '' }), await ask('import.abandon', { importId })];
      expect([what, ...goOn.map((code) => code === 'denied')]).toEqual([what, !may, !may]);
      // What somebody else began is not one's own to go on with.
      expect(await ask('import.look', { importId: await beginAs('Ada', what) })).toBe('not-found');
    }
    expect(app.store.plans.list(1).filter(({ price }) => price !== null)).toEqual([]);
  });

  it('of prices is the Admin’s; an Operator’s try is written down', async () => {
    await signedInAs('operator');
    expect(await ask('import.prices', { providerId: 1 })).toBe('denied');
    expect(audited('access.denied').map(({ subject }) => subject)).toEqual(['import.prices']);
  });

  it('of a service provider that is no longer one’s own cannot be ended', async () => {
    await signedInAs('operator');
    const { importId } = await handlers['import.devices']({ providerId: 1 });
    const other = app.accounts.create({ ...PROVIDER_DEFAULTS, name: 'Other', accountName: '0002-00001' });
    setOperatorRights(app, 2, { role: 'operator', providers: [other.id], disabled: false });
    expect(await ask('import.piece', { importId, bytes: btoa('ICCID') })).toBe('denied');
    expect(await ask('import.look', { importId })).toBe('denied');
    expect(await ask('import.apply', { importId, leaveOut: false })).toBe('denied');
  });

  /** Begun by an Admin, who then leaves the console to Sam. */
  async function beginAs(name: string, what: (typeof KINDS)[number]): Promise<number> {
    await app.access.signIn(name, PASSWORD);
    const { importId } = await handlers[`import.${what}`]({ providerId: 1 });
    await app.access.signIn('Sam', OWN);
    return importId;
  }
});

describe('rights for some service providers only', () => {
  it('end at the others: their devices, jobs, changes, views and lists', async () => {
    const other = app.accounts.create({ ...PROVIDER_DEFAULTS, name: 'Other', accountName: '0002-00001' });
    const device = app.store.devices.ensure(other.id, 'iccid', '89148000000999999999');
    app.store.savedViews.save(other.id, 'theirs', {} as never);
    const [view] = app.store.savedViews.list(other.id);
    const job = app.bulkChanges.create(
      {
        providerId: other.id,
        selection: { deviceIds: [device], identifiers: [] },
        order: { type: 'suspend' },
        effectiveAt: null,
      },
      'somebody',
    );
    const [change] = app.store.changes.page(job.id, [], '', 0, 1).rows;
    await signedInAs('approver', [1]);
    const bulk = { selection: { deviceIds: [1], identifiers: [] }, order: ratePlan('X'), effectiveAt: null };
    for (const [name, input] of [
      ['devices.story', { deviceId: device }],
      ['devices.facets', { providerId: other.id }],
      ['jobs.get', { jobId: job.id }],
      ['jobs.cancel', { jobId: job.id }],
      ['jobs.compare', { first: job.id, second: job.id }],
      ['jobs.changeLog', { changeId: change?.id }],
      ['views.remove', { viewId: view?.id }],
      ['changes.review', { ...bulk, providerId: other.id }],
      ['changes.review', { ...bulk, providerId: 1, parent: { jobId: job.id, kind: 'retry' } }],
      ['import.identifiers', { providerId: other.id }],
      ['import.devices', { providerId: other.id }],
      // The log is about every service provider.
      ['audit.page', { search: '', offset: 0, limit: 1 }],
      ['app.saveDiagnostics', undefined],
    ] as const)
      expect([name, await ask(name, input)]).toEqual([name, 'denied']);
    expect(await ask('devices.facets', { providerId: 1 })).toBe('ok');
    expect(await handlers['jobs.list'](undefined)).toEqual([]);
    expect((await handlers['providers.list'](undefined)).map(({ id }) => id)).toEqual([1]);
    // Nor does a job get a parent of another account, whatever the person may see.
    setOperatorRights(app, 2, { role: 'approver', providers: null, disabled: false });
    for (const call of ['changes.review', 'changes.saveDryRun', 'changes.start'] as const)
      expect(
        await ask(call, {
          ...bulk,
          providerId: 1,
          parent: { jobId: job.id, kind: 'retry' },
          confirmed: '0'.repeat(64),
        }),
      ).toBe('refused');
    setOperatorRights(app, 2, { role: 'approver', providers: [1], disabled: false });
    // A device of another account does not get in by its number.
    const review = await handlers['changes.review']({
      ...bulk,
      providerId: 1,
      selection: { deviceIds: [1, device], identifiers: [] },
    });
    expect(review.total).toBe(1);
  });

  it('take effect at once, also for whoever is signed in', async () => {
    await signedInAs('operator');
    expect(await ask('devices.facets', { providerId: 1 })).toBe('ok');
    setOperatorRights(app, 2, { role: 'operator', providers: null, disabled: true });
    expect(await ask('devices.facets', { providerId: 1 })).toBe('signed-out');
    await expect(app.access.signIn('Sam', OWN)).rejects.toThrow('not right');
  });

  it('leave one Admin who can sign in', async () => {
    await signedInAs('viewer');
    expect(() => {
      setOperatorRights(app, 1, { role: 'viewer', providers: null, disabled: false });
    }).toThrow('only Admin');
    expect(app.store.operators.get(1).role).toBe('admin');
  });
});

describe('signing in', () => {
  it('takes longer and longer between failed tries, also after a restart and beside each other', async () => {
    await createOperator(app, 'Ada', { role: 'admin', providers: null, disabled: false }, PASSWORD);
    const wrong = (): Promise<void> => app.access.signIn('ada', 'not this one');
    await expect(wrong()).rejects.toThrow('not right');
    await expect(wrong()).rejects.toThrow('not right');
    // Ten at once: one of them is looked at, the others are too early.
    const burst = await Promise.allSettled(Array.from({ length: 10 }, wrong));
    expect(
      burst.filter((one) => one.status === 'rejected' && String(one.reason).includes('tries in a row')),
    ).toHaveLength(9);
    await app.close();
    open();
    await expect(app.access.signIn('Ada', PASSWORD)).rejects.toMatchObject({ code: 'denied' });
    clockAhead = waitAfter(3) + 1000;
    await expect(wrong()).rejects.toThrow('not right');
    expect([waitAfter(2), waitAfter(3), waitAfter(4), waitAfter(5), waitAfter(50)]).toEqual([
      0, 5000, 10_000, 20_000, 900_000,
    ]);
    // A clock that was set back makes nobody wait for ever.
    clockAhead = -365 * 86_400_000;
    await expect(app.access.signIn('Ada', PASSWORD)).rejects.toThrow('tries in a row');
    clockAhead += waitAfter(4) + 1000;
    await app.access.signIn('Ada', PASSWORD);
    expect(app.access.view()).toMatchObject({ state: 'signed-in', role: 'admin' });
    expect(audited('operator.refused').length).toBeGreaterThan(10);
    expect(app.store.signInTries.get('operator 1')).toBeUndefined();
  });

  it('3: each name that nobody has is counted alone, and no neighbor of a name tells whether there is one', async () => {
    await createOperator(app, 'Ada', { role: 'admin', providers: null, disabled: false }, PASSWORD);
    let ahead = 0;
    const clock = {
      ...systemClock,
      now: () => systemClock.now() + ahead,
      uptime: () => systemClock.uptime() + ahead,
    };
    const guard = new SignInGuard(app.store, clock);
    const keys = (): string[] => {
      const db = new Database(join(home, 'console.db'), { readonly: true });
      const who = db.prepare<[], string>('SELECT who FROM sign_in_try ORDER BY who').pluck().all();
      db.close();
      return who;
    };
    // Among 10,000 names of 4096 counts, two and three would share one.
    const tried = Array.from({ length: 10_000 }, (_, n) => guard.begin({ unknownName: `probe ${String(n)}` }));
    expect(new Set(tried)).toEqual(new Set([1]));
    expect(new Set(keys()).size).toBe(10_000);
    expect([guard.begin({ unknownName: ' Probe 7' }), guard.begin({ unknownName: 'probe 7 ' })]).toEqual([2, 3]);
    expect(guard.begin({ unknownName: 'probe 7' })).toBeUndefined();
    // Keyed with what only this folder has.
    const unsalted = createHash('sha256').update('probe 7').digest('hex');
    expect(keys().some((key) => key.includes(unsalted.slice(0, 12)))).toBe(false);
    expect(app.store.settings.get('sign-in.salt')).toMatch(/^[0-9a-f]{64}$/);

    // A day later they are gone. That tells nothing: an operator's count begins anew as well.
    for (let n = 0; n < 3; n++) guard.begin({ operatorId: 1 });
    expect(guard.begin({ operatorId: 1 })).toBeUndefined();
    ahead = 86_400_000 + 60_000;
    expect(guard.begin({ unknownName: 'probe 7' })).toBe(1);
    expect(keys()).toHaveLength(1);
    expect(guard.begin({ operatorId: 1 })).toBe(1);
  });

  it('25: a clock that is set forward shortens no wait, and neither does another process', async () => {
    await createOperator(app, 'Ada', { role: 'admin', providers: null, disabled: false }, PASSWORD);
    const looked = (): number =>
      audited('operator.refused').filter(({ detail }) => detail.includes('wrong password')).length;
    let ahead = 0;
    const clock = { ...systemClock, now: () => systemClock.now() + ahead };
    const others = [0, 1, 2].map(() => new App({ home, vault: memoryVault(null), actor: 'os-user', clock }));
    // Three processes, and twenty minutes by the computer's clock before each try.
    for (let n = 0; n < 4; n++) {
      await Promise.allSettled(others.map(({ access }) => access.signIn('Ada', 'not this one')));
      ahead += 20 * 60_000;
    }
    expect(looked()).toBe(3);
    for (const other of others) await other.close();
  });

  it('25: says and does the same for a name that nobody has', async () => {
    await createOperator(app, 'Ada', { role: 'admin', providers: null, disabled: false }, PASSWORD);
    const answers = async (name: string): Promise<unknown[]> => {
      const said: unknown[] = [];
      for (let n = 0; n < 5; n++)
        await app.access.signIn(name, 'not this one').catch((error: unknown) => {
          const { code, message, next } = error as { code: string; message: string; next?: string };
          said.push([code, message, next]);
        });
      return said;
    };
    const known = await answers('Ada');
    expect(known).toHaveLength(5);
    expect(await answers('Nobody here')).toEqual(known);
    expect(JSON.stringify(known)).not.toMatch(/\d+ s\b/);
  });

  it('22: over somebody else’s session signs that person out, and the log says so', async () => {
    await signedInAs('viewer');
    await app.access.signIn('Ada', PASSWORD);
    expect(audited('operator.signed-out').at(-1)).toMatchObject({ actor: 'Sam', subject: 'operator Sam' });
  });

  it('keeps passwords as Argon2id hashes with a salt each, and writes none down', async () => {
    await signedInAs('viewer');
    const hashes = [1, 2].map((id) => app.store.operators.passwordHash(id));
    expect(hashes.every((hash) => hash.startsWith('$argon2id$v=19$m=65536,t=3,p=4$'))).toBe(true);
    expect(hashes[0]).not.toBe(hashes[1]);
    await expect(app.access.signIn('a typed password', PASSWORD)).rejects.toThrow('not right');
    const log = JSON.stringify([...app.store.audit.all()]);
    expect(log).not.toContain(PASSWORD);
    expect(log).not.toContain(OWN);
    expect(log).not.toContain('a typed password');
    expect(log).not.toContain('argon2');
  });

  it('refuses passwords that are short, repeated or hold the name', async () => {
    for (const password of ['short', 'aaaaaaaaaaaaaaaa', 'my name is ada', 'x'.repeat(300)])
      await expect(
        createOperator(app, 'Ada', { role: 'admin', providers: null, disabled: false }, password),
      ).rejects.toMatchObject({ code: 'bad-input' });
    expect(app.store.operators.any()).toBe(false);
  });

  it('locks when nobody is there; jobs and the record of who was there go on', async () => {
    await signedInAs('operator');
    clockAhead = 14 * 60_000;
    app.access.lockWhenIdle();
    expect(app.access.view().state).toBe('signed-in');
    app.access.touch();
    clockAhead += 14 * 60_000;
    app.access.lockWhenIdle();
    expect(app.access.view().state).toBe('signed-in');
    clockAhead += 60_000;
    app.access.lockWhenIdle();
    expect(app.access.view()).toMatchObject({ state: 'locked', name: 'Sam', permissions: [] });
    expect(await ask('jobs.list')).toBe('locked');
    await app.access.signIn('Sam', OWN);
    expect(await ask('jobs.list')).toBe('ok');
    expect(audited('operator.locked')).toMatchObject([{ actor: 'Sam', detail: '{"why":"idle"}' }]);
  });
});

describe('who acts is decided once a call', () => {
  it('1: an author who signs out while the engine starts does not approve their own job as the computer’s user', async () => {
    await signedInAs('admin');
    const { id } = app.store.operators.findByName('Sam') ?? { id: 0 };
    const job = app.bulkChanges.create(
      {
        providerId: 1,
        selection: { deviceIds: [], identifiers: [{ kind: 'iccid', id: '89148000000000000019' }] },
        order: { type: 'suspend' },
        effectiveAt: null,
      },
      { kind: 'operator', id, name: 'Sam' },
    );
    const db = new Database(join(home, 'console.db'));
    db.exec(`UPDATE job SET state = 'awaiting-approval', digest = '${'0'.repeat(64)}'`);
    db.close();
    const asked = ask('jobs.approve', { jobId: job.id, digest: '0'.repeat(64), note: '' });
    app.access.signOut();
    expect(await asked).toBe('signed-out');
    expect(app.store.approvals.ofJob(job.id)).toEqual([]);
  });

  it('1: a job that is started and left at once has its author, not the computer’s user', async () => {
    await signedInAs('operator');
    const asked = ask('changes.start', {
      providerId: 1,
      selection: { deviceIds: [], identifiers: [{ kind: 'iccid', id: '89148000000000000019' }] },
      order: { type: 'suspend' },
      effectiveAt: null,
      confirmed: '0'.repeat(64),
    });
    app.access.signOut();
    expect(await asked).toBe('signed-out');
    expect(app.store.jobs.list()).toEqual([]);
  });

  it('14: a save dialog that was open when somebody else signed in writes nothing, and accuses nobody', async () => {
    await signedInAs('admin');
    let choose: (file: string) => void = () => undefined;
    context.askWhereToSave = () =>
      new Promise((resolve) => {
        choose = resolve;
      });
    const asked = dispatch(app, createHandlers(context), 'audit.export', undefined, () => undefined);
    await app.access.signIn('Ada', PASSWORD);
    choose(join(home, 'stolen.jsonl'));
    expect(await asked).toMatchObject({ ok: false, error: { code: 'signed-out' } });
    expect(existsSync(join(home, 'stolen.jsonl'))).toBe(false);
    expect(audited('audit.exported')).toEqual([]);
  });

  it('19: an operator cannot be called like something or somebody else', async () => {
    const hidden = ['E\u200bve', '\u0410da', 'Ada\u202e', 'two\nlines', 'Ad\u00ada', ' ', '', 'x'.repeat(61), '-ada'];
    for (const name of ['engine', 'Engine', 'ENGINE ', 'os-user', 'OS-User', ...hidden])
      expect(operatorName(name, 'os-user'), JSON.stringify(name)).toHaveProperty('problem');
    expect(operatorName(' M\u00fcller  A.', 'os-user')).toEqual({ name: 'M\u00fcller A.' });
    await signedInAs('viewer');
    // Full-width letters are the same name.
    await expect(
      createOperator(app, '\uff21\uff44\uff41', { role: 'viewer', providers: null, disabled: false }, PASSWORD),
    ).rejects.toThrow(/Ada/);
  });
});
