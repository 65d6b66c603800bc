import type { Migration } from './migration.ts';

/** Where a service provider's credentials were kept when they were last entered; never the credentials. Null for nowhere. */
export const secretsBackend: Migration = {
  version: 7,
  sql: `ALTER TABLE service_provider ADD COLUMN secrets_backend TEXT CHECK (secrets_backend IN ('keychain', 'memory'));`,
};
