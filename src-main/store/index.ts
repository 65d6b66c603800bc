/** The store: one SQLite file of a data folder, and one repository for each kind of record. */
import { ApprovalRepository } from './approvals.ts';
import { AttemptRepository } from './attempts.ts';
import { AuditRepository } from './audit-entries.ts';
import { ChangeRepository } from './changes.ts';
import { backUp } from './backup.ts';
import { findDamage, findDamageBeside, openDatabase } from './database.ts';
import { DeviceRepository } from './devices.ts';
import { JobRepository } from './jobs.ts';
import { OperatorRepository } from './operators.ts';
import { PlanChangeRepository } from './plan-changes.ts';
import { PlanRepository } from './plans.ts';
import { ProposalRepository } from './proposals.ts';
import { ProviderRepository } from './providers.ts';
import { ReportedChangeRepository } from './reported-changes.ts';
import { SavedViewRepository } from './saved-views.ts';
import { SettingRepository } from './settings.ts';
import { SignInTryRepository } from './sign-in-tries.ts';
import { SyncRunRepository } from './sync-runs.ts';

export interface Store {
  readonly approvals: ApprovalRepository;
  readonly attempts: AttemptRepository;
  readonly audit: AuditRepository;
  readonly changes: ChangeRepository;
  readonly devices: DeviceRepository;
  readonly jobs: JobRepository;
  readonly operators: OperatorRepository;
  readonly planChanges: PlanChangeRepository;
  readonly plans: PlanRepository;
  readonly proposals: ProposalRepository;
  readonly providers: ProviderRepository;
  readonly reportedChanges: ReportedChangeRepository;
  readonly savedViews: SavedViewRepository;
  readonly settings: SettingRepository;
  readonly signInTries: SignInTryRepository;
  readonly syncRuns: SyncRunRepository;
  /** Looks through the whole file. @returns what is wrong with it first; undefined when nothing is */
  damage(): string | undefined;
  /** The same in a thread of its own: a large file takes seconds. */
  damageBeside(): Promise<string | undefined>;
  /** A copy beside the store, at most one a day. @returns its file, undefined when none was due or there is no room */
  backUp(now: number): Promise<string | undefined>;
  /** Another number after another process has written into the store. */
  foreignWrites(): number;
  /** All or nothing; durable when it returns. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/** @throws ConsoleError when the folder or the file cannot be used */
export function openStore(home: string): Store {
  const db = openDatabase(home);
  return {
    approvals: new ApprovalRepository(db),
    attempts: new AttemptRepository(db),
    audit: new AuditRepository(db),
    changes: new ChangeRepository(db),
    devices: new DeviceRepository(db),
    jobs: new JobRepository(db),
    operators: new OperatorRepository(db),
    planChanges: new PlanChangeRepository(db),
    plans: new PlanRepository(db),
    proposals: new ProposalRepository(db),
    providers: new ProviderRepository(db),
    reportedChanges: new ReportedChangeRepository(db),
    savedViews: new SavedViewRepository(db),
    settings: new SettingRepository(db),
    signInTries: new SignInTryRepository(db),
    syncRuns: new SyncRunRepository(db),
    damage: () => findDamage(db),
    damageBeside: () => findDamageBeside(db.name),
    backUp: (now) => backUp(db, home, now),
    foreignWrites: () => db.pragma('data_version', { simple: true }) as number,
    transaction: (work) => db.transaction(work).immediate(),
    close: () => {
      db.close();
    },
  };
}
