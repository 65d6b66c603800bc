import type { Migration } from './migration.ts';

/**
 * Above how many devices a person has to type their number before a bulk change starts (null for never); and an index that
 * counts the devices on each plan without reading them.
 */
export const confirmation: Migration = {
  version: 5,
  sql: `
    ALTER TABLE service_provider ADD COLUMN confirm_above INTEGER DEFAULT 1000;
    DROP INDEX device_plan;
    CREATE INDEX device_plan ON device (provider_id, plan_code, missing_since);
  `,
};
