/** Credentials in the operating system's keychain, and nowhere else. Where there is none, in memory for this run only. */
import type { AccountSecrets } from '../domain/secrets.ts';
import type { SigningVault } from '../domain/signing-vault.ts';
import { randomUUID } from 'node:crypto';
import { explain } from '../domain/errors.ts';
import { openKeychain, type Keychain, type KeychainLibrary } from './keychain.ts';

export type { Keychain } from './keychain.ts';

/** The four secrets of a ThingSpace account. They never leave the main process. */
export type Secrets = AccountSecrets;

/** Secrets with what they were entered for: they are given to nobody else. */
export interface KeptSecrets {
  secrets: Secrets;
  /** See `addressOf` in domain/provider-settings.ts; null for secrets of a version that did not keep it. */
  address: string | null;
  /** The one account for which they answer; null for the one under whose number they are kept. */
  accountName: string | null;
}

/**
 * A change of the carrier's password that is under way, kept beside the credentials that it is about: they hold the old
 * password until a login has proved the new one.
 */
export interface PasswordChange {
  /** UTC ISO 8601: written down before the request left. */
  at: string;
  /** Whose password it is, and where. */
  username: string;
  address: string;
  /**
   * - `asked`: the request may have left, and no answer is known
   * - `answered`: `fresh` is what the carrier answered; no login has proved it yet
   * - `lost`: the carrier takes no password that the console knows; a person has to reset it
   */
  state: 'asked' | 'answered' | 'lost';
  fresh: string | null;
}

export interface Vault extends SigningVault {
  /** Where secrets are kept; shown to people. */
  readonly backend: 'keychain' | 'memory';
  /** The library that reaches the keychain; null when there is none. */
  readonly library: KeychainLibrary | null;
  /** Why there is no keychain, for people; null when there is one. */
  readonly notice: string | null;
  read(providerId: number): Promise<KeptSecrets | undefined>;
  write(providerId: number, secrets: Secrets, address: string): Promise<void>;
  remove(providerId: number): Promise<void>;
  /** Why nothing may be asked for here of which there would be no other copy; null where this vault outlives the process. */
  readonly whyNotKept: string | null;
  readPasswordChange(providerId: number): Promise<PasswordChange | undefined>;
  writePasswordChange(providerId: number, change: PasswordChange): Promise<void>;
  removePasswordChange(providerId: number): Promise<void>;
}

/** Under which all items of the console stand in the keychain. */
export const SERVICE = 'ThingSpace Rate Plan Console';

/**
 * @param home the data folder: two folders keep their credentials apart
 * @param load loads the keychain: with keytar, or `@napi-rs/keyring` where that cannot be loaded; on Linux both need a running
 *   Secret Service
 */
export async function openVault(
  home: string,
  load: () => Promise<Keychain> = () => openKeychain(SERVICE, home),
): Promise<Vault> {
  try {
    const keychain = await load();
    // Only a write and a read prove that somebody is behind it.
    const probe = randomUUID();
    await keychain.setPassword(SERVICE, 'probe', probe);
    if ((await keychain.getPassword(SERVICE, 'probe')) !== probe)
      throw new Error('it did not give back what was written');
    await keychain.deletePassword(SERVICE, 'probe');
    // A second library that does not work is no reason to do without the first one.
    await keychain.align?.().catch(() => undefined);
    return keychainVault(keychain, home);
  } catch (error) {
    return memoryVault(
      `No OS keychain can be used (${explain(error)}). Credentials are kept in memory and are gone when the console ends.`,
    );
  }
}

function keychainVault(keychain: Keychain, home: string): Vault {
  const account = (providerId: number): string => `${home}#${String(providerId)}`;
  const changeOf = (providerId: number): string => `${account(providerId)}#password-change`;
  return {
    backend: 'keychain',
    library: keychain.library ?? null,
    notice: null,
    read: async (providerId) => {
      const text = await keychain.getPassword(SERVICE, account(providerId));
      if (text === null) return undefined;
      const { address, ...secrets } = JSON.parse(text) as Secrets & { address?: string };
      return { secrets, address: address ?? null, accountName: null };
    },
    write: (providerId, secrets, address) =>
      keychain.setPassword(SERVICE, account(providerId), JSON.stringify({ ...secrets, address })),
    remove: async (providerId) => {
      await keychain.deletePassword(SERVICE, account(providerId));
    },
    whyNotKept: null,
    readPasswordChange: async (providerId) => {
      const text = await keychain.getPassword(SERVICE, changeOf(providerId));
      return text === null ? undefined : (JSON.parse(text) as PasswordChange);
    },
    writePasswordChange: (providerId, change) =>
      keychain.setPassword(SERVICE, changeOf(providerId), JSON.stringify(change)),
    removePasswordChange: async (providerId) => {
      await keychain.deletePassword(SERVICE, changeOf(providerId));
    },
    readSigningKey: async () => (await keychain.getPassword(SERVICE, `${home}#audit`)) ?? undefined,
    writeSigningKey: (pem) => keychain.setPassword(SERVICE, `${home}#audit`, pem),
    readAnchor: async () => {
      const text = await keychain.getPassword(SERVICE, `${home}#audit-anchor`);
      return text === null
        ? undefined
        : (JSON.parse(text) as { seq: number; hash: string; accepted?: readonly string[] });
    },
    writeAnchor: (anchor) => keychain.setPassword(SERVICE, `${home}#audit-anchor`, JSON.stringify(anchor)),
    signs: true,
  };
}

/** @param signs also the audit log: with a key that is gone when the process ends, which proves nothing to anybody later */
export function memoryVault(notice: string | null, signs = false): Vault {
  const kept = new Map<number, KeptSecrets>();
  let signingKey: string | undefined;
  let anchor: { seq: number; hash: string; accepted?: readonly string[] } | undefined;
  const nowhere = 'There is no OS keychain, so the only copy of the new password would be gone when the console ends.';
  return {
    backend: 'memory',
    library: null,
    notice,
    read: (providerId) => Promise.resolve(kept.get(providerId)),
    write: (providerId, secrets, address) => {
      kept.set(providerId, { secrets, address, accountName: null });
      return Promise.resolve();
    },
    remove: (providerId) => {
      kept.delete(providerId);
      return Promise.resolve();
    },
    whyNotKept: nowhere,
    readPasswordChange: () => Promise.resolve(undefined),
    writePasswordChange: () => Promise.reject(new Error(nowhere)),
    removePasswordChange: () => Promise.resolve(),
    readSigningKey: () => Promise.resolve(signingKey),
    writeSigningKey: (pem) => {
      signingKey = pem;
      return Promise.resolve();
    },
    readAnchor: () => Promise.resolve(anchor),
    writeAnchor: (last) => {
      anchor = last;
      return Promise.resolve();
    },
    signs,
  };
}
