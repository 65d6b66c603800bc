/**
 * The whole log as JSON lines, with its signatures, for somebody who does not have the console: `verify-audit.mjs`, which is
 * put beside it, checks it with Node alone.
 */
import { copyFile, rename } from 'node:fs/promises';
import { createWriteStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AuditRepository } from '../store/audit-entries.ts';
import { GENESIS } from './chain.ts';

export const VERIFY_SCRIPT = 'verify-audit.mjs';
const STEP = 2000;

/**
 * @param script where the stand-alone script is
 * @returns how many entries were written
 * @throws the file system's error; then no file of that name was left
 */
export async function exportAudit(rows: AuditRepository, file: string, script: string): Promise<number> {
  const state = { entries: 0, head: GENESIS };
  const partial = `${file}.partial`;
  await pipeline(Readable.from(lines(rows, state)), createWriteStream(partial));
  await rename(partial, file);
  await copyFile(script, join(dirname(file), VERIFY_SCRIPT));
  return state.entries;
}

function* lines(rows: AuditRepository, state: { entries: number; head: string }): Generator<string> {
  // What is written while it is read belongs to the next export.
  const last = rows.last()?.seq ?? 0;
  yield line({ format: 'thingspace-rate-plan-console audit', version: 1 });
  while (state.entries < last) {
    const step = rows.after(state.entries, Math.min(STEP, last - state.entries));
    if (step.length === 0) break;
    for (const entry of step) {
      yield line({ entry });
      state.entries++;
      state.head = entry.hash;
    }
  }
  for (const checkpoint of rows.checkpoints()) if (checkpoint.seq <= last) yield line({ checkpoint });
  yield line({ end: state });
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
