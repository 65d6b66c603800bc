import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chainHash } from '../../src-main/audit/chain.ts';
import { newSigningKey, signerOf } from '../../src-main/audit/checkpoint.ts';
import { exportAudit } from '../../src-main/audit/export.ts';
import { AuditLog } from '../../src-main/audit/log.ts';
import { ChainWalk, type AuditVerdict } from '../../src-main/audit/walk.ts';
import type { AuditRow, Checkpoint } from '../../src-main/store/audit-entries.ts';
import { openStore, type Store } from '../../src-main/store/index.ts';
import { seededRandom } from '../../src-main/simulator/random.ts';

const ENTRIES = 60;
const EDITS = 10_000;
const SCRIPT = join(import.meta.dirname, '../../resources/verify-audit.mjs');

let home: string;
let store: Store;
let rows: AuditRow[];
let checkpoints: Checkpoint[];

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'rateplan-audit-'));
  store = openStore(home);
  const log = new AuditLog(store.audit);
  const signer = signerOf(newSigningKey());
  for (let n = 1; n <= ENTRIES; n++) {
    log.append({
      at: `2026-11-25T00:00:${String(n % 60).padStart(2, '0')}.000Z`,
      actor: n % 2 === 0 ? 'dana' : 'lee',
      action: 'change.outcome',
      subject: `ICCID 8914800000000000${String(1000 + n)}`,
      detail: { n, to: 'M2M5MB-S' },
    });
    if (n % 20 === 0) log.seal(signer, '2026-11-25T00:01:00.000Z');
  }
  rows = [...store.audit.all()];
  checkpoints = store.audit.checkpoints();
});

afterAll(() => {
  store.close();
  rmSync(home, { recursive: true, force: true });
});

function walk(entries: readonly AuditRow[], signed: readonly Checkpoint[]): AuditVerdict {
  const chain = new ChainWalk(signed);
  for (const entry of entries) if (!chain.take(entry)) break;
  return chain.result();
}

/** Hashes anew from an entry on, as somebody who knows how the chain is made would. */
function rehash(entries: AuditRow[], from: number): AuditRow[] {
  let previous = entries[from - 1]?.hash ?? '0'.repeat(64);
  return entries.map((entry, index) => {
    if (index < from) return entry;
    const hash = chainHash(previous, entry);
    const next = { ...entry, previousHash: previous, hash };
    previous = hash;
    return next;
  });
}

const FIELDS = ['at', 'actor', 'action', 'subject', 'detail', 'previousHash', 'hash'] as const;

/** One tampering, drawn at random. */
function tamper(random: () => number): { what: string; entries: AuditRow[]; signed: Checkpoint[] } {
  const entries = rows.map((row) => ({ ...row }));
  const signed = checkpoints.map((one) => ({ ...one }));
  const pick = (size: number): number => Math.floor(random() * size);
  const index = pick(entries.length);
  const entry = entries[index];
  if (entry === undefined) throw new Error('no entry');
  const editText = (text: string): string => {
    const place = pick(text.length);
    const other = String.fromCharCode(33 + pick(90));
    return text.slice(0, place) + (text[place] === other ? `${other}${other}` : other) + text.slice(place + 1);
  };
  switch (pick(9)) {
    case 0: {
      const field = FIELDS[pick(FIELDS.length)] ?? 'detail';
      entry[field] = editText(entry[field]);
      return { what: `an edit of ${field} in ${String(entry.seq)}`, entries, signed };
    }
    case 1:
      return { what: `entry ${String(entry.seq)} removed`, entries: entries.toSpliced(index, 1), signed };
    case 2: {
      const other = (index + 1 + pick(entries.length - 1)) % entries.length;
      const there = entries[other];
      if (there === undefined) throw new Error('no entry');
      return {
        what: `${String(index)} and ${String(other)} swapped`,
        entries: entries.with(index, there).with(other, entry),
        signed,
      };
    }
    case 3:
      return { what: 'the tail cut off', entries: entries.slice(0, pick(entries.length)), signed };
    case 4:
      return { what: 'an entry put in', entries: entries.toSpliced(index, 0, { ...entry, detail: '{}' }), signed };
    case 5:
      // The one entry is hashed anew; the next one gives it away.
      entry.detail = editText(entry.detail);
      entry.hash = chainHash(entry.previousHash, entry);
      return { what: `entry ${String(entry.seq)} forged`, entries, signed };
    case 6:
      // Everything after it is hashed anew, too: only a signature can tell.
      entry.subject = editText(entry.subject);
      return { what: `rewritten from ${String(entry.seq)}`, entries: rehash(entries, index), signed };
    case 7: {
      const removed = entries.toSpliced(index, 1).map((row, place) => ({ ...row, seq: place + 1 }));
      return { what: `${String(entry.seq)} removed and rewritten`, entries: rehash(removed, index), signed };
    }
    default: {
      const at = pick(signed.length);
      const checkpoint = signed[at];
      if (checkpoint === undefined) throw new Error('no checkpoint');
      const field = (['head', 'at', 'publicKey', 'signature'] as const)[pick(4)] ?? 'head';
      // The last characters of base64 may carry bits that nobody reads.
      checkpoint[field] = editText(checkpoint[field].slice(0, -4)) + checkpoint[field].slice(-4);
      return { what: `${field} of a checkpoint`, entries, signed };
    }
  }
}

describe('the audit log', () => {
  it('is sound as it was written, and signed to its end', () => {
    expect(walk(rows, checkpoints)).toMatchObject({
      entries: ENTRIES,
      firstBad: null,
      checkpoints: { count: 3, signedUpTo: ENTRIES },
    });
  });

  it(`shows each of ${String(EDITS)} random edits, removals, swaps, rewritings and cut tails`, () => {
    const random = seededRandom(20261125);
    const unseen: string[] = [];
    for (let n = 0; n < EDITS; n++) {
      const { what, entries, signed } = tamper(random);
      if (walk(entries, signed).firstBad === null) unseen.push(what);
    }
    expect(unseen).toEqual([]);
  });

  it('shows a log that was rewritten and signed anew, by a head that was noted elsewhere', () => {
    const forged = rehash(
      rows.map((row) => (row.seq === 5 ? { ...row, actor: 'nobody' } : row)),
      4,
    );
    const known = { seq: 30, hash: rows[29]?.hash ?? '' };
    const chain = new ChainWalk([], known);
    for (const entry of forged) if (!chain.take(entry)) break;
    expect(chain.result().firstBad).toEqual({ seq: 30, problem: expect.stringContaining('rewritten') as string });
    expect(walk(forged, []).firstBad).toBeNull();
  });

  it('is checked after its export by a script that needs Node alone', async () => {
    const file = join(home, 'audit.jsonl');
    expect(await exportAudit(store.audit, file, SCRIPT)).toMatchObject({ entries: ENTRIES });
    const check = (...more: string[]): string =>
      execFileSync(process.execPath, [join(home, 'verify-audit.mjs'), file, ...more], { encoding: 'utf8' });
    expect(check()).toContain(`SOUND: ${String(ENTRIES)} entries`);
    expect(check('--head', `30:${rows[29]?.hash ?? ''}`)).toContain('SOUND');
    const sound = readFileSync(file, 'utf8');
    for (const [what, bad] of [
      ['an edit', sound.replace('"n\\":7', '"n\\":8')],
      ['a removal', sound.split('\n').toSpliced(9, 1).join('\n')],
      ['a cut tail', sound.slice(0, sound.length / 2)],
      ['another end', sound.replace('"end":{"seq":60', '"end":{"seq":59')],
    ] as const) {
      expect(bad, what).not.toBe(sound);
      writeFileSync(file, bad);
      expect(() => check(), what).toThrow();
    }
  });
});
