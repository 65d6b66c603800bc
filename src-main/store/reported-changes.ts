/** Changes with what the local records know of their devices, and how the carrier answered: for reports and exports. */
import type { ChangeState } from '../domain/changes.ts';
import { CHANGE_SELECT, changesWhere, toChange, type Change, type ChangeRow } from './changes.ts';
import type { Db } from './database.ts';
import type { Device } from './devices.ts';

/** What the local record of a device says of it. */
export type KnownDevice = Pick<Device, 'iccid' | 'imei' | 'mdn' | 'customer' | 'groupName'>;

export interface ReportedChange extends Change {
  /** Null for a device that has no local record. */
  device: KnownDevice | null;
  /** Of the carrier's answer to the last request for the change, or to the last read where none was sent. */
  httpStatus: number | null;
}

const AT_ONCE = 1000;

const DEVICE = 'd.id AS record, d.iccid, d.imei, d.mdn, k.name AS customer, d.group_name AS groupName';
const JOINED = 'LEFT JOIN customer k ON k.id = d.customer_id';
const HTTP_STATUS = `(SELECT a.http_status FROM change_log l JOIN attempt a ON a.id = l.attempt_id
  WHERE l.change_id = c.id AND a.http_status IS NOT NULL ORDER BY a.purpose = 'change' DESC, l.id DESC LIMIT 1)`;

type DeviceColumns = KnownDevice & { record: number | null };

export class ReportedChangeRepository {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /**
   * A job's changes in order. They are read in pages, so the store can be written in between.
   * @param states empty for all
   * @param search as in {@link changesWhere}
   */
  *ofJob(jobId: number, states: readonly ChangeState[], search = ''): Generator<ReportedChange> {
    const { where, values } = changesWhere(jobId, states, search);
    const next = this.#db.prepare<unknown[], ChangeRow & DeviceColumns & { httpStatus: number | null }>(
      `SELECT c.*, ${DEVICE}, ${HTTP_STATUS} AS httpStatus
       FROM (${CHANGE_SELECT} ${where} AND id > ? ORDER BY id LIMIT ${AT_ONCE}) c
       LEFT JOIN device d ON d.id = c.deviceId ${JOINED} ORDER BY c.id`,
    );
    for (let after = 0; ;) {
      const rows = next.all(...values, after);
      for (const { record, iccid, imei, mdn, customer, groupName, httpStatus, ...change } of rows)
        yield {
          ...toChange(change),
          device: record === null ? null : { iccid, imei, mdn, customer, groupName },
          httpStatus,
        };
      const last = rows.at(-1);
      if (last === undefined || rows.length < AT_ONCE) return;
      after = last.id;
    }
  }

  /** What the records say of these devices, by their number. */
  devices(ids: readonly number[]): Map<number, KnownDevice> {
    const rows = this.#db
      .prepare<[string], KnownDevice & { record: number }>(
        `SELECT ${DEVICE} FROM json_each(?) wanted CROSS JOIN device d ON d.id = wanted.value ${JOINED}`,
      )
      .all(JSON.stringify(ids));
    return new Map(rows.map(({ record, ...device }) => [record, device]));
  }
}
