import type { Migration } from './migration.ts';

/** Which walk has seen a device last, by its number: the computer's clock can be set. */
export const seenInRun: Migration = {
  version: 14,
  sql: `
    ALTER TABLE device ADD COLUMN seen_in_run INTEGER;
    -- What a walk has seen that is under way is not known by its number: it begins anew.
    UPDATE sync_run SET made_for = NULL WHERE finished_at IS NULL;
  `,
};
