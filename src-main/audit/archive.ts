/**
 * Retention: old entries are written to a sealed file, in the format of an export, and taken out of the store. What the file
 * held, its hash and a signature stay in the store, so the chain goes on unbroken, and a file that is changed shows.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { basename, dirname, join } from 'node:path';
import type { AuditRepository, Segment } from '../store/audit-entries.ts';
import { GENESIS } from './chain.ts';
import { isSignature, type Signer } from './checkpoint.ts';
import { exportAudit } from './export.ts';
import { chainStart, type AuditVerdict, type ChainEnd, type KnownHead } from './walk.ts';

/** Files of sealed entries, in the data folder. */
export const SEGMENT_FOLDER = 'audit-segments';

export interface SegmentCheck {
  /** Where the entries of the store must go on. */
  end: ChainEnd;
  /** Sealed files that are not where they were written: their signatures say what they held. */
  missing: string[];
  publicKeys: string[];
  firstBad: AuditVerdict['firstBad'];
}

type SignedFields = Omit<Segment, 'signature' | 'publicKey'>;

/** What is signed. It names its purpose, so that the signature stands for nothing else. */
function signedText({ firstSeq, lastSeq, previousHash, head, file, sha256, sealedAt }: SignedFields): string {
  return JSON.stringify([
    'thingspace-rate-plan-console audit segment',
    firstSeq,
    lastSeq,
    previousHash,
    head,
    file,
    sha256,
    sealedAt,
  ]);
}

/**
 * Writes the entries up to `lastSeq` to a file of their own. They are still in the store: whoever calls it adds the record it
 * returns and removes them, in one transaction. The log must have been found sound before.
 * @throws the file system's error; then no file was left
 */
export async function writeSegment(
  rows: AuditRepository,
  home: string,
  script: string,
  lastSeq: number,
  signer: Signer,
  sealedAt: string,
): Promise<Segment> {
  const start = chainStart(rows);
  const file = `${SEGMENT_FOLDER}/audit-${String(start.seq + 1)}-${String(lastSeq)}.jsonl`;
  const path = join(home, file);
  await mkdir(dirname(path), { recursive: true });
  try {
    const { end } = await exportAudit(rows, path, script, lastSeq);
    const fields: SignedFields = {
      firstSeq: start.seq + 1,
      lastSeq: end.seq,
      previousHash: start.hash,
      head: end.hash,
      file,
      sha256: await hashOf(path),
      sealedAt,
    };
    return { ...fields, publicKey: signer.publicKey, signature: signer.sign(signedText(fields)) };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/**
 * Looks through the records of the sealed segments, and through their files where they are.
 * @param known a head that was noted elsewhere; only one that is in a segment counts here
 */
export async function checkSegments(rows: AuditRepository, home: string, known?: KnownHead): Promise<SegmentCheck> {
  const check: SegmentCheck = { end: { seq: 0, hash: GENESIS }, missing: [], publicKeys: [], firstBad: null };
  for (const segment of rows.segments()) {
    const found = await problemOf(segment, check.end, home);
    const isMissing = found === 'missing';
    const problem = isMissing ? unseenProblem(segment, known) : (found ?? (await knownProblem(segment, home, known)));
    if (isMissing) check.missing.push(basename(segment.file));
    if (problem !== undefined) return { ...check, firstBad: { seq: segment.firstSeq, problem } };
    if (!check.publicKeys.includes(segment.publicKey)) check.publicKeys.push(segment.publicKey);
    check.end = { seq: segment.lastSeq, hash: segment.head };
  }
  return check;
}

/** Whether a segment's record was signed by this key. */
export function isSegmentOf(segment: Segment, publicKey: string): boolean {
  return segment.publicKey === publicKey && isSignature(signedText(segment), segment.publicKey, segment.signature);
}

async function problemOf(segment: Segment, before: ChainEnd, home: string): Promise<string | undefined> {
  if (segment.firstSeq !== before.seq + 1 || segment.previousHash !== before.hash)
    return 'its sealed segment does not follow the one before it';
  if (!isSignature(signedText(segment), segment.publicKey, segment.signature))
    return 'the signature of its sealed segment is wrong';
  const found = await hashOf(join(home, segment.file)).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'missing';
    throw error;
  });
  if (found === 'missing' || found === segment.sha256) return found === 'missing' ? found : undefined;
  return `the sealed file ${segment.file} was changed`;
}

/** A head that was noted elsewhere cannot be found in a file that is not there. */
function unseenProblem(segment: Segment, known: KnownHead | undefined): string | undefined {
  if (known === undefined || known.seq < segment.firstSeq || known.seq > segment.lastSeq) return undefined;
  return known.seq === segment.lastSeq && known.hash === segment.head
    ? undefined
    : `entry ${String(known.seq)} was noted elsewhere, but the sealed file ${segment.file} is not here to compare it with`;
}

async function knownProblem(segment: Segment, home: string, known: KnownHead | undefined): Promise<string | undefined> {
  if (known === undefined || known.seq < segment.firstSeq || known.seq > segment.lastSeq) return undefined;
  for await (const line of createInterface({ input: createReadStream(join(home, segment.file)) })) {
    const { entry } = JSON.parse(line) as { entry?: { seq: number; hash: string } };
    if (entry?.seq === known.seq && entry.hash === known.hash) return undefined;
  }
  return `entry ${String(known.seq)} is not the one that was noted elsewhere: the log was rewritten`;
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
