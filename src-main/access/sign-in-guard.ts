/**
 * Makes whoever guesses passwords wait: longer after each try, also after a restart, beside each other, and for names that no
 * operator has, so that nobody learns which names there are.
 */
import { createHash } from 'node:crypto';
import { isoTime, type Clock } from '../domain/clock.ts';
import { ConsoleError } from '../domain/errors.ts';
import type { Store } from '../store/index.ts';

/** The first failed tries cost nothing; then the wait doubles. */
const FREE_TRIES = 2;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 15 * 60_000;

/** @returns milliseconds until the next try after so many failed ones */
export function waitAfter(failedTries: number): number {
  return failedTries <= FREE_TRIES ? 0 : Math.min(FIRST_WAIT_MS * 2 ** (failedTries - FREE_TRIES - 1), LONGEST_WAIT_MS);
}

/** Whose tries are counted together: an operator's, or those of some of the names that nobody has. */
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
    const who = keyOf(whose);
    return this.#store.transaction(() => {
      const last = this.#store.signInTries.get(who);
      const failed = last?.failed ?? 0;
      const uptime = this.#clock.uptime();
      const now = this.#clock.now();
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
    this.#store.signInTries.clear(keyOf({ operatorId }));
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

/**
 * Names that nobody has share a few thousand counts. Not the name itself: it may be a password that was typed into the wrong
 * field.
 */
function keyOf(whose: Guarded): string {
  if ('operatorId' in whose) return `operator ${String(whose.operatorId)}`;
  const name = whose.unknownName.normalize('NFKC').trim().toLowerCase();
  return `name ${createHash('sha256').update(name).digest('hex').slice(0, 3)}`;
}
