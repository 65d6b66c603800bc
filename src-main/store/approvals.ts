/** What second persons decided about bulk changes. */
import type { Db } from './database.ts';

export interface Approval {
  jobId: number;
  decision: 'approved' | 'rejected';
  by: string;
  /** The operator's number. */
  byId: number | null;
  at: string;
  /** Of what was put before them; see `bulk-change/approval.ts`. */
  digest: string;
  note: string;
}

export class ApprovalRepository {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  add(approval: Approval): void {
    this.#db
      .prepare(
        'INSERT INTO approval (job_id, decision, by, by_id, at, digest, note) VALUES (@jobId, @decision, @by, @byId, @at, @digest, @note)',
      )
      .run({ ...approval });
  }

  ofJob(jobId: number): Approval[] {
    return this.#db
      .prepare<[number], Approval>(
        'SELECT job_id AS jobId, decision, by, by_id AS byId, at, digest, note FROM approval WHERE job_id = ? ORDER BY id',
      )
      .all(jobId);
  }
}
