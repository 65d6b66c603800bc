/** Failed tries to sign in, so that the wait between them outlives the process; see `access/sign-in-guard.ts`. */
import type { Db } from './database.ts';

export interface SignInTry {
  /** In a row. */
  failed: number;
  /** When the last one was, by the computer's clock; UTC ISO 8601. */
  at: string;
  /** And how long the computer had been on then, in milliseconds: nobody sets that. */
  uptime: number;
}

export class SignInTryRepository {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** @param who a key of the guard's, never a name as it was typed */
  get(who: string): SignInTry | undefined {
    return this.#db.prepare<[string], SignInTry>('SELECT failed, at, uptime FROM sign_in_try WHERE who = ?').get(who);
  }

  put(who: string, { failed, at, uptime }: SignInTry): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO sign_in_try (who, failed, at, uptime) VALUES (?, ?, ?, ?)')
      .run(who, failed, at, Math.round(uptime));
  }

  /**
   * Removes old counts: as the guard measures time, by how long the computer has been on, and by its clock after a restart.
   * @param at what a restart lies behind; UTC ISO 8601
   * @param uptime how long the computer has been on
   * @param before what was last tried before that, by the same measure
   */
  forgetBefore(at: string, uptime: number, before: number): void {
    this.#db
      .prepare(
        'DELETE FROM sign_in_try WHERE (uptime <= @uptime AND uptime < @before) OR (uptime > @uptime AND at < @at)',
      )
      .run({ at, uptime, before });
  }

  clear(who: string): void {
    this.#db.prepare('DELETE FROM sign_in_try WHERE who = ?').run(who);
  }
}
