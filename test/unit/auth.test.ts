/** The two tokens: whose refusal counts as a refused login, and whose does not. */
import { describe, expect, it } from 'vitest';
import { normalBaseUrl } from '../../src-main/domain/base-url.ts';
import { systemClock } from '../../src-main/domain/clock.ts';
import { PROVIDER_DEFAULTS } from '../../src-main/domain/provider-settings.ts';
import { checkSecrets } from '../../src-main/domain/secrets.ts';
import { verdictOn } from '../../src-main/engine/error-policy.ts';
import { CarrierError } from '../../src-main/thingspace/carrier-error.ts';
import { ThingSpaceClient } from '../../src-main/thingspace/client.ts';
import type { Http, HttpRequest } from '../../src-main/thingspace/http.ts';

type Reply = [status: number, body: unknown];
const NESTED: Reply = [401, { fault: { code: '900901', message: 'Invalid Credentials', description: 'x' } }];
const OK_LOGIN: Reply = [200, { sessionToken: 'session-1', expiresIn: 1200 }];
const OK_CHANGE: Reply = [200, { requestId: 'r1' }];
const EXPIRED = { errorCode: 'UnifiedWebService.REQUEST_FAILED.SessionToken.Expired', errorMessage: 'x' };

interface World {
  client: ThingSpaceClient;
  calls: string[];
  refused: () => number;
}

/** @param replies what each kind of call answers, one after the other; the last one stays */
function world(
  replies: { token?: Reply[]; login?: Reply[]; plan?: Reply[]; list?: Reply[] },
  sameBearer = false,
): World {
  const calls: string[] = [];
  let refused = 0;
  let tokens = 0;
  const left = {
    token: [...(replies.token ?? [])],
    login: [...(replies.login ?? [OK_LOGIN])],
    plan: [...(replies.plan ?? [OK_CHANGE])],
    list: [...(replies.list ?? [[200, { hasMoreData: false, devices: [] }] satisfies Reply])],
  };
  const http: Http = {
    close: () => undefined,
    send: ({ path }: HttpRequest) => {
      const name = path.endsWith('/token')
        ? 'token'
        : path.endsWith('/session/login')
          ? 'login'
          : path.endsWith('/plan')
            ? 'plan'
            : 'list';
      calls.push(name);
      const queue = left[name];
      const reply = queue.length > 1 ? queue.shift() : queue[0];
      const [status, body] = reply ?? [200, { access_token: `bearer-${sameBearer ? '' : String(++tokens)}` }];
      return Promise.resolve({
        status,
        text: typeof body === 'string' ? body : JSON.stringify(body),
        retryAfterMs: undefined,
      });
    },
  };
  const client = new ThingSpaceClient(
    { ...PROVIDER_DEFAULTS, accountName: '0000123456-00001' },
    {
      credentials: () => Promise.resolve({ key: 'k', secret: 's', username: 'u', password: 'p' }),
      failedLogins: () => refused,
      recordLogin: (succeeded) => {
        refused = succeeded ? 0 : refused + 1;
      },
      knowSecret: () => undefined,
    },
    systemClock,
    () => (shown) => shown,
    http,
  );
  return { client, calls, refused: () => refused };
}

async function failure(call: Promise<unknown>): Promise<CarrierError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof CarrierError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

const change = ({ client }: World): Promise<unknown> => client.change('carrier-rate-plan', '{}');

describe('a change that is withdrawn', () => {
  it('while it waits for its login does not leave, and goes back to the queue', async () => {
    const one = world({});
    const stop = new AbortController();
    const asked = failure(one.client.change('carrier-rate-plan', '{}', stop.signal));
    stop.abort();
    const error = await asked;
    expect(one.calls).toEqual(['token', 'login']);
    expect(error).toMatchObject({ kind: 'not-sent', mayBeDone: false });
    expect(verdictOn(error, 5)).toEqual({ do: 'requeue' });
  });

  it('while its session is renewed does not leave a second time', async () => {
    const one = world({ plan: [[400, EXPIRED], OK_CHANGE] });
    const stop = new AbortController();
    const asked = failure(one.client.change('carrier-rate-plan', '{}', stop.signal));
    while (!one.calls.includes('plan')) await Promise.resolve();
    stop.abort();
    expect(await asked).toMatchObject({ kind: 'not-sent', mayBeDone: false });
    expect(one.calls.filter((name) => name === 'plan')).toHaveLength(1);
  });
});

describe('a login that the gateway turns away', () => {
  it.each<[string, Reply]>([
    ['nested JSON', NESTED],
    ['flat JSON', [401, { code: 900903, message: 'Access Token Expired', description: 'x' }]],
    [
      'XML',
      [401, '<ams:fault xmlns:ams="http://wso2.org/apimanager/security"><ams:code>900901</ams:code></ams:fault>'],
    ],
    ['nothing', [401, '']],
    [
      'the form of Apigee',
      [401, { fault: { faultstring: 'x', detail: { errorcode: 'oauth.v2.InvalidAccessToken' } } }],
    ],
  ])('with %s renews the bearer token once, and counts nobody’s password', async (_name, reply) => {
    const once = world({ login: [reply, OK_LOGIN] });
    await change(once);
    expect(once.calls).toEqual(['token', 'login', 'token', 'login', 'plan']);

    const always = world({ login: [reply] }, true);
    const error = await failure(change(always));
    expect(error).toMatchObject({ kind: 'credentials', mayBeDone: false });
    expect(error.message).toMatch(/gateway refuses the access token.*the same token.*password were not looked at/);
    expect(always.calls).toEqual(['token', 'login', 'token', 'login']);
    expect(always.refused()).toBe(0);
    // No further try by itself.
    await failure(change(always));
    expect(always.calls).toHaveLength(4);
  });

  it.each<[string, Reply, counted: number]>([
    ['the service’s refusal', [401, { errorCode: 'UnifiedWebService.REQUEST_FAILED.Authentication.Invalid' }], 1],
    ['the same with 400', [400, { errorCode: 'SessionManagement.REQUEST_FAILED.Login', errorMessage: 'no' }], 1],
    ['the same from a failing server', [500, { errorCode: 'S.REQUEST_FAILED.Authentication' }], 1],
    ['JSON of another form', [403, { reason: 'bad password' }], 1],
    ['a page of a proxy', [403, '<html>no</html>'], 0],
    ['a gateway without such a resource', [404, { fault: { code: '900906' } }], 0],
    ['a failing server', [502, '<html>no</html>'], 0],
    ['throttling', [429, ''], 0],
  ])('%s is counted or not', async (_name, reply, counted) => {
    const one = world({ login: [reply] });
    const error = await failure(change(one));
    expect(one.refused()).toBe(counted);
    expect(error.mayBeDone).toBe(false);
    // Whatever the login met, it is no word on the devices of the change.
    expect(['stop', 'wait-for-network', 'requeue']).toContain(verdictOn(error, 5).do);
  });
});

describe('the token endpoint', () => {
  it('says that the key is wrong', async () => {
    const error = await failure(change(world({ token: [[401, { error: 'invalid_client' }]] })));
    expect(error.message).toContain('refused the API key and secret');
  });

  it.each<[string, Reply]>([
    ['a page of a proxy', [401, '<html>sign in</html>']],
    ['a fault of a gateway', [401, { fault: { code: '900901', message: 'x' } }]],
    ['nothing', [400, '']],
    ['an error about the request', [400, { error: 'unsupported_grant_type' }]],
  ])('answering %s says nothing about the key', async (_name, token) => {
    const error = await failure(change(world({ token: [token] })));
    expect(error).toMatchObject({ kind: 'configuration', mayBeDone: false });
    expect(error.message).toContain('says nothing about the key');
  });

  it('may leave out how long a token lives, or say nonsense', async () => {
    const one = world({ token: [[200, { access_token: 'b', expires_in: 'soon' }]] });
    await change(one);
    await change(one);
    expect(one.calls.filter((call) => call === 'token')).toHaveLength(1);
  });
});

describe('a change that meets an expired token', () => {
  it('is sent again after a refusal, once', async () => {
    const one = world({ plan: [[401, EXPIRED], OK_CHANGE] });
    await change(one);
    expect(one.calls).toEqual(['token', 'login', 'plan', 'login', 'plan']);
    const error = await failure(change(world({ plan: [[401, EXPIRED]] })));
    expect(verdictOn(error, 5)).toEqual({ do: 'stop' });
  });

  it.each<[string, Reply]>([
    ['a session error with 200', [200, EXPIRED]],
    ['a session error with 500', [500, EXPIRED]],
    ['a bearer error with 503', [503, { fault: { code: '900901' } }]],
  ])('is not sent again after %s: it is read back, and the next call has a new token', async (_name, reply) => {
    const one = world({ plan: [reply, OK_CHANGE] });
    const error = await failure(change(one));
    expect(error).toMatchObject({ kind: 'ambiguous', mayBeDone: true });
    expect(one.calls.filter((call) => call === 'plan')).toHaveLength(1);
    await change(one);
    expect(one.calls.slice(3).filter((call) => call === 'token' || call === 'login')).toHaveLength(1);
  });

  it('reads go on with a new token whatever the status', async () => {
    const one = world({
      list: [
        [500, EXPIRED],
        [200, { hasMoreData: false, devices: [] }],
      ],
    });
    await one.client.listDevices('0');
    expect(one.calls).toEqual(['token', 'login', 'list', 'login', 'list']);
  });
});

describe('credentials as they are entered', () => {
  const fine = { key: 'k', secret: 's', username: 'u', password: 'p w' };
  it.each(['\n', '\r\n', '\t', '\u0000', '\uFEFF', '\u200B'])('with %j at an end are refused by name', (unseen) => {
    checkSecrets(fine);
    expect(() => {
      checkSecrets({ ...fine, secret: `s${unseen}` });
    }).toThrow(/API secret has a line end/);
    expect(() => {
      checkSecrets({ ...fine, password: `${unseen}p` });
    }).toThrow(/password has/);
  });
});

describe('the address', () => {
  it.each([
    ['https://thingspace.verizon.com', 'https://thingspace.verizon.com'],
    [' https://ThingSpace.verizon.com/ ', 'https://thingspace.verizon.com'],
    ['https://thingspace.verizon.com/api/m2m/v1', 'https://thingspace.verizon.com'],
    ['https://thingspace.verizon.com/api/m2m/v1/', 'https://thingspace.verizon.com'],
    ['https://thingspace.verizon.com/API/m2m/v1/session/login', 'https://thingspace.verizon.com'],
    ['https://thingspace.verizon.com/api/ts/v1/oauth2/token', 'https://thingspace.verizon.com'],
    ['https://thingspace.verizon.com/api/ts/v1', 'https://thingspace.verizon.com'],
    ['https://thingspace.verizon.com/api', 'https://thingspace.verizon.com'],
    ['https://gateway.example/api', 'https://gateway.example/api'],
    ['https://gateway.example/carrier/api/m2m/v1/', 'https://gateway.example/carrier'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ])('%j is %j', (text, normal) => {
    expect(normalBaseUrl(text, PROVIDER_DEFAULTS)).toBe(normal);
  });

  it.each([
    'thingspace.verizon.com',
    'thingspace.verizon.com:443',
    '',
    'https://u:p@x.example',
    'https://x.example/?a=1',
  ])('%j is refused', (text) => {
    expect(() => normalBaseUrl(text, PROVIDER_DEFAULTS)).toThrow(/address/);
  });
});
