import type { Migration } from './migration.ts';

/**
 * Since when a service provider's password is in use. Of those that are there already it is known when they were entered, if
 * the log still has it; otherwise they count from when the service provider was made.
 */
export const passwordAge: Migration = {
  version: 17,
  sql: `
    ALTER TABLE service_provider ADD COLUMN password_since TEXT;
    UPDATE service_provider SET password_since = coalesce(
      (SELECT max(at) FROM audit WHERE action = 'credentials.set' AND subject = 'service provider ' || service_provider.id),
      created_at)
    WHERE secrets_backend IS NOT NULL;
  `,
};
