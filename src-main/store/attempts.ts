/** Every call to the carrier that a job made, with its request on disk before it leaves. */
import type { Db } from './database.ts';

export interface AttemptAnswer {
  at: string;
  httpStatus: number | null;
  /** Redacted text, shortened by the writer. */
  answer: string;
  outcome: string;
}

export class AttemptRepository {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** @returns the attempt's number */
  begin(jobId: number, purpose: 'change' | 'read-back', request: string, deviceCount: number, at: string): number {
    const { lastInsertRowid } = this.#db
      .prepare('INSERT INTO attempt (job_id, purpose, request, device_count, started_at) VALUES (?, ?, ?, ?, ?)')
      .run(jobId, purpose, request, deviceCount, at);
    return Number(lastInsertRowid);
  }

  finish(id: number, answer: AttemptAnswer): void {
    this.#db
      .prepare('UPDATE attempt SET finished_at = ?, http_status = ?, answer = ?, outcome = ? WHERE id = ?')
      .run(answer.at, answer.httpStatus, answer.answer, answer.outcome, id);
  }

  count(jobId: number): { change: number; readBack: number } {
    const one = this.#db
      .prepare<[number, string], number>('SELECT count(*) FROM attempt WHERE job_id = ? AND purpose = ?')
      .pluck();
    return { change: one.get(jobId, 'change') ?? 0, readBack: one.get(jobId, 'read-back') ?? 0 };
  }
}
