/** Small things that the console remembers: window place, theme, who the operator is. Never a secret. */
import type { Db } from './database.ts';

export class SettingRepository {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  get(key: string): string | undefined {
    return this.#db.prepare<[string], string>('SELECT value FROM setting WHERE key = ?').pluck().get(key);
  }

  set(key: string, value: string): void {
    this.#db
      .prepare('INSERT INTO setting VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value')
      .run(key, value);
  }
}
