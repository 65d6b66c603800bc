import type { Migration } from './migration.ts';

/**
 * Four eyes: above how many devices a bulk change needs a second person, what exactly was put before them (a digest), and what
 * they decided. Decisions are never edited.
 */
export const approvals: Migration = {
  version: 9,
  sql: `
    ALTER TABLE service_provider ADD COLUMN four_eyes_above INTEGER;
    ALTER TABLE job ADD COLUMN digest TEXT;
    CREATE TABLE approval (
      id INTEGER PRIMARY KEY,
      job_id INTEGER NOT NULL REFERENCES job(id),
      decision TEXT NOT NULL CHECK (decision IN ('approved', 'rejected')),
      by TEXT NOT NULL,
      at TEXT NOT NULL,
      digest TEXT NOT NULL,
      note TEXT NOT NULL
    ) STRICT;
    CREATE INDEX approval_job ON approval (job_id);
    CREATE TRIGGER approval_is_append_only_u BEFORE UPDATE ON approval BEGIN SELECT raise(ABORT, 'decisions are not edited'); END;
    CREATE TRIGGER approval_is_append_only_d BEFORE DELETE ON approval BEGIN SELECT raise(ABORT, 'decisions are not edited'); END;
  `,
};
