import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { App } from '../../src-main/app.ts';
import type { WholeVerdict } from '../../src-main/audit/audit-service.ts';
import { systemClock } from '../../src-main/domain/clock.ts';
import { memoryVault } from '../../src-main/security/vault.ts';

const DAY = 86_400_000;
const TODAY = Date.parse('2026-11-25T12:00:00Z');

let home: string;
let app: App;
let now: number;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'rateplan-segments-'));
  now = TODAY - 30 * DAY;
  const clock = { ...systemClock, now: () => now };
  app = new App({ home, vault: memoryVault(null, true), actor: 'dana', clock });
});

afterEach(async () => {
  await app.close();
  rmSync(home, { recursive: true, force: true });
});

/** One entry a day. */
function work(days: number): void {
  for (let n = 0; n < days; n++) {
    app.logSaved(`job ${String(n)}`, 'final report');
    now += DAY;
  }
}

const dayBefore = (days: number): string => new Date(now - days * DAY).toISOString();

/** What is sealed must be 90 days old: it is done then, and the days go on from today. */
async function seal(before: string): ReturnType<App['auditService']['archiveBefore']> {
  const today = now;
  now += 100 * DAY;
  try {
    return await app.auditService.archiveBefore(before);
  } finally {
    now = today;
  }
}

/** Seals twice: entries 1 to 10, then 11 to 20 or so; the rest stays. */
async function sealTwice(): Promise<string[]> {
  work(10);
  const first = await seal(dayBefore(0));
  work(10);
  const second = await seal(dayBefore(0));
  work(5);
  await app.auditService.sign();
  return [first?.file ?? '', second?.file ?? ''];
}

/** As somebody who can write the store, but does not have the key. */
function tamper(sql: string): void {
  const db = new Database(join(home, 'console.db'));
  for (const [name] of db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'audit%'")
    .raw()
    .all() as [string][])
    db.exec(`DROP TRIGGER ${name}`);
  db.exec(sql);
  db.close();
}

const problem = (verdict: WholeVerdict): string | undefined => verdict.firstBad?.problem;

describe('old entries of the audit log', () => {
  it('leave the store into sealed files, and the chain goes on', async () => {
    work(10);
    expect(await seal('2020-01-01T00:00:00Z')).toBeUndefined();
    const sealed = await seal(dayBefore(3));
    expect(sealed?.entries).toBe(7);
    work(2);
    const verdict = await app.auditService.verify();
    expect(verdict).toMatchObject({ entries: 13, firstBad: null, missingSegments: [] });
    expect(verdict.checkpoints.publicKeys).toEqual([verdict.ownKey]);
    expect([...app.store.audit.all()].map(({ seq }) => seq)).toEqual([8, 9, 10, 11, 12, 13]);
    expect([...app.store.audit.all()][3]).toMatchObject({ action: 'audit.sealed' });
  });

  it('cannot be removed from the store without a sealed segment', () => {
    work(3);
    const db = new Database(join(home, 'console.db'));
    expect(() => db.exec('DELETE FROM audit WHERE seq = 1')).toThrow('append-only');
    db.close();
  });

  it('are checked with the rest by the stand-alone script', async () => {
    const files = await sealTwice();
    const whole = join(home, 'audit.jsonl');
    await app.auditService.export(whole);
    const check = (...words: string[]): string =>
      execFileSync(process.execPath, [join(home, 'verify-audit.mjs'), ...words], { encoding: 'utf8' });
    const { entries, head, ownKey } = await app.auditService.verify();
    expect(check(...files, whole)).toContain(`SOUND: ${String(entries)} entries; the last hash is ${head}`);
    // 13: with the key, the end of the last file counts; segments alone are a log whose tail was left out.
    expect(check(...files, whole, '--key', ownKey ?? '')).toContain('exported 20');
    expect(() => check(...files, '--key', ownKey ?? '')).toThrow();
    expect(check(whole)).toContain('begins after entry');
    expect(() => check(files[0] ?? '', whole)).toThrow();
    expect(existsSync(join(home, 'audit-segments', 'verify-audit.mjs'))).toBe(true);
  });

  it('are found bad when a file, a record or the seam is changed', async () => {
    const [first = '', second = ''] = await sealTwice();
    expect(problem(await app.auditService.verify())).toBeUndefined();
    const sound = readFileSync(second, 'utf8');
    writeFileSync(second, sound.replace('final report', 'Final report'));
    expect(problem(await app.auditService.verify())).toContain('was changed');
    writeFileSync(second, sound);
    // A head that was noted before the sealing is found again in the file.
    const third = JSON.parse(readFileSync(first, 'utf8').split('\n')[3] ?? '') as { entry: { hash: string } };
    expect(problem(await app.auditService.verify({ seq: 3, hash: third.entry.hash }))).toBeUndefined();
    expect(problem(await app.auditService.verify({ seq: 3, hash: 'f'.repeat(64) }))).toContain('rewritten');
    // A file may be kept elsewhere; it is said.
    rmSync(first);
    expect(await app.auditService.verify()).toMatchObject({ firstBad: null, missingSegments: ['audit-1-10.jsonl'] });
    tamper("UPDATE audit_segment SET sha256 = 'x' WHERE id = 1");
    expect(problem(await app.auditService.verify())).toContain('signature of its sealed segment');
  });

  it.each([
    ['the last record', 'DELETE FROM audit_segment WHERE id = 2', 'entry 11 is missing'],
    ['the first record', 'DELETE FROM audit_segment WHERE id = 1', 'does not follow the one before it'],
    ['all records', 'DELETE FROM audit_segment', 'entry 1 is missing'],
    ['an entry after them', 'DELETE FROM audit WHERE seq = (SELECT min(seq) FROM audit)', 'is missing'],
  ])('are missed when somebody removes %s', async (_what, sql, found) => {
    await sealTwice();
    tamper(sql);
    expect(problem(await app.auditService.verify())).toContain(found);
  });

  it('24: of another key are accepted once, by an Admin who says why, as after a keychain was lost', async () => {
    await sealTwice();
    await app.close();
    const clock = { ...systemClock, now: () => now };
    app = new App({ home, vault: memoryVault(null, true), actor: 'dana', clock });
    await app.auditService.sign();
    expect(await app.auditService.checkAnchor()).toMatch(/not signed by the key of this keychain/);
    await app.auditService.acceptOlder('The keychain of the old computer is gone.');
    app.logSaved('job 99', 'final report');
    await app.auditService.sign();
    expect(await app.auditService.checkAnchor()).toBeUndefined();
    expect(problem(await app.auditService.verify())).toBeUndefined();
    // Another one is another matter.
    tamper("UPDATE audit_segment SET signature = 'AAAA' WHERE first_seq = 1");
    expect(await app.auditService.checkAnchor()).toMatch(/not signed by the key of this keychain/);
  });

  it('stay where they are when no key would prove the segment tomorrow', async () => {
    work(10);
    await app.close();
    const clock = { ...systemClock, now: () => now };
    app = new App({ home, vault: memoryVault(null), actor: 'dana', clock });
    await expect(seal(dayBefore(0))).rejects.toThrow('the key in the OS keychain');
    expect(app.store.audit.segments()).toEqual([]);
  });

  it('stay where they are while the log is not sound', async () => {
    work(10);
    tamper("UPDATE audit SET actor = 'nobody' WHERE seq = 4");
    await expect(seal(dayBefore(0))).rejects.toThrow('Entry 4 of the audit log is bad');
    expect([...app.store.audit.all()].length).toBeGreaterThanOrEqual(10);
  });
});
