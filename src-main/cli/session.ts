/** Opens the console for one command: data folder, service provider, and credentials from the environment or the keychain. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { InvalidArgumentError, type Command } from 'commander';
import { App } from '../app.ts';
import { normalBaseUrl } from '../domain/base-url.ts';
import { ConsoleError, errnoWords } from '../domain/errors.ts';
import { checkSecrets } from '../domain/secrets.ts';
import { dataFolder } from '../data-folder.ts';
import { Spool } from '../tables/spool.ts';
import type { TableSource } from '../tables/table.ts';
import type { Permission } from '../domain/roles.ts';
import { exitBeforeLong } from './exit.ts';
import { note } from './output.ts';
import { given, signIn, takeFromEnvironment } from './sign-in.ts';
import { checkDataFolder } from '../store/data-folder.ts';
import { memoryVault, openVault, type Vault } from '../security/vault.ts';
import type { Provider } from '../store/providers.ts';
import {
  accountDifferences,
  accountOf,
  addressOf,
  PROVIDER_DEFAULTS,
  SLOWEST_RATE,
  type CarrierAccount,
  type ProviderSettings,
} from '../domain/provider-settings.ts';

export interface CommonOptions {
  json?: boolean;
  provider?: string;
  settle?: number;
  confirmWithin?: number;
  lanes?: number;
  rate?: number;
}

export interface Session {
  app: App;
  provider: Provider;
}

interface EnvironmentAccount {
  name: string;
  accountName: string;
  baseUrl: string;
  secrets: { key: string; secret: string; username: string; password: string };
}

export function addCommonOptions(command: Command): Command {
  return command.option('--json', 'one JSON object on stdout, logs on stderr');
}

export function addProviderOptions(command: Command): Command {
  return addCommonOptions(command)
    .option('--provider <name>', 'service provider of the desktop console, when no credentials are in the environment')
    .option('--lanes <n>', 'requests under way at once', numberFrom(1, 32, true))
    .option(
      '--rate <n>',
      'at most so many requests a second (default: finds the limit itself)',
      numberFrom(SLOWEST_RATE, 1000),
    )
    .option('--settle <seconds>', 'wait before a change whose answer was lost is sent again', numberFrom(0.1, 86_400))
    .option(
      '--confirm-within <seconds>',
      'after that an accepted change that does not show is "unconfirmed"',
      numberFrom(0.1, 604_800),
    );
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number above zero.');
  return value;
}

/** @returns a parser of numbers within the bounds that the window has for the same setting */
export function numberFrom(least: number, most: number, isWhole = false): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? NaN : Number(text);
    if (!(value >= least && value <= most) || (isWhole && !Number.isInteger(value)))
      throw new InvalidArgumentError(
        `It must be a${isWhole ? ' whole' : ''} number from ${String(least)} to ${most.toLocaleString('en-US')}.`,
      );
    return value;
  };
}

/** What a review or a job prints as its digest. */
export function digestText(text: string): string {
  if (!/^[0-9a-f]{64}$/i.test(text.trim()))
    throw new InvalidArgumentError('It must be the 64 hexadecimal digits that the dry run or the job shows.');
  return text.trim().toLowerCase();
}

/** @returns UTC ISO 8601 */
export function isoDate(text: string): string {
  const time = Date.parse(text);
  const day = /^(\d{4}-\d\d-\d\d)(?=$|[T ])/.exec(text)?.[1];
  // A day that its month does not have would be taken for one of the next month.
  const exists = day !== undefined && new Date(day).getUTCDate() === Number(day.slice(-2));
  if (Number.isNaN(time) || !exists) throw new InvalidArgumentError('It must be a time such as 2026-12-01T06:00:00Z.');
  return new Date(time).toISOString();
}

/**
 * Runs a command with a console that is closed afterwards, whatever happens. Where the console has operators, one of them has
 * to sign in and to have the right.
 * @param needs the permission for what the command does; null for what an operator does with themselves
 * @param jobId the job that it is about; its service provider counts
 * @throws ConsoleError `signed-out` or `denied`
 */
export async function withConsole<T>(
  needs: Permission | null,
  work: (app: App) => Promise<T>,
  jobId?: number,
): Promise<T> {
  const environment = environmentAccount();
  const home = dataFolder();
  await checkDataFolder(home);
  const vault = environment === undefined ? await openVault(home) : environmentVault(environment);
  const app = new App({ home, vault });
  try {
    await app.auditService.checkAnchor();
    app.opened(`command ${commandWords()}`);
    await signIn(app);
    if (needs !== null) requireHere(app, needs, jobId === undefined ? [] : [app.store.jobs.get(jobId).providerId]);
    return await work(app);
  } finally {
    const problems = await app.close();
    for (const problem of problems) note(`! ${problem}`);
    // What hangs, such as a keychain that asks somebody who is gone, must not keep the command from ending.
    if (problems.length > 0) exitBeforeLong();
  }
}

/** Like {@link withConsole}, with the service provider that environment and options name. */
export async function withProvider<T>(
  needs: Permission,
  options: CommonOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  return withConsole(needs, async (app) => {
    const provider = await chooseProvider(app, options);
    requireHere(app, needs, [provider.id]);
    return work({ app, provider });
  });
}

/** For a command that must not use credentials of the environment. @throws ConsoleError `refused` when there are some */
export function refuseEnvironment(message: string, next: string): void {
  if (environmentAccount() !== undefined) throw new ConsoleError('refused', message, next);
}

/** Asks for a permission in the name of this command. @throws ConsoleError `denied` */
export function requireHere(app: App, needs: Permission, providerIds: readonly number[] = []): void {
  app.access.require(needs, `command ${commandWords()}`, providerIds);
}

/** The command without what it is given: that may be anything. */
function commandWords(): string {
  const words = process.argv.slice(2).filter((word) => /^[a-z-]+$/.test(word) && !word.startsWith('-'));
  return words.slice(0, 2).join(' ');
}

/** The service provider; what the options set holds for this run only. @throws ConsoleError `bad-input` when none is named */
export async function chooseProvider(app: App, options: CommonOptions): Promise<Provider> {
  const environment = environmentAccount();
  const found =
    environment === undefined
      ? namedProvider(app, options.provider)
      : (app.store.providers.findByAccount(carrierAccount(environment)) ??
        app.store.providers.findByName(environment.name));
  const wanted: ProviderSettings = {
    ...PROVIDER_DEFAULTS,
    ...(found ?? { name: '', accountName: '' }),
    ...(environment === undefined
      ? {}
      : {
          name: found?.name ?? environment.name,
          accountName: environment.accountName,
          baseUrl: environment.baseUrl,
        }),
  };
  useOptions(app, found, options);
  if (found === undefined) {
    requireHere(app, 'settings');
    return app.accounts.create(wanted);
  }
  const differs = (Object.keys(PROVIDER_DEFAULTS) as (keyof typeof PROVIDER_DEFAULTS)[]).some(
    (key) => found[key] !== wanted[key],
  );
  if (!differs) return found;
  requireHere(app, 'settings', [found.id]);
  return app.accounts.update(found.id, wanted);
}

function carrierAccount({ accountName, baseUrl }: EnvironmentAccount): CarrierAccount {
  return accountOf({ ...PROVIDER_DEFAULTS, name: '', accountName, baseUrl, isDemo: false });
}

/**
 * The same for a job that is there already: it goes on with the account that it was made for, or not at all.
 * @throws ConsoleError `refused` when environment or options name another one
 */
export function useAccountOf(app: App, jobId: number, options: CommonOptions): void {
  const owner = app.store.providers.get(app.store.jobs.get(jobId).providerId);
  const environment = environmentAccount();
  const { accountName, baseUrl } = environment ?? owner;
  const differences = accountDifferences(accountOf(owner), accountOf({ ...owner, accountName, baseUrl }));
  if (differences.length > 0)
    throw new ConsoleError(
      'refused',
      `Job ${String(jobId)} belongs to "${owner.name}", and ${differences.join(' and ')} in the environment ${differences.length === 1 ? 'is another one' : 'are others'}.`,
      'Set THINGSPACE_ACCOUNT and THINGSPACE_BASE_URL to those that the job was started for.',
    );
  const named = environment === undefined && options.provider !== undefined && namedProvider(app, options.provider);
  if (named !== false && named.id !== owner.id)
    throw new ConsoleError('refused', `Job ${String(jobId)} belongs to "${owner.name}", not to "${named.name}".`);
  useOptions(app, owner, options);
}

function useOptions(app: App, provider: Provider | undefined, options: CommonOptions): void {
  if (provider !== undefined && loosens(provider, options)) requireHere(app, 'settings', [provider.id]);
  app.connections.useForThisRun({
    ...(options.settle === undefined ? {} : { settleS: options.settle }),
    ...(options.confirmWithin === undefined ? {} : { confirmDeadlineS: options.confirmWithin }),
    ...(options.lanes === undefined ? {} : { lanes: options.lanes }),
    ...(options.rate === undefined ? {} : { maxRequestsPerSecond: options.rate }),
  });
}

/** Whether an option takes off some of the care that the service provider's settings ask for. */
function loosens(provider: Provider, { lanes, rate, settle, confirmWithin }: CommonOptions): boolean {
  return (
    (lanes ?? 0) > provider.lanes ||
    (rate !== undefined && provider.maxRequestsPerSecond !== null && rate > provider.maxRequestsPerSecond) ||
    (settle ?? Infinity) < provider.settleS ||
    (confirmWithin ?? Infinity) < provider.confirmDeadlineS
  );
}

/**
 * Reads a file, or standard input for `-`, with `work`.
 * @param nothing says what has not happened when the file cannot be used
 * @throws ConsoleError `bad-input` when it cannot be opened
 */
export async function withInput<T>(
  app: App,
  path: string,
  nothing: string,
  work: (source: TableSource) => Promise<T>,
): Promise<T> {
  if (path !== '-') {
    const unreadable = (problem: string, error?: unknown): ConsoleError =>
      new ConsoleError('bad-input', `The file ${path} cannot be read: ${problem}.`, undefined, error);
    const found = await stat(path).catch((error: unknown) => {
      throw unreadable(errnoWords(error) ?? 'it is not there', error);
    });
    if (found.isDirectory()) throw unreadable('it is a folder');
    if (found.isFile()) return work({ path });
  }
  // A pipe can be read once, and a workbook is read from its end.
  const spool = await Spool.create(app.home, nothing);
  try {
    const pieces = path === '-' ? process.stdin : createReadStream(path);
    for await (const piece of pieces) await spool.write(piece as Buffer);
    await spool.end();
    return await work({ path: spool.path });
  } finally {
    await spool.remove();
  }
}

function namedProvider(app: App, name: string | undefined): Provider {
  const all = app.store.providers.list();
  if (name !== undefined) {
    const found = app.store.providers.findByName(name);
    if (found === undefined)
      throw new ConsoleError(
        'bad-input',
        `There is no service provider "${name}".`,
        `Known: ${
          all
            .filter(({ id }) => app.access.sees(id))
            .map((p) => `"${p.name}"`)
            .join(', ') || 'none'
        }.`,
      );
    return found;
  }
  const real = all.filter((provider) => !provider.isDemo);
  const only = real[0];
  if (only !== undefined && real.length === 1) return only;
  throw new ConsoleError(
    'bad-input',
    only === undefined ? 'No service provider is set up.' : 'More than one service provider is set up.',
    'Set the THINGSPACE_… variables (see --help) or name one with --provider.',
  );
}

/** Read once: the secrets are gone from the environment afterwards. */
let fromEnvironment: { account: EnvironmentAccount | undefined } | undefined;

function environmentAccount(): EnvironmentAccount | undefined {
  fromEnvironment ??= { account: readEnvironment() };
  return fromEnvironment.account;
}

function readEnvironment(): EnvironmentAccount | undefined {
  const names = [
    'THINGSPACE_KEY',
    'THINGSPACE_SECRET',
    'THINGSPACE_USERNAME',
    'THINGSPACE_PASSWORD',
    'THINGSPACE_ACCOUNT',
  ] as const;
  const known = names.filter((name) => given(name));
  if (known.length === 0) return undefined;
  const missing = names.filter((name) => !given(name)?.trim());
  if (missing.length > 0)
    throw new ConsoleError(
      'bad-input',
      `Of the account in the environment ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing.`,
      'Set all of them, or none to use the keychain.',
    );
  const of = (name: (typeof names)[number]): string => takeFromEnvironment(name) ?? '';
  const accountName = of('THINGSPACE_ACCOUNT').trim();
  const secrets = {
    key: of('THINGSPACE_KEY'),
    secret: of('THINGSPACE_SECRET'),
    username: of('THINGSPACE_USERNAME'),
    password: of('THINGSPACE_PASSWORD'),
  };
  checkSecrets(secrets, {
    key: 'variable THINGSPACE_KEY',
    secret: 'variable THINGSPACE_SECRET',
    username: 'variable THINGSPACE_USERNAME',
    password: 'variable THINGSPACE_PASSWORD',
  });
  return {
    name: `Account ${accountName} (environment)`,
    accountName,
    baseUrl: normalBaseUrl(given('THINGSPACE_BASE_URL') || PROVIDER_DEFAULTS.baseUrl, PROVIDER_DEFAULTS),
    secrets,
  };
}

/** Credentials of the environment serve this run and this account only, and are written nowhere. */
function environmentVault({ secrets, accountName, baseUrl }: EnvironmentAccount): Vault {
  const address = addressOf({ ...PROVIDER_DEFAULTS, baseUrl });
  return {
    ...memoryVault(null),
    read: () => Promise.resolve({ secrets, address, accountName }),
    whyNotKept: 'The credentials of this run come from the environment, and nothing would keep the new password.',
  };
}
