/**
 * Role × call × state, generated from the contract: while a call waits, somebody signs out, locks the console, loses the right
 * or makes room for somebody else, at each of its waits. What had not begun does not begin, and no record names another one.
 */
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { accountsToAuthorize } from '../../src-main/ipc/authorize.ts';
import { isOverAll, PERMISSIONS_OF } from '../../src-main/domain/roles.ts';
import type { OperatorRights } from '../../src-main/store/operators.ts';
import { CALLS, type CallName } from '../../src-preload/contract/index.ts';
import { ADA, FIRST, INPUTS, OLGA, OTHER, PASSWORD, prepare, Stage, type Wait } from './mid-call.ts';

vi.mock('../../src-main/access/passwords.ts', async (original) => ({
  ...(await original<Record<string, unknown>>()),
  hashPassword: async (password: string) => (await import('./mid-call.ts')).hashOnStage(password),
}));

const NAMES = Object.keys(CALLS) as CallName[];
const ALL: OperatorRights = { role: 'admin', providers: null, disabled: false };

/** What becomes of Ada, who has begun a call. */
const STATES = {
  'signed out': ({ app }) => {
    app.access.signOut();
  },
  locked: ({ app }) => {
    app.access.lock('asked');
  },
  'made a Viewer': (stage) => {
    setRights(stage, { role: 'viewer' });
  },
  'given another service provider': (stage) => {
    setRights(stage, { providers: [OTHER] });
  },
  disabled: (stage) => {
    setRights(stage, { disabled: true });
  },
  'followed by somebody else': ({ app }) => app.access.signIn('Bo', PASSWORD),
} as const satisfies Record<string, (stage: Stage) => void | Promise<void>>;
type State = keyof typeof STATES;

/** Written by another Admin elsewhere: no handler of this window is asked. */
function setRights({ app }: Stage, rights: Partial<OperatorRights>): void {
  app.store.operators.setRights(ADA, { ...ALL, ...rights });
}

/** Records of the comings and goings themselves. */
const COMING_AND_GOING: ReadonlySet<string> = new Set(['operator.signed-in', 'operator.signed-out', 'operator.locked']);

/**
 * What goes on after the right is gone, and why. The matrix holds that there is no other.
 * A sync of the devices can take longer than the console stays unlocked: locked, it is still the same person's.
 */
const GOES_ON: Readonly<Partial<Record<CallName, readonly State[]>>> = {
  'sync.start': ['locked'],
  'demo.start': ['locked'],
  // Their own password, and the old one has proved who they are.
  'session.changePassword': Object.keys(STATES) as State[],
};

/** Where it has begun without a trace: what follows only brings it to its end. @returns whether that is so at a wait */
const HAS_BEGUN: Readonly<Partial<Record<CallName, (at: number) => boolean>>> = {
  // A change that was cut off was found: what the carrier has done already is settled, as the next login would do.
  'providers.finishPasswordChange': (at) => at > 2,
  // It writes from the first moment on, and waits for nothing but the disk.
  'jobs.saveReport': () => true,
};

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

async function begin(name: CallName, operator = 'Ada'): Promise<{ on: Stage; input: unknown }> {
  await stage?.close();
  const on = (stage = await Stage.open());
  await on.app.access.signIn('Ada', PASSWORD);
  await prepare(on, name);
  const input = INPUTS[name](on);
  if (operator !== 'Ada') await on.app.access.signIn(operator, PASSWORD);
  return { on, input };
}

/** Whether Ada has no right to the call any more. */
function isGone(on: Stage, name: CallName, input: unknown, state: State): boolean {
  const { needs } = CALLS[name];
  if (needs === 'anyone' || GOES_ON[name]?.includes(state) === true) return false;
  if (state === 'made a Viewer') return !PERMISSIONS_OF.viewer.includes(needs);
  if (state !== 'given another service provider') return true;
  const asked = name.startsWith('import.') ? { providerId: FIRST } : input;
  return isOverAll(needs) || accountsToAuthorize(on.app, asked).includes(FIRST);
}

/** Waits of each call, undisturbed, and at which of them it had not done anything yet. */
const waits = new Map<CallName, { wait: Wait; isFirst: boolean }[]>();

beforeAll(async () => {
  for (const name of NAMES) {
    const { on, input } = await begin(name);
    const seen: { wait: Wait; isFirst: boolean }[] = [];
    const before = on.effects();
    on.onWait = (wait) => {
      seen.push({ wait, isFirst: on.effects() === before });
      return Promise.resolve();
    };
    const answer = await on.ask(name, input);
    on.onWait = undefined;
    expect(answer, name).toMatchObject({ ok: true });
    waits.set(name, seen);
  }
  await stage?.close();
  stage = undefined;
}, 60_000);

/** Calls that had to stop at least once. */
const held = new Set<CallName>();

/** @param at the number of the wait at which it happens; 0 for at once, when the call has only begun */
async function disturbed(name: CallName, state: State, at: number): Promise<string[]> {
  const { on, input } = await begin(name);
  const wrongs: string[] = [];
  const from = on.lastAudited;
  const before = on.effects();
  let atChange: string | undefined;
  let count = 0;
  const change = async (writes: boolean): Promise<void> => {
    // Whatever had begun is brought to its end: half of it would be worse.
    const now = on.effects();
    if (now === before && !writes && HAS_BEGUN[name]?.(at) !== true) atChange = now;
    await STATES[state](on);
  };
  on.onWait = async (wait) => {
    if (++count === at) await change(wait.writes);
  };
  const isLost = isGone(on, name, input, state);
  const asked = on.ask(name, input);
  if (at === 0) await change(false);
  const answer = await asked;
  on.onWait = undefined;
  const where = `${name}, ${state} at wait ${at} (${waits.get(name)?.[at - 1]?.wait.what ?? 'at once'})`;
  if (isLost && atChange !== undefined) held.add(name);
  if (isLost && atChange !== undefined && on.effects() !== atChange) wrongs.push(`${where}: it was done all the same`);
  if (isLost && answer.ok && answer.value !== undefined) wrongs.push(`${where}: it was answered`);
  for (const { actor, action } of on.audited(from))
    if (actor !== 'Ada' && actor !== 'engine' && !COMING_AND_GOING.has(action))
      wrongs.push(`${where}: ${action} is written for ${actor}`);
  return wrongs;
}

describe('while a call waits', () => {
  it.each(Object.keys(STATES) as State[])(
    '1, 14: who began it is %s',
    async (state) => {
      const wrongs: string[] = [];
      for (const [name, seen] of waits)
        for (let at = 1; at <= seen.length; at++) wrongs.push(...(await disturbed(name, state, at)));
      expect(wrongs).toEqual([]);
    },
    60_000,
  );

  it('1: or leaves at once, in the same moment', async () => {
    const wrongs: string[] = [];
    for (const name of NAMES) wrongs.push(...(await disturbed(name, 'signed out', 0)));
    expect(wrongs).toEqual([]);
  }, 60_000);

  it.each(['followed by somebody else', 'signed out', 'locked'] as const)(
    '1: what a job does at its login is the engine’s, when who started it is %s',
    async (state) => {
      const { on } = await begin('jobs.resume');
      // The login of the job finds a change of the carrier's password that was cut off, and settles it.
      INPUTS['providers.finishPasswordChange'](on);
      const from = on.lastAudited;
      await on.ask('jobs.resume', INPUTS['jobs.resume'](on));
      await STATES[state](on);
      await vi.waitFor(() => {
        expect(on.audited(from).map(({ action }) => action)).toContain('carrier-password.unchanged');
      });
      const settled = on.audited(from).filter(({ action }) => action.startsWith('carrier-password'));
      expect([...new Set(settled.map(({ actor }) => actor))]).toEqual(['engine']);
    },
  );

  it.each([
    ['signed out', 1],
    ['disabled', 1],
    ['followed by somebody else', 1],
    ['locked', 3],
  ] as const)('14: a sync of the devices reads no further page for somebody who is %s', async (state, pages) => {
    const { on, input } = await begin('sync.start');
    let read = 0;
    on.onWait = async ({ what }) => {
      if (what.endsWith('/devices/actions/list') && ++read === 1) await STATES[state](on);
    };
    await on.ask('sync.start', input);
    expect(read).toBe(pages);
  });

  it('1: is tried on each call that waits', () => {
    const waiting = [...waits].filter(([, seen]) => seen.some(({ isFirst }) => isFirst)).map(([name]) => name);
    expect(waiting.filter((name) => CALLS[name].needs !== 'anyone' && !held.has(name))).toEqual([]);
    // A save dialog, the keychain, the engine's start, the carrier, a hash: each is among them.
    const kinds = new Set(
      [...waits.values()].flat().map(({ wait }) => wait.what.replace(/^(GET|POST|PUT) .*/, 'carrier')),
    );
    expect([...kinds].sort()).toEqual(['carrier', 'dialog', 'engine', 'hash', 'keychain read', 'keychain write']);
    expect(waiting.length).toBeGreaterThan(25);
  });
});

describe('an operator of another account', () => {
  it.each(['admin', 'approver', 'operator'] as const)('reaches nothing of this one: %s', async (role) => {
    const reached: string[] = [];
    for (const name of NAMES.filter((one) => CALLS[one].needs !== 'anyone')) {
      const { on, input } = await begin(name, 'Olga');
      on.app.store.operators.setRights(OLGA, { role, providers: [OTHER], disabled: false });
      const { needs } = CALLS[name];
      const before = on.effects();
      const answer = await on.ask(name, input);
      const names = name.startsWith('import.') || accountsToAuthorize(on.app, input).includes(FIRST);
      const isDenied = !answer.ok && ['denied', 'not-found'].includes(answer.error.code);
      if ((names || (needs !== 'anyone' && isOverAll(needs))) && !isDenied) reached.push(`${name} was answered`);
      if (!names && JSON.stringify(answer).includes(`"providerId":${FIRST}`)) reached.push(`${name} shows it`);
      if (name !== 'devices.saveLines' && on.effects() !== before) reached.push(`${name} did something`);
      for (const { actor } of on.audited(0).slice(-1))
        if (isDenied && actor !== 'Olga') reached.push(`${name}: ${actor}`);
    }
    expect(reached).toEqual([]);
  });
});
