import type { Migration } from './migration.ts';

/** Certificates of authorities that an account's connection trusts besides the usual ones, in PEM; empty for none. */
export const ownCertificates: Migration = {
  version: 11,
  sql: `ALTER TABLE service_provider ADD COLUMN ca_certificates TEXT NOT NULL DEFAULT '';`,
};
