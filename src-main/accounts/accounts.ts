/** Service providers: the accounts at the carrier and their settings, with the rules for editing them. */
import type { SecondAdmin } from '../access/second-admin.ts';
import { appendForProvider, type ActionContext } from '../audit/action-context.ts';
import { normalBaseUrl } from '../domain/base-url.ts';
import { isoTime } from '../domain/clock.ts';
import { ConsoleError } from '../domain/errors.ts';
import { accountDifferences, accountOf, type ProviderSettings } from '../domain/provider-settings.ts';
import type { Provider } from '../store/providers.ts';
import { checkCertificates } from '../thingspace/tls-trust.ts';
import type { AccountPorts } from './ports.ts';

export class Accounts {
  readonly #context: ActionContext;
  readonly #secondAdmin: SecondAdmin;
  readonly #ports: AccountPorts;

  constructor(context: ActionContext, secondAdmin: SecondAdmin, ports: AccountPorts) {
    this.#context = context;
    this.#secondAdmin = secondAdmin;
    this.#ports = ports;
  }

  /** @throws ConsoleError `bad-input`, or `configuration` for an address that is none */
  create(entered: ProviderSettings, isDemo = false): Provider {
    const settings = checkedSettings(entered);
    return this.#context.store.transaction(() => {
      if (!isDemo) this.#refuseSameAccount(settings);
      const provider = this.#context.store.providers.create(settings, isDemo, isoTime(this.#context.clock.now()));
      appendForProvider(this.#context, 'provider.created', provider.id, {
        name: settings.name,
        account: settings.accountName,
      });
      return provider;
    });
  }

  /**
   * @throws ConsoleError `busy` while one of its jobs is running, or while one is open that was made for the account or
   *   address that would change; `refused` when it takes a second Admin
   */
  async update(id: number, entered: ProviderSettings): Promise<Provider> {
    const settings = checkedSettings(entered);
    refuseOtherDemo(this.#context.store.providers.get(id), settings);
    const loosens = this.#secondAdmin.neededFor(this.#context.store.providers.get(id), settings, this.#context.acting);
    if (loosens.length > 0)
      throw new ConsoleError(
        'refused',
        `This takes a second Admin: ${loosens.join('; ')}.`,
        'Propose it in Settings of the window; another Admin agrees to it there. Nothing was saved.',
      );
    return this.#saveSettings(id, settings);
  }

  /** Like {@link update}; what takes a second Admin waits for one, and the service provider stays as it is. */
  async saveOrPropose(id: number, entered: ProviderSettings): Promise<Provider> {
    const settings = checkedSettings(entered);
    const provider = this.#context.store.providers.get(id);
    refuseOtherDemo(provider, settings);
    if (this.#secondAdmin.neededFor(provider, settings, this.#context.acting).length === 0)
      return this.#saveSettings(id, settings);
    this.#secondAdmin.propose(provider, settings, this.#context.acting);
    return provider;
  }

  /** The demo's carrier is inside the console, at another port each time. @throws Error for a service provider that is none */
  async moveDemo(id: number, settings: ProviderSettings): Promise<Provider> {
    if (!this.#context.store.providers.get(id).isDemo) throw new Error('only the demo moves by itself');
    return this.#saveSettings(id, settings);
  }

  /** Saves what another Admin has proposed. @throws ConsoleError as {@link update} does */
  async agree(id: number, digest: string): Promise<Provider> {
    const by = this.#context.acting;
    const proposal = this.#secondAdmin.agreeable(id, by, digest);
    return this.#saveSettings(id, proposal.settings, () => {
      this.#secondAdmin.agreed(proposal, by);
    });
  }

  /** @param alongside done in the same transaction */
  async #saveSettings(id: number, settings: ProviderSettings, alongside?: () => void): Promise<Provider> {
    if (this.#ports.isRunning(id)) {
      throw new ConsoleError(
        'busy',
        'A job of this service provider is running.',
        'Pause it before you change its settings.',
      );
    }
    const provider = this.#context.store.transaction(() => {
      this.#refuseOtherAccount(id, settings);
      const before = this.#context.store.providers.get(id);
      if (!before.isDemo) this.#refuseSameAccount(settings, id);
      this.#context.store.providers.update(id, settings);
      // What one carrier's account has taught holds for that one.
      if (accountDifferences(accountOf(before), accountOf({ ...before, ...settings })).length > 0)
        this.#context.store.providers.forgetLearned(id);
      const updated = this.#context.store.providers.get(id);
      appendForProvider(this.#context, 'provider.edited', id, { ...settings });
      alongside?.();
      return updated;
    });
    await this.#ports.drop(id);
    return provider;
  }

  /** Two records of one account would not know of each other's jobs. Part of the caller's transaction. */
  #refuseSameAccount(settings: ProviderSettings, besides?: number): void {
    const wanted = accountOf({ ...settings, isDemo: false });
    // Where it takes two Admins to loosen a guard, one does not go around it by another address of the account.
    const anywhere = this.#secondAdmin.isNeeded(this.#context.acting);
    const same = this.#context.store.providers.findByAccount(wanted, { besides, anywhere });
    if (same === undefined) return;
    throw new ConsoleError(
      'bad-input',
      `"${same.name}" is account ${wanted.accountName} at ${wanted.baseUrl} already.`,
      'Use that one: a device can be in one open job only, whoever started it. Nothing was saved.',
    );
  }

  /** Part of the caller's transaction. */
  #refuseOtherAccount(id: number, settings: ProviderSettings): void {
    const { isDemo, ...known } = this.#context.store.providers.get(id);
    const wanted = accountOf({ ...settings, isDemo });
    const differences = accountDifferences(accountOf({ ...known, isDemo }), wanted);
    // Those that were made for the new ones wait for just that.
    const open = this.#context.store.jobs
      .openOf(id)
      .filter(({ madeFor }) => accountDifferences(madeFor, wanted).length > 0);
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
    this.#context.store.transaction(() => {
      if (what === 'rate') this.#context.store.providers.forgetRate(id);
      else this.#context.store.providers.forgetRefusal(id, what.refusal);
      appendForProvider(this.#context, 'carrier.learned-forgotten', id, {
        what: what === 'rate' ? what : what.refusal,
      });
    });
    if (what === 'rate') void this.#ports.drop(id);
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
