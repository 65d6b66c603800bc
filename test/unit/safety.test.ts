import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuditLog } from '../../src-main/audit/log.ts';
import { canonicalJson } from '../../src-main/audit/chain.ts';
import { renderSummary } from '../../src-main/reports/summary-page.ts';
import { redact } from '../../src-main/security/redaction.ts';
import { openVault } from '../../src-main/security/vault.ts';
import { openStore, type Store } from '../../src-main/store/index.ts';
import { takeEngineLock } from '../../src-main/store/engine-lock.ts';
import { createHttp } from '../../src-main/thingspace/http.ts';
import { jobCounts } from '../../src-main/domain/jobs.ts';
import { stateCounts } from '../../src-main/domain/changes.ts';
import { dataFolder } from '../../src-main/data-folder.ts';

let home: string;
let store: Store;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'rateplan-unit-'));
  store = openStore(home);
});
afterEach(() => {
  store.close();
  rmSync(home, { recursive: true, force: true });
});

/** Edits the store behind the console's back, as somebody with the file could. */
function tamper(sql: string): void {
  const db = new Database(join(home, 'console.db'));
  db.exec('DROP TRIGGER audit_is_append_only_u; DROP TRIGGER audit_is_append_only_d;');
  db.exec(sql);
  db.close();
}

describe('the audit log', () => {
  beforeEach(() => {
    const log = new AuditLog(store.audit);
    for (let n = 1; n <= 20; n++)
      log.append({
        at: '2026-11-24T00:00:00.000Z',
        actor: 'a',
        action: 'change.outcome',
        subject: `ICCID ${n}`,
        detail: { n },
      });
  });

  it('verifies, and names its head', () => {
    expect(new AuditLog(store.audit).verify()).toMatchObject({
      entries: 20,
      head: store.audit.last()?.hash,
      firstBad: null,
    });
  });

  it.each([
    ['an edit', 'UPDATE audit SET detail = \'{"n":99}\' WHERE seq = 7', 7],
    ['a deletion', 'DELETE FROM audit WHERE seq = 7', 8],
    [
      'a swap',
      'UPDATE audit SET seq = -1 WHERE seq = 7; UPDATE audit SET seq = 7 WHERE seq = 8; UPDATE audit SET seq = 8 WHERE seq = -1',
      7,
    ],
    ['a forged hash', "UPDATE audit SET hash = 'x' WHERE seq = 7", 7],
  ])('shows %s', (_what, sql, seq) => {
    tamper(sql);
    expect(new AuditLog(store.audit).verify().firstBad?.seq).toBe(seq);
  });

  it('cannot be changed through the store', () => {
    const db = new Database(join(home, 'console.db'));
    expect(() => db.exec('DELETE FROM audit')).toThrow(/append-only/);
    expect(() => db.exec("UPDATE audit SET actor = 'x'")).toThrow(/append-only/);
    db.close();
  });

  it('writes the same value always the same way', () => {
    expect(canonicalJson({ b: 1, a: { d: [2, { y: 1, x: 2 }], c: null } })).toBe(
      '{"a":{"c":null,"d":[2,{"x":2,"y":1}]},"b":1}',
    );
  });
});

describe('redaction', () => {
  it.each([
    'Authorization: Basic a2V5OnNlY3JldA==',
    'Authorization: Bearer abc.def-ghi',
    '"VZ-M2M-Token":"2c8e1f00-aaaa-bbbb-cccc-000000000000"',
    '{"sessionToken":"2c8e1f00-aaaa"}',
    '{"access_token":"zzz-token-zzz"}',
    'password=hunter22',
    'https://user:hunter22@proxy.local:8080',
  ])('takes the secret out of %s', (text) => {
    expect(redact(text)).not.toMatch(/a2V5|abc\.def|2c8e1f00|zzz-token|hunter22/);
    expect(redact(text)).toContain('***');
  });

  it('takes known secrets out wherever they stand, also encoded', () => {
    const secret = 'p@ss/word 1';
    const text = `a ${secret} b ${encodeURIComponent(secret)} c ${Buffer.from(secret).toString('base64')}`;
    expect(redact(text, [secret])).toBe('a *** b *** c ***');
  });
});

describe('the vault', () => {
  it('says so when there is no keychain, and keeps credentials in memory only', async () => {
    const vault = await openVault(home, () => Promise.reject(new Error('Cannot autolaunch D-Bus')));
    expect(vault.backend).toBe('memory');
    expect(vault.notice).toMatch(/Cannot autolaunch D-Bus.*gone when the console ends/);
    const secrets = { key: 'k', secret: 's', username: 'u', password: 'p' };
    await vault.write(1, secrets, 'https://a /o /m');
    expect(await vault.read(1)).toEqual({ secrets, address: 'https://a /o /m', accountName: null });
    await vault.remove(1);
    expect(await vault.read(1)).toBeUndefined();
  });
});

describe('the transport', () => {
  it.each(['http://thingspace.verizon.com', 'ftp://x', 'not an address', 'http://127.0.0.1.evil.example'])(
    'refuses %s',
    (address) => {
      expect(() => createHttp(address, 1000)).toThrow();
    },
  );
  it.each(['https://thingspace.verizon.com', 'http://127.0.0.1:8080', 'http://localhost:1', 'http://[::1]:1'])(
    'takes %s',
    (address) => {
      createHttp(address, 1000).close();
    },
  );
  it('tells a refused connection from a lost answer', async () => {
    const http = createHttp('http://127.0.0.1:1', 1000);
    await expect(http.send({ method: 'GET', path: '/', headers: {} })).rejects.toMatchObject({ kind: 'not-sent' });
    http.close();
  });
});

describe('the store', () => {
  it('lets one engine at a time in, and the next one after it has gone', () => {
    const lock = takeEngineLock(home);
    expect(() => takeEngineLock(home)).toThrow(/Another console/);
    lock.release();
    takeEngineLock(home).release();
  });

  it('refuses a data folder of a newer version, and leaves it alone', () => {
    store.close();
    const db = new Database(join(home, 'console.db'));
    const version = db.pragma('user_version', { simple: true }) as number;
    db.pragma('user_version = 999');
    db.close();
    expect(() => openStore(home)).toThrow(/newer version/);
    const again = new Database(join(home, 'console.db'));
    expect(again.pragma('user_version', { simple: true })).toBe(999);
    again.pragma(`user_version = ${version}`);
    again.close();
    store = openStore(home);
  });

  it('is durable and checked: WAL, synchronous FULL, foreign keys, strict tables', () => {
    const db = new Database(join(home, 'console.db'));
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    const tables = db
      .prepare<[], { name: string; strict: number }>(
        "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'",
      )
      .all();
    expect(tables.length).toBeGreaterThan(10);
    expect(tables.filter((table) => table.strict !== 1)).toEqual([]);
    db.close();
  });

  it('is found in the same place by the window and the command line', () => {
    expect(dataFolder({ RATEPLAN_HOME: '/x/y' })).toBe('/x/y');
    expect(dataFolder({ APPDATA: 'C:\\Users\\a' }, 'win32')).toContain('ThingSpace Rate Plan Console');
  });
});

it('the final report lets no text of a carrier or operator become markup', () => {
  const counts = jobCounts(stateCounts({ rejected: 1 }));
  const evil = '<script>alert("1")</script>';
  const page = renderSummary({
    job: {
      id: 1,
      uuid: 'u',
      providerId: 1,
      type: 'carrier-rate-plan',
      title: evil,
      state: 'finished',
      wanted: 'run',
      author: evil,
      authorId: null,
      request: { CarrierRatePlan: 'A', CommPlan: null, EffectiveDate: null, PlanUuid: null, RatePlanId: null },
      target: evil,
      batchSize: 1,
      effectiveAt: null,
      createdAt: '',
      startedAt: null,
      finishedAt: null,
      stopReason: evil,
      reportFolder: null,
      parentJobId: null,
      childKind: null,
      abortShare: null,
      abortAfter: null,
      canary: null,
      priority: 'normal',
      digest: null,
      madeFor: {
        accountName: evil,
        baseUrl: evil,
        oauthPath: '/o',
        m2mPath: '/m',
        sendAccountWithDevices: false,
      },
      ignoreQuota: false,
      waiting: null,
    },
    provider: evil,
    accountName: evil,
    targetName: evil,
    status: 'ERROR',
    counts,
    states: stateCounts({ rejected: 1 }),
    approvals: [{ jobId: 1, decision: 'approved', by: evil, byId: 2, at: '', digest: evil, note: evil }],
    localSyncFailures: 1,
    requests: { change: 1, readBack: 1 },
    reasons: [{ code: evil, reason: evil, count: 1 }],
  });
  expect(page).not.toContain('<script>');
});
