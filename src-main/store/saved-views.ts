/** The views of the devices that people keep, for each service provider. */
import type { DeviceView, SavedView } from '../domain/device-view.ts';
import { EVERY_DEVICE } from '../domain/device-view.ts';
import type { Db } from './database.ts';

export class SavedViewRepository {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  list(providerId: number): SavedView[] {
    return (
      this.#db
        .prepare<[number], { id: number; name: string; content: string }>(
          'SELECT id, name, content FROM saved_view WHERE provider_id = ? ORDER BY name COLLATE NOCASE',
        )
        .all(providerId)
        // What an older version did not know yet is as it is without a view.
        .map(({ id, name, content }) => ({ id, name, view: { ...EVERY_DEVICE, ...(JSON.parse(content) as object) } }))
    );
  }

  /** A view of the same name is replaced. */
  save(providerId: number, name: string, view: DeviceView): void {
    this.#db
      .prepare(
        'INSERT INTO saved_view (provider_id, name, content) VALUES (?, ?, ?) ON CONFLICT (provider_id, name) DO UPDATE SET content = excluded.content',
      )
      .run(providerId, name, JSON.stringify(view));
  }

  /** The service provider of a view; undefined when there is no such view. */
  providerOf(id: number): number | undefined {
    return this.#db.prepare<[number], number>('SELECT provider_id FROM saved_view WHERE id = ?').pluck().get(id);
  }

  remove(id: number): void {
    this.#db.prepare('DELETE FROM saved_view WHERE id = ?').run(id);
  }
}
