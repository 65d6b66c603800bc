/**
 * Who uses the console now, and whether they may do what they ask for. Asked by the window's calls and by the command line,
 * each time; what is denied is in the audit log. Without any operator, whoever uses the computer may do everything.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { AuditAction, AuditLog } from '../audit/log.ts';
import { isoTime, type Clock } from '../domain/clock.ts';
import { ConsoleError } from '../domain/errors.ts';
import { ENGINE, operatorActor, systemUser, type Actor } from '../domain/actor.ts';
import { isOverAll, PERMISSIONS, permissionsOf, ROLE_NAMES, type Permission, type Role } from '../domain/roles.ts';
import type { Store } from '../store/index.ts';
import type { Operator } from '../store/operators.ts';
import { hashPassword, isPassword, normal } from './passwords.ts';
import { SignInGuard, tooEarly, waitAfter } from './sign-in-guard.ts';

/**
 * - `open`: there are no operators; `signed-out`: somebody has to sign in
 * - `locked`: nobody was at the console for a while; `new-password`: the operator must choose a password of their own first
 */
export type AccessState = 'open' | 'signed-out' | 'locked' | 'new-password' | 'signed-in';

/** What the window may know of it. */
export interface AccessView {
  state: AccessState;
  /** The operator, or the computer's user while there are none. */
  name: string;
  role: Role | null;
  permissions: Permission[];
  /** The service providers that the rights are for; null for all. */
  providers: number[] | null;
  lockAfterMinutes: number | null;
}

const LOCK_SETTING = 'lock-after-minutes';
const DEFAULT_LOCK_MINUTES = 15;

/** What a try costs when the name is not known: as long as with a wrong password. */
let hashOfNobody: Promise<string> | undefined;

/** A call that is under way: who began it, and what they had to have the right to. */
interface ActionContext {
  actor: Actor;
  permission: Permission;
  /** The call or command, for the audit log. */
  what: string;
  providerIds: readonly number[];
}

/** What speaks against something that is asked for: in words, and for the audit log. */
interface Obstacle {
  error: ConsoleError;
  detail: Record<string, unknown>;
}

export class Access {
  /** Not handed from function to function: nobody can forget to, and nothing can read another one's. */
  readonly #context = new AsyncLocalStorage<ActionContext>();
  readonly #store: Store;
  readonly #audit: AuditLog;
  readonly #clock: Clock;
  readonly #systemUser: string;
  readonly #guard: SignInGuard;
  readonly #listeners = new Set<() => void>();
  #operatorId: number | undefined;
  /** The hash of the password that they signed in with. */
  #signedInWith = '';
  #locked = false;
  #lastActive: number;

  constructor(store: Store, audit: AuditLog, clock: Clock, systemUser: string) {
    this.#store = store;
    this.#audit = audit;
    this.#clock = clock;
    this.#systemUser = systemUser;
    this.#guard = new SignInGuard(store, clock);
    this.#lastActive = clock.elapsed();
  }

  /** Told when somebody else is there, or nobody, or may do something else. @returns a function that stops listening */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Who is at the console now. Take it once, when a call or command begins: see {@link within}. */
  present(): Actor {
    const operator = this.#operator();
    return operator === undefined ? systemUser(this.#systemUser) : operatorActor(operator);
  }

  /** Who acts, for records: whoever began the call that is under way, also when somebody else is there by now. */
  get acting(): Actor {
    return this.#context.getStore()?.actor ?? this.present();
  }

  get actor(): string {
    return this.acting.name;
  }

  get systemName(): string {
    return this.#systemUser;
  }

  /**
   * Runs a call in the name of whoever began it. Everything that it awaits, and every record that it writes, is theirs.
   * @param asked what it needs, to be asked again after a wait that a person can outlive: {@link askAgain}
   */
  within<T>(asked: Omit<ActionContext, 'actor'>, work: () => T): T {
    return this.#context.run({ ...asked, actor: this.present() }, work);
  }

  /** Runs what the engine does by itself: whoever is at the console then, or set it going once, has not done it. */
  asEngine<T>(work: () => T): T {
    return this.#context.run({ actor: ENGINE, permission: 'change', what: 'engine', providerIds: [] }, work);
  }

  /**
   * After a save dialog, a sync, an import or the engine's start: the person may have left, or lost the right meanwhile.
   * @param evenLocked for what goes on while they are away and the console is locked
   * @throws ConsoleError `signed-out`, `locked` or `denied`
   */
  askAgain(evenLocked = false): void {
    const context = this.#context.getStore();
    // The engine goes on with what was decided, whoever is there.
    if (context === undefined || context.actor.kind === 'engine') return;
    if (!this.#isPresent(context.actor)) {
      this.#log('access.denied', context.what, { permission: context.permission, why: 'left meanwhile' });
      throw new ConsoleError(
        'signed-out',
        `${context.actor.name} is no longer signed in.`,
        'Nothing more was done. Sign in and do it again.',
      );
    }
    this.require(context.permission, context.what, context.providerIds, evenLocked);
  }

  /**
   * Like {@link askAgain} for what is only to be shown: it is for the eyes of whoever began the call. Writes no record, since
   * what was done is in the audit log already.
   * @returns the code of why it is not shown; undefined when it may be
   */
  leftMeanwhile(): 'signed-out' | 'locked' | 'denied' | undefined {
    const context = this.#context.getStore();
    if (context === undefined || context.actor.kind === 'engine') return undefined;
    if (!this.#isPresent(context.actor)) return 'signed-out';
    const obstacle = this.#obstacle(context.permission, context.providerIds, false);
    return obstacle && (obstacle.error.code === 'locked' ? 'locked' : 'denied');
  }

  #isPresent({ kind, id }: Actor): boolean {
    const now = this.present();
    return now.kind === kind && now.id === id;
  }

  view(): AccessView {
    const operator = this.#operator();
    const state = this.#state(operator);
    const rights =
      state === 'open'
        ? { role: null, permissions: permissionsOf('admin', true), providers: null }
        : state === 'signed-in' && operator !== undefined
          ? {
              role: operator.role,
              permissions: permissionsOf(operator.role, operator.providers === null),
              providers: operator.providers,
            }
          : { role: null, permissions: [], providers: null };
    return { state, name: operator?.name ?? this.#systemUser, ...rights, lockAfterMinutes: this.lockAfterMinutes };
  }

  /** Whether this service provider's devices and jobs may be seen now. */
  sees(providerId: number): boolean {
    const { permissions, providers } = this.view();
    return permissions.includes('read') && (providers === null || providers.includes(providerId));
  }

  /**
   * @param what was asked for, for the audit log, such as `jobs.pause`
   * @param providerIds the service providers that it concerns
   * @param evenLocked see {@link askAgain}
   * @throws ConsoleError `signed-out`, `locked` or `denied`
   */
  require(permission: Permission, what: string, providerIds: readonly number[] = [], evenLocked = false): void {
    const obstacle = this.#obstacle(permission, providerIds, evenLocked);
    if (obstacle === undefined) return;
    this.#log('access.denied', what, { permission, ...obstacle.detail });
    throw obstacle.error;
  }

  #obstacle(permission: Permission, providerIds: readonly number[], evenLocked: boolean): Obstacle | undefined {
    const operator = this.#operator();
    const state = this.#state(operator);
    if (state === 'open') return undefined;
    const isThere = state === 'signed-in' || (evenLocked && state === 'locked');
    if (operator === undefined || !isThere) return { error: nobodyThere(state), detail: { why: state } };
    const { role, providers } = operator;
    if (!permissionsOf(role, providers === null).includes(permission)) {
      const partly = isOverAll(permission) && providers !== null && permissionsOf(role, true).includes(permission);
      const words = partly
        ? `You have your rights for some service providers only, and may not ${PERMISSIONS[permission].words}: that concerns all of them.`
        : `As ${ROLE_NAMES[role]} you may not ${PERMISSIONS[permission].words}.`;
      return { error: denied(words), detail: { role } };
    }
    const foreign = providers === null ? undefined : providerIds.find((id) => !providers.includes(id));
    if (foreign === undefined) return undefined;
    return { error: denied('You have no right for this service provider.'), detail: { provider: foreign } };
  }

  /** @throws ConsoleError `denied`, in the same words whether there is such an operator or not */
  async signIn(name: string, password: string): Promise<void> {
    const found = this.#store.operators.findByName(name.trim());
    const operator = found?.disabled === true ? undefined : found;
    const failed = this.#guard.begin(operator === undefined ? { unknownName: name } : { operatorId: operator.id });
    // Not the name that was typed: it may be a password in the wrong field.
    const about = found === undefined ? 'operator' : subject(found);
    if (failed === undefined) {
      this.#refuse(about, { why: 'too early' });
      throw tooEarly();
    }
    hashOfNobody ??= hashPassword('nobody has this one', 'x');
    const hash = operator === undefined ? await hashOfNobody : this.#store.operators.passwordHash(operator.id);
    const isRight = await isPassword(password, hash);
    if (operator === undefined || !isRight) {
      const why = found === undefined ? 'unknown name' : found.disabled ? 'disabled' : 'wrong password';
      this.#refuse(about, { why, failedTries: failed });
      throw wrong(waitAfter(failed));
    }
    this.#store.transaction(() => {
      // Whoever was there before is gone by this.
      const before = this.#operator();
      if (before !== undefined && before.id !== operator.id)
        this.#append('operator.signed-out', subject(before), { by: 'another sign-in' }, before.name);
      this.#guard.succeeded(operator.id);
      this.#store.operators.recordSignIn(operator.id, this.#now());
      this.#operatorId = operator.id;
      this.#signedInWith = hash;
      this.#append(
        'operator.signed-in',
        subject(operator),
        { role: operator.role, system: this.#systemUser },
        operator.name,
      );
    });
    this.#locked = false;
    this.#lastActive = this.#clock.elapsed();
    this.#tell();
  }

  signOut(): void {
    const operator = this.#operator();
    if (operator === undefined) return;
    this.#log('operator.signed-out', subject(operator), {});
    this.#operatorId = undefined;
    this.#locked = false;
    this.#tell();
  }

  /** Jobs go on; the window shows and takes nothing until somebody signs in. */
  lock(why: 'idle' | 'asked' | 'computer locked'): void {
    const operator = this.#operator();
    if (operator === undefined || this.#locked) return;
    this.#locked = true;
    try {
      this.#log('operator.locked', subject(operator), { why });
    } finally {
      // Locked it is, whether the disk takes another line or not.
      this.#tell();
    }
  }

  /** A person did something. */
  touch(): void {
    if (!this.#locked) this.#lastActive = this.#clock.elapsed();
  }

  /** Call it now and then. */
  lockWhenIdle(): void {
    const minutes = this.lockAfterMinutes;
    if (minutes !== null && this.#clock.elapsed() - this.#lastActive >= minutes * 60_000) this.lock('idle');
  }

  /** @throws ConsoleError `denied` for a wrong old password, `bad-input` for a new one that is too easily guessed */
  async changeOwnPassword(old: string, fresh: string): Promise<void> {
    const operator = this.#operator();
    if (operator === undefined || this.#locked) throw nobodyThere(this.#state(operator));
    const failed = this.#guard.begin({ operatorId: operator.id });
    if (failed === undefined) throw tooEarly();
    if (!(await isPassword(old, this.#store.operators.passwordHash(operator.id)))) {
      this.#log('operator.refused', subject(operator), { why: 'wrong password', failedTries: failed });
      throw new ConsoleError('denied', 'The old password is not right.', 'Nothing was changed.');
    }
    this.#guard.succeeded(operator.id);
    if (normal(old) === normal(fresh))
      throw new ConsoleError('bad-input', 'The new password is the old one.', 'Choose another one.');
    const hash = await hashPassword(fresh, operator.name);
    this.#store.transaction(() => {
      this.#store.operators.setPassword(operator.id, hash, false);
      if (this.#operatorId === operator.id) this.#signedInWith = hash;
      this.#append('operator.edited', subject(operator), { password: 'changed by themselves' });
    });
    this.#tell();
  }

  /** Minutes without anybody at the console until it locks; null for never. */
  get lockAfterMinutes(): number | null {
    const text = this.#store.settings.get(LOCK_SETTING);
    return text === undefined ? DEFAULT_LOCK_MINUTES : text === 'never' ? null : Number(text);
  }

  setLockAfterMinutes(minutes: number | null): void {
    this.#store.transaction(() => {
      this.#store.settings.set(LOCK_SETTING, minutes === null ? 'never' : String(minutes));
      this.#append('settings.edited', 'console', { lockAfterMinutes: minutes });
    });
    this.#tell();
  }

  /** Rights were edited: whoever is signed in may be concerned. */
  rightsChanged(): void {
    this.#tell();
  }

  /** As the store has it now: a right that was taken away is gone at once. */
  #operator(): Operator | undefined {
    if (this.#operatorId === undefined) return undefined;
    const operator = this.#store.operators.get(this.#operatorId);
    // A session ends with the right to it, and with another password: whoever gets the right back signs in again.
    if (!operator.disabled && this.#store.operators.passwordHash(operator.id) === this.#signedInWith) return operator;
    this.#operatorId = undefined;
    this.#locked = false;
    return undefined;
  }

  #state(operator: Operator | undefined): AccessState {
    if (operator === undefined) return this.#store.operators.any() ? 'signed-out' : 'open';
    if (this.#locked) return 'locked';
    return operator.passwordIsTemporary ? 'new-password' : 'signed-in';
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #log(action: AuditAction, about: string, detail: Record<string, unknown>): void {
    this.#store.transaction(() => {
      this.#append(action, about, detail);
    });
  }

  /** Who tries is nobody known: not who is signed in, or locked, at the moment. */
  #refuse(about: string, detail: Record<string, unknown>): void {
    this.#store.transaction(() => {
      this.#append('operator.refused', about, detail, this.#systemUser);
    });
  }

  #append(action: AuditAction, about: string, detail: Record<string, unknown>, actor = this.actor): void {
    this.#audit.append({ at: this.#now(), actor, action, subject: about, detail });
  }

  #now(): string {
    return isoTime(this.#clock.now());
  }
}

function subject(operator: Operator): string {
  return `operator ${operator.name}`;
}

function wrong(waitMs = 0): ConsoleError {
  return new ConsoleError(
    'denied',
    'Name or password is not right.',
    waitMs === 0 ? undefined : 'The next try is taken after a while.',
  );
}

function denied(message: string): ConsoleError {
  return new ConsoleError('denied', message, 'Ask an Admin of this console. The try is in the audit log.');
}

function nobodyThere(state: AccessState): ConsoleError {
  switch (state) {
    case 'locked':
      return new ConsoleError('locked', 'The console is locked.', 'Sign in again; jobs go on meanwhile.');
    case 'new-password':
      return new ConsoleError(
        'denied',
        'Choose a password of your own first.',
        'The one you have was set by an Admin.',
      );
    default:
      return new ConsoleError('signed-out', 'Nobody is signed in.', 'Sign in as an operator of this console.');
  }
}
