/** The calls of the ThingSpace Connectivity Management API that the console makes. */
import type { z } from 'zod';
import type { Clock } from '../domain/clock.ts';
import type { CarrierDevice, UnreadableRecord } from '../domain/carrier-device.ts';
import type { ChangeOrder, ChangeType, CustomFields } from '../domain/change-order.ts';
import { imeiBody, namedKeys, shownKeys, type DeviceIdentifier } from '../domain/identifiers.ts';
import { Tokens, gatewayRefusesToken, type AuthPorts } from './tokens.ts';
import { CarrierError, type CarrierErrorKind } from './carrier-error.ts';
import { CHANGE_CALLS, keyValues } from './change-calls.ts';
import { readResponse, keepable } from './responses.ts';
import { createHttp, type Http } from './http.ts';
import { parseJson } from './json.ts';
import { walkHistory, type HistoryRecord } from './history.ts';
import { nextPage, readDevices, readPlans, type CarrierPlan } from './records.ts';
import { changeAnswer, deviceListAnswer, historyAnswer, passwordAnswer, planListAnswer } from './schemas.ts';

export interface ClientSettings {
  baseUrl: string;
  oauthPath: string;
  m2mPath: string;
  accountName: string;
  sendAccountWithDevices: boolean;
  pageSize: number;
  requestTimeoutS: number;
  caCertificates: string;
}

export interface DevicePage {
  devices: CarrierDevice[];
  /** Records that were left out; each costs itself only. */
  unreadable: UnreadableRecord[];
  /** Where the next page begins; undefined on the last one. */
  next: string | undefined;
}

/** Which devices of the account a list call wants; no field means all. */
export interface DeviceQuery {
  planCode?: string | undefined;
  /** As the carrier writes it, in small letters. */
  state?: string | undefined;
  customFields?: CustomFields | undefined;
}

export interface AcceptedChange {
  requestId: string;
  httpStatus: number;
  /** The beginning of the answer's text, without secrets. */
  answer: string;
}

/** See `planReader` in domain/plans.ts. */
export type PlanReader = (shown: string | null) => string | null;

/** Where a page walk begins. */
export const FIRST_PAGE = '0';

export class ThingSpaceClient {
  readonly #settings: ClientSettings;
  readonly #http: Http;
  readonly #auth: Tokens;
  readonly #planReader: () => PlanReader;

  /**
   * @param planReader gives the catalog's code for a plan as a record shows it: records leave this client with that code, so
   *   that nobody else has to know of names and aliases
   * @param http the network, if it is not the real one
   * @throws ConsoleError `configuration` when the address is none or not protected by TLS
   */
  constructor(settings: ClientSettings, ports: AuthPorts, clock: Clock, planReader: () => PlanReader, http?: Http) {
    this.#settings = settings;
    this.#planReader = planReader;
    this.#http =
      http ?? createHttp(settings.baseUrl, settings.requestTimeoutS * 1000, settings.caCertificates, settings);
    this.#auth = new Tokens(this.#http, settings, ports, clock);
  }

  /** The text of the request that {@link change} sends, to be written down before it leaves. */
  changeBody(order: ChangeOrder, identifiers: readonly DeviceIdentifier[]): string {
    return JSON.stringify({
      ...(this.#settings.sendAccountWithDevices ? { accountName: this.#settings.accountName } : {}),
      devices: identifiers.map(({ id, kind }) => ({ deviceIds: [{ id, kind }] })),
      ...CHANGE_CALLS[order.type].wanted(order),
    });
  }

  /**
   * The answer means accepted, not done.
   * @param body as made by {@link changeBody}
   * @param withdrawn aborts when it may not be sent any more: a login that it needs first takes its time
   * @throws CarrierError
   */
  async change(type: ChangeType, body: string, withdrawn?: AbortSignal): Promise<AcceptedChange> {
    const { method, path } = CHANGE_CALLS[type];
    const { value, httpStatus, text } = await this.#call(method, path, changeAnswer, body, {
      isChange: true,
      withdrawn,
    });
    return { requestId: value.requestId, httpStatus, answer: keepable(text) };
  }

  /**
   * One page of `POST /devices/actions/list`.
   * @param from {@link FIRST_PAGE}, or the `next` of the page before
   * @param query only devices that it fits
   */
  async listDevices(from: string, query: DeviceQuery = {}): Promise<DevicePage> {
    const { devices, more } = await this.#list(
      {
        maxNumberOfDevices: this.#settings.pageSize,
        ...(query.planCode === undefined ? {} : { servicePlan: query.planCode }),
        ...(query.state === undefined ? {} : { currentState: query.state }),
        ...(query.customFields === undefined ? {} : { customFields: keyValues(query.customFields) }),
      },
      from,
    );
    // A page without devices is the last one, whatever it says.
    return {
      ...this.#read(devices, from),
      next: more && devices.length > 0 ? nextPage(devices, from) : undefined,
    };
  }

  /** @returns undefined when the account has no such device */
  async readDevice(identifier: DeviceIdentifier): Promise<CarrierDevice | undefined> {
    try {
      const { devices } = await this.#list({ deviceId: { id: identifier.id, kind: identifier.kind } });
      const read = this.#read(devices, FIRST_PAGE);
      const found = recordOf(identifier, read.devices);
      const broken = read.unreadable[0];
      if (found === undefined && broken !== undefined) {
        throw new CarrierError(
          'ambiguous',
          `The carrier's record of ${broken.what} cannot be read: ${broken.problem}`,
          {
            code: 'UNEXPECTED_SHAPE',
          },
        );
      }
      return found;
    } catch (error) {
      if (error instanceof CarrierError && error.kind === 'device') return undefined;
      throw error;
    }
  }

  /**
   * What happened to one device, oldest first, as far as the carrier keeps it.
   * @param earliestIso UTC ISO 8601, as `latestIso`: the carrier requires both
   */
  async readHistory(identifier: DeviceIdentifier, earliestIso: string, latestIso: string): Promise<HistoryRecord[]> {
    const deviceId = { id: identifier.id, kind: identifier.kind };
    return walkHistory(earliestIso, (earliest) =>
      this.#call(
        'POST',
        '/devices/history/actions/list',
        historyAnswer,
        JSON.stringify({ deviceId, earliest, latest: latestIso }),
      ),
    );
  }

  #read(devices: readonly unknown[], from: string): Omit<DevicePage, 'next'> {
    const read = readDevices(devices, from);
    const planOf = this.#planReader();
    return { ...read, devices: read.devices.map((one) => ({ ...one, planCode: planOf(one.planCode) })) };
  }

  /** `GET /plans/{accountName}`: no prices, they come from the operator's contract. */
  async listPlans(): Promise<{ plans: CarrierPlan[]; unreadable: UnreadableRecord[] }> {
    const { value } = await this.#call(
      'GET',
      `/plans/${encodeURIComponent(this.#settings.accountName)}`,
      planListAnswer,
    );
    return readPlans(value);
  }

  /** Logs in and does nothing else: it proves user and password. @throws CarrierError */
  async logIn(): Promise<void> {
    await this.#auth.session();
  }

  /**
   * Lets the carrier invent a new password for its user. It holds at once, and what this returns is the only copy.
   * @throws CarrierError without the carrier's answer, which might hold a part of it; `mayBeDone` says whether the old one
   *   is sure to hold still
   */
  async resetPassword(oldPassword: string): Promise<string> {
    const body = JSON.stringify({ oldPassword });
    // As it came: an error keeps its text without secrets, and this one is the only copy.
    let asItCame = '';
    const see = (text: string): void => {
      asItCame = text;
    };
    try {
      const { value } = await this.#call('PUT', '/session/password/actions/reset', passwordAnswer, body, {
        isChange: true,
        see,
      });
      return value.newPassword;
    } catch (error) {
      if (!(error instanceof CarrierError)) throw error;
      // Whatever else the answer says: when it names a password, that is the only copy. A login shows whether it holds.
      const named = newPasswordIn(asItCame);
      if (named !== undefined) return named;
      throw withoutAnswer(error);
    }
  }

  /** Logs out and closes the connections. */
  async close(): Promise<void> {
    await this.#auth.logout();
    this.#http.close();
  }

  /** @param from the DeviceId after which the list goes on; the API wants a number, and it can have more digits than ours hold */
  async #list(query: Record<string, unknown>, from?: string): Promise<{ devices: unknown[]; more: boolean }> {
    const body = JSON.stringify({ accountName: this.#settings.accountName, ...query });
    const { value, httpStatus } = await this.#call(
      'POST',
      '/devices/actions/list',
      deviceListAnswer,
      from === undefined ? body : `${body.slice(0, -1)},"largestDeviceIdSeen":${String(BigInt(from))}}`,
    );
    return { devices: value.devices, more: value.hasMoreData ?? httpStatus === 202 };
  }

  async #call<T extends z.ZodType>(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    schema: T,
    body?: string,
    { isChange = false, see, withdrawn }: CallOptions = {},
  ): Promise<{ value: z.output<T>; httpStatus: number; text: string }> {
    const renewed: { session: boolean; bearer?: string } = { session: false };
    for (;;) {
      const session = await beforeSending(this.#auth.session());
      const bearer = await beforeSending(this.#auth.bearer());
      if (withdrawn?.aborted === true)
        throw new CarrierError('not-sent', 'It was withdrawn before it left.', { code: WITHDRAWN });
      const answer = await this.#http.send({
        method,
        path: this.#settings.m2mPath + path,
        headers: {
          Authorization: `Bearer ${bearer}`,
          'VZ-M2M-Token': session,
          Accept: 'application/json',
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body }),
      });
      see?.(answer.text);
      try {
        return { value: readResponse(answer, schema), httpStatus: answer.status, text: answer.text };
      } catch (error) {
        if (!(error instanceof CarrierError) || !SENT_AGAIN.has(error.kind)) throw error;
        if (error.kind === 'session') this.#auth.dropSession(session);
        else if (error.kind === 'bearer') this.#auth.dropBearer(bearer);
        if (isChange && (error.mayBeDone || givesRequestId(answer.text))) throw contradictory(error);
        if (error.kind === 'throttled') throw error;
        // Each token is renewed once for a call.
        if (error.kind === 'session' ? renewed.session : renewed.bearer !== undefined)
          throw refusedToken(error, bearer === renewed.bearer);
        if (error.kind === 'session') renewed.session = true;
        else renewed.bearer = bearer;
      }
    }
  }
}

interface CallOptions {
  /** It does something at the carrier: it is repeated only after a refusal. */
  isChange?: boolean;
  /** Given each answer's text, secrets and all. */
  see?: (text: string) => void;
  /** Nobody wants it any more: it does not leave. */
  withdrawn?: AbortSignal | undefined;
}

/** After these a request is sent again as it was, so an answer that also says that it was taken counts as taken. */
const SENT_AGAIN: ReadonlySet<CarrierErrorKind> = new Set(['throttled', 'session', 'bearer']);

/** Looks for it in a text that need not be whole or JSON. */
function newPasswordIn(text: string): string | undefined {
  const [, quoted] = /"newPassword"\s*:\s*("(?:[^"\\]|\\.)+")/.exec(text) ?? [];
  const value = quoted === undefined ? undefined : parseJson(quoted);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function withoutAnswer({
  kind,
  message,
  code,
  httpStatus,
  source,
  nextStep,
  retryAfterMs,
  mayBeDone,
}: CarrierError): CarrierError {
  const isSuccess = httpStatus !== undefined && httpStatus >= 200 && httpStatus < 300;
  const words = isSuccess ? `The carrier's answer names no new password (HTTP ${String(httpStatus)}).` : message;
  return new CarrierError(kind, words, { code, httpStatus, source, nextStep, retryAfterMs, mayBeDone });
}

function givesRequestId(text: string): boolean {
  return changeAnswer.safeParse(parseJson(text)).success;
}

/** The answer says "later" or speaks of a token, but not as a refusal would: the change may have been done all the same. */
function contradictory(error: CarrierError): CarrierError {
  const { code, httpStatus, answer, source, retryAfterMs } = error;
  return new CarrierError('ambiguous', `${error.message} It came with HTTP ${String(httpStatus)}.`, {
    code,
    httpStatus,
    answer,
    source,
    retryAfterMs,
    cause: error,
  });
}

/** @param isSame whether the token endpoint gave the same bearer token again */
function refusedToken(error: CarrierError, isSame: boolean): CarrierError {
  const { code, httpStatus, answer, source, mayBeDone } = error;
  return error.kind === 'bearer'
    ? gatewayRefusesToken(error, isSame)
    : new CarrierError('credentials', 'The carrier refuses a session that it has just opened.', {
        code,
        httpStatus,
        answer,
        source,
        mayBeDone,
        nextStep: 'Test the connection in Settings.',
        cause: error,
      });
}

/**
 * What happens before the call itself leaves: whatever goes wrong, the call was not sent. A login whose answer was lost is
 * made again with the call; what was said about the login is no word on the devices of the call.
 */
async function beforeSending(token: Promise<string>): Promise<string> {
  try {
    return await token;
  } catch (error) {
    if (!(error instanceof CarrierError)) throw error;
    const { code, httpStatus, answer, source, nextStep } = error;
    const details = { code, httpStatus, answer, source, nextStep, mayBeDone: false, cause: error };
    const isPassing = error.kind === 'ambiguous' || (error.kind === 'unexpected' && (httpStatus ?? 0) >= 500);
    if (isPassing) throw new CarrierError('not-sent', error.message, details);
    if (SAME_BEFORE_SENDING.has(error.kind) && !error.mayBeDone) throw error;
    throw new CarrierError('configuration', error.message, details);
  }
}

const SAME_BEFORE_SENDING: ReadonlySet<CarrierErrorKind> = new Set([
  'throttled',
  'not-sent',
  'credentials',
  'configuration',
]);

/** The code of an error: nobody wants the request any more, and it has not left. */
export const WITHDRAWN = 'WITHDRAWN';

/** The code of an error: more than one record fits. */
export const SEVERAL_RECORDS = 'SEVERAL_RECORDS';

/** A single answer may write the IMEI with another last digit than it was asked for; of several, only one that fits exactly. */
function recordOf(identifier: DeviceIdentifier, devices: readonly CarrierDevice[]): CarrierDevice | undefined {
  const wanted = namedKeys(identifier);
  const fits = ({ identifiers }: CarrierDevice): boolean => {
    const shown = shownKeys(identifiers);
    return wanted.some((key) => shown.has(key));
  };
  const [found, other] = devices.filter(fits);
  // Two SIMs can have one IMEI or number, and one SIM an old record beside its own: none of them is taken by guess.
  if (other !== undefined)
    throw new CarrierError(
      'ambiguous',
      `The carrier has ${String(devices.filter(fits).length)} records for ${identifier.kind.toUpperCase()} ${identifier.id}, and which one is meant cannot be told.`,
      { code: SEVERAL_RECORDS, nextStep: 'Name the device by its ICCID in a new change.' },
    );
  const [only, second] = devices;
  const body = imeiBody(identifier);
  if (found !== undefined || only === undefined || second !== undefined || body === undefined) return found;
  return shownKeys(only.identifiers).has(`imei ${body}`) ? only : undefined;
}
