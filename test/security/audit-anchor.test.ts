/** The anchor in the keychain: what whoever can write only the data folder cannot make good. Numbers are the review's. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chainHash, GENESIS } from '../../src-main/audit/chain.ts';
import { makeCheckpoint, newSigningKey, signerOf, type Signer } from '../../src-main/audit/checkpoint.ts';
import { App } from '../../src-main/app.ts';
import { memoryVault, openVault, type Keychain } from '../../src-main/security/vault.ts';
import type { AuditRow, Checkpoint } from '../../src-main/store/audit-entries.ts';

let home: string;
let kept: Map<string, string>;
let app: App;

/** A keychain that outlives the console, as an operating system's does. */
const keychain: Keychain = {
  getPassword: (service, account) => Promise.resolve(kept.get(`${service} ${account}`) ?? null),
  setPassword: (service, account, password) => {
    kept.set(`${service} ${account}`, password);
    return Promise.resolve();
  },
  deletePassword: (service, account) => Promise.resolve(kept.delete(`${service} ${account}`)),
};

async function open(): Promise<void> {
  app = new App({ home, vault: await openVault(home, () => Promise.resolve(keychain)), actor: 'dana' });
}

/** Changes the log behind the console's back, while it is closed. */
function tamper(work: (db: Database.Database) => void): void {
  const db = new Database(join(home, 'console.db'));
  for (const name of db
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'audit%'")
    .pluck()
    .all())
    db.exec(`DROP TRIGGER ${name}`);
  work(db);
  db.close();
}

/** Writes the whole chain anew with another actor, as somebody would who covers something up. */
function rewrite(db: Database.Database): void {
  const rows = db
    .prepare<[], AuditRow>(
      'SELECT seq, at, actor, action, subject, detail, previous_hash AS previousHash, hash FROM audit ORDER BY seq',
    )
    .all();
  let previous = GENESIS;
  for (const row of rows) {
    const forged = { ...row, actor: 'somebody else' };
    const hash = chainHash(previous, forged);
    db.prepare('UPDATE audit SET actor = ?, previous_hash = ?, hash = ? WHERE seq = ?').run(
      forged.actor,
      previous,
      hash,
      row.seq,
    );
    previous = hash;
  }
}

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'rateplan-anchor-'));
  kept = new Map();
  await open();
  for (let n = 0; n < 20; n++) app.logSaved(`job ${String(n)}`, 'final report');
  await app.close();
});
afterEach(async () => {
  await app.close();
  rmSync(home, { recursive: true, force: true });
});

describe('the audit log', () => {
  it('that nobody touched is sound, signed to its end, and goes on from there', async () => {
    await open();
    expect(await app.auditService.checkAnchor()).toBeUndefined();
    app.logSaved('job 99', 'final report');
    app.startEngine();
    const { firstBad, checkpoints, entries } = await app.auditService.verify();
    // What was saved and the start of the engine are entries of their own, and are signed the next time.
    expect([firstBad, checkpoints.signedUpTo]).toEqual([null, entries - 2]);
  });

  it.each<[string, (db: Database.Database) => void]>([
    [
      '2: rewritten, with its signatures deleted',
      (db) => {
        rewrite(db);
        db.exec('DELETE FROM audit_checkpoint');
      },
    ],
    [
      '2: cut off together with its signatures',
      (db) => {
        db.exec('DELETE FROM audit WHERE seq > 10; DELETE FROM audit_checkpoint');
      },
    ],
    [
      '13: rewritten and signed by another key',
      (db) => {
        rewrite(db);
        db.exec('DELETE FROM audit_checkpoint');
        const last = db
          .prepare<[], { seq: number; hash: string }>('SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1')
          .get();
        const { seq, head, at, publicKey, signature } = makeCheckpoint(
          signerOf(newSigningKey()),
          '2026-11-25T00:00:00.000Z',
          last ?? { seq: 0, hash: '' },
        );
        db.prepare('INSERT INTO audit_checkpoint (seq, head, at, public_key, signature) VALUES (?, ?, ?, ?, ?)').run(
          seq,
          head,
          at,
          publicKey,
          signature,
        );
      },
    ],
    [
      '2: emptied',
      (db) => {
        db.exec('DELETE FROM audit; DELETE FROM audit_checkpoint');
      },
    ],
  ])('%s, is not signed again, and no job runs from it', async (_what, work) => {
    tamper(work);
    const before = kept.get([...kept.keys()].find((key) => key.endsWith('#audit-anchor')) ?? '');
    await open();
    expect((await app.auditService.verify()).firstBad).not.toBeNull();
    expect(await app.auditService.checkAnchor()).toMatch(/not the one that this computer last signed/);
    expect(() => app.startEngine()).toThrow(/not the one that this computer last signed/);
    await expect(app.startEngineInBackground()).rejects.toThrow(/not the one that this computer last signed/);
    await app.close();
    // Closing did not make it good.
    await open();
    expect((await app.auditService.verify()).firstBad).not.toBeNull();
    expect(kept.get([...kept.keys()].find((key) => key.endsWith('#audit-anchor')) ?? '')).toBe(before);
  });

  it('2: an older copy of the data file is noticed at the start; jobs run again when an Admin has said why', async () => {
    copyFileSync(join(home, 'console.db'), join(home, 'older.db'));
    await open();
    for (let n = 0; n < 5; n++) app.logSaved(`job ${String(n)}`, 'failure report');
    await app.close();
    copyFileSync(join(home, 'older.db'), join(home, 'console.db'));
    await open();
    expect(await app.auditService.checkAnchor()).toMatch(/put back to an older copy/);
    expect(() => app.startEngine()).toThrow(/not the one that this computer last signed/);
    await app.auditService.acceptOlder('The disk broke; this is the backup of yesterday.');
    app.startEngine();
    const { firstBad } = await app.auditService.verify();
    expect(firstBad).toBeNull();
    expect(app.store.audit.page('older-accepted', 0, 1).rows[0]?.detail).toContain('backup of yesterday');
    await app.close();
    await open();
    expect(await app.auditService.checkAnchor()).toBeUndefined();
  });

  it('23: nothing of the last 90 days leaves the log', async () => {
    await open();
    await expect(app.auditService.archiveBefore(new Date().toISOString())).rejects.toThrow(/last 90 days stay/);
  });
});

/** The end of an export, as the console signs it, but with another key. */
function endBy(signer: Signer, end: { seq: number; hash: string }, at: string): object {
  const text = JSON.stringify(['thingspace-rate-plan-console audit export', 0, GENESIS, end.seq, end.hash, at]);
  return { at, publicKey: signer.publicKey, signature: signer.sign(text) };
}

describe('13: the stand-alone script, told the key,', () => {
  const script = join(import.meta.dirname, '../../resources/verify-audit.mjs');
  const check = (file: string, ...more: string[]): number | null =>
    spawnSync(process.execPath, [script, file, ...more], { encoding: 'utf8' }).status;

  it('takes the honest log, and none that was cut, emptied, unsigned or signed by somebody else', async () => {
    await open();
    const file = join(home, 'audit.jsonl');
    await app.auditService.export(file);
    const { ownKey } = await app.auditService.verify();
    const key = ['--key', ownKey ?? ''];
    expect(check(file, ...key)).toBe(0);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const forged = (kept: Record<string, unknown>[]): number | null => {
      const changed = join(home, 'forged.jsonl');
      writeFileSync(changed, kept.map((one) => JSON.stringify(one)).join('\n'));
      return check(changed, ...key);
    };
    const entries = records.filter((one) => 'entry' in one);
    const last = (entries[9] as { entry: { seq: number; hash: string } }).entry;
    const head = records[0] ?? {};
    const end = { end: { seq: last.seq, hash: last.hash } };
    expect(forged([head, ...entries.slice(0, 10), end]), 'tail cut with its signatures').toBe(1);
    expect(forged(records.filter((one) => !('checkpoint' in one))), 'unsigned').toBe(1);
    const start = (entries[4] as { entry: { seq: number; hash: string } }).entry;
    expect(forged([{ ...head, start: { seq: start.seq, hash: start.hash } }, ...records.slice(6)]), 'beheaded').toBe(2);
    const nothing = { seq: 0, hash: '0'.repeat(64) };
    expect(forged([{ ...head, start: nothing }, { end: nothing }]), 'empty').toBe(1);
    const other = signerOf(newSigningKey());
    const newest = (entries.at(-1) as { entry: { seq: number; hash: string } }).entry;
    const checkpoint = makeCheckpoint(other, '2026-11-25T00:00:00.000Z', newest);
    const resigned = [
      ...records.filter((one) => !('checkpoint' in one) && !('end' in one)),
      { checkpoint },
      records.at(-1) ?? {},
    ];
    expect(forged(resigned), 'signed by somebody else').toBe(1);
    // The console wrote this entry as its last once, and signed it; the end that was put after it, it did not.
    const { seq, head: hash } = (records.find((one) => 'checkpoint' in one) as { checkpoint: Checkpoint }).checkpoint;
    const cut = records.filter(
      (one) =>
        ('entry' in one && (one as { entry: AuditRow }).entry.seq <= seq) ||
        ('checkpoint' in one && (one as { checkpoint: Checkpoint }).checkpoint.seq <= seq),
    );
    expect(seq).toBeLessThan(newest.seq);
    const ownEnd = (records.at(-1) as { end: { at: string; publicKey: string; signature: string } }).end;
    const ends = {
      unsigned: { seq, hash },
      'signed for the whole': { ...ownEnd, seq, hash },
      'signed as a checkpoint': { ...ownEnd, ...makeCheckpoint(other, ownEnd.at, { seq, hash }), seq, hash },
      'signed by another key': { seq, hash, ...endBy(other, { seq, hash }, ownEnd.at) },
    };
    for (const [what, end_] of Object.entries(ends))
      expect(forged([head, ...cut, { end: end_ }]), `cut at a checkpoint, its end ${what}`).toBe(1);
    expect(forged([head, ...cut, records.at(-1) ?? {}]), 'cut at a checkpoint with the end of the whole').toBe(1);
    expect(forged(records)).toBe(0);
    forged(resigned);
    // Told no key, it says that it cannot tell.
    expect(check(join(home, 'forged.jsonl'))).toBe(0);
  });

  it('does not take the export of a log that was changed behind the console, which signs no end for it', async () => {
    tamper(rewrite);
    await open();
    const file = join(home, 'audit.jsonl');
    await app.auditService.export(file);
    expect(readFileSync(file, 'utf8').trimEnd().split('\n').at(-1)).not.toContain('signature');
    const { ownKey } = await app.auditService.verify();
    expect(check(file, '--key', ownKey ?? '')).toBe(1);
  });

  it('takes an export of a console without a keychain when it is told no key', async () => {
    await app.close();
    app = new App({ home, vault: memoryVault(null), actor: 'dana' });
    const file = join(home, 'audit.jsonl');
    await app.auditService.export(file);
    expect(readFileSync(file, 'utf8')).toMatch(/\{"end":\{"seq":\d+,"hash":"[0-9a-f]{64}"\}\}\n$/);
    expect(check(file)).toBe(0);
  });
});
