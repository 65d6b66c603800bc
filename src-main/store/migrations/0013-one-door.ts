import type { Migration } from './migration.ts';

/**
 * What the one door out looks at: the account for which a job was made, why a job waits, and each device's plan changes as
 * facts. A change can be `checking` (its device is read before anything is sent), and a device has one open change by
 * whichever name it was listed. Syncs and learned figures remember where and when they come from.
 */
export const oneDoor: Migration = {
  version: 13,
  sql: `
    -- Found by identity (domain/identifiers.ts), not only by the text.
    CREATE INDEX device_imei_body ON device (provider_id, substr(imei, 1, 14));
    CREATE INDEX device_msisdn ON device (provider_id, msisdn) WHERE msisdn IS NOT NULL;
    CREATE INDEX device_meid ON device (provider_id, meid) WHERE meid IS NOT NULL;
    CREATE INDEX device_esn ON device (provider_id, esn) WHERE esn IS NOT NULL;
    CREATE INDEX device_eid ON device (provider_id, eid) WHERE eid IS NOT NULL;
    -- The device whose SIM took this one's place.
    ALTER TABLE device ADD COLUMN replaced_by INTEGER REFERENCES device(id) ON DELETE SET NULL;

    CREATE TABLE device_history_new (
      id INTEGER PRIMARY KEY,
      device_id INTEGER NOT NULL REFERENCES device(id) ON DELETE CASCADE,
      at TEXT NOT NULL,
      field TEXT NOT NULL CHECK (field IN ('plan', 'state', 'customer', 'custom fields', 'SIM')),
      old_value TEXT,
      new_value TEXT,
      source TEXT NOT NULL CHECK (source IN ('sync', 'job', 'import')),
      job_id INTEGER REFERENCES job(id)
    ) STRICT;
    INSERT INTO device_history_new SELECT id, device_id, at, field, old_value, new_value, source, job_id FROM device_history;
    DROP TABLE device_history;
    ALTER TABLE device_history_new RENAME TO device_history;
    CREATE INDEX device_history_device ON device_history (device_id, at);
    CREATE INDEX device_history_field ON device_history (field, at, device_id);

    -- One row for each plan change that is known to have happened; the month's quota counts these and nothing else.
    CREATE TABLE plan_change (
      id INTEGER PRIMARY KEY,
      device_id INTEGER NOT NULL REFERENCES device(id) ON DELETE CASCADE,
      at TEXT NOT NULL,
      from_plan TEXT,
      to_plan TEXT,
      found_by TEXT NOT NULL CHECK (found_by IN ('job', 'sync', 'carrier history')),
      job_id INTEGER REFERENCES job(id)
    ) STRICT;
    CREATE INDEX plan_change_device ON plan_change (device_id, at);
    CREATE INDEX plan_change_at ON plan_change (at, device_id);
    CREATE UNIQUE INDEX plan_change_once_per_job ON plan_change (device_id, job_id) WHERE job_id IS NOT NULL;
    INSERT OR IGNORE INTO plan_change (device_id, at, from_plan, to_plan, found_by, job_id)
      SELECT c.device_id, coalesce(c.submitted_at, c.accepted_at, c.finished_at, j.created_at), c.from_value, j.target, 'job', c.job_id
      FROM change c JOIN job j ON j.id = c.job_id
      WHERE j.type = 'carrier-rate-plan' AND c.state = 'confirmed' AND c.device_id IS NOT NULL;
    INSERT INTO plan_change (device_id, at, from_plan, to_plan, found_by)
      SELECT device_id, at, old_value, new_value, 'sync' FROM device_history
      WHERE field = 'plan' AND source = 'sync' AND old_value IS NOT NULL AND new_value IS NOT NULL;

    ALTER TABLE change ADD COLUMN excluded INTEGER NOT NULL DEFAULT 0;
    UPDATE change SET excluded = 1 WHERE state = 'skipped';
    DROP INDEX change_one_open_per_device;
    CREATE UNIQUE INDEX change_one_open_per_device ON change (provider_id, identifier)
      WHERE state IN ('checking', 'queued', 'submitting', 'uncertain', 'accepted');
    UPDATE change SET device_id = NULL
      WHERE device_id IS NOT NULL AND state IN ('queued', 'submitting', 'uncertain', 'accepted')
        AND id NOT IN (SELECT min(id) FROM change WHERE device_id IS NOT NULL
          AND state IN ('queued', 'submitting', 'uncertain', 'accepted') GROUP BY device_id);
    CREATE UNIQUE INDEX change_one_open_per_record ON change (device_id)
      WHERE device_id IS NOT NULL AND state IN ('checking', 'queued', 'submitting', 'uncertain', 'accepted');

    ALTER TABLE job ADD COLUMN made_for TEXT;
    UPDATE job SET made_for = (SELECT json_object('accountName', p.account_name, 'baseUrl', p.base_url, 'oauthPath', p.oauth_path,
        'm2mPath', p.m2m_path, 'sendAccountWithDevices', json(iif(p.send_account_with_devices, 'true', 'false')))
      FROM service_provider p WHERE p.id = job.provider_id);
    ALTER TABLE job ADD COLUMN ignore_quota INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE job ADD COLUMN waiting TEXT;

    ALTER TABLE service_provider ADD COLUMN learned_rate_at TEXT;
    ALTER TABLE service_provider ADD COLUMN learned_refusals TEXT NOT NULL DEFAULT '[]';
    -- What earlier versions learned may be a rate at which nothing moves.
    UPDATE service_provider SET learned_requests_per_second = NULL WHERE learned_requests_per_second < 0.1;

    ALTER TABLE sync_run ADD COLUMN made_for TEXT;
    ALTER TABLE sync_run ADD COLUMN unreadable INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE sync_run ADD COLUMN first_unreadable TEXT NOT NULL DEFAULT '[]';
  `,
};
