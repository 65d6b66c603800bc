/** The platform's two tokens. Each is fetched by one call at a time for all lanes, and a refused login is never repeated by itself. */
import type { Clock } from '../domain/clock.ts';
import { isoTime } from '../domain/clock.ts';
import { CarrierError } from './carrier-error.ts';
import { readResponse } from './responses.ts';
import type { Http } from './http.ts';
import { parseJson } from './json.ts';
import { loginAnswer, tokenAnswer } from './schemas.ts';

export interface Credentials {
  key: string;
  secret: string;
  username: string;
  password: string;
}

/** What auth needs of the outside; the counter is durable, because the carrier's count outlives this process. */
export interface AuthPorts {
  credentials(): Promise<Credentials>;
  failedLogins(): number;
  recordLogin(succeeded: boolean, at: string): void;
  /** A token: from now on it must not be written anywhere. */
  knowSecret(secret: string): void;
}

/** Five failed logins in a row lock the contact record, and only the carrier unlocks it. The console stops before. */
export const LOGINS_BEFORE_LOCK = 5;

const DOCUMENTED_TOKEN_LIFE_S = 3600;
/** Small on purpose: asked again within the hour, the carrier returns the same token, so an early renewal brings nothing. */
const EXPIRY_MARGIN_MS = 3000;

export interface AuthPaths {
  oauthPath: string;
  m2mPath: string;
}

export class Tokens {
  readonly #http: Http;
  readonly #paths: AuthPaths;
  readonly #ports: AuthPorts;
  readonly #clock: Clock;
  #bearer: { token: string; expiresAt: number } | undefined;
  #session: string | undefined;
  #bearerInFlight: Promise<string> | undefined;
  #sessionInFlight: Promise<string> | undefined;
  /** Set by a refusal; every further call gets it until a person acts (see `forget`). */
  #refused: CarrierError | undefined;

  constructor(http: Http, paths: AuthPaths, ports: AuthPorts, clock: Clock) {
    this.#http = http;
    this.#paths = paths;
    this.#ports = ports;
    this.#clock = clock;
  }

  /** @throws CarrierError `credentials` when key and secret were refused */
  async bearer(): Promise<string> {
    if (this.#refused !== undefined) throw this.#refused;
    if (this.#bearer !== undefined && this.#clock.now() < this.#bearer.expiresAt - EXPIRY_MARGIN_MS)
      return this.#bearer.token;
    this.#bearerInFlight ??= this.#fetchBearer().finally(() => {
      this.#bearerInFlight = undefined;
    });
    return this.#bearerInFlight;
  }

  /** @throws CarrierError `credentials` when the login was refused, or would be the one that locks the account */
  async session(): Promise<string> {
    if (this.#refused !== undefined) throw this.#refused;
    if (this.#session !== undefined) return this.#session;
    this.#sessionInFlight ??= this.#login().finally(() => {
      this.#sessionInFlight = undefined;
    });
    return this.#sessionInFlight;
  }

  /** The carrier refused this bearer token. Does nothing when another lane has renewed it meanwhile. */
  dropBearer(token: string): void {
    if (this.#bearer?.token === token) this.#bearer = undefined;
  }

  /** The carrier said that this session has expired. Does nothing when another lane has renewed it meanwhile. */
  dropSession(token: string): void {
    if (this.#session === token) this.#session = undefined;
  }

  /** Ends the session at the carrier, if there is one; failures do not matter, it expires by itself. */
  async logout(): Promise<void> {
    const session = this.#session;
    const bearer = this.#bearer?.token;
    this.#session = undefined;
    if (session === undefined || bearer === undefined) return;
    await this.#http
      .send({
        method: 'POST',
        path: `${this.#paths.m2mPath}/session/logout`,
        headers: { Authorization: `Bearer ${bearer}`, 'VZ-M2M-Token': session, 'Content-Type': 'application/json' },
        body: '{}',
      })
      .catch(() => undefined);
  }

  async #fetchBearer(): Promise<string> {
    const { key, secret } = await this.#ports.credentials();
    const answer = await this.#http.send({
      method: 'POST',
      path: this.#paths.oauthPath,
      headers: {
        Authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`,
        'Content-Type': 'application/x-www-form-urlencoded',
        Accept: 'application/json',
      },
      body: 'grant_type=client_credentials',
    });
    try {
      const parsed = readResponse(answer, tokenAnswer);
      this.#ports.knowSecret(parsed.access_token);
      this.#bearer = {
        token: parsed.access_token,
        expiresAt: this.#clock.now() + (parsed.expires_in ?? DOCUMENTED_TOKEN_LIFE_S) * 1000,
      };
      return parsed.access_token;
    } catch (error) {
      throw error instanceof CarrierError ? this.#noBearer(error) : error;
    }
  }

  /** Only the token endpoint's own word says that key and secret are wrong; a page or a gateway in between knows nothing of them. */
  #noBearer(error: CarrierError): CarrierError {
    if (error.source === 'oauth' && KEY_REFUSED.has(error.code ?? '') && !error.mayBeDone) {
      return this.#refuse(
        'The carrier refused the API key and secret.',
        'Check them in Settings: they belong to the ThingSpace application, not to a user.',
        error,
      );
    }
    const { code, httpStatus, answer, source } = error;
    if (error.kind === 'throttled' || error.kind === 'not-sent' || error.kind === 'ambiguous') return error;
    return new CarrierError(
      'configuration',
      `No access token came: ${source === undefined ? 'what answered is not the token endpoint' : 'the request for it was turned away'} (HTTP ${String(httpStatus)}${source === undefined ? '' : `, ${code ?? 'no code'}`}). This says nothing about the key and the secret.`,
      {
        code,
        httpStatus,
        answer,
        source,
        mayBeDone: false,
        nextStep: 'Check the address and the paths in Settings, and any proxy between.',
        cause: error,
      },
    );
  }

  async #login(): Promise<string> {
    const failed = this.#ports.failedLogins();
    if (failed >= LOGINS_BEFORE_LOCK - 1) {
      throw new CarrierError(
        'credentials',
        `Not logged in: ${String(failed)} logins in a row were refused, and the ${ordinal(LOGINS_BEFORE_LOCK)} would lock the account at the carrier.`,
        {
          code: 'LOGIN_GUARD',
          nextStep:
            'Log in once in the ThingSpace portal with the same user, enter the password in Settings, and clear the counter there.',
        },
      );
    }
    const { username, password } = await this.#ports.credentials();
    // A bearer token that the carrier dropped early must not pass for a refused login: renew it once.
    for (let before: string | undefined; ;) {
      const bearer = await this.bearer();
      const answer = await this.#http.send({
        method: 'POST',
        path: `${this.#paths.m2mPath}/session/login`,
        headers: { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/json', Accept: 'application/json' },
        body: JSON.stringify({ username, password }),
      });
      try {
        const { sessionToken } = readResponse(answer, loginAnswer);
        this.#ports.knowSecret(sessionToken);
        this.#ports.recordLogin(true, isoTime(this.#clock.now()));
        this.#session = sessionToken;
        return sessionToken;
      } catch (error) {
        if (!(error instanceof CarrierError)) throw error;
        if (error.kind === 'bearer') {
          this.dropBearer(bearer);
          // Kept, as a refusal is: each try that is not needed brings the account closer to its lock.
          if (before !== undefined) throw (this.#refused = gatewayRefusesToken(error, bearer === before));
          before = bearer;
          continue;
        }
        if (!isRefusedLogin(error)) throw error;
        this.#ports.recordLogin(false, isoTime(this.#clock.now()));
        const left = LOGINS_BEFORE_LOCK - 1 - this.#ports.failedLogins();
        throw this.#refuse(
          `The carrier refused the login of user "${username}" (${error.code ?? 'no code'}). It was tried once and is not repeated.`,
          left > 0
            ? `Check user and password in Settings. ${String(left)} more ${left === 1 ? 'try is' : 'tries are'} possible before the console stops to protect the account.`
            : 'A further try could lock the account: log in once in the ThingSpace portal, then clear the counter in Settings.',
          error,
        );
      }
    }
  }

  #refuse(message: string, nextStep: string, cause: CarrierError): CarrierError {
    this.#refused = new CarrierError('credentials', message, {
      code: cause.code,
      httpStatus: cause.httpStatus,
      source: cause.source,
      nextStep,
      answer: cause.answer,
      cause,
    });
    return this.#refused;
  }
}

function ordinal(n: number): string {
  return n === 5 ? 'fifth' : `${String(n)}th`;
}

/** What the token endpoint says when it does not accept the application. Source: RFC 6749, 5.2. */
const KEY_REFUSED: ReadonlySet<string> = new Set([
  'invalid_client',
  'unauthorized_client',
  'invalid_grant',
  'access_denied',
]);

/** Of a failing server's codes, those that still speak of the user. */
const ABOUT_THE_USER = /auth|log.?in|credential|password|user|lock/i;

/**
 * Whether the login service itself has refused user and password: then the carrier has counted it. Gateways, proxies,
 * throttling and failures of a server are no verdict on them.
 */
function isRefusedLogin({ kind, source, code, httpStatus = 0, answer = '' }: CarrierError): boolean {
  if (source === 'service') return kind !== 'configuration' && (httpStatus < 500 || ABOUT_THE_USER.test(code ?? ''));
  if (source === 'gateway' || kind === 'throttled') return false;
  // JSON of a form that nobody documented: a page or a gateway would not write it.
  return httpStatus >= 400 && httpStatus < 500 && typeof parseJson(answer) === 'object';
}

/**
 * A bearer token was refused, and so was the one that came in its place. No word on the user.
 * @param isSame whether the token endpoint gave the same token again, as it does within the hour
 */
export function gatewayRefusesToken(error: CarrierError, isSame: boolean): CarrierError {
  const { code, httpStatus, answer, source, mayBeDone } = error;
  return new CarrierError(
    'credentials',
    `The gateway refuses the access token that it has just issued (${code ?? 'no code'})${isSame ? '; asked again, it gave the same token' : ''}. User and password were not looked at.`,
    {
      code,
      httpStatus,
      answer,
      source,
      mayBeDone,
      nextStep:
        'Check in the ThingSpace portal that the application of this API key is active and subscribed to the Connectivity Management API; then test the connection in Settings.',
      cause: error,
    },
  );
}
