import type { Migration } from './migration.ts';

/**
 * Who may use the console. They are never deleted: the audit log names them. A password is kept as its Argon2id hash; the
 * count of failed tries and the time until the next one outlive the process.
 */
export const operators: Migration = {
  version: 8,
  sql: `
    CREATE TABLE operator (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE COLLATE NOCASE,
      role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'approver', 'admin')),
      all_providers INTEGER NOT NULL,
      password_hash TEXT NOT NULL,
      password_is_temporary INTEGER NOT NULL,
      failed_tries INTEGER NOT NULL DEFAULT 0,
      blocked_until TEXT,
      disabled INTEGER NOT NULL DEFAULT 0,
      created_at TEXT NOT NULL,
      last_signed_in_at TEXT
    ) STRICT;
    CREATE TABLE operator_provider (
      operator_id INTEGER NOT NULL REFERENCES operator(id) ON DELETE CASCADE,
      provider_id INTEGER NOT NULL REFERENCES service_provider(id) ON DELETE CASCADE,
      PRIMARY KEY (operator_id, provider_id)
    ) STRICT, WITHOUT ROWID;
  `,
};
