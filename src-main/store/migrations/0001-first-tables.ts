import type { Migration } from './migration.ts';

/** Every table of the first version. Identifiers are TEXT, times are UTC ISO 8601 TEXT, secrets are never stored. */
export const firstTables: Migration = {
  version: 1,
  sql: `
    CREATE TABLE service_provider (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      account_name TEXT NOT NULL,
      base_url TEXT NOT NULL,
      oauth_path TEXT NOT NULL,
      m2m_path TEXT NOT NULL,
      is_demo INTEGER NOT NULL DEFAULT 0,
      writes_enabled INTEGER NOT NULL DEFAULT 1,
      send_account_with_devices INTEGER NOT NULL DEFAULT 0,
      batch_size INTEGER NOT NULL,
      page_size INTEGER NOT NULL,
      lanes INTEGER NOT NULL,
      max_requests_per_second REAL,
      max_attempts INTEGER NOT NULL,
      request_timeout_s REAL NOT NULL,
      settle_s REAL NOT NULL,
      confirm_deadline_s REAL NOT NULL,
      failed_logins INTEGER NOT NULL DEFAULT 0,
      last_login_failure TEXT,
      learned_requests_per_second REAL,
      slowest_confirmation_s REAL,
      created_at TEXT NOT NULL
    ) STRICT;

    CREATE TABLE customer (
      id INTEGER PRIMARY KEY,
      provider_id INTEGER NOT NULL REFERENCES service_provider(id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      UNIQUE (provider_id, name)
    ) STRICT;

    CREATE TABLE device (
      id INTEGER PRIMARY KEY,
      provider_id INTEGER NOT NULL REFERENCES service_provider(id) ON DELETE CASCADE,
      iccid TEXT, imei TEXT, mdn TEXT, msisdn TEXT, meid TEXT, esn TEXT, eid TEXT,
      account_name TEXT,
      plan_code TEXT,
      state TEXT,
      group_name TEXT,
      customer_id INTEGER REFERENCES customer(id) ON DELETE SET NULL,
      connected INTEGER,
      last_connected_at TEXT,
      billing_cycle_ends TEXT,
      synced_at TEXT,
      missing_since TEXT,
      CHECK (coalesce(iccid, imei, mdn, msisdn, meid, esn, eid) IS NOT NULL)
    ) STRICT;
    CREATE UNIQUE INDEX device_iccid ON device (provider_id, iccid) WHERE iccid IS NOT NULL;
    CREATE INDEX device_imei ON device (provider_id, imei) WHERE imei IS NOT NULL;
    CREATE INDEX device_mdn ON device (provider_id, mdn) WHERE mdn IS NOT NULL;
    CREATE INDEX device_plan ON device (provider_id, plan_code);
    CREATE INDEX device_state ON device (provider_id, state);
    CREATE INDEX device_customer ON device (customer_id) WHERE customer_id IS NOT NULL;

    CREATE TABLE device_history (
      id INTEGER PRIMARY KEY,
      device_id INTEGER NOT NULL REFERENCES device(id) ON DELETE CASCADE,
      at TEXT NOT NULL,
      field TEXT NOT NULL CHECK (field IN ('plan', 'state', 'customer')),
      old_value TEXT,
      new_value TEXT,
      source TEXT NOT NULL CHECK (source IN ('sync', 'job', 'import')),
      job_id INTEGER REFERENCES job(id)
    ) STRICT;
    CREATE INDEX device_history_device ON device_history (device_id, at);

    CREATE TABLE rate_plan (
      id INTEGER PRIMARY KEY,
      uuid TEXT NOT NULL,
      provider_id INTEGER NOT NULL REFERENCES service_provider(id) ON DELETE CASCADE,
      code TEXT NOT NULL,
      name TEXT NOT NULL,
      size_kb REAL,
      carrier_code TEXT,
      price_minor INTEGER,
      price_currency TEXT,
      allowed INTEGER NOT NULL DEFAULT 1,
      retired_at TEXT,
      synced_at TEXT,
      UNIQUE (provider_id, code)
    ) STRICT;

    CREATE TABLE sync_run (
      id INTEGER PRIMARY KEY,
      provider_id INTEGER NOT NULL REFERENCES service_provider(id) ON DELETE CASCADE,
      started_at TEXT NOT NULL,
      finished_at TEXT,
      next_device_id TEXT NOT NULL,
      pages INTEGER NOT NULL DEFAULT 0,
      devices INTEGER NOT NULL DEFAULT 0,
      changed INTEGER NOT NULL DEFAULT 0
    ) STRICT;

    CREATE TABLE job (
      id INTEGER PRIMARY KEY,
      uuid TEXT NOT NULL UNIQUE,
      provider_id INTEGER NOT NULL REFERENCES service_provider(id),
      type TEXT NOT NULL,
      title TEXT NOT NULL,
      state TEXT NOT NULL,
      wanted TEXT NOT NULL DEFAULT 'run' CHECK (wanted IN ('run', 'pause', 'cancel')),
      author TEXT NOT NULL,
      request TEXT NOT NULL,
      target TEXT NOT NULL,
      batch_size INTEGER NOT NULL,
      effective_at TEXT,
      created_at TEXT NOT NULL,
      started_at TEXT,
      finished_at TEXT,
      stop_reason TEXT,
      report_folder TEXT
    ) STRICT;
    CREATE INDEX job_state ON job (state);

    CREATE TABLE change (
      id INTEGER PRIMARY KEY,
      job_id INTEGER NOT NULL REFERENCES job(id),
      provider_id INTEGER NOT NULL,
      device_id INTEGER REFERENCES device(id) ON DELETE SET NULL,
      identifier_kind TEXT NOT NULL,
      identifier TEXT NOT NULL,
      detail TEXT NOT NULL,
      from_plan TEXT,
      state TEXT NOT NULL,
      sent_alone INTEGER NOT NULL DEFAULT 0,
      attempts INTEGER NOT NULL DEFAULT 0,
      not_before TEXT,
      request_id TEXT,
      reason_code TEXT,
      reason TEXT,
      next_step TEXT,
      submitted_at TEXT,
      accepted_at TEXT,
      finished_at TEXT,
      shown_plan TEXT,
      local_sync TEXT NOT NULL DEFAULT 'none' CHECK (local_sync IN ('none', 'done', 'failed'))
    ) STRICT;
    CREATE INDEX change_job_state ON change (job_id, state, sent_alone, id);
    CREATE INDEX change_device ON change (device_id) WHERE device_id IS NOT NULL;
    CREATE INDEX change_identifier ON change (provider_id, identifier);
    -- One writer per device over all jobs, kept by the database itself.
    CREATE UNIQUE INDEX change_one_open_per_device ON change (provider_id, identifier)
      WHERE state IN ('queued', 'submitting', 'uncertain', 'accepted');

    -- One row for each call to the carrier that a job made; answers are redacted where they enter.
    CREATE TABLE attempt (
      id INTEGER PRIMARY KEY,
      job_id INTEGER NOT NULL REFERENCES job(id),
      purpose TEXT NOT NULL CHECK (purpose IN ('change', 'read-back')),
      request TEXT NOT NULL,
      device_count INTEGER NOT NULL,
      started_at TEXT NOT NULL,
      finished_at TEXT,
      http_status INTEGER,
      answer TEXT,
      outcome TEXT
    ) STRICT;
    CREATE INDEX attempt_job ON attempt (job_id);

    -- The two log entries of a change: the API call (its text is the attempt's) and the update of the local record.
    CREATE TABLE change_log (
      id INTEGER PRIMARY KEY,
      change_id INTEGER NOT NULL REFERENCES change(id),
      kind TEXT NOT NULL CHECK (kind IN ('api-call', 'local-update')),
      attempt_id INTEGER REFERENCES attempt(id),
      at TEXT NOT NULL,
      ok INTEGER NOT NULL,
      text TEXT NOT NULL
    ) STRICT;
    CREATE INDEX change_log_change ON change_log (change_id);

    CREATE TABLE audit (
      seq INTEGER PRIMARY KEY,
      at TEXT NOT NULL,
      actor TEXT NOT NULL,
      action TEXT NOT NULL,
      subject TEXT NOT NULL,
      detail TEXT NOT NULL,
      previous_hash TEXT NOT NULL,
      hash TEXT NOT NULL
    ) STRICT;
    CREATE TRIGGER audit_is_append_only_u BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
    CREATE TRIGGER audit_is_append_only_d BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;

    CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  `,
};
