/** The audit log: who did what, when, to which job or device, and what came of it. Append-only and hash-chained. */
import { setImmediate } from 'node:timers/promises';
import type { AuditRepository, Checkpoint } from '../store/audit-entries.ts';
import { canonicalJson, chainHash, GENESIS } from './chain.ts';
import { makeCheckpoint, type Signer } from './checkpoint.ts';
import { chainStart, ChainWalk, type AuditVerdict, type KnownHead } from './walk.ts';

/** Entries of one step of a long walk: a few milliseconds. */
const STEP = 5000;

/** Every action that is logged; one word list for the log, its screen and its readers. */
export type AuditAction =
  | 'job.created'
  | 'job.approved'
  | 'job.rejected'
  | 'job.approval-void'
  | 'job.started'
  | 'job.paused'
  | 'job.priority'
  | 'job.stepped-back'
  | 'job.resumed'
  | 'job.cancelled'
  | 'job.interrupted'
  | 'job.stopped'
  | 'job.finished'
  | 'carrier.refusal-learned'
  | 'carrier.learned-forgotten'
  | 'request.sent'
  | 'request.answered'
  | 'change.outcome'
  | 'report.saved'
  | 'audit.exported'
  | 'audit.sealed'
  | 'audit.older-accepted'
  | 'inventory.synced'
  | 'inventory.refreshed'
  | 'inventory.quota-checked'
  | 'inventory.drift-seen'
  | 'inventory.imported'
  | 'catalog.synced'
  | 'catalog.edited'
  | 'provider.created'
  | 'provider.edited'
  | 'credentials.set'
  | 'credentials.removed'
  | 'carrier-password.asked'
  | 'carrier-password.changed'
  | 'carrier-password.unchanged'
  | 'carrier-password.lost'
  | 'connection.tested'
  | 'operator.created'
  | 'operator.edited'
  | 'operator.signed-in'
  | 'operator.signed-out'
  | 'operator.locked'
  | 'operator.refused'
  | 'access.denied'
  | 'audit.verified'
  | 'console.opened'
  | 'console.closed'
  | 'engine.taken'
  | 'credentials.read'
  | 'view.saved'
  | 'view.removed'
  | 'settings.proposed'
  | 'settings.agreed'
  | 'settings.rejected'
  | 'settings.edited';

export interface AuditEvent {
  at: string;
  actor: string;
  action: AuditAction;
  /** What it is about, such as `job 12` or `ICCID 8914…`. */
  subject: string;
  detail: Record<string, unknown>;
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

  /** Walks the chain in the store, after the sealed segments. @param known a head that was noted elsewhere */
  verify(known?: KnownHead): AuditVerdict {
    const walk = new ChainWalk(this.#rows.checkpoints(), known, chainStart(this.#rows));
    for (const row of this.#rows.all()) if (!walk.take(row)) break;
    return walk.result();
  }

  /** The same for a window: other work goes on between its steps. */
  async verifyBeside(known?: KnownHead, ownKey?: string): Promise<AuditVerdict> {
    const start = chainStart(this.#rows);
    const walk = new ChainWalk(this.#rows.checkpoints(), known, start, ownKey);
    let rows = this.#rows.after(start.seq, STEP);
    while (rows.length > 0 && rows.every((row) => walk.take(row))) {
      await setImmediate();
      rows = this.#rows.after(rows.at(-1)?.seq ?? 0, STEP);
    }
    return walk.result();
  }

  /** Signs the log as it is now. @returns undefined when nothing was added since the last time */
  seal(signer: Signer, at: string): Checkpoint | undefined {
    const last = this.#rows.last();
    if (last === undefined) return undefined;
    const sealed = this.#rows.checkpoints().at(-1);
    if (sealed?.seq === last.seq && sealed.publicKey === signer.publicKey) return undefined;
    const checkpoint = makeCheckpoint(signer, at, last);
    this.#rows.addCheckpoint(checkpoint);
    return checkpoint;
  }
}
