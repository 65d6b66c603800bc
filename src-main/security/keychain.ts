/**
 * The libraries that reach the operating system's keychain. keytar comes first; it is archived and builds itself where no
 * prebuilt one fits, which takes libsecret's headers on Linux. `@napi-rs/keyring` is prebuilt and stands in where keytar
 * cannot be loaded.
 *
 * Neither finds the other's items everywhere: on Linux keytar writes the attributes `service` and `account`,
 * `@napi-rs/keyring` writes `service` and `username`; on Windows they name the target in different ways. On macOS both mean
 * the same item. So each item is written by both while both can be loaded ({@link pairOf}); whichever is left finds it.
 */
import { explain } from '../domain/errors.ts';

export type KeychainLibrary = 'keytar' | '@napi-rs/keyring';

/** What is used of a keychain. */
export interface Keychain {
  /** The library that reaches it; not given where something else stands in for it. */
  readonly library?: KeychainLibrary;
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
  /** Brings what was written with one library to the other one. Call it once a write has shown that the keychain is open. */
  align?(): Promise<void>;
}

/** Loads a library, or fails where this computer does not have it. */
export type KeychainLoader = () => Promise<Keychain>;

/**
 * @param service under which all of the console's items are
 * @param home the data folder whose items are kept in both libraries
 * @throws Error when neither can be loaded
 */
export async function openKeychain(
  service: string,
  home: string,
  loaders: { keytar: KeychainLoader; keyring: KeychainLoader } = { keytar: loadKeytar, keyring: loadKeyring },
): Promise<Keychain> {
  const [keytar, keyring] = await Promise.allSettled([loaders.keytar(), loaders.keyring()]);
  if (keytar.status === 'fulfilled') {
    const other = keyring.status === 'fulfilled' && process.platform !== 'darwin' ? keyring.value : undefined;
    return pairOf(keytar.value, other, service, home);
  }
  if (keyring.status === 'fulfilled') return pairOf(keyring.value, undefined, service, home);
  throw new Error(`keytar: ${explain(keytar.reason)} @napi-rs/keyring: ${explain(keyring.reason)}`);
}

/** What a library holds of one data folder, kept beside the items. */
interface Index {
  /** Rises with each write: of two libraries the one with the higher number was written last. 0 where nothing was written. */
  turn: number;
  accounts: string[];
}

/**
 * One keychain out of two libraries: the first one is read, both are written. What was written while only one of them
 * could be loaded is brought to the other one by `align`.
 */
export function pairOf(first: Keychain, second: Keychain | undefined, service: string, home: string): Keychain {
  const isKept = (account: string): boolean => account.startsWith(`${home}#`);
  const touch = async (keychain: Keychain, account: string, turn: number, isThere: boolean): Promise<void> => {
    const index = await readIndex(keychain, service, home);
    const others = (index?.accounts ?? []).filter((one) => one !== account);
    await writeIndex(keychain, service, home, { turn, accounts: isThere ? [...others, account] : others });
  };
  /** One write after the other, so that no index overwrites another. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
  /** @param work the write itself; its result counts for the first library only */
  const inBoth = async <T>(account: string, isThere: boolean, work: (one: Keychain) => Promise<T>): Promise<T> => {
    const result = await work(first);
    if (!isKept(account)) return result;
    const turn = Math.max(Date.now(), ((await readIndex(first, service, home))?.turn ?? 0) + 1);
    if (second !== undefined) {
      try {
        await work(second);
        await touch(second, account, turn, isThere);
      } catch {
        // Nothing is better than something old: whoever reads it later must not take it for what holds now.
        await second.deletePassword(service, account).catch(() => false);
      }
    }
    await touch(first, account, turn, isThere);
    return result;
  };
  return {
    ...(first.library === undefined ? {} : { library: first.library }),
    align: () => inTurn(() => align(first, second, service, home)),
    getPassword: (_, account) => first.getPassword(service, account),
    setPassword: (_, account, password) =>
      inTurn(() => inBoth(account, true, (one) => one.setPassword(service, account, password))),
    deletePassword: (_, account) => inTurn(() => inBoth(account, false, (one) => one.deletePassword(service, account))),
  };
}

/**
 * Brings what was written last to the library that does not have it. An item that only the older one has was removed in the
 * other; where one of them was never used before, nothing is removed.
 */
async function align(first: Keychain, second: Keychain | undefined, service: string, home: string): Promise<void> {
  const ofFirst = await openIndex(first, service, home);
  if (second === undefined) return;
  const ofSecond = await openIndex(second, service, home);
  const [from, to] = ofSecond.turn > ofFirst.turn ? [second, first] : [first, second];
  const turn = Math.max(ofFirst.turn, ofSecond.turn);
  const bothUsed = ofFirst.turn > 0 && ofSecond.turn > 0;
  const kept: string[] = [];
  for (const account of new Set([...ofFirst.accounts, ...ofSecond.accounts])) {
    const newer = await from.getPassword(service, account);
    const older = await to.getPassword(service, account);
    if (newer !== null) {
      if (newer !== older) await to.setPassword(service, account, newer);
      kept.push(account);
    } else if (older !== null) {
      if (bothUsed) await to.deletePassword(service, account);
      else {
        await from.setPassword(service, account, older);
        kept.push(account);
      }
    }
  }
  if (kept.length === 0) return;
  const index = { turn: turn === 0 ? Date.now() : turn, accounts: kept };
  for (const [keychain, was] of [
    [second, ofSecond],
    [first, ofFirst],
  ] as const) {
    if (JSON.stringify(was) !== JSON.stringify(index)) await writeIndex(keychain, service, home, index);
  }
}

/** The index, made when there is none: an older console, which knew keytar alone, kept none. */
async function openIndex(keychain: Keychain, service: string, home: string): Promise<Index> {
  const known = await readIndex(keychain, service, home);
  if (known !== undefined) return known;
  const accounts: string[] = [];
  for (const account of keychain.library === 'keytar' ? accountsOfOlderConsoles(home) : [])
    if ((await keychain.getPassword(service, account)) !== null) accounts.push(account);
  const index = { turn: 0, accounts };
  await writeIndex(keychain, service, home, index);
  return index;
}

async function readIndex(keychain: Keychain, service: string, home: string): Promise<Index | undefined> {
  const text = await keychain.getPassword(service, `${home}${INDEX}`);
  return text === null ? undefined : (JSON.parse(text) as Index);
}

/**
 * Looked for by name: keytar could list them, but its `findCredentials` ends the whole process when one of them is in a
 * keyring that is locked.
 */
function accountsOfOlderConsoles(home: string): string[] {
  const providers = Array.from({ length: MOST_PROVIDERS }, (_, index) => `${home}#${String(index + 1)}`);
  return [`${home}#audit`, `${home}#audit-anchor`, ...providers];
}

async function writeIndex(keychain: Keychain, service: string, home: string, index: Index): Promise<void> {
  await keychain.setPassword(service, `${home}${INDEX}`, JSON.stringify(index));
}

const INDEX = '#items';
/** Numbers of service providers among which an older console's credentials are looked for, once. */
const MOST_PROVIDERS = 100;

/** Named this way, the compiler does not ask for it: it is not on every computer. */
const KEYTAR: string = 'keytar';

/** @throws Error where it is not installed, or the libsecret that it was built with is not there */
export async function loadKeytar(): Promise<Keychain> {
  const loaded = (await import(KEYTAR)) as Keychain & { default?: Keychain };
  const keytar = loaded.default ?? loaded;
  return {
    library: 'keytar',
    getPassword: (service, account) => keytar.getPassword(service, account),
    setPassword: (service, account, password) => keytar.setPassword(service, account, password),
    deletePassword: (service, account) => keytar.deletePassword(service, account),
  };
}

/**
 * Its entry `@napi-rs/keyring/keytar` is not used: without a Secret Service it goes over to the kernel's keyring and says
 * nothing of it, and what is there is gone after a restart of the computer. An entry that is bound to the Secret Service
 * fails instead. The secret is written as UTF-8 bytes, as keytar does; as a "password" it would be UTF-16 on Windows.
 * @throws Error on a platform for which there is no prebuilt one
 */
export async function loadKeyring(): Promise<Keychain> {
  const loaded = await import('@napi-rs/keyring');
  const { AsyncEntry } = 'default' in loaded ? (loaded.default as typeof loaded) : loaded;
  const entryOf = (service: string, account: string): InstanceType<typeof AsyncEntry> =>
    new AsyncEntry(service, account, { linux: { store: 'secret-service' } });
  return {
    library: '@napi-rs/keyring',
    getPassword: async (service, account) => {
      const secret = await entryOf(service, account).getSecret();
      return secret === null ? null : Buffer.from(secret).toString('utf8');
    },
    setPassword: (service, account, password) => entryOf(service, account).setSecret(Buffer.from(password)),
    deletePassword: (service, account) => entryOf(service, account).deletePassword(),
  };
}
