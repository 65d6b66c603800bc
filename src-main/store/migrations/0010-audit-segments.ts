import type { Migration } from './migration.ts';

/**
 * Old entries of the audit log in sealed files: what each held, its hash and a signature stay here, and only entries that such
 * a record covers can be taken out of the table.
 */
export const auditSegments: Migration = {
  version: 10,
  sql: `
    CREATE TABLE audit_segment (
      id INTEGER PRIMARY KEY,
      first_seq INTEGER NOT NULL,
      last_seq INTEGER NOT NULL,
      previous_hash TEXT NOT NULL,
      head TEXT NOT NULL,
      file TEXT NOT NULL,
      sha256 TEXT NOT NULL,
      sealed_at TEXT NOT NULL,
      public_key TEXT NOT NULL,
      signature TEXT NOT NULL
    ) STRICT;
    CREATE TRIGGER audit_segment_is_append_only_u BEFORE UPDATE ON audit_segment BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
    CREATE TRIGGER audit_segment_is_append_only_d BEFORE DELETE ON audit_segment BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
    DROP TRIGGER audit_is_append_only_d;
    CREATE TRIGGER audit_is_append_only_d BEFORE DELETE ON audit
      WHEN NOT EXISTS (SELECT 1 FROM audit_segment WHERE OLD.seq BETWEEN first_seq AND last_seq)
      BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
  `,
};
