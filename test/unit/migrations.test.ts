import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { migrate, MIGRATIONS } from '../../src-main/store/migrations/index.ts';

/** What a first version's console left behind: one finished job with one change, and an audit entry. */
const OLD_CONTENT = `
  INSERT INTO service_provider (id, name, account_name, base_url, oauth_path, m2m_path, batch_size, page_size, lanes, max_attempts, request_timeout_s, settle_s, confirm_deadline_s, created_at)
    VALUES (1, 'Old', '0001', 'https://x', '/o', '/m', 100, 500, 4, 6, 60, 30, 300, '2026-01-01T00:00:00.000Z');
  INSERT INTO device (id, provider_id, iccid, plan_code) VALUES (1, 1, '89148000000000000001', 'A');
  INSERT INTO job (id, uuid, provider_id, type, title, state, author, request, target, batch_size, created_at)
    VALUES (1, 'u', 1, 'carrier-rate-plan', 't', 'finished', 'a', '{}', 'A', 100, '2026-01-01T00:00:00.000Z');
  INSERT INTO change (id, job_id, provider_id, device_id, identifier_kind, identifier, detail, state) VALUES (1, 1, 1, 1, 'iccid', '89148000000000000001', '{}', 'confirmed');
`;

describe('migrations', () => {
  it('are numbered without gaps', () => {
    expect(MIGRATIONS.map((step) => step.version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
  });

  it.each(MIGRATIONS.slice(0, -1).map((step) => step.version))(
    'bring a store of version %i with content to the newest',
    (version) => {
      const db = new Database(':memory:');
      migrate(db, MIGRATIONS.slice(0, version));
      db.exec(OLD_CONTENT);
      migrate(db);
      expect(db.pragma('user_version', { simple: true })).toBe(MIGRATIONS.at(-1)?.version);
      expect(
        db.prepare<[], { n: number }>('SELECT count(*) AS n FROM change JOIN job ON job.id = change.job_id').get(),
      ).toEqual({ n: 1 });
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
      expect(db.pragma('foreign_key_check')).toEqual([]);
      db.close();
    },
  );

  it('leave the old version as it was when a step fails', () => {
    const db = new Database(':memory:');
    migrate(db, MIGRATIONS.slice(0, 1));
    expect(() => {
      migrate(db, [...MIGRATIONS.slice(0, 1), { version: 2, sql: 'CREATE TABLE fine (x); THIS IS NO SQL;' }]);
    }).toThrow();
    expect(db.pragma('user_version', { simple: true })).toBe(1);
    expect(db.prepare("SELECT name FROM sqlite_schema WHERE name = 'fine'").all()).toEqual([]);
    db.close();
  });
});
