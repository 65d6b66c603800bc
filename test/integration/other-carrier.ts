/**
 * A second, small implementation of the API page, written apart from the simulator and different wherever the page leaves
 * room: other page sizes and error services, numbers where the simulator has text, short-lived tokens, codes with the
 * plan's name in them. The client must get on with both.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const ACCOUNT = '0842001234-00007';
const PAGE = 37;
const PLANS = [
  {
    name: 'Meter 250K',
    code: '14-METER-250K',
    sizeKb: 250,
    carrierServicePlanCode: '98123x48526x84777',
    extendedAttributes: [{ key: 'x', value: 'y' }],
  },
  { name: 'Fleet 2 GB', code: '14-FLEET-2G', sizeKb: 2_097_152 },
];

interface Sim {
  id: number;
  iccid: string;
  plan: string;
  state: string;
}

export class OtherCarrier {
  readonly account = ACCOUNT;
  readonly target = '14-FLEET-2G';
  readonly sims: Sim[];
  readonly applied: { iccid: string; plan: string }[] = [];
  logins = 0;
  #bearer = { token: '', until: 0, left: 0 };
  #session = { token: '', left: 0 };
  #calls = 0;
  readonly #server: Server;

  constructor(size: number) {
    this.sims = Array.from({ length: size }, (_, index) => ({
      id: 9_000_000_000 + index * 17,
      iccid: `8914800000${String(7_310_000_000 + index * 3)}`,
      plan: '14-METER-250K',
      state: index % 50 === 49 ? 'Suspend' : 'Active',
    }));
    this.#server = createServer((request, response) => {
      void this.#answer(request).then(({ status, body, headers }) => {
        response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8', ...headers });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(
    request: IncomingMessage,
  ): Promise<{ status: number; body: unknown; headers?: Record<string, string> }> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const route = `${request.method ?? ''} ${request.url ?? ''}`;
    if (route === 'POST /api/ts/v1/oauth2/token') {
      if (
        text !== 'grant_type=client_credentials' ||
        request.headers.authorization !== `Basic ${Buffer.from('k:s').toString('base64')}`
      )
        return { status: 400, body: { error: 'invalid_client' } };
      this.#bearer = { token: `b${String(Math.random())}`, until: Date.now() + 3_600_000, left: 40 };
      return { status: 200, body: { access_token: this.#bearer.token, token_type: 'bearer', expires_in: 3600 } };
    }
    if (request.headers.authorization !== `Bearer ${this.#bearer.token}` || this.#bearer.left-- <= 0) {
      return {
        status: 401,
        body: { fault: { code: 900901, message: 'Invalid Credentials', description: 'Access failure' } },
      };
    }
    const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    if (route === 'POST /api/m2m/v1/session/login') {
      if (body['username'] !== 'u' || body['password'] !== 'p')
        return {
          status: 400,
          body: { errorCode: 'SessionManagement.REQUEST_FAILED.Authentication', errorMessage: 'no' },
        };
      this.logins++;
      this.#session = { token: crypto.randomUUID(), left: 25 };
      return { status: 200, body: { sessionToken: this.#session.token, expiresIn: 1200 } };
    }
    if (request.headers['vz-m2m-token'] !== this.#session.token)
      return { status: 401, body: { errorCode: 'UWS.INPUT_INVALID.SessionToken.Invalid', errorMessage: '' } };
    if (this.#session.left-- <= 0)
      return {
        status: 401,
        body: { errorCode: 'DeviceManagement.REQUEST_FAILED.SessionToken.Expired', errorMessage: 'expired' },
      };
    this.#calls++;
    if (this.#calls % 23 === 0)
      return {
        status: 429,
        body: '<xml>slow down</xml>',
        headers: { 'Retry-After': new Date(Date.now() + 1000).toUTCString() },
      };
    if (route === 'POST /api/m2m/v1/devices/actions/list') return this.#list(body);
    if (route === 'PUT /api/m2m/v1/devices/actions/plan') return this.#change(body);
    if (route === `GET /api/m2m/v1/plans/${ACCOUNT}`) return { status: 200, body: PLANS };
    return { status: 404, body: '<am:fault xmlns:am="http://wso2.org/apimanager"><am:code>404</am:code></am:fault>' };
  }

  #list(body: Record<string, unknown>): { status: number; body: unknown } {
    const after = body['largestDeviceIdSeen'];
    if (after !== undefined && typeof after !== 'number')
      return {
        status: 400,
        body: {
          errorCode: 'DeviceManagement.INPUT_INVALID.Request',
          errorMessage: 'largestDeviceIdSeen must be an integer',
        },
      };
    const one = body['deviceId'] as { id: string; kind: string } | undefined;
    const found = this.sims.filter(
      (sim) =>
        (one === undefined || (one.kind === 'iccid' && one.id === sim.iccid)) &&
        (body['servicePlan'] === undefined || body['servicePlan'] === sim.plan) &&
        sim.id > (after ?? 0),
    );
    const page = found.slice(0, Math.min(PAGE, Number(body['maxNumberOfDevices'] ?? 500)));
    const hasMoreData = found.length > page.length;
    return { status: hasMoreData ? 202 : 200, body: { hasMoreData, devices: page.map((sim) => describe(sim)) } };
  }

  #change(body: Record<string, unknown>): { status: number; body: unknown } {
    const plan = String(body['servicePlan']);
    if (!PLANS.some((one) => one.code === plan))
      return {
        status: 400,
        body: { errorCode: `DeviceManagement.REQUEST_FAILED.ServicePlan.${plan}.NotFound`, errorMessage: 'x' },
      };
    const ids = (body['devices'] as { deviceIds: { id: string }[] }[]).map((device) => device.deviceIds[0]?.id);
    const sims = ids.map((id) => this.sims.find((sim) => sim.iccid === id));
    if (sims.some((sim) => sim === undefined))
      return { status: 404, body: { errorCode: 'DeviceManagement.REQUEST_FAILED.DeviceNotFound', errorMessage: 'x' } };
    if (sims.some((sim) => sim?.state !== 'Active'))
      return {
        status: 409,
        body: { errorCode: 'DeviceManagement.INPUT_INVALID.DeviceState.Invalid', errorMessage: 'x' },
      };
    setTimeout(() => {
      for (const sim of sims) {
        if (sim === undefined) continue;
        sim.plan = plan;
        this.applied.push({ iccid: sim.iccid, plan });
      }
    }, 300);
    return { status: 200, body: { requestId: crypto.randomUUID() } };
  }
}

/** No optional field but those that the console needs, and numbers where one may expect text. */
function describe(sim: Sim): unknown {
  return {
    carrierInformations: [{ servicePlan: sim.plan, state: sim.state }],
    deviceIds: [{ id: sim.iccid, kind: 'ICCID' }],
    extendedAttributes: [{ key: 'DeviceId', value: sim.id }, { key: 'Flag' }],
    groupNames: null,
    lastConnectionDate: '',
  };
}
