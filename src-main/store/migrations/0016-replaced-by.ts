import type { Migration } from './migration.ts';

/** A device that goes looks for those that it took the place of: without an index, through all. One that nobody reads goes. */
export const replacedBy: Migration = {
  version: 16,
  sql: `
    CREATE INDEX device_replaced_by ON device (replaced_by) WHERE replaced_by IS NOT NULL;
    DROP INDEX change_device_accepted;
  `,
};
