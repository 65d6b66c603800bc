/** The credentials of an account: in the keychain, sent to the address for which they were entered and nowhere else. */
import { appendForProvider, noteDown, type ActionContext } from '../audit/action-context.ts';
import { isoTime } from '../domain/clock.ts';
import { addressOf } from '../domain/provider-settings.ts';
import { checkSecrets } from '../domain/secrets.ts';
import { knowSecret } from '../security/redaction.ts';
import type { KeptSecrets, Secrets, Vault } from '../security/vault.ts';
import type { Provider } from '../store/providers.ts';
import { CarrierError } from '../thingspace/carrier-error.ts';
import { PasswordChanges, type PasswordOutcome, type UnfinishedChange } from './carrier-password.ts';
import type { AccountPorts } from './ports.ts';

export class AccountCredentials {
  readonly #context: ActionContext;
  readonly #vault: Vault;
  readonly #ports: AccountPorts;
  readonly #passwords: PasswordChanges;
  /** Service providers whose credentials this process has read: the first time is in the log. */
  readonly #credentialsRead = new Set<number>();

  constructor(context: ActionContext, vault: Vault, ports: AccountPorts) {
    this.#context = context;
    this.#vault = vault;
    this.#ports = ports;
    this.#passwords = new PasswordChanges(context.store, vault, context.clock, {
      secretsFor: (provider) => this.secretsFor(provider),
      client: (provider, secrets, onRefused) => ports.client(provider, secrets, onRefused),
      isRunning: (id) => ports.isRunning(id),
      askAgain: () => {
        context.askAgain();
      },
      alone: (work) => ports.alone(work),
      dropLine: (id) => ports.drop(id),
      log: (action, id, detail) => {
        appendForProvider(this.#context, action, id, detail);
      },
      announce: (message) => {
        ports.announce(message);
      },
    });
  }

  /** For a login: a change of the password that was cut off is finished before. @throws CarrierError `credentials` */
  async forLogin(provider: Provider): Promise<Secrets> {
    await this.#passwords.beforeLogin(provider);
    return this.secretsFor(provider);
  }

  /**
   * The secrets of an account, for the address that its line goes to.
   * @throws CarrierError `credentials` when there are none, or when they were entered for another address or account
   */
  async secretsFor(provider: Provider): Promise<Secrets> {
    const kept = await this.#vault.read(provider.id);
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
      noteDown(this.#context, 'credentials.read', `service provider ${String(provider.id)}`, { for: provider.baseUrl });
    }
    return kept.secrets;
  }

  /** Whether there are credentials that may be sent to the account's address, or some that were entered for another one. */
  async stateOf(provider: Provider): Promise<{ hasCredentials: boolean; credentialsElsewhere: boolean }> {
    const kept = await this.#vault.read(provider.id);
    const hasCredentials = kept !== undefined && isFor(kept, provider);
    return { hasCredentials, credentialsElsewhere: kept !== undefined && !hasCredentials };
  }

  /**
   * Keeps new credentials in the vault; a login that was refused before may be tried again with them.
   * @throws ConsoleError `bad-input` when one of them cannot be right
   */
  async set(id: number, secrets: Secrets): Promise<void> {
    checkSecrets(secrets);
    knowSecrets(secrets);
    await this.#passwords.whenIdle(id);
    const before = await this.#vault.read(id);
    this.#context.askAgain();
    const provider = this.#context.store.providers.get(id);
    const isSame = before?.secrets.username === secrets.username && before.secrets.password === secrets.password;
    await this.#vault.write(id, secrets, addressOf(provider));
    await this.#passwords.entered(id);
    this.#context.store.transaction(() => {
      // Entered once more, it is no younger than it was.
      const since = (isSame ? provider.passwordSince : null) ?? isoTime(this.#context.clock.now());
      this.#context.store.providers.recordSecrets(id, this.#vault.backend, since);
      appendForProvider(this.#context, 'credentials.set', id, {
        backend: this.#vault.backend,
        library: this.#vault.library,
      });
    });
    await this.#ports.drop(id);
  }

  /** @throws ConsoleError `refused` while the keychain has the only copy of a new password that is not proved */
  async remove(id: number): Promise<void> {
    await this.#passwords.beforeRemoval(id);
    await this.#vault.remove(id);
    this.#context.store.transaction(() => {
      this.#context.store.providers.recordSecrets(id, null, null);
      appendForProvider(this.#context, 'credentials.removed', id, {});
    });
    await this.#ports.drop(id);
  }

  /**
   * Logs in and reads the plan list, once.
   * @throws CarrierError with what is wrong and what to do
   */
  async test(id: number): Promise<{ plans: number; seconds: number }> {
    await this.#ports.drop(id);
    this.#context.askAgain();
    const started = this.#context.clock.now();
    const tested = (ok: boolean): void => {
      this.#context.store.transaction(() => {
        appendForProvider(this.#context, 'connection.tested', id, { ok });
      });
    };
    const { plans } = await this.#ports
      .read(id, (client) => client.listPlans())
      .catch((error: unknown) => {
        tested(false);
        throw error;
      });
    tested(true);
    return { plans: plans.length, seconds: (this.#context.clock.now() - started) / 1000 };
  }

  /** After the account was unlocked, or the password mended. */
  async clearFailedLogins(id: number): Promise<void> {
    this.#context.store.transaction(() => {
      this.#context.store.providers.clearFailedLogins(id);
      appendForProvider(this.#context, 'provider.edited', id, { failedLogins: 0 });
    });
    await this.#ports.drop(id);
  }

  /**
   * Lets the carrier invent a new password for its user, and keeps it in the keychain. Nobody sees it.
   * @throws ConsoleError or CarrierError with what is wrong and what to do; see {@link PasswordChanges.change}
   */
  async changePassword(id: number): Promise<PasswordOutcome> {
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

  /** Before the process ends: what the keychain has not taken yet has no other copy. */
  async keepAll(): Promise<void> {
    await this.#passwords.keepAll();
  }
}

/** Secrets are for the address, and where they name one for the account, for which they were entered. */
function isFor({ address, accountName }: KeptSecrets, provider: Provider): boolean {
  return address === addressOf(provider) && (accountName === null || accountName === provider.accountName);
}

/** The user's name is none: people have to read it. */
function knowSecrets({ key, secret, password }: Secrets): void {
  for (const one of [key, secret, password]) knowSecret(one);
}
