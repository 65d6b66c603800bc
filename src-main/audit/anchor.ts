/**
 * An anchor outside of the file: the keychain keeps the number and hash of the last entry that was signed. Whoever can only
 * write the data folder can rewrite the log, cut it, or put an older copy in its place, but not make it fit the anchor.
 */
import type { AuditRepository, Segment } from '../store/audit-entries.ts';
import { isSegmentOf } from './archive.ts';
import { chainStart, ChainWalk, type ChainEnd } from './walk.ts';

export interface Anchor extends ChainEnd {
  /** Signatures of sealed segments that another key has made, and that an Admin has accepted, as after a keychain was lost. */
  accepted?: readonly string[];
}

export interface AnchorProblem {
  /** The first entry that is not as it was when it was signed. */
  seq: number;
  problem: string;
}

/**
 * Walks from the anchor to the end of the log.
 * @param ownKey the keychain's public key: sealed segments count only when it has signed them
 * @returns undefined when the log goes on from the anchor without a gap
 */
export function problemSince(rows: AuditRepository, anchor: Anchor, ownKey: string): AnchorProblem | undefined {
  const [foreign] = foreignSegments(rows, ownKey, anchor.accepted);
  if (foreign !== undefined)
    return { seq: foreign.firstSeq, problem: 'its sealed segment was not signed by the key of this keychain' };
  const start = chainStart(rows);
  const end = rows.last()?.seq ?? start.seq;
  if (end < anchor.seq)
    return {
      seq: end + 1,
      problem: `the log ends here, but ${String(anchor.seq)} entries were signed: it was cut off, or the data file was put back to an older copy`,
    };
  const from = anchor.seq <= start.seq ? start : anchor;
  if (from === anchor && start.seq < anchor.seq) {
    const signed = rows.after(anchor.seq - 1, 1)[0];
    if (signed?.hash !== anchor.hash)
      return { seq: anchor.seq, problem: 'it is not the entry that was signed: the log was rewritten' };
  } else if (anchor.seq === start.seq && anchor.hash !== start.hash)
    return { seq: anchor.seq, problem: 'it is not the entry that was signed: the log was rewritten' };
  const walk = new ChainWalk([], undefined, from);
  for (let step = rows.after(from.seq, STEP); step.length > 0; step = rows.after(step.at(-1)?.seq ?? 0, STEP))
    if (!step.every((row) => walk.take(row))) break;
  return walk.result().firstBad ?? undefined;
}

/** Sealed segments that this keychain's key has not signed and that nobody has accepted as they are. */
export function foreignSegments(rows: AuditRepository, ownKey: string, accepted: readonly string[] = []): Segment[] {
  return rows
    .segments()
    .filter(
      (segment) =>
        !isSegmentOf(segment, ownKey) &&
        !(accepted.includes(segment.signature) && isSegmentOf(segment, segment.publicKey)),
    );
}

const STEP = 2000;
