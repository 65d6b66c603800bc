import { afterEach, describe, expect, it } from 'vitest';
import { SIMULATOR_CREDENTIALS, SIMULATOR_DEFAULTS, type SimulatorOptions } from '../../src-main/simulator/options.ts';
import { Simulator } from '../../src-main/simulator/server.ts';

let simulator: Simulator;
afterEach(() => simulator.stop());

async function start(options: Partial<SimulatorOptions> = {}): Promise<string> {
  simulator = new Simulator({
    devices: 1200,
    rateLimit: { ...SIMULATOR_DEFAULTS.rateLimit, kind: 'none' },
    ...options,
  });
  return simulator.start();
}

const basic = `Basic ${Buffer.from(`${SIMULATOR_CREDENTIALS.key}:${SIMULATOR_CREDENTIALS.secret}`).toString('base64')}`;

async function tokens(url: string): Promise<Record<string, string>> {
  const bearer = (await (
    await fetch(`${url}/api/ts/v1/oauth2/token`, {
      method: 'POST',
      headers: { authorization: basic },
      body: 'grant_type=client_credentials',
    })
  ).json()) as { access_token: string };
  const login = await fetch(`${url}/api/m2m/v1/session/login`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer.access_token}` },
    body: JSON.stringify({ username: SIMULATOR_CREDENTIALS.username, password: SIMULATOR_CREDENTIALS.password }),
  });
  const { sessionToken } = (await login.json()) as { sessionToken: string };
  return { authorization: `Bearer ${bearer.access_token}`, 'vz-m2m-token': sessionToken };
}

interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

async function call(
  url: string,
  headers: Record<string, string>,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const response = await fetch(`${url}/api/m2m/v1${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}

const change = (plan: string, ...iccids: string[]) => ({
  devices: iccids.map((id) => ({ deviceIds: [{ id, kind: 'iccid' }] })),
  servicePlan: plan,
});

describe('the simulated carrier', () => {
  it('gives the same bearer token within the hour and another one after it', async () => {
    const url = await start();
    const first = await tokens(url);
    simulator.advanceClock(59 * 60_000);
    expect((await tokens(url))['authorization']).toBe(first['authorization']);
    simulator.advanceClock(2 * 60_000);
    expect((await tokens(url))['authorization']).not.toBe(first['authorization']);
  });

  it('walks pages: 202 while there is more, and on from the last DeviceId', async () => {
    const url = await start();
    const headers = await tokens(url);
    let seen = 0;
    let from = 0;
    for (let page = 0; page < 3; page++) {
      const { status, body } = await call(url, headers, 'POST', '/devices/actions/list', { largestDeviceIdSeen: from });
      const devices = body['devices'] as { extendedAttributes: { key: string; value: string }[] }[];
      seen += devices.length;
      expect([status, body['hasMoreData']]).toEqual(page < 2 ? [202, true] : [200, false]);
      from = Number(devices.at(-1)?.extendedAttributes.find((attribute) => attribute.key === 'DeviceId')?.value);
    }
    expect(seen).toBe(1200);
  });

  it('applies a change later, counts it, and refuses the fifth in a month', async () => {
    const url = await start({ applyDelayMs: { min: 1000, max: 1000 }, quotaUsedShare: 0, suspendedShare: 0 });
    const headers = await tokens(url);
    const iccid = simulator.fleet.iccid(5);
    const before = simulator.fleet.planCode(5);
    for (let n = 0; n < 4; n++)
      expect((await call(url, headers, 'PUT', '/devices/actions/plan', change('M2M5GB-T', iccid))).status).toBe(200);
    expect(simulator.fleet.planCode(5)).toBe(before);
    simulator.advanceClock(1500);
    expect(simulator.ledgerEntries()).toHaveLength(4);
    expect(simulator.fleet.planCode(5)).toBe('M2M5GB-T');
    expect((await call(url, headers, 'PUT', '/devices/actions/plan', change('M2M1MB-S', iccid))).status).toBe(400);
    const history = (
      await call(url, headers, 'POST', '/devices/history/actions/list', {
        deviceId: { id: iccid, kind: 'iccid' },
        earliest: '2000-01-01T00:00:00Z',
        latest: '2100-01-01T00:00:00Z',
      })
    ).body;
    expect(history['provisioningHistory']).toHaveLength(4);
  });

  it('rejects the whole request for one device', async () => {
    const url = await start({ suspendedShare: 0, quotaUsedShare: 0 });
    const headers = await tokens(url);
    simulator.fleet.setState(3, 'suspend');
    const suspended = await call(
      url,
      headers,
      'PUT',
      '/devices/actions/plan',
      change('M2M5GB-T', simulator.fleet.iccid(1), simulator.fleet.iccid(3)),
    );
    expect(suspended.body['errorCode']).toBe('UnifiedWebService.INPUT_INVALID.DeviceState.Invalid');
    const unknown = await call(
      url,
      headers,
      'PUT',
      '/devices/actions/plan',
      change('M2M5GB-T', '89148000099999999998'),
    );
    expect(unknown.body['errorCode']).toBe('UnifiedWebService.REQUEST_FAILED.DeviceNotFound');
    const noPlan = await call(
      url,
      headers,
      'PUT',
      '/devices/actions/plan',
      change('M2M 5 GB Telematics', simulator.fleet.iccid(1)),
    );
    expect(noPlan.body['errorCode']).toBe('UnifiedWebService.REQUEST_FAILED.ServicePlan.NotFound');
    simulator.advanceClock(60_000);
    expect(simulator.ledgerEntries()).toEqual([]);
  });

  it('locks the login after five failures', async () => {
    const url = await start();
    const { authorization = '' } = await tokens(url);
    for (let n = 0; n < 5; n++)
      await call(url, { authorization }, 'POST', '/session/login', { username: 'demo-user', password: 'x' });
    const right = await call(url, { authorization }, 'POST', '/session/login', {
      username: SIMULATOR_CREDENTIALS.username,
      password: SIMULATOR_CREDENTIALS.password,
    });
    expect(right.status).toBe(401);
    expect(simulator.stats().locked).toBe(true);
  });

  it.each(['seconds', 'date'] as const)('throttles with Retry-After as %s', async (retryAfter) => {
    const url = await start({ rateLimit: { kind: 'fixed-window', perSecond: 2, windowS: 5, retryAfter } });
    const headers = await tokens(url);
    const answers = await Promise.all(
      Array.from({ length: 14 }, () => call(url, headers, 'GET', `/groups/${SIMULATOR_DEFAULTS.accountName}`)),
    );
    const throttled = answers.filter((answer) => answer.status === 429);
    expect(throttled.length).toBeGreaterThan(0);
    expect(throttled[0]?.headers.get('retry-after')).toMatch(retryAfter === 'seconds' ? /^\d+$/ : /GMT$/);
  });

  it('holds a million devices in a few megabytes', async () => {
    const before = process.memoryUsage().rss;
    await start({ devices: 1_000_000 });
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024);
    expect(simulator.fleet.find('iccid', simulator.fleet.iccid(999_999))).toBe(999_999);
    expect(simulator.fleet.find('imei', simulator.fleet.imei(123_456))).toBe(123_456);
    expect(simulator.fleet.find('iccid', '89148000000099999999')).toBe(-1);
  });
});
