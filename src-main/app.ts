/**
 * Wires the parts into one App. The desktop app, the command line and the tests all build it; none of the parts knows
 * another but through what is handed in here.
 */
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { Access } from './access/access.ts';
import { SecondAdmin } from './access/second-admin.ts';
import { Accounts } from './accounts/accounts.ts';
import { AccountCredentials } from './accounts/credentials.ts';
import type { AccountPorts } from './accounts/ports.ts';
import { noteDown, record, type ActionContext } from './audit/action-context.ts';
import { AuditService } from './audit/audit-service.ts';
import { VERIFY_SCRIPT } from './audit/export.ts';
import { AuditLog, type AuditAction } from './audit/log.ts';
import { BulkChanges } from './bulk-change/create-job.ts';
import { ChildJobs } from './bulk-change/retry-undo.ts';
import { CarrierReads } from './carrier-reads.ts';
import { resourceFile } from './data-folder.ts';
import type { Actor } from './domain/actor.ts';
import { isoTime, systemClock, type Clock } from './domain/clock.ts';
import { explain } from './domain/errors.ts';
import { CarrierConnections } from './engine/carrier-connections.ts';
import { EngineStart } from './engine/engine-start.ts';
import { Engine } from './engine/scheduler.ts';
import { ProgressMonitor } from './monitor/progress.ts';
import { writeDiagnostics, type DiagnosticsFacts } from './reports/diagnostics.ts';
import { writeJobReport } from './reports/job-report.ts';
import { knowToken, PieceRedactor, redact } from './security/redaction.ts';
import type { Vault } from './security/vault.ts';
import { openStore, type Store } from './store/index.ts';
import { removeLeftSpools, removeOpenSpools } from './tables/spool.ts';
import type { Http } from './thingspace/http.ts';

export interface AppOptions {
  /** The data folder. */
  home: string;
  vault: Vault;
  clock?: Clock;
  /** What stands in for chance and for the network in a simulation. */
  random?: () => number;
  http?: Http;
  /** Who acts while the app has no operators; the operating system's user, unless something else is given. */
  actor?: string;
}

export class App implements ActionContext {
  readonly home: string;
  readonly store: Store;
  readonly audit: AuditLog;
  readonly auditService: AuditService;
  readonly engine: Engine;
  readonly bulkChanges: BulkChanges;
  readonly childJobs: ChildJobs;
  readonly progress: ProgressMonitor;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly access: Access;
  readonly secondAdmin: SecondAdmin;
  readonly accounts: Accounts;
  readonly credentials: AccountCredentials;
  readonly connections: CarrierConnections;
  /** What is read from the carrier beside the jobs. */
  readonly reads: CarrierReads;
  readonly #start: EngineStart;
  #openedAs: string | undefined;

  /** @throws ConsoleError when the data folder cannot be used */
  constructor(options: AppOptions) {
    this.home = options.home;
    this.vault = options.vault;
    this.clock = options.clock ?? systemClock;
    this.store = openStore(options.home);
    this.audit = new AuditLog(this.store.audit);
    this.access = new Access(this.store, this.audit, this.clock, options.actor ?? userInfo().username);
    this.secondAdmin = new SecondAdmin(this.store, this.audit, this.clock);
    this.bulkChanges = new BulkChanges(this.store, this.audit, this.clock);
    this.childJobs = new ChildJobs(this.store, this.bulkChanges);
    this.progress = new ProgressMonitor(this.clock);
    const tellOnceADay = (what: string, message: string): void => {
      this.#tellOnceADay(what, message);
    };
    const files = { home: this.home, script: resourceFile(VERIFY_SCRIPT) };
    this.auditService = new AuditService(this, this.vault, files, tellOnceADay);
    this.connections = new CarrierConnections(this.store, this.clock, options.http, {
      credentials: (provider) => this.credentials.forLogin(provider),
      isRunning: (id) => this.engine.isRunning(id),
      knowToken,
    });
    this.engine = this.#makeEngine(options.random ?? Math.random);
    this.#start = new EngineStart(this.home, this.store, this.clock, this.engine, {
      checkStore: () => this.auditService.checkAnchor(),
      problemOfStore: () => this.auditService.problem,
      tellOnceADay,
      taken: (interrupted) => {
        noteDown(this, 'engine.taken', 'console', { interrupted });
      },
    });
    const ports = this.#accountPorts();
    this.credentials = new AccountCredentials(this, this.vault, ports);
    this.accounts = new Accounts(this, this.secondAdmin, ports);
    this.reads = new CarrierReads(this, this.connections);
    this.engine.listen((event) => {
      if (event.kind === 'job' && this.store.jobs.get(event.jobId).state === 'finished') void this.auditService.sign();
    });
  }

  #makeEngine(random: () => number): Engine {
    return new Engine(this.store, this.audit, this.clock, {
      settings: (id) => this.connections.settings(id),
      connection: (provider) => this.connections.open(provider),
      asEngine: (work) => this.access.asEngine(work),
      random,
      whyNotDecide: (operatorId, authorId) => this.secondAdmin.borrowedPassword(operatorId, authorId),
      writeReport: async (job) => {
        const folder = this.reportFolder(job.id);
        await writeJobReport(this.store, job, folder);
        return folder;
      },
    });
  }

  #accountPorts(): AccountPorts {
    return {
      isRunning: (id) => this.engine.isRunning(id),
      drop: (id) => this.connections.drop(id),
      read: (id, call) => this.connections.read(id, call),
      client: (provider, secrets, onRefused) =>
        this.connections.client(provider, () => Promise.resolve(secrets), onRefused),
      alone: (work) => this.#start.alone(work),
      announce: (message) => {
        this.engine.announce(message);
      },
    };
  }

  /** Who acts now, for records. */
  get actor(): string {
    return this.access.actor;
  }

  get acting(): Actor {
    return this.access.acting;
  }

  askAgain(evenLocked = false): void {
    this.access.askAgain(evenLocked);
  }

  /** @throws ConsoleError `busy`, `store`; see {@link EngineStart.start} */
  startEngine(onlyNamed = false): { interrupted: number[] } {
    return this.#start.start(onlyNamed);
  }

  /** The same for a window, which works while the file is looked through. @throws ConsoleError as {@link startEngine} */
  async startEngineInBackground(): Promise<{ interrupted: number[] }> {
    return this.#start.startInBackground();
  }

  /**
   * This process begins and will end; both are in the audit log. Not for who only looks at a file that cannot be written.
   * @param how `window`, or the command's words
   */
  opened(how: string): void {
    noteDown(this, 'console.opened', 'console', { how, systemUser: this.access.systemName });
    this.#openedAs = how;
    // A list of devices that a killed app has left is of no use to anybody.
    removeLeftSpools(this.home).catch(() => undefined);
  }

  /** Writes what support needs to see. */
  async saveDiagnostics(file: string, facts: Omit<DiagnosticsFacts, 'audit'>): Promise<void> {
    const audit = await this.auditService.verify();
    this.askAgain();
    const redaction = { whole: (text: string) => redact(text), inPieces: () => new PieceRedactor() };
    await writeDiagnostics(this.store, this.home, file, { ...facts, audit }, redaction);
    this.logSaved('console', 'diagnostics');
  }

  /** A file has left the app: the audit log says which, and who took it. */
  logSaved(subject: string, what: string): void {
    this.record('report.saved', subject, { what });
  }

  /** Writes an entry of something that was done. Part of the caller's transaction, if there is one. */
  record(action: AuditAction, subject: string, detail: Record<string, unknown>): void {
    record(this, action, subject, detail);
  }

  reportFolder(jobId: number): string {
    return join(this.home, 'reports', `job-${String(jobId)}`);
  }

  /**
   * Ends runs so that they can be resumed, logs out, and closes the store. It always ends, and lock and file are free then.
   * @returns what could not be done on the way, in words for people; empty when all was
   */
  async close(): Promise<string[]> {
    const problems: string[] = [];
    const step = async (work: () => unknown): Promise<void> => {
      try {
        await work();
      } catch (error) {
        problems.push(explain(error));
      }
    };
    const briefly = async (work: Promise<unknown> | undefined, tooLong?: string): Promise<void> => {
      const done = new AbortController();
      const late = this.clock.sleep(LONGEST_SHUTDOWN_MS, done.signal).then(() => {
        if (!done.signal.aborted && tooLong !== undefined) problems.push(tooLong);
      });
      await Promise.race([work, late]);
      done.abort();
    };
    await briefly(this.#start.settled());
    await step(() => this.engine.stop());
    await step(() => {
      this.access.signOut();
      if (this.#openedAs !== undefined) noteDown(this, 'console.closed', 'console', { how: this.#openedAs });
    });
    await briefly(step(() => removeOpenSpools(this.home)));
    await briefly(step(() => this.credentials.keepAll()));
    await briefly(
      step(() => this.auditService.sign()),
      'The keychain does not answer, so the audit log was not signed. It is tried again the next time.',
    );
    await briefly(this.connections.close(step));
    this.connections.forget();
    await step(() => this.#start.backedUp());
    await step(() => {
      this.#start.release();
    });
    await step(() => {
      this.store.close();
    });
    return [...new Set(problems)];
  }

  /** What fails in the background is no reason to stop, but nobody shall find out by chance. */
  #tellOnceADay(what: string, message: string): void {
    const today = isoTime(this.clock.now()).slice(0, 10);
    const key = `told.${what}`;
    try {
      if (this.store.settings.get(key) === today) return;
      this.store.settings.set(key, today);
    } catch {
      // A store that takes nothing is the more reason to say it.
    }
    this.engine.announce(message);
  }
}

/**
 * A carrier that does not answer the logout is not waited for: its session ends by itself. Nor is a keychain that asks
 * somebody who is gone: the log is signed the next time.
 */
const LONGEST_SHUTDOWN_MS = 3000;
