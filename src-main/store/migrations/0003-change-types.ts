import type { Migration } from './migration.ts';

/**
 * Change types beside rate plans: a change has a value before and a value shown, of whatever kind. Devices have custom
 * fields and a drift mark; jobs have a priority; service providers have maintenance windows and a learned batch size.
 */
export const changeTypes: Migration = {
  version: 3,
  sql: `
    ALTER TABLE change RENAME COLUMN from_plan TO from_value;
    ALTER TABLE change RENAME COLUMN shown_plan TO shown_value;
    ALTER TABLE job ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE device ADD COLUMN custom_fields TEXT;
    -- When a sync found another plan than the console believed; null again once the console itself changed it.
    ALTER TABLE device ADD COLUMN drifted_at TEXT;
    CREATE INDEX device_drifted ON device (provider_id, drifted_at) WHERE drifted_at IS NOT NULL;
    ALTER TABLE service_provider ADD COLUMN maintenance_windows TEXT NOT NULL DEFAULT '';
    ALTER TABLE service_provider ADD COLUMN learned_batch_size INTEGER;

    -- The history knows custom fields as well.
    CREATE TABLE device_history_new (
      id INTEGER PRIMARY KEY,
      device_id INTEGER NOT NULL REFERENCES device(id) ON DELETE CASCADE,
      at TEXT NOT NULL,
      field TEXT NOT NULL CHECK (field IN ('plan', 'state', 'customer', 'custom fields')),
      old_value TEXT,
      new_value TEXT,
      source TEXT NOT NULL CHECK (source IN ('sync', 'job', 'import')),
      job_id INTEGER REFERENCES job(id)
    ) STRICT;
    INSERT INTO device_history_new SELECT id, device_id, at, field, old_value, new_value, source, job_id FROM device_history;
    DROP TABLE device_history;
    ALTER TABLE device_history_new RENAME TO device_history;
    CREATE INDEX device_history_device ON device_history (device_id, at);
  `,
};
