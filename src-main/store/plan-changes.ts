/** The plan changes that are known to have happened, one row each. The month's quota counts these, and what may have happened. */
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

/**
 * SQL for how many a device `d` had in a month; bind it with {@link QuotaMonth}. One that is not confirmed counts too: the
 * carrier may have made it. Once it is known to have happened it has its own row and counts once.
 */
export const CHANGES_IN_MONTH = `(
  (SELECT count(*) FROM plan_change p WHERE p.device_id = d.id AND p.at >= @start AND p.at < @end)
  + (SELECT count(*) FROM change u JOIN job j ON j.id = u.job_id
     WHERE u.device_id = d.id AND u.state = 'unconfirmed' AND j.type = 'carrier-rate-plan'
       AND u.submitted_at >= @start AND u.submitted_at < @end
       AND NOT EXISTS (SELECT 1 FROM plan_change p
         WHERE p.device_id = d.id AND (p.job_id = j.id OR (p.to_plan = j.target AND p.at >= u.submitted_at)))))`;

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
