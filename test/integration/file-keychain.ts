/** A keychain in a file, for tests that kill the process that writes it: as the system's, it outlives the console. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Keychain } from '../../src-main/security/vault.ts';

/** @param onWrite told before and after each write of credentials or of a change of their password */
export function fileKeychain(
  file: string,
  onWrite: (moment: 'before' | 'after', account: string) => void = () => undefined,
): Keychain {
  const read = (): Record<string, string> =>
    existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
  const write = (account: string, change: (all: Record<string, string>) => Record<string, string>): void => {
    const counts = /#\d+(#password-change)?$/.test(account);
    if (counts) onWrite('before', account);
    writeFileSync(file, JSON.stringify(change(read())));
    if (counts) onWrite('after', account);
  };
  return {
    getPassword: (_, account) => Promise.resolve(read()[account] ?? null),
    setPassword: async (_, account, password) => {
      await Promise.resolve();
      write(account, (all) => ({ ...all, [account]: password }));
    },
    deletePassword: async (_, account) => {
      await Promise.resolve();
      const isThere = account in read();
      write(account, (all) => Object.fromEntries(Object.entries(all).filter(([one]) => one !== account)));
      return isThere;
    },
  };
}
