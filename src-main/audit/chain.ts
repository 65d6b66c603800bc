/** How audit entries are chained: each holds the hash of the one before, so that an edit, a gap or a swap shows. */
import { hash } from 'node:crypto';

export interface ChainedFields {
  seq: number;
  at: string;
  actor: string;
  action: string;
  subject: string;
  /** Canonical JSON, see {@link canonicalJson}. */
  detail: string;
}

/** What the first entry names as the hash before it. */
export const GENESIS = '0'.repeat(64);

/** JSON with sorted keys and no white space: the same value always gives the same text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  );
}

/** SHA-256 over the hash before and every field, as lower-case hex. */
export function chainHash(previousHash: string, entry: ChainedFields): string {
  const text = JSON.stringify([
    previousHash,
    entry.seq,
    entry.at,
    entry.actor,
    entry.action,
    entry.subject,
    entry.detail,
  ]);
  return hash('sha256', text, 'hex');
}
