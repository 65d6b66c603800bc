/** Service providers: where and how the console reaches the carrier for one account, and the read-only switch. */
import { ConsoleError } from '../domain/errors.ts';
import {
  accountOf,
  isSameAccount,
  type CarrierAccount,
  type LearnedRefusal,
  type ProviderSettings,
} from '../domain/provider-settings.ts';
import type { Db } from './database.ts';

export interface Provider extends ProviderSettings {
  id: number;
  isDemo: boolean;
  failedLogins: number;
  lastLoginFailure: string | null;
  learnedRequestsPerSecond: number | null;
  /** UTC ISO 8601: when that was found out. */
  learnedRateAt: string | null;
  /** Answers that are known to mean that nothing was done. */
  learnedRefusals: LearnedRefusal[];
  slowestConfirmationS: number | null;
  /** The largest request that the carrier took when it refused larger ones; null when it never did. */
  learnedBatchSize: number | null;
  /** Where its credentials were kept when they were last entered; null when there are none. */
  secretsBackend: 'keychain' | 'memory' | null;
  /** UTC ISO 8601: when its password was changed at the carrier, or entered; null when there is none. */
  passwordSince: string | null;
}

interface Row {
  id: number;
  name: string;
  account_name: string;
  base_url: string;
  oauth_path: string;
  m2m_path: string;
  is_demo: number;
  writes_enabled: number;
  send_account_with_devices: number;
  batch_size: number;
  page_size: number;
  lanes: number;
  max_requests_per_second: number | null;
  max_attempts: number;
  request_timeout_s: number;
  settle_s: number;
  confirm_deadline_s: number;
  failed_logins: number;
  last_login_failure: string | null;
  learned_requests_per_second: number | null;
  learned_rate_at: string | null;
  learned_refusals: string;
  slowest_confirmation_s: number | null;
  maintenance_windows: string;
  confirm_above: number | null;
  four_eyes_above: number | null;
  ca_certificates: string;
  learned_batch_size: number | null;
  secrets_backend: 'keychain' | 'memory' | null;
  password_since: string | null;
}

export class ProviderRepository {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  list(): Provider[] {
    return this.#db.prepare<[], Row>('SELECT * FROM service_provider ORDER BY is_demo, name').all().map(toProvider);
  }

  /** @throws ConsoleError `not-found` */
  get(id: number): Provider {
    const row = this.#db.prepare<[number], Row>('SELECT * FROM service_provider WHERE id = ?').get(id);
    if (row === undefined) throw new ConsoleError('not-found', `There is no service provider number ${String(id)}.`);
    return toProvider(row);
  }

  findByName(name: string): Provider | undefined {
    const row = this.#db.prepare<[string], Row>('SELECT * FROM service_provider WHERE name = ?').get(name);
    return row && toProvider(row);
  }

  /**
   * The one that is this account already, by whichever name: two would not know of each other's jobs. The demo is none.
   * @param besides the number of one that does not count
   * @param anywhere takes the account's name for the account, at whichever address
   */
  findByAccount(
    account: CarrierAccount,
    { besides, anywhere = false }: { besides?: number | undefined; anywhere?: boolean } = {},
  ): Provider | undefined {
    return this.list().find((one) => {
      if (one.isDemo || one.id === besides) return false;
      const its = accountOf(one);
      return anywhere ? its.accountName === account.accountName : isSameAccount(its, account);
    });
  }

  /** @throws ConsoleError `bad-input` when the name is taken */
  create(settings: ProviderSettings, isDemo: boolean, at: string): Provider {
    if (this.findByName(settings.name) !== undefined) throw nameTaken(settings.name);
    const { lastInsertRowid } = this.#db
      .prepare(
        `INSERT INTO service_provider (${SETTING_COLUMNS.join(', ')}, is_demo, created_at)
         VALUES (${SETTING_COLUMNS.map((c) => `@${c}`).join(', ')}, @is_demo, @created_at)`,
      )
      .run({ ...toColumns(settings), is_demo: isDemo ? 1 : 0, created_at: at });
    return this.get(Number(lastInsertRowid));
  }

  /** @throws ConsoleError `bad-input` when another provider has the name */
  update(id: number, settings: ProviderSettings): Provider {
    const namesake = this.findByName(settings.name);
    if (namesake !== undefined && namesake.id !== id) throw nameTaken(settings.name);
    this.#db
      .prepare(`UPDATE service_provider SET ${SETTING_COLUMNS.map((c) => `${c} = @${c}`).join(', ')} WHERE id = @id`)
      .run({ ...toColumns(settings), id });
    return this.get(id);
  }

  /** The durable count of logins refused in a row; the carrier locks the account at five. */
  recordLogin(id: number, succeeded: boolean, at: string): void {
    this.#db
      .prepare(
        succeeded
          ? 'UPDATE service_provider SET failed_logins = 0, last_login_failure = NULL WHERE id = ?'
          : 'UPDATE service_provider SET failed_logins = failed_logins + 1, last_login_failure = ? WHERE id = ?',
      )
      .run(...(succeeded ? [id] : [at, id]));
  }

  /** @param passwordSince UTC ISO 8601; null when there are no secrets any more */
  recordSecrets(id: number, backend: Provider['secretsBackend'], passwordSince: string | null): void {
    this.#db
      .prepare('UPDATE service_provider SET secrets_backend = ?, password_since = ? WHERE id = ?')
      .run(backend, passwordSince, id);
  }

  /** After a person has mended the credentials or had the account unlocked. */
  clearFailedLogins(id: number): void {
    this.#db.prepare('UPDATE service_provider SET failed_logins = 0, last_login_failure = NULL WHERE id = ?').run(id);
  }

  /** What a job found out about this carrier account, for the next job to start from; an old slowness fades. */
  remember(
    id: number,
    learned: { requestsPerSecond?: number; slowestConfirmationS?: number; batchSize?: number },
    at: string,
  ): void {
    this.#db
      .prepare(
        `UPDATE service_provider SET
           learned_requests_per_second = coalesce(@rate, learned_requests_per_second),
           learned_rate_at = CASE WHEN @rate IS NULL THEN learned_rate_at ELSE @at END,
           learned_batch_size = coalesce(@batch, learned_batch_size),
           slowest_confirmation_s = CASE WHEN @slowest IS NULL THEN slowest_confirmation_s
             ELSE max(0.8 * coalesce(slowest_confirmation_s, 0), @slowest) END
         WHERE id = @id`,
      )
      .run({
        id,
        at,
        rate: learned.requestsPerSecond ?? null,
        slowest: learned.slowestConfirmationS ?? null,
        batch: learned.batchSize ?? null,
      });
  }

  /** From now on this answer means that nothing was done. @returns false when that was known already */
  learnRefusal(id: number, refusal: LearnedRefusal): boolean {
    const known = this.get(id).learnedRefusals;
    if (known.some(({ key }) => key === refusal.key)) return false;
    this.#setRefusals(id, [...known, refusal]);
    return true;
  }

  /** It did not mean that after all, or a person wants it to be found out again. */
  forgetRefusal(id: number, key: string): void {
    this.#setRefusals(
      id,
      this.get(id).learnedRefusals.filter((one) => one.key !== key),
    );
  }

  /** The next job finds the carrier's limit anew. */
  forgetRate(id: number): void {
    this.#db
      .prepare(
        'UPDATE service_provider SET learned_requests_per_second = NULL, learned_rate_at = NULL, learned_batch_size = NULL WHERE id = ?',
      )
      .run(id);
  }

  /** All that was found out about the account; another one has limits and answers of its own. */
  forgetLearned(id: number): void {
    this.forgetRate(id);
    this.#setRefusals(id, []);
    this.#db.prepare('UPDATE service_provider SET slowest_confirmation_s = NULL WHERE id = ?').run(id);
  }

  #setRefusals(id: number, refusals: readonly LearnedRefusal[]): void {
    this.#db.prepare('UPDATE service_provider SET learned_refusals = ? WHERE id = ?').run(JSON.stringify(refusals), id);
  }
}

const SETTING_COLUMNS = [
  'name', 'account_name', 'base_url', 'oauth_path', 'm2m_path', 'writes_enabled', 'send_account_with_devices', 'batch_size',
  'page_size', 'lanes', 'max_requests_per_second', 'max_attempts', 'request_timeout_s', 'settle_s', 'confirm_deadline_s',
  'maintenance_windows', 'confirm_above', 'four_eyes_above', 'ca_certificates',
] as const; // prettier-ignore

function toColumns(s: ProviderSettings): Record<(typeof SETTING_COLUMNS)[number], string | number | null> {
  return {
    name: s.name,
    account_name: s.accountName,
    base_url: s.baseUrl,
    oauth_path: s.oauthPath,
    m2m_path: s.m2mPath,
    writes_enabled: s.writesEnabled ? 1 : 0,
    send_account_with_devices: s.sendAccountWithDevices ? 1 : 0,
    batch_size: s.batchSize,
    page_size: s.pageSize,
    lanes: s.lanes,
    max_requests_per_second: s.maxRequestsPerSecond,
    max_attempts: s.maxAttempts,
    request_timeout_s: s.requestTimeoutS,
    settle_s: s.settleS,
    confirm_deadline_s: s.confirmDeadlineS,
    maintenance_windows: s.maintenanceWindows,
    confirm_above: s.confirmAbove,
    four_eyes_above: s.fourEyesAbove,
    ca_certificates: s.caCertificates,
  };
}

function toProvider(row: Row): Provider {
  return {
    id: row.id,
    name: row.name,
    accountName: row.account_name,
    baseUrl: row.base_url,
    oauthPath: row.oauth_path,
    m2mPath: row.m2m_path,
    isDemo: row.is_demo === 1,
    writesEnabled: row.writes_enabled === 1,
    sendAccountWithDevices: row.send_account_with_devices === 1,
    batchSize: row.batch_size,
    pageSize: row.page_size,
    lanes: row.lanes,
    maxRequestsPerSecond: row.max_requests_per_second,
    maxAttempts: row.max_attempts,
    requestTimeoutS: row.request_timeout_s,
    settleS: row.settle_s,
    confirmDeadlineS: row.confirm_deadline_s,
    failedLogins: row.failed_logins,
    lastLoginFailure: row.last_login_failure,
    learnedRequestsPerSecond: row.learned_requests_per_second,
    learnedRateAt: row.learned_rate_at,
    learnedRefusals: JSON.parse(row.learned_refusals) as LearnedRefusal[],
    slowestConfirmationS: row.slowest_confirmation_s,
    maintenanceWindows: row.maintenance_windows,
    confirmAbove: row.confirm_above,
    fourEyesAbove: row.four_eyes_above,
    caCertificates: row.ca_certificates,
    learnedBatchSize: row.learned_batch_size,
    secretsBackend: row.secrets_backend,
    passwordSince: row.password_since,
  };
}

function nameTaken(name: string): ConsoleError {
  return new ConsoleError('bad-input', `A service provider named "${name}" exists already.`, 'Choose another name.');
}
