/** The audit log: who did what, when, to which job or device, and what came of it. Append-only and hash-chained. */
import type { AuditRepository } from '../store/audit-entries.ts';
import { canonicalJson, chainHash, GENESIS } from './chain.ts';

/** Every action that is logged; one word list for the log, its screen and its readers. */
export type AuditAction =
  | 'job.created'
  | 'job.started'
  | 'job.paused'
  | 'job.priority'
  | 'job.stepped-back'
  | 'job.resumed'
  | 'job.cancelled'
  | 'job.interrupted'
  | 'job.stopped'
  | 'job.finished'
  | 'request.sent'
  | 'request.answered'
  | 'change.outcome'
  | 'report.saved'
  | 'inventory.synced'
  | 'inventory.refreshed'
  | 'inventory.drift-seen'
  | 'inventory.imported'
  | 'catalog.synced'
  | 'catalog.edited'
  | 'provider.created'
  | 'provider.edited'
  | 'credentials.set'
  | 'credentials.removed'
  | 'connection.tested';

export interface AuditEvent {
  at: string;
  actor: string;
  action: AuditAction;
  /** What it is about, such as `job 12` or `ICCID 8914…`. */
  subject: string;
  detail: Record<string, unknown>;
}

export interface AuditVerdict {
  entries: number;
  /** The hash of the last entry; keep it elsewhere to notice a cut-off tail. */
  head: string;
  /** The first entry that does not fit, if any. */
  firstBad: { seq: number; problem: string } | null;
}

export class AuditLog {
  readonly #rows: AuditRepository;

  constructor(rows: AuditRepository) {
    this.#rows = rows;
  }

  /** Call it inside the transaction that does what is logged, so that neither exists without the other. */
  append(event: AuditEvent): void {
    const last = this.#rows.last();
    const previousHash = last?.hash ?? GENESIS;
    const fields = { ...event, seq: (last?.seq ?? 0) + 1, detail: canonicalJson(event.detail) };
    this.#rows.append({ ...fields, previousHash, hash: chainHash(previousHash, fields) });
  }

  /** Walks the whole chain and names the first entry that was edited, removed, swapped or forged. */
  verify(): AuditVerdict {
    let previous = GENESIS;
    let entries = 0;
    for (const row of this.#rows.all()) {
      entries++;
      if (row.seq !== entries)
        return { entries, head: previous, firstBad: { seq: row.seq, problem: `entry ${String(entries)} is missing` } };
      if (row.previousHash !== previous)
        return {
          entries,
          head: previous,
          firstBad: { seq: row.seq, problem: 'it does not follow the entry before it' },
        };
      if (row.hash !== chainHash(previous, row))
        return { entries, head: previous, firstBad: { seq: row.seq, problem: 'its content was changed' } };
      previous = row.hash;
    }
    return { entries, head: previous, firstBad: null };
  }
}
