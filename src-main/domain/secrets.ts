/** Credentials as a person or the environment hands them in: what cannot be right is refused before a login is spent on it. */
import { ConsoleError } from './errors.ts';

/** What an account needs: the application's key and secret, and the user's name and password. */
export interface AccountSecrets {
  key: string;
  secret: string;
  username: string;
  password: string;
}

/** The carrier recommends a new password after so many days. */
export const PASSWORD_DAYS = 90;

/**
 * @param since UTC ISO 8601, when the password was changed or entered
 * @returns whole days; null while that is no longer than the carrier recommends
 */
export function oldPasswordDays(since: string | null, now: number): number | null {
  const days = since === null ? 0 : Math.floor((now - Date.parse(since)) / 86_400_000);
  return days >= PASSWORD_DAYS ? days : null;
}

export const SECRET_NAMES: Readonly<Record<keyof AccountSecrets, string>> = {
  key: 'API key',
  secret: 'API secret',
  username: 'user name',
  password: 'password',
};

/** Control characters anywhere (line ends, tabs), and what nobody sees at the ends, such as a byte order mark. */
const UNSEEN = /\p{Cc}|^[\p{Cf}\p{Zl}\p{Zp}]|[\p{Cf}\p{Zl}\p{Zp}]$/u;

/**
 * @param names what to call the fields, if not as {@link SECRET_NAMES}
 * @throws ConsoleError `bad-input` that names the first field with a line end or another character that nobody sees
 */
export function checkSecrets(
  secrets: AccountSecrets,
  names: Readonly<Record<keyof AccountSecrets, string>> = SECRET_NAMES,
): void {
  for (const field of Object.keys(names) as (keyof AccountSecrets)[]) {
    if (secrets[field] === '')
      throw new ConsoleError('bad-input', `The ${names[field]} is empty.`, 'Enter it again. No login was tried.');
    if (UNSEEN.test(secrets[field]))
      throw new ConsoleError(
        'bad-input',
        `The ${names[field]} has a line end or another character in it that cannot be seen.`,
        'Enter it again without it; a file or a copied line often brings one along. No login was tried.',
      );
  }
}
