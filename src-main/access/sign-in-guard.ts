/**
 * Makes whoever guesses passwords wait: longer after each try, also after a restart, beside each other, and for names that no
 * operator has, so that nobody learns which names there are.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { isoTime, type Clock } from '../domain/clock.ts';
import { ConsoleError } from '../domain/errors.ts';
import type { Store } from '../store/index.ts';

/** The first failed tries cost nothing; then the wait doubles. */
const FREE_TRIES = 2;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 15 * 60_000;
/**
 * After so long without a try the count begins anew, of an operator as of a name that nobody has. Whoever goes on guessing
 * has many more tries in that time than a rest would give.
 */
const FORGOTTEN_AFTER_MS = 86_400_000;
/** Of this data folder alone: which names are counted together cannot be worked out elsewhere. */
const SALT_SETTING = 'sign-in.salt';

/** @returns milliseconds until the next try after so many failed ones */
export function waitAfter(failedTries: number): number {
  return failedTries <= FREE_TRIES ? 0 : Math.min(FIRST_WAIT_MS * 2 ** (failedTries - FREE_TRIES - 1), LONGEST_WAIT_MS);
}

/** Whose tries are counted together: an operator's, or those of one name that nobody has. */
export type Guarded = { operatorId: number } | { unknownName: string };

export class SignInGuard {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * Counts a try before its password is looked at, so that tries beside each other gain nothing: reading and raising the
   * count are one transaction.
   * @returns how many have failed in a row if this one fails too; undefined when it comes too early and is not looked at
   */
  begin(whose: Guarded): number | undefined {
    return this.#store.transaction(() => {
      const who = this.#keyOf(whose);
      const uptime = this.#clock.uptime();
      const now = this.#clock.now();
      this.#store.signInTries.forgetBefore(isoTime(now - FORGOTTEN_AFTER_MS), uptime, uptime - FORGOTTEN_AFTER_MS);
      const last = this.#store.signInTries.get(who);
      const failed = last?.failed ?? 0;
      if (last !== undefined) {
        // By how long the computer has been on. Only after a restart of it does its clock count, which people can set.
        const passed = last.uptime <= uptime ? uptime - last.uptime : now - Date.parse(last.at);
        if (passed < waitAfter(failed)) {
          // A clock that was set back makes nobody wait for ever: the wait begins anew.
          if (passed < 0) this.#store.signInTries.put(who, { failed, at: isoTime(now), uptime });
          return undefined;
        }
      }
      this.#store.signInTries.put(who, { failed: failed + 1, at: isoTime(now), uptime });
      return failed + 1;
    });
  }

  /** The password was right. Part of the caller's transaction. */
  succeeded(operatorId: number): void {
    this.#store.signInTries.clear(this.#keyOf({ operatorId }));
  }

  /** Not the name itself: it may be a password that was typed into the wrong field. */
  #keyOf(whose: Guarded): string {
    if ('operatorId' in whose) return `operator ${String(whose.operatorId)}`;
    const name = whose.unknownName.normalize('NFKC').trim().toLowerCase();
    return `name ${createHmac('sha256', this.#salt()).update(name).digest('hex')}`;
  }

  /** Made at the first use, in the caller's transaction: two processes have the same. */
  #salt(): string {
    const kept = this.#store.settings.get(SALT_SETTING);
    if (kept !== undefined) return kept;
    const salt = randomBytes(32).toString('hex');
    this.#store.settings.set(SALT_SETTING, salt);
    return salt;
  }
}

/** The same words for a name that there is and for one that there is not. */
export function tooEarly(): ConsoleError {
  return new ConsoleError(
    'denied',
    'Too many tries in a row have failed.',
    'Try again later. The wait grows with each try, up to 15 minutes.',
  );
}
