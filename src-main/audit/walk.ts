/** Walks the chain entry by entry and names the first that was edited, removed, swapped, forged or cut off. */
import type { AuditRepository, AuditRow, Checkpoint } from '../store/audit-entries.ts';
import { chainHash, GENESIS } from './chain.ts';
import { isSignedRight } from './checkpoint.ts';

export interface AuditVerdict {
  /** Sealed ones among them. */
  entries: number;
  /** The number and the hash of the last sound entry; keep them elsewhere to notice a cut-off tail. */
  head: string;
  /** Entries that say an earlier time than the one before them: the computer's clock was set back. The first few. */
  clockSetBack: { seq: number; from: string; to: string }[];
  /** The first entry that does not fit, if any. */
  firstBad: { seq: number; problem: string } | null;
  checkpoints: {
    count: number;
    /** The last entry that a signature of the own key covers, or of any where there is none; 0 when none does. */
    signedUpTo: number;
    /** Whose signatures they are; the keychain's own key is the one to expect. */
    publicKeys: string[];
  };
}

/** The end of a sound part of the log: its last entry's number and hash. */
export interface ChainEnd {
  seq: number;
  hash: string;
}

/** A head that was noted elsewhere, to be found again in the log. */
export type KnownHead = ChainEnd;

/** Where the store's own entries begin: after the last sealed segment. */
export function chainStart(rows: AuditRepository): ChainEnd {
  const last = rows.segments().at(-1);
  return last === undefined ? { seq: 0, hash: GENESIS } : { seq: last.lastSeq, hash: last.head };
}

const USUAL_CORRECTION_MS = 1000;
const NAMED_AT_MOST = 20;

export class ChainWalk {
  readonly #checkpoints = new Map<number, Checkpoint[]>();
  readonly #publicKeys = new Set<string>();
  readonly #known: KnownHead | undefined;
  readonly #ownKey: string | undefined;
  #previous: string;
  #entries: number;
  #signedUpTo = 0;
  #passed = 0;
  #bad: AuditVerdict['firstBad'] = null;
  #lastAt: string | undefined;
  readonly #clockSetBack: AuditVerdict['clockSetBack'] = [];

  /**
   * @param ownKey whose signatures count; undefined for anybody's
   * @param start what was before the first entry that it will be given; sealed segments are checked apart
   */
  constructor(
    checkpoints: Iterable<Checkpoint>,
    known?: KnownHead,
    start: ChainEnd = { seq: 0, hash: GENESIS },
    ownKey?: string,
  ) {
    this.#ownKey = ownKey;
    this.#entries = start.seq;
    this.#previous = start.hash;
    for (const checkpoint of checkpoints) {
      this.#checkpoints.set(checkpoint.seq, [...(this.#checkpoints.get(checkpoint.seq) ?? []), checkpoint]);
      this.#publicKeys.add(checkpoint.publicKey);
    }
    this.#known = known;
  }

  /** @returns false when a bad entry was found: there is no need to go on */
  take(row: AuditRow): boolean {
    this.#entries++;
    const problem = this.#problemOf(row);
    if (problem !== undefined) {
      this.#bad = { seq: row.seq, problem };
      return false;
    }
    this.#previous = row.hash;
    this.#noteTime(row);
    return true;
  }

  /** Written in their order, so an earlier time is the clock's doing; a second is what keeping it right may take. */
  #noteTime({ seq, at }: AuditRow): void {
    const before = this.#lastAt;
    this.#lastAt = at;
    if (before === undefined || at >= before || this.#clockSetBack.length >= NAMED_AT_MOST) return;
    if (Date.parse(before) - Date.parse(at) > USUAL_CORRECTION_MS)
      this.#clockSetBack.push({ seq, from: before, to: at });
  }

  result(): AuditVerdict {
    const last = [...this.#checkpoints.keys()].reduce((most, seq) => Math.max(most, seq), this.#known?.seq ?? 0);
    const cutOff =
      this.#bad === null && last > this.#entries
        ? {
            seq: this.#entries + 1,
            problem: `the log ends here, but it was known to have ${String(last)} entries: its tail was cut off`,
          }
        : null;
    return {
      entries: this.#entries,
      head: this.#previous,
      clockSetBack: this.#clockSetBack,
      firstBad: this.#bad ?? cutOff,
      checkpoints: { count: this.#passed, signedUpTo: this.#signedUpTo, publicKeys: [...this.#publicKeys] },
    };
  }

  #problemOf(row: AuditRow): string | undefined {
    if (row.seq !== this.#entries) return `entry ${String(this.#entries)} is missing`;
    if (row.previousHash !== this.#previous) return 'it does not follow the entry before it';
    if (row.hash !== chainHash(this.#previous, row)) return 'its content was changed';
    if (this.#known?.seq === row.seq && this.#known.hash !== row.hash)
      return 'it is not the entry that was noted elsewhere: the log was rewritten';
    for (const checkpoint of this.#checkpoints.get(row.seq) ?? []) {
      if (checkpoint.head !== row.hash) return 'a signed checkpoint has another hash for it: the log was rewritten';
      if (!isSignedRight(checkpoint)) return 'the signature of its checkpoint is wrong';
      this.#passed++;
      if (this.#ownKey === undefined || checkpoint.publicKey === this.#ownKey) this.#signedUpTo = row.seq;
    }
    return undefined;
  }
}
