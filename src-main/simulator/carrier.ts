/** What the simulated carrier answers to a call, without the network: for the server before it, and for tests in virtual time. */
import { Api, refusal, type Answer } from './api.ts';
import { Fleet } from './fleet.ts';
import { Ledger, type LedgerEntry } from './ledger.ts';
import { SIMULATOR_DEFAULTS, type FaultOptions, type SimulatorOptions } from './options.ts';
import { createRateLimit, type RateLimit } from './rate-limit.ts';
import { seededRandom } from './random.ts';
import { Sessions } from './sessions.ts';

export interface SimulatorStats {
  requests: number;
  changeRequests: number;
  throttled: number;
  faulted: number;
  logins: number;
  failedLogins: number;
  tokensIssued: number;
  locked: boolean;
  applied: number;
  pending: number;
}

export interface SimulatedCall {
  method: string;
  path: string;
  authorization: string | undefined;
  sessionToken: string | undefined;
  text: string;
}

/** An answer, or how the connection fails instead of one. */
export interface SimulatedAnswer extends Answer {
  headers?: Record<string, string>;
  /** A proxy's page in place of JSON. */
  html?: string;
  /** The connection breaks; whether the call was carried out before is the carrier's secret. */
  breaks?: true;
  /** How long the answer takes. */
  delayMs?: number;
}

export class SimulatedCarrier {
  readonly options: SimulatorOptions;
  readonly fleet: Fleet;
  readonly ledger: Ledger;
  readonly sessions: Sessions;
  faults: FaultOptions;
  #clockOffsetMs = 0;
  readonly #api: Api;
  #rateLimit: RateLimit;
  readonly #random: () => number;
  #requests = 0;
  #changeRequests = 0;
  #throttled = 0;
  #faulted = 0;

  constructor(options: Partial<SimulatorOptions> = {}) {
    this.options = { ...SIMULATOR_DEFAULTS, ...options };
    this.fleet = new Fleet(this.options, Date.now());
    this.ledger = new Ledger(this.fleet);
    this.sessions = new Sessions(this.options);
    this.faults = this.options.faults;
    this.#random = seededRandom(this.options.seed ^ 0x5eed);
    this.#api = new Api(this.options, this.fleet, this.ledger, this.#random);
    this.#rateLimit = createRateLimit(this.options.rateLimit);
  }

  now(): number {
    return Date.now() + this.#clockOffsetMs;
  }

  advanceClock(ms: number): void {
    this.#clockOffsetMs += ms;
  }

  setRateLimit(change: Partial<SimulatorOptions['rateLimit']>): void {
    this.options.rateLimit = { ...this.options.rateLimit, ...change };
    this.#rateLimit = createRateLimit(this.options.rateLimit);
  }

  stats(): SimulatorStats {
    this.ledger.settle(this.now());
    return {
      requests: this.#requests,
      changeRequests: this.#changeRequests,
      throttled: this.#throttled,
      faulted: this.#faulted,
      logins: this.sessions.logins,
      failedLogins: this.sessions.failedLogins,
      tokensIssued: this.sessions.tokensIssued,
      locked: this.sessions.locked,
      applied: this.ledger.appliedCount,
      pending: this.ledger.pendingCount,
    };
  }

  ledgerEntries(): LedgerEntry[] {
    this.ledger.settle(this.now());
    return [...this.ledger.entries()];
  }

  answer(call: SimulatedCall): SimulatedAnswer {
    this.ledger.settle(this.now());
    this.#requests++;
    if (call.path === '/api/ts/v1/oauth2/token') return this.#token(call.authorization);
    if (!this.sessions.bearerIsValid(call.authorization, this.now())) {
      const fault =
        call.authorization === undefined
          ? { code: '900902', message: 'Missing Credentials' }
          : { code: '900901', message: 'Invalid Credentials' };
      return { status: 401, body: { fault } };
    }
    return call.path === '/api/m2m/v1/session/login' ? this.#login(parse(call.text)) : this.#m2m(call);
  }

  #m2m({ method, path, sessionToken, text }: SimulatedCall): SimulatedAnswer {
    const waitMs = this.#rateLimit.take(this.now());
    if (waitMs > 0) {
      this.#throttled++;
      const body = { fault: { code: '900803', message: 'Message throttled out' } };
      return { status: 429, body, headers: this.#retryAfter(waitMs) };
    }
    const fault = this.#drawFault();
    if (fault !== undefined) this.#faulted++;
    if (fault === 'resetBefore') return { ...NO_ANSWER, breaks: true };
    if (fault === 'serverError')
      return { status: 503, body: { fault: { code: '101503', message: 'Service Unavailable' } } };
    if (fault === 'htmlError')
      return { ...NO_ANSWER, status: 502, html: '<html><body><h1>502 Bad Gateway</h1></body></html>' };
    const session = this.sessions.useSession(sessionToken, this.now());
    const answer =
      session === 'format'
        ? refusal('REQUEST_FAILED.SessionToken.Format', 'The session token is missing or malformed.')
        : session === 'expired'
          ? refusal('REQUEST_FAILED.SessionToken.Expired', 'The session token has expired.')
          : this.#route(method, path, text);
    if (fault === 'resetAfter') return { ...answer, breaks: true };
    return fault === 'slow' ? { ...answer, delayMs: this.faults.slowMs } : answer;
  }

  #route(method: string, path: string, text: string): Answer {
    const route = `${method} ${path.replace('/api/m2m/v1', '')}`;
    const body = (): Record<string, unknown> => parse(text);
    if (/^(PUT|POST) \/devices\/actions\/(plan|suspend|restore|customFields)$/.test(route)) this.#changeRequests++;
    if (route === 'PUT /devices/actions/plan') return this.#api.changePlan(body(), this.now());
    if (route === 'POST /devices/actions/suspend') return this.#api.changeState(body(), this.now(), 'suspend');
    if (route === 'POST /devices/actions/restore') return this.#api.changeState(body(), this.now(), 'active');
    if (route === 'PUT /devices/actions/customFields') return this.#api.changeFields(body(), this.now());
    if (route === 'POST /devices/actions/list') return this.#api.listDevices(body());
    if (route === 'POST /devices/history/actions/list') return this.#api.history(body());
    if (route === 'POST /session/logout') {
      this.sessions.logout();
      return { status: 200, body: {} };
    }
    const account = /^GET \/(plans|accounts|groups)\/([^/]+)$/.exec(route);
    if (account?.[2] !== undefined) {
      if (account[1] === 'plans') return this.#api.plans(account[2]);
      return account[1] === 'accounts' ? this.#api.account(account[2]) : this.#api.groups(account[2]);
    }
    return {
      status: 400,
      body: { fault: { code: '900906', message: 'No matching resource found in the API for the given request' } },
    };
  }

  #token(authorization: string | undefined): Answer {
    const issued = this.sessions.issueBearer(authorization ?? '', this.now());
    if (issued === undefined)
      return { status: 401, body: { error: 'invalid_client', error_description: 'Client Authentication failed.' } };
    return {
      status: 200,
      body: {
        access_token: issued.token,
        scope: 'am_application_scope default',
        token_type: 'Bearer',
        expires_in: issued.expiresInS,
      },
    };
  }

  #login(body: Record<string, unknown>): Answer {
    const token = this.sessions.login(body['username'], body['password'], this.now());
    if (token !== undefined)
      return { status: 200, body: { sessionToken: token, expiresIn: this.options.sessionIdleS } };
    return this.sessions.locked
      ? refusal('REQUEST_FAILED.Login.Locked', 'The contact record is locked.', 401)
      : refusal('REQUEST_FAILED.Login.Invalid', 'Invalid user name or password.', 401);
  }

  #retryAfter(waitMs: number): Record<string, string> {
    const { retryAfter } = this.options.rateLimit;
    if (retryAfter === 'none') return {};
    const seconds = Math.max(1, Math.ceil(waitMs / 1000));
    return {
      'retry-after': retryAfter === 'seconds' ? String(seconds) : new Date(this.now() + seconds * 1000).toUTCString(),
    };
  }

  #drawFault(): 'serverError' | 'resetBefore' | 'resetAfter' | 'htmlError' | 'slow' | undefined {
    const at = this.#random();
    let sum = 0;
    for (const kind of ['serverError', 'resetBefore', 'resetAfter', 'htmlError', 'slow'] as const) {
      sum += this.faults[kind];
      if (at < sum) return kind;
    }
    return undefined;
  }
}

const NO_ANSWER = { status: 0, body: {} } as const;

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
