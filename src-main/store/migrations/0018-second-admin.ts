import type { Migration } from './migration.ts';

/**
 * What takes two Admins: settings that loosen a guard wait for the second one. Who has set an operator's password, and when:
 * for a day that person could sign in as them. Failed tries to sign in, for names that nobody has as well.
 */
export const secondAdmin: Migration = {
  version: 18,
  sql: `
    CREATE TABLE proposed_settings (
      id INTEGER PRIMARY KEY,
      provider_id INTEGER NOT NULL REFERENCES service_provider(id) ON DELETE CASCADE,
      settings TEXT NOT NULL,
      -- The settings that it was proposed for; other ones by now make it void.
      base TEXT NOT NULL,
      by TEXT NOT NULL,
      by_id INTEGER NOT NULL REFERENCES operator(id),
      at TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX one_proposal_a_provider ON proposed_settings (provider_id);
    -- Who has set whose password, for as long as they could sit in that person's place.
    CREATE TABLE password_set (
      operator_id INTEGER NOT NULL REFERENCES operator(id),
      by_id INTEGER NOT NULL REFERENCES operator(id),
      at TEXT NOT NULL
    ) STRICT;
    -- Until when somebody who is no Admin any more was one.
    ALTER TABLE operator ADD COLUMN admin_until TEXT;
    CREATE TABLE sign_in_try (
      who TEXT PRIMARY KEY,
      failed INTEGER NOT NULL,
      at TEXT NOT NULL,
      uptime INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    INSERT INTO sign_in_try
      SELECT 'operator ' || id, failed_tries, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 9e15 FROM operator WHERE failed_tries > 0;
    ALTER TABLE operator DROP COLUMN failed_tries;
    ALTER TABLE operator DROP COLUMN blocked_until;
    -- What an approval stands over has been another text before: these are asked for anew when the engine starts.
    UPDATE job SET digest = 'of an earlier version' WHERE digest IS NOT NULL AND state <> 'finished';
    CREATE INDEX job_by_author ON job (provider_id, author_id, created_at);
  `,
};
