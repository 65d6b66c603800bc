/** The plan changes that are known to have happened, one row each. The month's quota counts these and nothing else. */
import type { QuotaMonth } from '../domain/plans.ts';
import type { Db } from './database.ts';

export interface PlanChange {
  deviceId: number;
  /** UTC ISO 8601: when the request left, or when a sync found it. */
  at: string;
  fromPlan: string | null;
  toPlan: string | null;
  /** The console's own job, a sync that found another plan, or the carrier's provisioning history. */
  foundBy: 'job' | 'sync' | 'carrier history';
  jobId: number | null;
}

/** SQL for how many a device `d` had in a month; bind it with {@link QuotaMonth}. */
export const CHANGES_IN_MONTH =
  '(SELECT count(*) FROM plan_change p WHERE p.device_id = d.id AND p.at >= @start AND p.at < @end)';

export class PlanChangeRepository {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** A job changes a device's plan once: what is there already for it stays as it is. */
  add(change: PlanChange): void {
    this.#db
      .prepare(
        'INSERT OR IGNORE INTO plan_change (device_id, at, from_plan, to_plan, found_by, job_id) VALUES (@deviceId, @at, @fromPlan, @toPlan, @foundBy, @jobId)',
      )
      .run({ ...change });
  }

  /** Newest first. */
  ofDevice(deviceId: number): PlanChange[] {
    return this.#db
      .prepare<[number], PlanChange>(
        `SELECT device_id AS deviceId, at, from_plan AS fromPlan, to_plan AS toPlan, found_by AS foundBy, job_id AS jobId
         FROM plan_change WHERE device_id = ? ORDER BY at DESC, id DESC`,
      )
      .all(deviceId);
  }

  /** How many of the month's plan changes a device has used, as far as the console knows. */
  usedIn(deviceId: number, month: QuotaMonth): number {
    return (
      this.#db
        .prepare<QuotaMonth & { deviceId: number }, number>(
          `SELECT ${CHANGES_IN_MONTH} FROM device d WHERE d.id = @deviceId`,
        )
        .pluck()
        .get({ ...month, deviceId }) ?? 0
    );
  }
}
