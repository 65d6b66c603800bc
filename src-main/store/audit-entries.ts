/** The rows of the audit log; what they mean and how they are chained is the business of `audit/`. */
import type { Db } from './database.ts';

export interface AuditRow {
  seq: number;
  at: string;
  actor: string;
  action: string;
  subject: string;
  /** Canonical JSON. */
  detail: string;
  previousHash: string;
  hash: string;
}

const SELECT = 'SELECT seq, at, actor, action, subject, detail, previous_hash AS previousHash, hash FROM audit';

export class AuditRepository {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  append(row: AuditRow): void {
    this.#db
      .prepare('INSERT INTO audit VALUES (@seq, @at, @actor, @action, @subject, @detail, @previousHash, @hash)')
      .run({ ...row });
  }

  last(): AuditRow | undefined {
    return this.#db.prepare<[], AuditRow>(`${SELECT} ORDER BY seq DESC LIMIT 1`).get();
  }

  all(): IterableIterator<AuditRow> {
    return this.#db.prepare<[], AuditRow>(`${SELECT} ORDER BY seq`).iterate();
  }

  /** Newest first. */
  page(offset: number, limit: number): AuditRow[] {
    return this.#db
      .prepare<[number, number], AuditRow>(`${SELECT} ORDER BY seq DESC LIMIT ? OFFSET ?`)
      .all(limit, offset);
  }
}
