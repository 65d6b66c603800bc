/**
 * Changes the password of the carrier's user. The carrier invents the new one, it holds at once, and the answer is the only
 * copy. So nothing happens in another order than this, and each step can be the last one of a process that dies:
 *
 * 1. a login proves that the old password holds;
 * 2. a mark goes into the keychain: from here on the carrier may have been asked;
 * 3. the request leaves; its answer goes into the keychain beside the old password, before anything else;
 * 4. one login proves the new password;
 * 5. it takes the old one's place, its date goes into the store, and the mark is taken away.
 *
 * Whoever finds the mark ({@link PasswordChanges.finish}, or the next login) goes on from there. A mark with an answer: the new
 * password is tried, then the old one. A mark without: nobody can know whether the carrier did it, so the old one is tried once.
 * When the carrier takes none, a person has to reset the password in the portal, and no login is tried until then.
 */
import type { AuditAction } from '../audit/log.ts';
import { isoTime, type Clock } from '../domain/clock.ts';
import { ConsoleError, explain } from '../domain/errors.ts';
import { addressOf } from '../domain/provider-settings.ts';
import { knowSecret } from '../security/redaction.ts';
import type { PasswordChange, Secrets, Vault } from '../security/vault.ts';
import type { Store } from '../store/index.ts';
import type { Provider } from '../store/providers.ts';
import { CarrierError } from '../thingspace/carrier-error.ts';
import type { ThingSpaceClient } from '../thingspace/client.ts';

/** What came of it. */
export interface PasswordOutcome {
  outcome: 'changed' | 'unchanged';
  /** UTC ISO 8601: when the change was begun. */
  at: string;
}

/** A change that is not finished, as people may see it. */
export interface UnfinishedChange {
  at: string;
  /** `unkept`: answered, but the keychain has not taken the new password yet. */
  state: PasswordChange['state'] | 'unkept';
}

/** What it needs of the console. */
export interface PasswordPorts {
  /** @returns the credentials that may be sent to the account's address @throws CarrierError `credentials` when there are none */
  secretsFor(provider: Provider): Promise<Secrets>;
  /** A line of its own with these secrets, told whether the login service refused them. */
  client(provider: Provider, secrets: Secrets, onRefused: () => void): ThingSpaceClient;
  isRunning(providerId: number): boolean;
  /** Whether who began it is still there and has the right. @throws ConsoleError `signed-out`, `locked` or `denied` */
  askAgain(): void;
  /** Runs the work while no other process runs jobs. @throws ConsoleError `busy` when one does */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** The next call begins with a fresh login, unless a job is running. */
  dropLine(providerId: number): Promise<void>;
  log(action: AuditAction, providerId: number, detail: Record<string, unknown>): void;
  announce(message: string): void;
}

/** How long a keychain is asked again to take the only copy of a password. */
const KEEP_AGAIN_AFTER_MS = [1000, 2000, 4000, 8000, 15_000, 30_000, 60_000];

export class PasswordChanges {
  readonly #store: Store;
  readonly #vault: Vault;
  readonly #clock: Clock;
  readonly #ports: PasswordPorts;
  /** By service provider: one change at a time, and logins wait for it. */
  readonly #underWay = new Map<number, Promise<unknown>>();
  /** Answers that the keychain has not taken yet; there is no other copy. */
  readonly #unkept = new Map<number, PasswordChange>();

  constructor(store: Store, vault: Vault, clock: Clock, ports: PasswordPorts) {
    this.#store = store;
    this.#vault = vault;
    this.#clock = clock;
    this.#ports = ports;
  }

  /**
   * Changes the password at the carrier. A change that was cut off is finished first; if that brings a new password, it is the
   * one. A session that is open stays valid.
   * @throws ConsoleError `refused` where nothing would keep the new password, `busy` while a job of the account is running or
   *   another change is under way, `carrier` when the carrier did not change it
   * @throws CarrierError with what is wrong and what to do; `PASSWORD_LOST` when a person has to reset it
   */
  async change(providerId: number): Promise<PasswordOutcome> {
    const provider = this.#store.providers.get(providerId);
    if (provider.isDemo)
      throw new ConsoleError('refused', 'The demo enters its own password at each start.', 'Nothing was changed.');
    if (this.#vault.whyNotKept !== null)
      throw new ConsoleError(
        'refused',
        `The password was not changed. ${this.#vault.whyNotKept}`,
        'Store the credentials in a console that has an OS keychain, and change the password there.',
      );
    return this.#exclusively(provider, async () => {
      if (this.#ports.isRunning(providerId))
        throw new ConsoleError(
          'busy',
          'A job of this service provider is running.',
          'Change the password when it is done, or pause it first. Nothing was changed.',
        );
      const left = await this.#left(provider);
      const finished = left && (await this.#settle(provider, left));
      if (finished?.outcome === 'changed') return finished;
      return this.#ask(provider);
    }).finally(() => this.#ports.dropLine(providerId));
  }

  /**
   * A person goes on with a change that was cut off, also with one for which the carrier took no password the last time. It
   * costs two refused logins at most.
   * @returns undefined when there is none
   * @throws ConsoleError `busy`
   * @throws CarrierError when it cannot be finished now, or `PASSWORD_LOST` when a person has to reset the password
   */
  async finish(providerId: number): Promise<PasswordOutcome | undefined> {
    const provider = this.#store.providers.get(providerId);
    return this.#finish(provider, () => {
      this.#ports.askAgain();
    }).finally(() => this.#ports.dropLine(providerId));
  }

  /** @param ask whether somebody who asked for it still may; what a login needs asks nobody */
  async #finish(provider: Provider, ask: () => void = () => undefined): Promise<PasswordOutcome | undefined> {
    return this.#exclusively(provider, async () => {
      const left = await this.#left(provider);
      if (left === undefined) return undefined;
      ask();
      return this.#settle(provider, left);
    });
  }

  /** Waits for a change that is under way in this process. */
  async whenIdle(providerId: number): Promise<void> {
    while (this.#underWay.has(providerId)) await this.#underWay.get(providerId)?.catch(() => undefined);
  }

  /**
   * Before a login: waits for a change that is under way here, and finishes one that was cut off. A login with the wrong one of
   * two passwords brings the account closer to its lock.
   * @throws CarrierError `credentials` when it is not known which password holds
   */
  async beforeLogin(provider: Provider): Promise<void> {
    if (this.#vault.whyNotKept !== null) return;
    await this.whenIdle(provider.id);
    const left = await this.#left(provider);
    if (left === undefined) return;
    // Each further try would bring the account closer to its lock.
    if (left.state === 'lost') throw lost(left);
    await this.whenIdle(provider.id);
    try {
      const finished = await this.#finish(provider);
      if (finished !== undefined)
        this.#ports.announce(
          `The password change of "${provider.name}" that was cut off at ${minute(finished.at)} is settled: ${finished.outcome === 'changed' ? 'the new password holds, and the keychain has it' : 'the carrier did not change it, and the old password holds'}.`,
        );
    } catch (error) {
      if (!(error instanceof ConsoleError)) throw error;
      throw new CarrierError('credentials', `A change of the carrier's password is not finished. ${error.message}`, {
        code: 'PASSWORD_CHANGE',
        nextStep: error.next,
        cause: error,
      });
    }
  }

  /** What people may know of a change that is not finished. */
  async view(provider: Provider): Promise<UnfinishedChange | null> {
    const left = await this.#left(provider);
    if (left === undefined) return null;
    return { at: left.at, state: this.#unkept.has(provider.id) ? 'unkept' : left.state };
  }

  /**
   * A person has entered credentials: a mark without an answer says nothing about those. An answer stays until a login has shown
   * which one holds, because it may be the only copy.
   */
  async entered(providerId: number): Promise<void> {
    const left = await this.#vault.readPasswordChange(providerId);
    if (left !== undefined && left.fresh === null) await this.#vault.removePasswordChange(providerId);
  }

  /** @throws ConsoleError `refused` while there is a password of which nothing else has a copy */
  async beforeRemoval(providerId: number): Promise<void> {
    const left = this.#unkept.get(providerId) ?? (await this.#vault.readPasswordChange(providerId));
    if (left !== undefined && left.fresh !== null)
      throw new ConsoleError(
        'refused',
        `The password change of ${minute(left.at)} is not finished, and the keychain has the only copy of the new password.`,
        'Finish the change first, then remove the credentials. Nothing was removed.',
      );
    this.#ports.askAgain();
    if (left !== undefined) await this.#vault.removePasswordChange(providerId);
  }

  /** Before the console ends: the last chance for what the keychain did not take. @throws ConsoleError when it is lost */
  async keepAll(): Promise<void> {
    for (const [providerId, change] of this.#unkept) {
      const problem = await this.#tryToKeep(providerId, change);
      if (problem !== undefined)
        throw new ConsoleError(
          'store',
          `The keychain did not take the new password of the carrier's user (${problem}), and it is gone now.`,
          'Reset the password in the ThingSpace portal and enter it in Settings. Jobs and devices are not concerned.',
        );
    }
  }

  /** One change at a time, over all processes on the data folder. */
  async #exclusively<T>(provider: Provider, work: () => Promise<T>): Promise<T> {
    if (this.#underWay.has(provider.id))
      throw new ConsoleError(
        'busy',
        'A change of the carrier’s password is under way.',
        'Wait until it is done. Nothing more was done.',
      );
    const done = this.#ports.alone(work).finally(() => {
      this.#underWay.delete(provider.id);
    });
    this.#underWay.set(provider.id, done);
    return done;
  }

  /** @returns the change that is not finished, if it is about the user and address that the account has now */
  async #left(provider: Provider): Promise<PasswordChange | undefined> {
    const left = this.#unkept.get(provider.id) ?? (await this.#vault.readPasswordChange(provider.id));
    if (left?.address !== addressOf(provider)) return undefined;
    if (left.fresh !== null) knowSecret(left.fresh);
    const kept = await this.#vault.read(provider.id);
    return kept === undefined || kept.secrets.username === left.username ? left : undefined;
  }

  async #ask(provider: Provider): Promise<PasswordOutcome> {
    const secrets = await this.#ports.secretsFor(provider);
    // A keychain that asks, or a carrier that settles, takes long enough for a person to leave.
    this.#ports.askAgain();
    const mark: PasswordChange = {
      at: isoTime(this.#clock.now()),
      username: secrets.username,
      address: addressOf(provider),
      state: 'asked',
      fresh: null,
    };
    const client = this.#ports.client(provider, secrets, () => undefined);
    let left = mark;
    let why = '';
    let isAsked = false;
    try {
      await client.logIn();
      // Both before the request leaves: whoever comes after a crash finds one, and the log has the other.
      await this.#vault.writePasswordChange(provider.id, mark);
      this.#ports.askAgain();
      this.#log('carrier-password.asked', provider.id, {});
      isAsked = true;
      const fresh = await client.resetPassword(secrets.password);
      if (fresh === secrets.password) {
        // The carrier gave the old one back: that is no change, and nothing was lost.
        await this.#vault.removePasswordChange(provider.id);
        this.#log('carrier-password.unchanged', provider.id, { begun: mark.at });
        return { outcome: 'unchanged', at: mark.at };
      }
      knowSecret(fresh);
      left = { ...mark, state: 'answered', fresh };
      await this.#keep(provider.id, left);
    } catch (error) {
      if (!isAsked) {
        // Whatever it was, the request has not left. A mark that cannot be taken away costs one login later.
        await this.#vault.removePasswordChange(provider.id).catch(() => undefined);
        throw error;
      }
      if (!(error instanceof CarrierError)) throw error;
      if (!error.mayBeDone) {
        await this.#vault.removePasswordChange(provider.id);
        this.#log('carrier-password.unchanged', provider.id, { code: error.code ?? null });
        throw error;
      }
      why = ` ${error.message}`;
    } finally {
      await client.close();
    }
    const settled = await this.#settle(provider, left);
    if (settled.outcome === 'changed') return settled;
    throw new ConsoleError(
      'carrier',
      `The carrier did not change the password.${why} The old one holds, and nothing was lost.`,
      'Try again later.',
    );
  }

  /** @param left the change as it was left, with the user and address that the account has */
  async #settle(provider: Provider, left: PasswordChange): Promise<PasswordOutcome> {
    if (this.#unkept.has(provider.id)) await this.#keep(provider.id, left);
    const secrets = await this.#ports.secretsFor(provider);
    const { fresh } = left;
    if (fresh !== null) {
      // It takes the old one's place only after its login, so it needs no other.
      if (secrets.password === fresh || (await this.#holds(provider, { ...secrets, password: fresh })))
        return this.#taken(provider, left, { ...secrets, password: fresh });
    } else {
      // The carrier may still be at it.
      const waitMs = Date.parse(left.at) + provider.settleS * 1000 - this.#clock.now();
      await this.#clock.sleep(Math.min(Math.max(0, waitMs), provider.settleS * 1000));
    }
    if (await this.#holds(provider, secrets)) {
      await this.#vault.removePasswordChange(provider.id);
      this.#log('carrier-password.unchanged', provider.id, { begun: left.at });
      return { outcome: 'unchanged', at: left.at };
    }
    // What was answered stays: an account that somebody else has locked refuses the right password too.
    await this.#vault.writePasswordChange(provider.id, { ...left, state: 'lost' });
    this.#log('carrier-password.lost', provider.id, { begun: left.at });
    throw lost(left);
  }

  /** The new password holds: it takes the old one's place. */
  async #taken(provider: Provider, { at }: PasswordChange, secrets: Secrets): Promise<PasswordOutcome> {
    await this.#vault.write(provider.id, secrets, addressOf(provider));
    this.#store.transaction(() => {
      this.#store.providers.recordSecrets(provider.id, this.#vault.backend, at);
      this.#ports.log('carrier-password.changed', provider.id, { begun: at });
    });
    await this.#vault.removePasswordChange(provider.id);
    return { outcome: 'changed', at };
  }

  /**
   * One login.
   * @returns whether the login service takes the password
   * @throws CarrierError when it did not say: also when the login would be the one that locks the account
   */
  async #holds(provider: Provider, secrets: Secrets): Promise<boolean> {
    const verdict = { refused: false };
    const client = this.#ports.client(this.#store.providers.get(provider.id), secrets, () => {
      verdict.refused = true;
    });
    try {
      await client.logIn();
      return true;
    } catch (error) {
      if (verdict.refused) return false;
      throw error;
    } finally {
      await client.close();
    }
  }

  /** Nothing else is done until the keychain has it. @throws ConsoleError when it does not take it for two minutes */
  async #keep(providerId: number, change: PasswordChange): Promise<void> {
    this.#unkept.set(providerId, change);
    let problem = await this.#tryToKeep(providerId, change);
    if (problem === undefined) return;
    this.#ports.announce(
      `The keychain does not take the new password of the carrier's user (${problem}). Unlock it: it is tried again for two minutes.`,
    );
    for (const waitMs of KEEP_AGAIN_AFTER_MS) {
      await this.#clock.sleep(waitMs);
      const still = await this.#tryToKeep(providerId, change);
      if (still === undefined) return;
      problem = still;
    }
    throw new ConsoleError(
      'store',
      `The carrier has changed the password, and the keychain does not take the new one (${problem}). It is in this console's memory only.`,
      'Do not close the console. Unlock the keychain, then finish the change in Settings. If the console ends before, reset the password in the ThingSpace portal and enter it.',
    );
  }

  /** @returns what is wrong; undefined when the keychain has it and gives it back */
  async #tryToKeep(providerId: number, change: PasswordChange): Promise<string | undefined> {
    try {
      await this.#vault.writePasswordChange(providerId, change);
      const kept = await this.#vault.readPasswordChange(providerId);
      if (kept?.fresh !== change.fresh) return 'it did not give back what was written';
      this.#unkept.delete(providerId);
      return undefined;
    } catch (error) {
      return explain(error);
    }
  }

  #log(action: AuditAction, providerId: number, detail: Record<string, unknown>): void {
    this.#store.transaction(() => {
      this.#ports.log(action, providerId, detail);
    });
  }
}

function lost({ at, fresh }: PasswordChange): CarrierError {
  const what =
    fresh === null
      ? 'Its answer was lost. The carrier refuses the old password now, so it has most likely invented a new one that nobody knows.'
      : 'The carrier refuses the new password, and the old one too.';
  return new CarrierError(
    'credentials',
    `A password change was under way at ${minute(at)}. ${what} No further login is tried by itself.`,
    {
      code: 'PASSWORD_LOST',
      nextStep:
        'Reset the password in the ThingSpace portal and enter it in Settings. If the account was only locked, have it unlocked and try again there. Jobs, devices and history are all here.',
    },
  );
}

/** A stored time for people, such as `2026-11-24 09:02 UTC`. */
function minute(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}
