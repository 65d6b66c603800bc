/** What the simulated carrier answers to a call, without the network: for the server before it, and for tests in virtual time. */
import { parseBody, refusal, type Answer, type Body, type SimulatedAnswer } from './answers.ts';
import { AccountApi } from './api/account.ts';
import { ChangeApi } from './api/changes.ts';
import { DeviceApi } from './api/devices.ts';
import { HistoryApi } from './api/history.ts';
import { Disturbances } from './disturbances.ts';
import { drawFault, faultyAnswer } from './faults.ts';
import { Fleet } from './fleet.ts';
import { gatewayAnswer, INVALID_CREDENTIALS, MISSING_CREDENTIALS, NO_RESOURCE, throttled } from './gateway.ts';
import { Ledger, type LedgerEntry } from './ledger.ts';
import {
  SIMULATOR_DEFAULTS,
  type FaultOptions,
  type Outage,
  type ShownOptions,
  type SimulatorOptions,
} from './options.ts';
import { PlanRules } from './plan-rules.ts';
import { SIMULATED_PLANS } from './plans.ts';
import { seededRandom } from './random.ts';
import { createRateLimit, type RateLimit } from './rate-limit.ts';
import { Records } from './records.ts';
import { CHANGES, LOGIN_PATH, routeOf, TOKEN_PATH, type Apis, type SimulatedCall } from './routes.ts';
import { Sessions } from './sessions.ts';

export type { SimulatedAnswer } from './answers.ts';
export type { SimulatedCall } from './routes.ts';

export interface SimulatorStats {
  requests: number;
  changeRequests: number;
  throttled: number;
  faulted: number;
  /** Calls that an outage took. */
  down: number;
  logins: number;
  failedLogins: number;
  tokensIssued: number;
  locked: boolean;
  applied: number;
  /** What happened without a request: plans changed by somebody else, SIMs replaced, devices moved. */
  elsewhere: number;
  pending: number;
}

export class SimulatedCarrier {
  readonly options: SimulatorOptions;
  readonly fleet: Fleet;
  readonly ledger: Ledger;
  readonly sessions: Sessions;
  faults: FaultOptions;
  #clockOffsetMs = 0;
  readonly #apis: Apis;
  readonly #rules: PlanRules;
  readonly #disturbances: Disturbances;
  #rateLimit: RateLimit;
  readonly #random: () => number;
  #requests = 0;
  #changeRequests = 0;
  #throttled = 0;
  #faulted = 0;
  #down = 0;
  #gatewayAnswers = 0;

  constructor(options: Partial<SimulatorOptions> = {}) {
    this.options = { ...SIMULATOR_DEFAULTS, ...options };
    const now = Date.now();
    this.fleet = new Fleet(this.options, now);
    this.ledger = new Ledger(this.fleet);
    this.sessions = new Sessions(this.options);
    this.faults = this.options.faults;
    this.#random = seededRandom(this.options.seed ^ 0x5eed);
    const devices = new DeviceApi(this.options, this.fleet, new Records(this.options, this.fleet));
    this.#apis = {
      devices,
      changes: new ChangeApi(this.options, this.fleet, this.ledger, this.#random),
      history: new HistoryApi(this.options, this.fleet, this.ledger, devices),
      account: new AccountApi(this.options, this.fleet),
      logout: () => {
        this.sessions.logout();
        return { status: 200, body: {} };
      },
    };
    this.#rules = new PlanRules(this.options, this.fleet, this.ledger, now);
    this.#disturbances = new Disturbances(now, this.options.outages, this.options.storms);
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

  /** How records and answers look from now on. */
  setShown(change: Partial<ShownOptions>): void {
    Object.assign(this.options, change);
  }

  /** An endpoint is down from now on. */
  addOutage(endpoint: Outage['endpoint'], forS: number, form: Outage['form'] = '503'): void {
    this.#disturbances.addOutage(this.now(), endpoint, forS, form);
  }

  /** Everything is refused with 429 from now on, and nothing says for how long. */
  addStorm(forS: number): void {
    this.#disturbances.addStorm(this.now(), forS);
  }

  /** The device gets another SIM; IMEI and MDN stay. @returns the new ICCID @throws RangeError for a device that is none */
  replaceSim(iccid: string): string {
    return this.ledger.replaceSim(this.#device(iccid), this.now());
  }

  /** The SIM goes into another modem: its history is lost. @returns the new IMEI @throws RangeError */
  moveSim(iccid: string): string {
    return this.ledger.moveSim(this.#device(iccid), this.now());
  }

  /** The device goes to another account: it is no longer listed, and cannot be changed from here. @throws RangeError */
  moveAway(iccid: string): void {
    this.ledger.moveAway(this.#device(iccid), this.now());
  }

  /** Somebody else, or a rule of the carrier's, changes a plan. @throws RangeError for a device or plan that is none */
  changeElsewhere(iccid: string, planCode: string): void {
    const device = this.#device(iccid);
    const plan = SIMULATED_PLANS.findIndex(({ code }) => code === planCode);
    if (plan < 0) throw new RangeError(`no plan ${planCode}`);
    this.ledger.changeElsewhere(device, plan, this.now());
  }

  /** Brings everything up to now. Called before every answer, so that no timer is needed and the clock can be moved. */
  settle(): void {
    const now = this.now();
    this.fleet.enterMonth(now);
    this.ledger.settle(now);
    this.#rules.apply(now);
  }

  stats(): SimulatorStats {
    this.settle();
    return {
      requests: this.#requests,
      changeRequests: this.#changeRequests,
      throttled: this.#throttled,
      faulted: this.#faulted,
      down: this.#down,
      logins: this.sessions.logins,
      failedLogins: this.sessions.failedLogins,
      tokensIssued: this.sessions.tokensIssued,
      locked: this.sessions.locked,
      applied: this.ledger.appliedCount,
      elsewhere: this.ledger.elsewhereCount,
      pending: this.ledger.pendingCount,
    };
  }

  ledgerEntries(): LedgerEntry[] {
    this.settle();
    return [...this.ledger.entries()];
  }

  answer(call: SimulatedCall): SimulatedAnswer {
    this.settle();
    this.#requests++;
    if (call.path === TOKEN_PATH) return this.#unlessDown('token', () => this.#token(call.authorization));
    if (!this.sessions.bearerIsValid(call.authorization, this.now())) {
      const fault = call.authorization === undefined ? MISSING_CREDENTIALS : INVALID_CREDENTIALS;
      return gatewayAnswer(401, this.options.unauthorizedForm, fault, this.#gatewayAnswers++);
    }
    if (call.path === LOGIN_PATH) return this.#unlessDown('login', () => this.#login(parseBody(call.text)));
    return this.#m2m(call);
  }

  #m2m(call: SimulatedCall): SimulatedAnswer {
    const { rateLimit, otherUser } = this.options;
    const now = this.now();
    this.#disturbances.letOthersPass(this.#rateLimit, otherUser.requestsPerSecond, rateLimit.windowS, now);
    const storm = this.#disturbances.inStorm(now);
    const waitMs = storm ? 1 : this.#rateLimit.take(now);
    if (waitMs > 0) {
      this.#throttled++;
      return throttled(storm ? { ...rateLimit, retryAfter: 'none' } : rateLimit, waitMs, now, this.#gatewayAnswers++);
    }
    const route = routeOf(call);
    const endpoint = route?.endpoint ?? 'account';
    return this.#unlessDown(endpoint, () => {
      const fault = drawFault(this.faults, endpoint, this.#random);
      if (fault !== undefined) this.#faulted++;
      const carryOut = (): SimulatedAnswer => {
        switch (this.sessions.useSession(call.sessionToken, this.now())) {
          case 'format':
            return refusal('REQUEST_FAILED.SessionToken.Format', 'The session token is missing or malformed.');
          case 'expired':
            return refusal('REQUEST_FAILED.SessionToken.Expired', 'The session token has expired.');
          case 'ok':
            if (CHANGES.includes(endpoint)) this.#changeRequests++;
            return route?.answer(this.#apis, this.now()) ?? NO_RESOURCE;
        }
      };
      return fault === undefined ? carryOut() : faultyAnswer(fault, carryOut, this.#random, this.faults.slowMs);
    });
  }

  #unlessDown(endpoint: Parameters<Disturbances['outage']>[0], answer: () => SimulatedAnswer): SimulatedAnswer {
    const down = this.#disturbances.outage(endpoint, this.now());
    if (down !== undefined) this.#down++;
    return down ?? answer();
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

  #login(body: Body): Answer {
    const token = this.sessions.login(body['username'], body['password'], this.now());
    if (token !== undefined)
      return { status: 200, body: { sessionToken: token, expiresIn: this.options.sessionIdleS } };
    return this.sessions.locked
      ? refusal('REQUEST_FAILED.Login.Locked', 'The contact record is locked.', 401)
      : refusal('REQUEST_FAILED.Login.Invalid', 'Invalid user name or password.', 401);
  }

  #device(iccid: string): number {
    const device = this.fleet.find('iccid', iccid);
    if (device < 0) throw new RangeError(`no device ${iccid}`);
    return device;
  }
}
