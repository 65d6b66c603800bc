/**
 * An independent stand-in for the carrier, with hooks that answer a call in their own way. Typed after the project's
 * `shared/cases/carrier.mjs`. What it counts in a device's `changes` was really applied: it is the judge of a test.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

export const ACCOUNT = '0000123456-00001';
export const SMALL = 'M2M1MB';
export const LARGE = 'M2M5GB';
export const CREDENTIALS = { key: 'key-A1', secret: 'secret-B2', username: 'uws-user', password: 'uws-pass' };
export const TOKEN_PATH = '/api/ts/v1/oauth2/token';
const M2M = '/api/m2m/v1';

export interface CarrierPlanRecord {
  name: string;
  code: string;
  sizeKb: number;
  carrierServicePlanCode: string;
  extendedAttributes: unknown[];
}

export const PLANS: readonly CarrierPlanRecord[] = [
  ['Small 1MB', SMALL, '84638'],
  ['Large 5GB', LARGE, '84777'],
].map(([name = '', code = '', carrierServicePlanCode = '']) => ({
  name,
  code,
  sizeKb: 1024,
  carrierServicePlanCode,
  extendedAttributes: [],
}));

export interface Device {
  n: number;
  iccid: string;
  imei: string;
  mdn: string;
  meid?: string;
  plan: string;
  state: string;
  /** How often a change of plan was really applied. */
  changes: number;
}

/** A device by its number; the lists of this folder name 1 to 12. */
export function dev(n: number, differs: Partial<Device> = {}): Device {
  return {
    n,
    iccid: `891480000012345${String(10_000 + n * 13)}`,
    imei: `99001${String(3_900_000_000 + n * 3)}`,
    mdn: String(5_550_000_000 + n),
    plan: SMALL,
    state: 'active',
    changes: 0,
    ...differs,
  };
}

export function devs(count: number): Device[] {
  return Array.from({ length: count }, (_, index) => dev(index + 1));
}

/** A device's record, as the list shows it. */
export function view(device: Device): Record<string, unknown> {
  return {
    accountName: ACCOUNT,
    billingCycleEndDate: '2026-12-09T19:00:00-05:00',
    carrierInformations: [{ carrierName: 'Verizon Wireless', servicePlan: device.plan, state: device.state }],
    connected: false,
    createdAt: '2025-05-31T11:25:39-04:00',
    deviceIds: [
      { id: device.mdn, kind: 'mdn' },
      { id: device.imei, kind: 'imei' },
      ...(device.meid === undefined ? [] : [{ id: device.meid, kind: 'meid' }]),
      { id: device.iccid, kind: 'iccId' },
    ],
    extendedAttributes: [{ key: 'DeviceId', value: String(device.n) }],
    groupNames: [`Default: ${ACCOUNT}`],
    ipAddress: '10.1.1.1',
    lastActivationBy: 'X',
    lastActivationDate: '2025-06-01T10:00:00-04:00',
    lastConnectionDate: '2026-08-26T01:12:46-04:00',
  };
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
}

/** An error as the M2M service writes it. */
export function refuse(response: ServerResponse, status: number, code: string, message = 'x'): void {
  json(response, status, { errorCode: `UnifiedWebService.${code}`, errorMessage: message });
}

const text = z.union([z.string(), z.number().transform(String)]);
const deviceId = z.object({ id: text, kind: z.string() });
const callBody = z.object({
  devices: z.array(z.object({ deviceIds: z.array(deviceId).min(1) })).default([]),
  servicePlan: z.string().default(''),
  deviceId: deviceId.optional(),
  maxNumberOfDevices: z.number().optional(),
  largestDeviceIdSeen: z.number().default(0),
  username: z.string().default(''),
  password: z.string().default(''),
});
export type CallBody = z.infer<typeof callBody>;

export interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  /** Below the API's own. */
  path: string;
  body: CallBody;
  carrier: HookedCarrier;
}

/** @returns true when it has seen to the answer itself */
type Hook = (call: Call) => boolean | Promise<boolean>;

export interface ListAnswer {
  hasMoreData: unknown;
  devices: unknown[];
}

export interface Hooks {
  token?: Hook;
  login?: Hook;
  any?: Hook;
  list?: Hook;
  plan?: Hook;
  listAnswer?: (answer: ListAnswer, body: CallBody) => unknown;
  view?: (device: Device) => unknown;
  plans?: unknown;
  badBearer?: (response: ServerResponse) => void;
  badSession?: (response: ServerResponse) => void;
  page?: number;
}

export class HookedCarrier {
  readonly devices: Device[];
  /** May be changed while it runs. */
  readonly hooks: Hooks;
  /** Calls by what they are. */
  readonly calls = { token: 0, login: 0, list: 0, plan: 0 };
  url = '';
  #bearer = randomUUID();
  #session: string | undefined;
  readonly #server = createServer((request, response) => {
    void this.#answer(request, response);
  });

  constructor(devices: Device[], hooks: Hooks = {}) {
    this.devices = devices;
    this.hooks = hooks;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
    return this;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  dropBearer(): void {
    this.#bearer = randomUUID();
  }

  dropSession(): void {
    this.#session = undefined;
  }

  /** How often each device's plan was really changed, in the order of the devices. */
  times(): number[] {
    return this.devices.map(({ changes }) => changes);
  }

  find(kind: string, id: string): Device[] {
    const plain = kind.toLowerCase();
    return this.devices.filter((device) => {
      const { iccid, imei, mdn, meid } = device;
      return (
        new Map([
          ['iccid', iccid],
          ['imei', imei],
          ['mdn', mdn],
          ['meid', meid],
        ]).get(plain) === id
      );
    });
  }

  /** Does what the request asks for, as the carrier does it when it accepts. @returns the code of the refusal, if it is one */
  apply({ devices, servicePlan }: CallBody): string | undefined {
    const found: Device[] = [];
    for (const { deviceIds } of devices) {
      const named = this.find(deviceIds[0]?.kind ?? '', deviceIds[0]?.id ?? '');
      const device = named.find(({ state }) => state === 'active') ?? named[0];
      if (device === undefined) return 'REQUEST_FAILED.DeviceNotFound';
      if (device.state !== 'active') return 'INPUT_INVALID.DeviceState.Invalid';
      found.push(device);
    }
    for (const device of found) {
      device.plan = servicePlan;
      device.changes++;
    }
    return undefined;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let raw = '';
    for await (const piece of request) raw += String(piece);
    const path = new URL(request.url ?? '/', 'http://carrier').pathname;
    const body = callBody.parse(raw.startsWith('{') ? JSON.parse(raw) : {});
    const call: Call = { request, response, path: path.replace(M2M, ''), body, carrier: this };
    if (path === TOKEN_PATH) await this.#giveToken(call);
    else if ((await this.hooks.any?.(call)) === true) return;
    else if (request.headers.authorization !== `Bearer ${this.#bearer}`)
      (this.hooks.badBearer ?? wrongBearer)(response);
    else await this.#serve(call);
  }

  async #giveToken(call: Call): Promise<void> {
    this.calls.token++;
    if ((await this.hooks.token?.(call)) === true) return;
    const { key, secret } = CREDENTIALS;
    if (call.request.headers.authorization !== `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`)
      json(call.response, 401, {
        error: 'invalid_client',
        error_description: 'A valid OAuth client could not be found',
      });
    else
      json(call.response, 200, {
        access_token: this.#bearer,
        scope: 'default',
        token_type: 'Bearer',
        expires_in: 3600,
      });
  }

  async #serve(call: Call): Promise<void> {
    const { request, response, path } = call;
    if (path === '/session/login') return this.#logIn(call);
    if (request.headers['vz-m2m-token'] !== this.#session) {
      (this.hooks.badSession ?? expired)(response);
      return;
    }
    switch (path) {
      case '/session/logout':
        this.#session = undefined;
        json(response, 200, {});
        return;
      case `/plans/${ACCOUNT}`:
        json(response, 200, this.hooks.plans ?? PLANS);
        return;
      case '/devices/actions/list':
        return this.#list(call);
      case '/devices/actions/plan':
        return this.#changePlan(call);
      default:
        json(response, 404, { fault: { code: '900906', message: 'No matching resource found', description: 'x' } });
    }
  }

  async #logIn(call: Call): Promise<void> {
    this.calls.login++;
    if ((await this.hooks.login?.(call)) === true) return;
    const { username, password } = call.body;
    if (username !== CREDENTIALS.username || password !== CREDENTIALS.password) {
      refuse(call.response, 401, 'REQUEST_FAILED.Authentication.Invalid', 'bad');
      return;
    }
    this.#session = randomUUID();
    json(call.response, 200, { sessionToken: this.#session, expiresIn: 1200 });
  }

  async #list(call: Call): Promise<void> {
    this.calls.list++;
    if ((await this.hooks.list?.(call)) === true) return;
    const { response, body } = call;
    const { deviceId: one, servicePlan, largestDeviceIdSeen } = body;
    const named = one === undefined ? this.devices : this.find(one.kind, one.id);
    if (one !== undefined && named.length === 0) {
      refuse(response, 400, 'REQUEST_FAILED.DeviceNotFound');
      return;
    }
    const cap = Math.min(this.hooks.page ?? 500, body.maxNumberOfDevices ?? 500);
    const fitting = named.filter(
      ({ n, plan }) => n > largestDeviceIdSeen && (servicePlan === '' || plan === servicePlan),
    );
    const devices = fitting.slice(0, cap).map(this.hooks.view ?? view);
    const hasMoreData = fitting.length > cap;
    const answer = { hasMoreData, devices };
    json(response, hasMoreData ? 202 : 200, this.hooks.listAnswer?.(answer, body) ?? answer);
  }

  async #changePlan(call: Call): Promise<void> {
    this.calls.plan++;
    if ((await this.hooks.plan?.(call)) === true) return;
    const refusal = this.apply(call.body);
    if (refusal === undefined) json(call.response, 200, { requestId: randomUUID() });
    else refuse(call.response, 400, refusal);
  }
}

function wrongBearer(response: ServerResponse): void {
  json(response, 401, { fault: { code: '900901', message: 'Invalid Credentials', description: 'x' } });
}

function expired(response: ServerResponse): void {
  refuse(response, 401, 'REQUEST_FAILED.SessionToken.Expired', 'The Session has expired.');
}
