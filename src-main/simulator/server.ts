/**
 * ThingSpace on this machine's loopback: a real HTTP server for the demo, field training and tests. The client that talks
 * to it is the one used in production and knows nothing of it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Api, refusal, type Answer } from './api.ts';
import { answerControl } from './control.ts';
import { Fleet } from './fleet.ts';
import { Ledger, type LedgerEntry } from './ledger.ts';
import { SIMULATOR_DEFAULTS, type FaultOptions, type SimulatorOptions } from './options.ts';
import { createRateLimit, type RateLimit } from './rate-limit.ts';
import { seededRandom } from './random.ts';
import { Sessions } from './sessions.ts';

const MAX_BODY_BYTES = 32 * 1024 * 1024;

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

export class Simulator {
  readonly options: SimulatorOptions;
  readonly fleet: Fleet;
  readonly ledger: Ledger;
  readonly sessions: Sessions;
  faults: FaultOptions;
  #clockOffsetMs = 0;
  readonly #api: Api;
  #rateLimit: RateLimit;
  readonly #random: () => number;
  readonly #server: Server;
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
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        send(response, refusal('REQUEST_FAILED.UnexpectedError', String(error), 500));
      });
    });
    this.#server.keepAliveTimeout = 30_000;
  }

  /** Starts listening on 127.0.0.1. @returns the base URL */
  async start(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.options.port, '127.0.0.1', resolve);
    });
    return this.url;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
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

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    const text = await readBody(request);
    this.ledger.settle(this.now());
    if (path.startsWith('/simulator/')) {
      answerControl(this, path, text, response);
      return;
    }
    this.#requests++;
    if (path === '/api/ts/v1/oauth2/token') {
      send(response, this.#token(request));
      return;
    }
    if (!this.sessions.bearerIsValid(request.headers.authorization, this.now())) {
      const missing = request.headers.authorization === undefined;
      send(response, {
        status: 401,
        body: {
          fault: missing
            ? { code: '900902', message: 'Missing Credentials' }
            : { code: '900901', message: 'Invalid Credentials' },
        },
      });
      return;
    }
    if (path === '/api/m2m/v1/session/login') {
      send(response, this.#login(parse(text)));
      return;
    }
    await this.#m2m(request, response, path, text);
  }

  async #m2m(request: IncomingMessage, response: ServerResponse, path: string, text: string): Promise<void> {
    const waitMs = this.#rateLimit.take(this.now());
    if (waitMs > 0) {
      this.#throttled++;
      send(
        response,
        { status: 429, body: { fault: { code: '900803', message: 'Message throttled out' } } },
        this.#retryAfter(waitMs),
      );
      return;
    }
    const fault = this.#drawFault();
    if (fault !== undefined) this.#faulted++;
    if (fault === 'resetBefore') {
      request.socket.resetAndDestroy();
      return;
    }
    if (fault === 'serverError') {
      send(response, { status: 503, body: { fault: { code: '101503', message: 'Service Unavailable' } } });
      return;
    }
    if (fault === 'htmlError') {
      response
        .writeHead(502, { 'content-type': 'text/html' })
        .end('<html><body><h1>502 Bad Gateway</h1></body></html>');
      return;
    }
    const token = request.headers['vz-m2m-token'];
    const session = this.sessions.useSession(Array.isArray(token) ? token[0] : token, this.now());
    const answer =
      session === 'format'
        ? refusal('REQUEST_FAILED.SessionToken.Format', 'The session token is missing or malformed.')
        : session === 'expired'
          ? refusal('REQUEST_FAILED.SessionToken.Expired', 'The session token has expired.')
          : this.#route(request.method ?? 'GET', path, text);
    if (fault === 'slow') await new Promise((resolve) => setTimeout(resolve, this.faults.slowMs));
    if (fault === 'resetAfter') {
      request.socket.resetAndDestroy();
      return;
    }
    send(response, answer);
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

  #token(request: IncomingMessage): Answer {
    const issued = this.sessions.issueBearer(request.headers.authorization ?? '', this.now());
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

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error('the request is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, answer: Answer, headers: Record<string, string> = {}): void {
  response.writeHead(answer.status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(answer.body));
}
