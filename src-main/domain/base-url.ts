/** The carrier's address, in one form however it was entered. */
import { ConsoleError } from './errors.ts';

/** The API's paths under the address. */
export interface ApiPaths {
  oauthPath: string;
  m2mPath: string;
}

/** That of the address is no part of a company's own gateway; a single part may be. */
const OWN_HOST = /(^|\.)verizon\.com$/i;

/**
 * The address without the API's own path: people copy it from an example with `/api/m2m/v1` or the token endpoint at its
 * end, and every call would then go to a place that does not exist.
 * @throws ConsoleError `configuration` when it is no address, or has parts that do not belong into one
 */
export function normalBaseUrl(text: string, paths: ApiPaths): string {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new ConsoleError(
      'configuration',
      `"${text.trim()}" is not an address.`,
      'Enter one such as https://thingspace.verizon.com.',
    );
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new ConsoleError(
      'configuration',
      `The address of ${url.host} has a user, a question mark or a # in it.`,
      'Enter only where the API is, such as https://thingspace.verizon.com.',
    );
  return url.origin + withoutApiPath(url.pathname.replace(/\/+$/, ''), paths, OWN_HOST.test(url.hostname));
}

function withoutApiPath(pathname: string, { oauthPath, m2mPath }: ApiPaths, isOwnHost: boolean): string {
  const lower = pathname.toLowerCase();
  for (const path of [m2mPath, oauthPath]) {
    const parts = path.toLowerCase().split('/').filter(Boolean);
    const whole = `/${parts.join('/')}`;
    // The whole path, perhaps with a call behind it.
    const at = `${lower}/`.indexOf(`${whole}/`);
    if (parts.length > 0 && at >= 0) return pathname.slice(0, at);
    // Its beginning: `/api/m2m`, and at the carrier itself also `/api`.
    for (let count = parts.length - 1; count >= (isOwnHost ? 1 : 2); count--) {
      const beginning = `/${parts.slice(0, count).join('/')}`;
      if (lower.endsWith(beginning)) return pathname.slice(0, -beginning.length);
    }
  }
  return pathname;
}
