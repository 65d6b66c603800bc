import type { Migration } from './migration.ts';

/** Jobs that come of other jobs (retry, undo), and the guards of a job: abort rule and canary. */
export const childJobsAndGuards: Migration = {
  version: 2,
  sql: `
    ALTER TABLE job ADD COLUMN parent_job_id INTEGER REFERENCES job(id);
    ALTER TABLE job ADD COLUMN child_kind TEXT CHECK (child_kind IN ('retry', 'undo'));
    ALTER TABLE job ADD COLUMN abort_share REAL;
    ALTER TABLE job ADD COLUMN abort_after INTEGER;
    ALTER TABLE job ADD COLUMN canary INTEGER;
    CREATE INDEX job_parent ON job (parent_job_id) WHERE parent_job_id IS NOT NULL;
    -- How many plan changes a device had this month is asked for each device of a selection.
    CREATE INDEX change_device_accepted ON change (device_id, accepted_at) WHERE accepted_at IS NOT NULL;
  `,
};
