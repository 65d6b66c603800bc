/** The two tokens of the platform, their expiry, and the login lock-out. */
import { randomUUID } from 'node:crypto';
import type { SimulatorOptions } from './options.ts';

/** Failed logins in a row that lock the account. Source: the carrier's documentation. */
export const LOGINS_BEFORE_LOCK = 5;

export class Sessions {
  readonly #options: SimulatorOptions;
  #bearer: { token: string; issuedAt: number } | undefined;
  #session: { token: string; usedAt: number } | undefined;
  failedLogins = 0;
  logins = 0;
  tokensIssued = 0;

  constructor(options: SimulatorOptions) {
    this.#options = options;
  }

  get locked(): boolean {
    return this.failedLogins >= LOGINS_BEFORE_LOCK;
  }

  /** Asking again within the hour returns the same token, with what is left of its life. */
  issueBearer(authorization: string, now: number): { token: string; expiresInS: number } | undefined {
    const expected = Buffer.from(`${this.#options.key}:${this.#options.secret}`).toString('base64');
    if (authorization !== `Basic ${expected}`) return undefined;
    const lifetimeMs = this.#options.tokenLifetimeS * 1000;
    if (this.#bearer === undefined || now >= this.#bearer.issuedAt + lifetimeMs) {
      this.#bearer = { token: randomUUID().replaceAll('-', ''), issuedAt: now };
      this.tokensIssued++;
    }
    return { token: this.#bearer.token, expiresInS: Math.floor((this.#bearer.issuedAt + lifetimeMs - now) / 1000) };
  }

  bearerIsValid(authorization: string | undefined, now: number): boolean {
    return (
      this.#bearer !== undefined &&
      authorization === `Bearer ${this.#bearer.token}` &&
      now < this.#bearer.issuedAt + this.#options.tokenLifetimeS * 1000
    );
  }

  /** @returns the session token, or undefined when the login is refused */
  login(username: unknown, password: unknown, now: number): string | undefined {
    if (this.locked) return undefined;
    if (username !== this.#options.username || password !== this.#options.password) {
      this.failedLogins++;
      return undefined;
    }
    this.failedLogins = 0;
    this.logins++;
    this.#session = { token: randomUUID(), usedAt: now };
    return this.#session.token;
  }

  logout(): void {
    this.#session = undefined;
  }

  /** Using a session keeps it alive. */
  useSession(token: string | undefined, now: number): 'ok' | 'format' | 'expired' {
    if (token === undefined || !/^[0-9a-f-]{36}$/i.test(token)) return 'format';
    if (token !== this.#session?.token || now >= this.#session.usedAt + this.#options.sessionIdleS * 1000)
      return 'expired';
    this.#session.usedAt = now;
    return 'ok';
  }

  expireSession(): void {
    this.#session = undefined;
  }

  expireBearer(): void {
    this.#bearer = undefined;
  }
}
