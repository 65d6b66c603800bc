import type Database from 'better-sqlite3';
import { ConsoleError } from '../../domain/errors.ts';
import { firstTables } from './0001-first-tables.ts';
import { childJobsAndGuards } from './0002-child-jobs-and-guards.ts';
import { changeTypes } from './0003-change-types.ts';
import { deviceSearch } from './0004-device-search.ts';
import { confirmation } from './0005-confirmation.ts';
import { auditCheckpoints } from './0006-audit-checkpoints.ts';
import { secretsBackend } from './0007-secrets-backend.ts';
import { operators } from './0008-operators.ts';
import { approvals } from './0009-approvals.ts';
import { auditSegments } from './0010-audit-segments.ts';
import { ownCertificates } from './0011-own-certificates.ts';
import { exactPrices } from './0012-exact-prices.ts';
import { oneDoor } from './0013-one-door.ts';
import { seenInRun } from './0014-seen-in-run.ts';
import { actors } from './0015-actors.ts';
import { replacedBy } from './0016-replaced-by.ts';
import { passwordAge } from './0017-password-age.ts';
import { secondAdmin } from './0018-second-admin.ts';
import { firstSeen } from './0019-first-seen.ts';
import type { Migration } from './migration.ts';

export const MIGRATIONS: readonly Migration[] = [
  firstTables,
  childJobsAndGuards,
  changeTypes,
  deviceSearch,
  confirmation,
  auditCheckpoints,
  secretsBackend,
  operators,
  approvals,
  auditSegments,
  ownCertificates,
  exactPrices,
  oneDoor,
  seenInRun,
  actors,
  replacedBy,
  passwordAge,
  secondAdmin,
  firstSeen,
];

/**
 * Brings the store to the newest version, each step in a transaction of its own with its `user_version`.
 * @throws ConsoleError when the store was written by a newer console
 */
export function migrate(db: Database.Database, migrations: readonly Migration[] = MIGRATIONS): void {
  const newest = migrations.at(-1)?.version ?? 0;
  const current = db.pragma('user_version', { simple: true }) as number;
  if (current > newest) {
    throw new ConsoleError(
      'store',
      `The data folder was written by a newer version of the console (store version ${String(current)}, this one knows ${String(newest)}). Nothing was changed.`,
      'Install the newer version, or choose another data folder with RATEPLAN_HOME.',
    );
  }
  for (const step of migrations) {
    if (step.version <= current) continue;
    db.transaction(() => {
      db.exec(step.sql);
      db.pragma(`user_version = ${String(step.version)}`);
    })();
  }
}
