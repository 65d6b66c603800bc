/**
 * Wires the parts into one Console. The desktop app, the command line and the tests all build it; none of the parts knows
 * another but through what is handed in here.
 */
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { Access } from './access/access.ts';
import { SecondAdmin } from './access/second-admin.ts';
import type { Actor } from './domain/actor.ts';
import { foreignSegments, problemSince } from './audit/anchor.ts';
import { newSigningKey, signerOf, type Signer } from './audit/checkpoint.ts';
import { exportAudit, lastSigned, VERIFY_SCRIPT } from './audit/export.ts';
import { AuditLog, type AuditAction } from './audit/log.ts';
import { checkSegments, writeSegment } from './audit/archive.ts';
import type { AuditVerdict, KnownHead } from './audit/walk.ts';
import { resourceFile } from './data-folder.ts';
import { isoTime, systemClock, type Clock } from './domain/clock.ts';
import { normalBaseUrl } from './domain/base-url.ts';
import { ConsoleError, explain, storageProblem } from './domain/errors.ts';
import { checkSecrets } from './domain/secrets.ts';
import { PasswordChanges, type PasswordOutcome, type UnfinishedChange } from './accounts/carrier-password.ts';
import { BulkChanges } from './bulk-change/create-job.ts';
import { isUnreadable } from './engine/carrier-reader.ts';
import { ChildJobs } from './bulk-change/retry-undo.ts';
import { Engine } from './engine/scheduler.ts';
import { plausibleRate, RateLimiter } from './engine/rate-limiter.ts';
import type { CarrierConnection } from './engine/ports.ts';
import { ProgressMonitor } from './monitor/progress.ts';
import { writeDiagnostics, type DiagnosticsFacts } from './reports/diagnostics.ts';
import { writeJobReport } from './reports/job-report.ts';
import { knowSecret, knowToken, PieceRedactor, redact } from './security/redaction.ts';
import type { KeptSecrets, Secrets, Vault } from './security/vault.ts';
import { takeEngineLock, type EngineLock } from './store/engine-lock.ts';
import { openStore, type Store } from './store/index.ts';
import type { Provider } from './store/providers.ts';
import {
  accountDifferences,
  accountOf,
  addressOf,
  type CarrierAccount,
  type ProviderSettings,
} from './domain/provider-settings.ts';
import { CarrierError } from './thingspace/carrier-error.ts';
import type { Http } from './thingspace/http.ts';
import { checkCertificates } from './thingspace/tls-trust.ts';
import { removeLeftSpools, removeOpenSpools } from './tables/spool.ts';
import { ThingSpaceClient } from './thingspace/client.ts';
import { syncDevices, type SyncProgress, type SyncResult } from './inventory/sync.ts';
import { checkQuota, type QuotaCheck } from './bulk-change/plan-change-quota.ts';
import type { DeviceIdentifier } from './domain/identifiers.ts';
import { planChangesIn } from './thingspace/history.ts';
import { refreshDevices, type RefreshResult } from './inventory/refresh.ts';
import { syncPlans } from './catalog/sync.ts';
import type { CatalogPlan } from './store/plans.ts';

export interface ConsoleOptions {
  /** The data folder. */
  home: string;
  vault: Vault;
  clock?: Clock;
  /** What stands in for chance and for the network in a simulation. */
  random?: () => number;
  http?: Http;
  /** Who acts while the console has no operators; the operating system's user, unless something else is given. */
  actor?: string;
}

/** What an option of the command line sets for one run; it is not saved. */
export type RunSettings = Partial<
  Pick<ProviderSettings, 'lanes' | 'maxRequestsPerSecond' | 'settleS' | 'confirmDeadlineS'>
>;

/** The whole log, sealed segments and all. */
export type WholeVerdict = AuditVerdict & {
  /** The public key of this keychain; null before the first signature. */
  ownKey: string | null;
  /** Whether the log is signed on this computer: that takes a keychain. */
  isSigned: boolean;
  /** Sealed files that are not in the data folder any more. */
  missingSegments: string[];
};

interface OpenLine extends CarrierConnection {
  client: ThingSpaceClient;
  /** Where it goes. */
  account: CarrierAccount;
}

export class App {
  readonly home: string;
  readonly store: Store;
  readonly audit: AuditLog;
  readonly engine: Engine;
  readonly bulkChanges: BulkChanges;
  readonly childJobs: ChildJobs;
  readonly progress: ProgressMonitor;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly access: Access;
  readonly secondAdmin: SecondAdmin;
  readonly #http: Http | undefined;
  readonly #passwords: PasswordChanges;
  readonly #lines = new Map<number, OpenLine>();
  /** Lines to a former account that a running job still had when it was edited elsewhere. */
  readonly #formerLines: OpenLine[] = [];
  #lock: EngineLock | undefined;
  #starting: Promise<{ interrupted: number[] }> | undefined;
  #openedAs: string | undefined;
  /** Service providers whose credentials this process has read: the first time is in the log. */
  readonly #credentialsRead = new Set<number>();
  #forThisRun: RunSettings = {};
  /** Why the data file does not fit the anchor in the keychain. */
  #notAnchored: string | undefined;
  #sealed: Promise<void> = Promise.resolve();
  #backup: Promise<string | undefined> = Promise.resolve(undefined);

  /** @throws ConsoleError when the data folder cannot be used */
  constructor(options: ConsoleOptions) {
    this.home = options.home;
    this.vault = options.vault;
    this.clock = options.clock ?? systemClock;
    this.#http = options.http;
    this.store = openStore(options.home);
    this.audit = new AuditLog(this.store.audit);
    this.access = new Access(this.store, this.audit, this.clock, options.actor ?? userInfo().username);
    this.secondAdmin = new SecondAdmin(this.store, this.audit, this.clock);
    this.bulkChanges = new BulkChanges(this.store, this.audit, this.clock);
    this.childJobs = new ChildJobs(this.store, this.bulkChanges);
    this.progress = new ProgressMonitor(this.clock);
    this.engine = new Engine(this.store, this.audit, this.clock, {
      settings: (id) => this.settings(id),
      connection: (provider) => this.line(provider),
      asEngine: (work) => this.access.asEngine(work),
      random: options.random ?? Math.random,
      whyNotDecide: (operatorId, authorId) => this.secondAdmin.borrowedPassword(operatorId, authorId),
      writeReport: async (job) => {
        const folder = this.reportFolder(job.id);
        await writeJobReport(this.store, job, folder);
        return folder;
      },
    });
    this.#passwords = new PasswordChanges(this.store, this.vault, this.clock, {
      secretsFor: (provider) => this.#storedSecrets(provider),
      client: (provider, secrets, onRefused) => this.#client(provider, () => Promise.resolve(secrets), onRefused),
      isRunning: (id) => this.engine.isRunning(id),
      askAgain: () => {
        this.askAgain();
      },
      alone: (work) => this.#alone(work),
      dropLine: (id) => this.#dropLine(id),
      log: (action, id, detail) => {
        this.#log(action, id, detail);
      },
      announce: (message) => {
        this.engine.announce(message);
      },
    });
    this.engine.listen((event) => {
      if (event.kind === 'job' && this.store.jobs.get(event.jobId).state === 'finished') void this.sealAudit();
    });
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

  /**
   * Takes the engine lock, marks what a crash left running as interrupted, and starts what is waiting.
   * @param onlyNamed runs only the jobs that are named to {@link Engine.take}, as a command does that ends with its own job
   * @returns the interrupted jobs; they wait for a person
   * @throws ConsoleError `busy` when another process runs jobs on this data folder, `store` when the file is damaged
   */
  startEngine(onlyNamed = false): { interrupted: number[] } {
    if (this.#lock !== undefined) return { interrupted: [] };
    const lock = takeEngineLock(this.home);
    return this.#orRelease(lock, () => this.#begin(lock, this.store.damage(), onlyNamed));
  }

  /** The same for a window, which works while the file is looked through. @throws ConsoleError as {@link startEngine} */
  async startEngineBeside(): Promise<{ interrupted: number[] }> {
    if (this.#lock !== undefined) return { interrupted: [] };
    this.#starting ??= this.#beginBeside().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #beginBeside(): Promise<{ interrupted: number[] }> {
    const lock = takeEngineLock(this.home);
    await this.checkAnchor().catch((error: unknown) => {
      lock.release();
      throw error;
    });
    const damage = await this.store.damageBeside().catch((error: unknown) => explain(error));
    return this.#orRelease(lock, () => this.#begin(lock, damage));
  }

  /** A lock that came to nothing must not keep another console out. */
  #orRelease<T>(lock: EngineLock, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (this.#lock === undefined) lock.release();
      throw error;
    }
  }

  #begin(lock: EngineLock, damage: string | undefined, onlyNamed = false): { interrupted: number[] } {
    if (this.#notAnchored !== undefined) throw new ConsoleError('store', this.#notAnchored, SAY_WHY);
    if (damage !== undefined) throw damaged(damage);
    const interrupted = this.engine.recover().map((job) => job.id);
    // Only from here on the engine counts as started: a start that the disk refuses is tried again as a whole.
    this.#lock = lock;
    // A copy that cannot be made is no reason not to work; the next start tries again.
    this.#backup = this.store.backUp(this.clock.now()).catch((error: unknown) => {
      this.#tellOnceADay('backup', `Today's copy of the data file could not be made: ${explain(error)}`);
      return undefined;
    });
    this.#noteDown('engine.taken', 'console', { interrupted });
    this.engine.start(onlyNamed);
    return { interrupted };
  }

  /**
   * Signs the audit log as it is now, with the key in the keychain; without a keychain nothing is signed.
   * It never fails a job: a log that is not signed this time is signed the next, and people are told once a day.
   */
  async sealAudit(): Promise<void> {
    this.#sealed = this.#sealed
      .then(() => this.#seal())
      .catch((error: unknown) => {
        this.#tellOnceADay('signature', `The audit log could not be signed: ${explain(error)} It is tried again.`);
      });
    await this.#sealed;
  }

  async #seal(): Promise<void> {
    // A key that nobody has tomorrow would only fill the log with signatures that say nothing.
    if (!this.vault.signs) return;
    const signer = await this.#signer();
    const anchor = await this.vault.readAnchor();
    const problem = anchor && problemSince(this.store.audit, anchor, signer.publicKey);
    // A log that was changed is never signed: that would make the forgery good.
    if (problem !== undefined)
      throw new ConsoleError(
        'store',
        `Entry ${String(problem.seq)} of the audit log is bad: ${problem.problem}.`,
        KEEP_IT,
      );
    const checkpoint = this.store.transaction(() => this.audit.seal(signer, isoTime(this.clock.now())));
    if (checkpoint !== undefined)
      await this.vault.writeAnchor({ ...anchor, seq: checkpoint.seq, hash: checkpoint.head });
  }

  /**
   * Compares the log with the anchor in the keychain. Call it before the engine is started.
   * @returns what is wrong; then the engine stays off until an Admin has said why ({@link acceptOlder})
   */
  async checkAnchor(): Promise<string | undefined> {
    const anchor = this.vault.signs ? await this.vault.readAnchor() : undefined;
    const pem = await this.vault.readSigningKey();
    const problem =
      anchor === undefined || pem === undefined
        ? undefined
        : problemSince(this.store.audit, anchor, signerOf(pem).publicKey);
    this.#notAnchored =
      problem &&
      `The data file is not the one that this computer last signed: ${problem.problem} (entry ${String(problem.seq)}).`;
    return this.#notAnchored;
  }

  /**
   * An Admin knows why the data file is an older or another one, as after a backup was put back: from here on it is good.
   * @param why in words, for the audit log
   */
  async acceptOlder(why: string): Promise<void> {
    const problem = await this.checkAnchor();
    this.askAgain();
    if (problem === undefined) throw new ConsoleError('refused', 'The data file is the one that was last signed.');
    this.store.transaction(() => {
      this.#append('audit.older-accepted', 'audit log', { problem, why });
    });
    const last = this.store.audit.last();
    const anchor = await this.vault.readAnchor();
    const { publicKey } = await this.#signer();
    const accepted = foreignSegments(this.store.audit, publicKey).map(({ signature }) => signature);
    if (last !== undefined) await this.vault.writeAnchor({ ...anchor, seq: last.seq, hash: last.hash, accepted });
    this.#notAnchored = undefined;
    await this.sealAudit();
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

  /** The key of this keychain, made when there is none. */
  async #signer(): Promise<Signer> {
    let pem = await this.vault.readSigningKey();
    if (pem === undefined) {
      pem = newSigningKey();
      await this.vault.writeSigningKey(pem);
    }
    return signerOf(pem);
  }

  /**
   * This process begins and will end; both are in the audit log. Not for who only looks at a file that cannot be written.
   * @param how `window`, or the command's words
   */
  opened(how: string): void {
    this.#noteDown('console.opened', 'console', { how, systemUser: this.access.systemName });
    this.#openedAs = how;
    // A list of devices that a killed app has left is of no use to anybody.
    removeLeftSpools(this.home).catch(() => undefined);
  }

  /** Somebody has looked through the log: who, and what came of it. */
  async checkAudit(known?: KnownHead): Promise<WholeVerdict> {
    const verdict = await this.verifyAudit(known);
    this.#noteDown('audit.verified', 'audit log', { entries: verdict.entries, firstBad: verdict.firstBad });
    return verdict;
  }

  /** Looks through the whole audit log. @param known a head that was noted elsewhere */
  async verifyAudit(known?: KnownHead): Promise<WholeVerdict> {
    const { firstBad, missing, publicKeys } = await checkSegments(this.store.audit, this.home, known);
    const pem = await this.vault.readSigningKey();
    const own = pem === undefined ? undefined : signerOf(pem).publicKey;
    const verdict = await this.audit.verifyBeside(known, own);
    const anchor = this.vault.signs ? await this.vault.readAnchor() : undefined;
    const moved = anchor && own !== undefined ? problemSince(this.store.audit, anchor, own) : undefined;
    const { checkpoints } = verdict;
    return {
      ...verdict,
      firstBad: firstBad ?? verdict.firstBad ?? moved ?? null,
      checkpoints: { ...checkpoints, publicKeys: [...new Set([...publicKeys, ...checkpoints.publicKeys])] },
      isSigned: this.vault.signs,
      missingSegments: missing,
      ownKey: own ?? null,
    };
  }

  /** Writes the audit log for others, signed up to its last entry. @returns how many entries it has */
  async exportAudit(file: string): Promise<number> {
    this.store.transaction(() => {
      this.#append('audit.exported', 'audit log', {});
    });
    const own = this.store.audit.last()?.seq ?? 0;
    await this.sealAudit();
    const signer = this.vault.signs ? await this.#signer() : undefined;
    this.askAgain();
    // A log that could not be signed, as one that was changed, gets no signed end either.
    const signed = signer && lastSigned(this.store.audit, signer.publicKey, own);
    const at = isoTime(this.clock.now());
    const endSigner = signer === undefined || signed === undefined ? undefined : { signer, at };
    const script = resourceFile(VERIFY_SCRIPT);
    const { entries } = await exportAudit(this.store.audit, file, script, signed, endSigner);
    return entries;
  }

  /**
   * Takes the entries that are older than a time out of the store, into a sealed file of the data folder.
   * @param before UTC ISO 8601
   * @returns the file, undefined when no entry is that old
   * @throws ConsoleError `refused` when nothing signs the log, or it is not sound: what would prove it must stay as it is
   */
  async sealAuditBefore(before: string): Promise<{ file: string; entries: number } | undefined> {
    if (Date.parse(before) > this.clock.now() - YOUNGEST_SEALED_MS)
      throw new ConsoleError(
        'refused',
        'Entries of the last 90 days stay in the log.',
        'Choose an earlier date. Nothing was sealed.',
      );
    await this.sealAudit();
    const { firstBad } = await this.verifyAudit();
    if (firstBad !== null)
      throw new ConsoleError(
        'refused',
        `Entry ${String(firstBad.seq)} of the audit log is bad: ${firstBad.problem}.`,
        'Nothing was sealed. Keep this data folder as it is, and compare it with a backup or an export.',
      );
    const last = this.store.audit.lastBefore(before);
    if (last === undefined) return undefined;
    // A segment of this run's own key would be a stranger's to the keychain at the next start.
    if (!this.vault.signs)
      throw new ConsoleError(
        'refused',
        'Entries are sealed by the key in the OS keychain, and there is none.',
        'Seal them on a computer, or in a session, that has one. Nothing was sealed.',
      );
    const at = isoTime(this.clock.now());
    const script = resourceFile(VERIFY_SCRIPT);
    const signer = await this.#signer();
    this.askAgain();
    const segment = await writeSegment(this.store.audit, this.home, script, last, signer, at);
    const { firstSeq, lastSeq, file, sha256 } = segment;
    this.store.transaction(() => {
      this.#append('audit.sealed', 'audit log', { firstSeq, lastSeq, file, sha256 });
      this.store.audit.replaceBySegment(segment);
    });
    await this.sealAudit();
    return { file: join(this.home, file), entries: lastSeq - firstSeq + 1 };
  }

  /** Writes what support needs to see. */
  async saveDiagnostics(file: string, facts: Omit<DiagnosticsFacts, 'audit'>): Promise<void> {
    const audit = await this.verifyAudit();
    this.askAgain();
    await writeDiagnostics(
      this.store,
      this.home,
      file,
      { ...facts, audit },
      {
        whole: (text) => redact(text),
        inPieces: () => new PieceRedactor(),
      },
    );
    this.logSaved('console', 'diagnostics');
  }

  /** A file has left the console: the audit log says which, and who took it. */
  logSaved(subject: string, what: string): void {
    this.record('report.saved', subject, { what });
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
      const late = this.clock.sleep(LONGEST_GOODBYE_MS, done.signal).then(() => {
        if (!done.signal.aborted && tooLong !== undefined) problems.push(tooLong);
      });
      await Promise.race([work, late]);
      done.abort();
    };
    await briefly(this.#starting?.catch(() => undefined));
    await step(() => this.engine.stop());
    await step(() => {
      this.access.signOut();
      if (this.#openedAs !== undefined) this.#noteDown('console.closed', 'console', { how: this.#openedAs });
    });
    await briefly(step(() => removeOpenSpools(this.home)));
    await briefly(step(() => this.#passwords.keepAll()));
    await briefly(
      step(() => this.sealAudit()),
      'The keychain does not answer, so the audit log was not signed. It is tried again the next time.',
    );
    const goodbyes = Promise.all(
      [...this.#lines.values(), ...this.#formerLines].map(({ client }) => step(() => client.close())),
    );
    await briefly(goodbyes);
    this.#lines.clear();
    await step(() => this.#backup);
    await step(() => this.#lock?.release());
    await step(() => {
      this.store.close();
    });
    return [...new Set(problems)];
  }

  reportFolder(jobId: number): string {
    return join(this.home, 'reports', `job-${String(jobId)}`);
  }

  /** What an option of the command line sets holds for this process, for every service provider, and is not saved. */
  useForThisRun(settings: RunSettings): void {
    this.#forThisRun = settings;
    this.#lines.clear();
  }

  /** A service provider with what holds for this run only. @throws ConsoleError `not-found` */
  settings(providerId: number): Provider {
    return { ...this.store.providers.get(providerId), ...this.#forThisRun };
  }

  /** The line to a service provider's carrier account; one for all that the console does there. */
  line(provider: Provider): OpenLine {
    const known = this.#lines.get(provider.id);
    const account = accountOf(provider);
    if (known !== undefined && accountDifferences(known.account, account).length === 0) return known;
    // Another window or command has edited the account.
    if (known !== undefined && this.engine.isRunning(provider.id)) this.#formerLines.push(known);
    else void this.#dropLine(provider.id);
    const client = this.#client(provider, async () => {
      await this.#passwords.beforeLogin(provider);
      return this.#storedSecrets(provider);
    });
    const learned = plausibleRate(provider.learnedRequestsPerSecond, provider.learnedRateAt, this.clock.now());
    const rateLimiter = new RateLimiter(this.clock, learned, this.settings(provider.id).maxRequestsPerSecond);
    const line = { client, carrier: client, rateLimiter, account };
    this.#lines.set(provider.id, line);
    return line;
  }

  #client(provider: Provider, credentials: () => Promise<Secrets>, onRefused?: () => void): ThingSpaceClient {
    return new ThingSpaceClient(
      provider,
      {
        credentials,
        knowSecret: knowToken,
        failedLogins: () => this.store.providers.get(provider.id).failedLogins,
        recordLogin: (succeeded, at) => {
          this.store.providers.recordLogin(provider.id, succeeded, at);
          if (!succeeded) onRefused?.();
        },
      },
      this.clock,
      () => this.store.plans.reader(provider.id),
      this.#http,
    );
  }

  /** Runs the work while no other process runs jobs on this data folder. @throws ConsoleError `busy` when one does */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    await this.#starting?.catch(() => undefined);
    if (this.#lock !== undefined) return work();
    const lock = takeEngineLock(this.home);
    try {
      return await work();
    } finally {
      lock.release();
    }
  }

  /**
   * The secrets of an account, for the address that its line goes to.
   * @throws CarrierError `credentials` when there are none, or when they were entered for another address or account
   */
  async #storedSecrets(provider: Provider): Promise<Secrets> {
    const kept = await this.vault.read(provider.id);
    if (kept === undefined)
      throw new CarrierError('credentials', `No credentials are stored for "${provider.name}".`, {
        code: 'NO_CREDENTIALS',
        nextStep: 'Enter them in Settings.',
      });
    if (!isFor(kept, provider))
      throw new CarrierError(
        'credentials',
        `The stored credentials were entered for another ${kept.accountName === null ? 'address' : 'account'} than that of "${provider.name}", so they are not sent to ${provider.baseUrl}.`,
        { code: 'OTHER_ADDRESS', nextStep: 'Check the address in Settings, then enter them again.' },
      );
    knowSecrets(kept.secrets);
    if (!this.#credentialsRead.has(provider.id)) {
      this.#credentialsRead.add(provider.id);
      this.#noteDown('credentials.read', `service provider ${String(provider.id)}`, { for: provider.baseUrl });
    }
    return kept.secrets;
  }

  /** Whether there are credentials that may be sent to the account's address, or some that were entered for another one. */
  async credentialsOf(provider: Provider): Promise<{ hasCredentials: boolean; credentialsElsewhere: boolean }> {
    const kept = await this.vault.read(provider.id);
    const hasCredentials = kept !== undefined && isFor(kept, provider);
    return { hasCredentials, credentialsElsewhere: kept !== undefined && !hasCredentials };
  }

  /** @throws ConsoleError `bad-input`, or `configuration` for an address that is none */
  createProvider(entered: ProviderSettings, isDemo = false): Provider {
    const settings = checkedSettings(entered);
    return this.store.transaction(() => {
      if (!isDemo) this.#refuseSameAccount(settings);
      const provider = this.store.providers.create(settings, isDemo, isoTime(this.clock.now()));
      this.#log('provider.created', provider.id, { name: settings.name, account: settings.accountName });
      return provider;
    });
  }

  /**
   * @throws ConsoleError `busy` while one of its jobs is running, or while one is open that was made for the account or
   *   address that would change; `refused` when it takes a second Admin
   */
  async updateProvider(id: number, entered: ProviderSettings): Promise<Provider> {
    const settings = checkedSettings(entered);
    refuseOtherDemo(this.store.providers.get(id), settings);
    const loosens = this.secondAdmin.neededFor(this.store.providers.get(id), settings, this.acting);
    if (loosens.length > 0)
      throw new ConsoleError(
        'refused',
        `This takes a second Admin: ${loosens.join('; ')}.`,
        'Propose it in Settings of the window; another Admin agrees to it there. Nothing was saved.',
      );
    return this.#saveSettings(id, settings);
  }

  /** Like {@link updateProvider}; what takes a second Admin waits for one, and the service provider stays as it is. */
  async saveOrPropose(id: number, entered: ProviderSettings): Promise<Provider> {
    const settings = checkedSettings(entered);
    const provider = this.store.providers.get(id);
    refuseOtherDemo(provider, settings);
    if (this.secondAdmin.neededFor(provider, settings, this.acting).length === 0)
      return this.#saveSettings(id, settings);
    this.secondAdmin.propose(provider, settings, this.acting);
    return provider;
  }

  /** The demo's carrier is inside the console, at another port each time. @throws Error for a service provider that is none */
  async moveDemo(id: number, settings: ProviderSettings): Promise<Provider> {
    if (!this.store.providers.get(id).isDemo) throw new Error('only the demo moves by itself');
    return this.#saveSettings(id, settings);
  }

  /** Saves what another Admin has proposed. @throws ConsoleError as {@link updateProvider} does */
  async agreeToSettings(id: number, digest: string): Promise<Provider> {
    const by = this.acting;
    const proposal = this.secondAdmin.agreeable(id, by, digest);
    return this.#saveSettings(id, proposal.settings, () => {
      this.secondAdmin.agreed(proposal, by);
    });
  }

  /** @param alongside done in the same transaction */
  async #saveSettings(id: number, settings: ProviderSettings, alongside?: () => void): Promise<Provider> {
    if (this.engine.isRunning(id)) {
      throw new ConsoleError(
        'busy',
        'A job of this service provider is running.',
        'Pause it before you change its settings.',
      );
    }
    const provider = this.store.transaction(() => {
      this.#refuseOtherAccount(id, settings);
      const before = this.store.providers.get(id);
      if (!before.isDemo) this.#refuseSameAccount(settings, id);
      this.store.providers.update(id, settings);
      // What one carrier's account has taught holds for that one.
      if (accountDifferences(accountOf(before), accountOf({ ...before, ...settings })).length > 0)
        this.store.providers.forgetLearned(id);
      const updated = this.store.providers.get(id);
      this.#log('provider.edited', id, { ...settings });
      alongside?.();
      return updated;
    });
    await this.#dropLine(id);
    return provider;
  }

  /** Two records of one account would not know of each other's jobs. Part of the caller's transaction. */
  #refuseSameAccount(settings: ProviderSettings, besides?: number): void {
    const wanted = accountOf({ ...settings, isDemo: false });
    // Where it takes two Admins to loosen a guard, one does not go around it by another address of the account.
    const anywhere = this.secondAdmin.isNeeded(this.acting);
    const same = this.store.providers.findByAccount(wanted, { besides, anywhere });
    if (same === undefined) return;
    throw new ConsoleError(
      'bad-input',
      `"${same.name}" is account ${wanted.accountName} at ${wanted.baseUrl} already.`,
      'Use that one: a device can be in one open job only, whoever started it. Nothing was saved.',
    );
  }

  /** Part of the caller's transaction. */
  #refuseOtherAccount(id: number, settings: ProviderSettings): void {
    const { isDemo, ...known } = this.store.providers.get(id);
    const wanted = accountOf({ ...settings, isDemo });
    const differences = accountDifferences(accountOf({ ...known, isDemo }), wanted);
    // Those that were made for the new ones wait for just that.
    const open = this.store.jobs.openOf(id).filter(({ madeFor }) => accountDifferences(madeFor, wanted).length > 0);
    if (differences.length === 0 || open.length === 0) return;
    const numbers = open.map((job) => String(job.id));
    throw new ConsoleError(
      'busy',
      `${open.length === 1 ? `Job ${numbers.join()} is` : `Jobs ${numbers.slice(0, 10).join(', ')} are`} not finished, and ${differences.join(' and ')} would change under ${open.length === 1 ? 'it' : 'them'}.`,
      'Finish or cancel first, or add a new service provider. Nothing was saved.',
    );
  }

  /** The next job finds it out anew. @param what the rate and batch size, or the refusal of that key */
  forgetLearned(id: number, what: 'rate' | { refusal: string }): void {
    this.store.transaction(() => {
      if (what === 'rate') this.store.providers.forgetRate(id);
      else this.store.providers.forgetRefusal(id, what.refusal);
      this.#log('carrier.learned-forgotten', id, { what: what === 'rate' ? what : what.refusal });
    });
    if (what === 'rate') void this.#dropLine(id);
  }

  /**
   * Keeps new credentials in the vault; a login that was refused before may be tried again with them.
   * @throws ConsoleError `bad-input` when one of them cannot be right
   */
  async setCredentials(id: number, secrets: Secrets): Promise<void> {
    checkSecrets(secrets);
    knowSecrets(secrets);
    await this.#passwords.whenIdle(id);
    const before = await this.vault.read(id);
    this.askAgain();
    const provider = this.store.providers.get(id);
    const isSame = before?.secrets.username === secrets.username && before.secrets.password === secrets.password;
    await this.vault.write(id, secrets, addressOf(provider));
    await this.#passwords.entered(id);
    this.store.transaction(() => {
      // Entered once more, it is no younger than it was.
      const since = (isSame ? provider.passwordSince : null) ?? isoTime(this.clock.now());
      this.store.providers.recordSecrets(id, this.vault.backend, since);
      this.#log('credentials.set', id, { backend: this.vault.backend, library: this.vault.library });
    });
    await this.#dropLine(id);
  }

  /** @throws ConsoleError `refused` while the keychain has the only copy of a new password that is not proved */
  async removeCredentials(id: number): Promise<void> {
    await this.#passwords.beforeRemoval(id);
    await this.vault.remove(id);
    this.store.transaction(() => {
      this.store.providers.recordSecrets(id, null, null);
      this.#log('credentials.removed', id, {});
    });
    await this.#dropLine(id);
  }

  /**
   * Lets the carrier invent a new password for its user, and keeps it in the keychain. Nobody sees it.
   * @throws ConsoleError or CarrierError with what is wrong and what to do; see {@link PasswordChanges.change}
   */
  async changeCarrierPassword(id: number): Promise<PasswordOutcome> {
    return this.#passwords.change(id);
  }

  /** Goes on with a change that was cut off; undefined when there is none. @throws see {@link PasswordChanges.finish} */
  async finishPasswordChange(id: number): Promise<PasswordOutcome | undefined> {
    return this.#passwords.finish(id);
  }

  /** A change of the carrier's password that was begun and is not finished. */
  async unfinishedPasswordChange(provider: Provider): Promise<UnfinishedChange | null> {
    return this.#passwords.view(provider);
  }

  /**
   * Logs in and reads the plan list, once.
   * @throws CarrierError with what is wrong and what to do
   */
  async testConnection(id: number): Promise<{ plans: number; seconds: number }> {
    await this.#dropLine(id);
    this.askAgain();
    const started = this.clock.now();
    const tested = (ok: boolean): void => {
      this.store.transaction(() => {
        this.#log('connection.tested', id, { ok });
      });
    };
    const { plans } = await this.#read(id, (client) => client.listPlans()).catch((error: unknown) => {
      tested(false);
      throw error;
    });
    tested(true);
    return { plans: plans.length, seconds: (this.clock.now() - started) / 1000 };
  }

  /** After the account was unlocked, or the password mended. */
  async clearFailedLogins(id: number): Promise<void> {
    this.store.transaction(() => {
      this.store.providers.clearFailedLogins(id);
      this.#log('provider.edited', id, { failedLogins: 0 });
    });
    await this.#dropLine(id);
  }

  /** @throws CarrierError */
  async syncDevices(
    id: number,
    onProgress?: (progress: SyncProgress) => void,
    signal?: AbortSignal,
  ): Promise<SyncResult> {
    const source = {
      listDevices: (from: string) => this.#read(id, (client) => client.listDevices(from)),
    };
    return syncDevices(this, source, id, onProgress, signal);
  }

  /**
   * Reads these devices' records anew, so that what was changed elsewhere shows: one by one when they are few, by a sync of
   * all when that takes fewer requests.
   * @returns how many were read, and how many had another plan or state than the console believed
   * @throws CarrierError
   */
  async refreshDevices(id: number, deviceIds: readonly number[]): Promise<RefreshResult> {
    const { pageSize } = this.store.providers.get(id);
    if (deviceIds.length > Math.ceil(this.store.devices.count(id) / pageSize)) {
      const { devices, changed } = await this.syncDevices(id);
      return { read: devices, changed };
    }
    return refreshDevices(
      this,
      { readDevice: (one) => this.#read(id, (client) => client.readDevice(one)) },
      id,
      deviceIds,
    );
  }

  /**
   * Asks the carrier's history about the devices that have used most of the month's plan changes.
   * @param effectiveAt UTC ISO 8601: when the change will happen; null for now
   * @throws CarrierError
   */
  async checkQuota(id: number, deviceIds: readonly number[], effectiveAt: string | null): Promise<QuotaCheck> {
    const source = {
      planChanges: async (identifier: DeviceIdentifier, earliest: string, latest: string) => {
        const records = await this.#read(id, (client) => client.readHistory(identifier, earliest, latest));
        const planOf = this.store.plans.reader(id);
        return planChangesIn(records.map((one) => ({ ...one, servicePlan: planOf(one.servicePlan) }))).at;
      },
    };
    const time = effectiveAt === null ? this.clock.now() : Date.parse(effectiveAt);
    return checkQuota(this, source, id, deviceIds, time);
  }

  /** A person has seen which plans were changed elsewhere. @returns how many devices had the mark */
  forgetDrift(id: number): number {
    return this.store.transaction(() => {
      const devices = this.store.devices.forgetDrift(id);
      this.#log('inventory.drift-seen', id, { devices });
      return devices;
    });
  }

  /** @throws CarrierError */
  async syncPlans(id: number): Promise<CatalogPlan[]> {
    return syncPlans(this, { listPlans: () => this.#read(id, (client) => client.listPlans()) }, id);
  }

  /** A read that waits for its turn, and is made again when the carrier throttles it or the network stumbles. */
  async #read<T>(providerId: number, call: (client: ThingSpaceClient) => Promise<T>): Promise<T> {
    const { client, rateLimiter } = this.line(this.store.providers.get(providerId));
    for (let failures = 0; ;) {
      const departure = await rateLimiter.acquire();
      try {
        const result = await call(client);
        rateLimiter.onAnswer(departure);
        return result;
      } catch (error) {
        if (!(error instanceof CarrierError)) throw error;
        rateLimiter.onError(departure, error);
        if (error.kind === 'throttled') continue;
        const passes = error.kind === 'ambiguous' || error.kind === 'not-sent';
        if (!passes || isUnreadable(error) || failures >= READ_RETRIES) throw error;
        failures++;
        await this.clock.sleep(250 * 2 ** failures);
      }
    }
  }

  /**
   * The next call begins with a fresh login. The line of a running job stays: its answers must not be cut off, and its
   * next login reads the vault anyway.
   */
  async #dropLine(id: number): Promise<void> {
    if (this.engine.isRunning(id)) return;
    const line = this.#lines.get(id);
    this.#lines.delete(id);
    await line?.client.close();
  }

  #log(action: AuditAction, providerId: number, detail: Record<string, unknown>): void {
    this.#append(action, `service provider ${String(providerId)}`, detail);
  }

  /** Writes an entry of something that was done. Part of the caller's transaction, if there is one. */
  record(action: AuditAction, subject: string, detail: Record<string, unknown>): void {
    this.store.transaction(() => {
      this.#append(action, subject, detail);
    });
  }

  /** The same for what goes on although the disk takes nothing more: the jobs say so. */
  #noteDown(action: AuditAction, subject: string, detail: Record<string, unknown>): void {
    try {
      this.record(action, subject, detail);
    } catch (error) {
      if (storageProblem(error) === undefined) throw error;
    }
  }

  #append(action: AuditAction, subject: string, detail: Record<string, unknown>): void {
    this.audit.append({ at: isoTime(this.clock.now()), actor: this.actor, action, subject, detail });
  }
}

/** An account's name and address come from copied lines: blanks around the name and the API's own path do not belong to them. */
function checkedSettings(settings: ProviderSettings): ProviderSettings {
  for (const path of [settings.oauthPath, settings.m2mPath])
    if (!/^(\/[\w~-][\w.~-]*)+$/.test(path))
      throw new ConsoleError(
        'bad-input',
        `"${path}" is no path.`,
        'Enter one such as /api/m2m/v1: names and slashes only. Nothing was saved.',
      );
  checkCertificates(settings.caCertificates);
  return {
    ...settings,
    accountName: settings.accountName.trim(),
    baseUrl: normalBaseUrl(settings.baseUrl, settings),
  };
}

/** What the demo is, nobody edits: with another address it would be a real account without its guards. */
function refuseOtherDemo(provider: Provider, settings: ProviderSettings): void {
  const fixed = ['name', 'accountName', 'baseUrl', 'oauthPath', 'm2mPath'] as const;
  if (provider.isDemo && fixed.some((field) => provider[field] !== settings[field]))
    throw new ConsoleError(
      'refused',
      'Name, account and address of the demo cannot be edited.',
      'Add a service provider for a real account. Nothing was saved.',
    );
}

/** Secrets are for the address, and where they name one for the account, for which they were entered. */
function isFor({ address, accountName }: KeptSecrets, provider: Provider): boolean {
  return address === addressOf(provider) && (accountName === null || accountName === provider.accountName);
}

/** The user's name is none: people have to read it. */
function knowSecrets({ key, secret, password }: Secrets): void {
  for (const one of [key, secret, password]) knowSecret(one);
}

function damaged(what: string): ConsoleError {
  return new ConsoleError(
    'store',
    `The data file is damaged, so no job is run from it: ${what}.`,
    'Past jobs can be read as far as they are whole. To go on, close the console and put the newest file of the "backups" folder in its place as console.db.',
  );
}

/** What happened lately must not leave the log. */
const YOUNGEST_SEALED_MS = 90 * 86_400_000;
const KEEP_IT = 'It is not signed. Keep this data folder as it is, and compare it with a backup or an export.';
const SAY_WHY =
  'No job runs until an Admin has explained it: "Explain" in the banner of the window, or the command audit accept. Past jobs can be read meanwhile.';

/**
 * A carrier that does not answer the goodbye is not waited for: its session ends by itself. Nor is a keychain that asks
 * somebody who is gone: the log is signed the next time.
 */
const LONGEST_GOODBYE_MS = 3000;

/** How often a read is made again after a failure that is likely to pass. */
const READ_RETRIES = 4;
