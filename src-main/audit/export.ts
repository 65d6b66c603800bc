/**
 * The log as JSON lines, with its signatures, for somebody who does not have the console: `verify-audit.mjs`, which is put
 * beside it, checks it with Node alone. Sealed segments are files of the same format.
 */
import { copyFile, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AuditRepository } from '../store/audit-entries.ts';
import { checkOutputFile, writingFile } from '../store/output-place.ts';
import { isSignedRight, type Signer } from './checkpoint.ts';
import { chainStart, type ChainEnd } from './walk.ts';

export const VERIFY_SCRIPT = 'verify-audit.mjs';
const STEP = 2000;

/**
 * The last entry that is signed by a key and still reads as it was signed.
 * @param least an earlier one is not enough
 */
export function lastSigned(rows: AuditRepository, publicKey: string, least: number): number | undefined {
  return rows
    .checkpoints()
    .filter((one) => one.seq >= least && one.publicKey === publicKey && isSignedRight(one))
    .filter(({ seq, head }) => rows.after(seq - 1, 1)[0]?.hash === head)
    .at(-1)?.seq;
}

/** Who signs the end of an export, and when: so nobody can put another end to it, not even at a signed entry. */
export interface EndSigner {
  signer: Signer;
  /** UTC ISO 8601 */
  at: string;
}

/** What is signed: from where to where it goes. It names its purpose, so that the signature stands for nothing else. */
function signedText(start: ChainEnd, end: ChainEnd, at: string): string {
  return JSON.stringify(['thingspace-rate-plan-console audit export', start.seq, start.hash, end.seq, end.hash, at]);
}

/**
 * Writes what is in the store, after the sealed segments; it is on the disk when it returns.
 * @param script where the stand-alone script is
 * @param lastSeq the last entry to write; the last that there is, unless it is given
 * @param endSigner undefined where no keychain keeps the key, and for segments, whose record in the store is signed
 * @returns how many entries were written, and the last of them
 * @throws as `writingFile` does; then no file of that name was left
 */
export async function exportAudit(
  rows: AuditRepository,
  file: string,
  script: string,
  lastSeq = rows.last()?.seq ?? 0,
  endSigner?: EndSigner,
): Promise<{ entries: number; end: ChainEnd }> {
  const beside = join(dirname(file), VERIFY_SCRIPT);
  await checkOutputFile(beside);
  return writingFile(file, async () => {
    const partial = `${file}.partial`;
    try {
      const written = await writeEntries(rows, partial, lastSeq, endSigner);
      await rename(partial, file);
      await copyFile(script, beside);
      return written;
    } catch (error) {
      await rm(partial, { force: true }).catch(() => undefined);
      throw error;
    }
  });
}

async function writeEntries(
  rows: AuditRepository,
  file: string,
  lastSeq: number,
  endSigner: EndSigner | undefined,
): Promise<{ entries: number; end: ChainEnd }> {
  const start = chainStart(rows);
  const handle = await open(file, 'w');
  let end = start;
  try {
    await handle.writeFile(line({ format: 'thingspace-rate-plan-console audit', version: 2, start }));
    while (end.seq < lastSeq) {
      const step = rows.after(end.seq, Math.min(STEP, lastSeq - end.seq));
      const last = step.at(-1);
      if (last === undefined) break;
      await handle.writeFile(step.map((entry) => line({ entry })).join(''));
      end = { seq: last.seq, hash: last.hash };
    }
    const signatures = rows.checkpoints().filter(({ seq }) => seq > start.seq && seq <= end.seq);
    await handle.writeFile(
      signatures.map((checkpoint) => line({ checkpoint })).join('') + line({ end: signedEnd(start, end, endSigner) }),
    );
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { entries: end.seq - start.seq, end };
}

function signedEnd(start: ChainEnd, end: ChainEnd, by: EndSigner | undefined): object {
  if (by === undefined) return end;
  const { signer, at } = by;
  return { ...end, at, publicKey: signer.publicKey, signature: signer.sign(signedText(start, end, at)) };
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
