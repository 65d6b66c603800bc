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

/** A signature over the log as it was; `audit/checkpoint.ts` makes and checks them. */
export interface Checkpoint {
  /** The last entry that it covers. */
  seq: number;
  /** That entry's hash. */
  head: string;
  at: string;
  /** Ed25519, SubjectPublicKeyInfo in base64. */
  publicKey: string;
  /** Of number, hash and time, in base64. */
  signature: string;
}

/** Entries that were taken out of the store into a sealed file; `audit/archive.ts` makes and checks them. */
export interface Segment {
  firstSeq: number;
  lastSeq: number;
  /** Of the entry before the first. */
  previousHash: string;
  /** Of the last entry. */
  head: string;
  /** Within the data folder. */
  file: string;
  sha256: string;
  sealedAt: string;
  publicKey: string;
  signature: string;
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

  /** In order; for a long walk beside other work. */
  after(seq: number, limit: number): AuditRow[] {
    return this.#db.prepare<[number, number], AuditRow>(`${SELECT} WHERE seq > ? ORDER BY seq LIMIT ?`).all(seq, limit);
  }

  segments(): Segment[] {
    return this.#db
      .prepare<[], Segment>(
        `SELECT first_seq AS firstSeq, last_seq AS lastSeq, previous_hash AS previousHash, head, file, sha256, sealed_at AS sealedAt,
           public_key AS publicKey, signature FROM audit_segment ORDER BY id`,
      )
      .all();
  }

  /** Its entries leave the store; call it inside a transaction. */
  replaceBySegment(segment: Segment): void {
    this.#db
      .prepare(
        `INSERT INTO audit_segment (first_seq, last_seq, previous_hash, head, file, sha256, sealed_at, public_key, signature)
         VALUES (@firstSeq, @lastSeq, @previousHash, @head, @file, @sha256, @sealedAt, @publicKey, @signature)`,
      )
      .run({ ...segment });
    this.#db.prepare('DELETE FROM audit WHERE seq BETWEEN ? AND ?').run(segment.firstSeq, segment.lastSeq);
  }

  /** The last entry that is older than a time, UTC ISO 8601; undefined when none is. */
  lastBefore(at: string): number | undefined {
    return (
      this.#db.prepare<[string], number | null>('SELECT max(seq) FROM audit WHERE at < ?').pluck().get(at) ?? undefined
    );
  }

  addCheckpoint(checkpoint: Checkpoint): void {
    this.#db
      .prepare(
        'INSERT INTO audit_checkpoint (seq, head, at, public_key, signature) VALUES (@seq, @head, @at, @publicKey, @signature)',
      )
      .run({ ...checkpoint });
  }

  checkpoints(): Checkpoint[] {
    return this.#db
      .prepare<[], Checkpoint>(
        'SELECT seq, head, at, public_key AS publicKey, signature FROM audit_checkpoint ORDER BY seq, id',
      )
      .all();
  }

  /** Newest first. @param search any part of what was done, by whom, to what; empty for all */
  page(search: string, offset: number, limit: number): { total: number; rows: AuditRow[] } {
    const { where, values } = matching(search);
    return {
      total:
        this.#db
          .prepare<unknown[], number>(`SELECT count(*) FROM audit WHERE ${where}`)
          .pluck()
          .get(...values) ?? 0,
      rows: this.#db
        .prepare<unknown[], AuditRow>(`${SELECT} WHERE ${where} ORDER BY seq DESC LIMIT ? OFFSET ?`)
        .all(...values, limit, offset),
    };
  }

  /** Newest first, of those before an entry; for a long walk beside other work. @param search as in {@link page} */
  before(seq: number, search: string, limit: number): AuditRow[] {
    const { where, values } = matching(search);
    return this.#db
      .prepare<unknown[], AuditRow>(`${SELECT} WHERE ${where} AND seq < ? ORDER BY seq DESC LIMIT ?`)
      .all(...values, seq, limit);
  }
}

function matching(search: string): { where: string; values: unknown[] } {
  const text = search.trim().toLowerCase();
  if (text === '') return { where: '1', values: [] };
  return {
    where: 'instr(lower(actor || char(10) || action || char(10) || subject || char(10) || detail), ?)',
    values: [text],
  };
}
