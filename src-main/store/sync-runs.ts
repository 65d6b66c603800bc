/** How far a walk through the carrier's device list has come, so that it goes on after a break where it stopped. */
import type { Db } from './database.ts';

export interface SyncRun {
  id: number;
  startedAt: string;
  finishedAt: string | null;
  /** The value to go on from in the carrier's page walk. */
  nextDeviceId: string;
  pages: number;
  devices: number;
  /** Devices whose plan or state was not what the store believed. */
  changed: number;
}

const COLUMNS =
  'id, started_at AS startedAt, finished_at AS finishedAt, next_device_id AS nextDeviceId, pages, devices, changed';

export class SyncRunRepository {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  start(providerId: number, at: string): SyncRun {
    const { lastInsertRowid } = this.#db
      .prepare("INSERT INTO sync_run (provider_id, started_at, next_device_id) VALUES (?, ?, '0')")
      .run(providerId, at);
    return {
      id: Number(lastInsertRowid),
      startedAt: at,
      finishedAt: null,
      nextDeviceId: '0',
      pages: 0,
      devices: 0,
      changed: 0,
    };
  }

  save(run: SyncRun): void {
    this.#db
      .prepare(
        'UPDATE sync_run SET finished_at = @finishedAt, next_device_id = @nextDeviceId, pages = @pages, devices = @devices, changed = @changed WHERE id = @id',
      )
      .run({ ...run });
  }

  /** The provider's newest run, finished or not. */
  latest(providerId: number): SyncRun | undefined {
    return this.#db
      .prepare<[number], SyncRun>(`SELECT ${COLUMNS} FROM sync_run WHERE provider_id = ? ORDER BY id DESC LIMIT 1`)
      .get(providerId);
  }

  latestFinished(providerId: number): SyncRun | undefined {
    return this.#db
      .prepare<[number], SyncRun>(
        `SELECT ${COLUMNS} FROM sync_run WHERE provider_id = ? AND finished_at IS NOT NULL ORDER BY id DESC LIMIT 1`,
      )
      .get(providerId);
  }
}
