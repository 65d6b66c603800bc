/** How far a walk through the carrier's device list has come, so that it goes on after a break where it stopped. */
import type { UnreadableRecord } from '../domain/carrier-device.ts';
import type { CarrierAccount } from '../domain/provider-settings.ts';
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
  /** The account and address with which it began; null for one of an earlier version. */
  madeFor: CarrierAccount | null;
  /** Records that could not be read, and the first of them. */
  unreadable: number;
  firstUnreadable: UnreadableRecord[];
}

/** So many are named; all are counted. */
export const UNREADABLE_NAMED = 20;

const COLUMNS =
  'id, started_at AS startedAt, finished_at AS finishedAt, next_device_id AS nextDeviceId, pages, devices, changed, made_for AS madeFor, unreadable, first_unreadable AS firstUnreadable';

type Row = Omit<SyncRun, 'madeFor' | 'firstUnreadable'> & { madeFor: string | null; firstUnreadable: string };

export class SyncRunRepository {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  start(providerId: number, at: string, madeFor: CarrierAccount): SyncRun {
    const { lastInsertRowid } = this.#db
      .prepare("INSERT INTO sync_run (provider_id, started_at, next_device_id, made_for) VALUES (?, ?, '0', ?)")
      .run(providerId, at, JSON.stringify(madeFor));
    return {
      id: Number(lastInsertRowid),
      startedAt: at,
      finishedAt: null,
      nextDeviceId: '0',
      pages: 0,
      devices: 0,
      changed: 0,
      madeFor,
      unreadable: 0,
      firstUnreadable: [],
    };
  }

  save(run: SyncRun): void {
    this.#db
      .prepare(
        `UPDATE sync_run SET finished_at = @finishedAt, next_device_id = @nextDeviceId, pages = @pages, devices = @devices, changed = @changed,
           unreadable = @unreadable, first_unreadable = @firstUnreadable WHERE id = @id`,
      )
      .run({ ...run, madeFor: null, firstUnreadable: JSON.stringify(run.firstUnreadable) });
  }

  /** The provider's newest run, finished or not. */
  latest(providerId: number): SyncRun | undefined {
    const row = this.#db
      .prepare<[number], Row>(`SELECT ${COLUMNS} FROM sync_run WHERE provider_id = ? ORDER BY id DESC LIMIT 1`)
      .get(providerId);
    return row && toRun(row);
  }

  latestFinished(providerId: number): SyncRun | undefined {
    const row = this.#db
      .prepare<[number], Row>(
        `SELECT ${COLUMNS} FROM sync_run WHERE provider_id = ? AND finished_at IS NOT NULL ORDER BY id DESC LIMIT 1`,
      )
      .get(providerId);
    return row && toRun(row);
  }
}

function toRun(row: Row): SyncRun {
  return {
    ...row,
    madeFor: row.madeFor === null ? null : (JSON.parse(row.madeFor) as CarrierAccount),
    firstUnreadable: JSON.parse(row.firstUnreadable) as UnreadableRecord[],
  };
}
