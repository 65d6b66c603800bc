import type { Migration } from './migration.ts';

/** Signatures over the audit log as it was; as append-only as the log itself. */
export const auditCheckpoints: Migration = {
  version: 6,
  sql: `
    CREATE TABLE audit_checkpoint (
      id INTEGER PRIMARY KEY,
      seq INTEGER NOT NULL,
      head TEXT NOT NULL,
      at TEXT NOT NULL,
      public_key TEXT NOT NULL,
      signature TEXT NOT NULL
    ) STRICT;
    CREATE TRIGGER audit_checkpoint_is_append_only_u BEFORE UPDATE ON audit_checkpoint BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
    CREATE TRIGGER audit_checkpoint_is_append_only_d BEFORE DELETE ON audit_checkpoint BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
  `,
};
