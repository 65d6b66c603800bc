import { describe, expect, it } from 'vitest';
import {
  FAULT_KINDS,
  NO_FAULTS,
  OUTAGE_FORMS,
  RETRY_AFTER_FORMS,
  type FaultKind,
} from '../../src-main/simulator/options.ts';
import { Caller } from './simulated-carrier.ts';

const PLAN = 'M2M5GB-T';

describe('a fault', () => {
  it.each([
    ['serverError', [503], false],
    ['htmlError', [502], false],
    ['unknown4xx', [400, 404, 409, 422], false],
    ['unknown4xxApplied', [400, 404, 409, 422], true],
    ['unknown5xx', [500, 502, 503, 504], false],
    ['unknown5xxApplied', [500, 502, 503, 504], true],
    ['known5xxApplied', [500, 502, 503, 504], true],
    ['textError', [400], false],
    ['errorIn200', [200], false],
    ['errorIn200Applied', [200], true],
    ['gatewayTimeout', [504], false],
    ['gatewayTimeoutApplied', [504], true],
  ] as const)('%s answers %j and is applied: %s', (kind, statuses, applied) => {
    const caller = new Caller({ faults: { ...NO_FAULTS, [kind]: 1 } });
    const seen = Array.from({ length: 8 }, (_, device) => caller.change(PLAN, device));
    expect(
      seen.map(({ status }) => status).filter((status) => !(statuses as readonly number[]).includes(status)),
    ).toEqual([]);
    expect(caller.applied()).toBe(applied ? 8 : 0);
    if (/unknown|known5xx|In200/.test(kind)) for (const { body } of seen) expect(body).toHaveProperty('errorCode');
    if (/textError|gatewayTimeout|html/.test(kind)) for (const { body } of seen) expect(body).toBeUndefined();
    expect(caller.carrier.stats().faulted).toBe(8);
  });

  it('that comes after the call does not hide a true refusal', () => {
    const caller = new Caller({ faults: { ...NO_FAULTS, unknown5xxApplied: 1 } });
    expect(caller.change('NO-SUCH-PLAN', 1).body).toMatchObject({
      errorCode: 'UnifiedWebService.REQUEST_FAILED.ServicePlan.NotFound',
    });
  });

  it('can be kept to some endpoints, and costs the seed no draw', () => {
    const caller = new Caller({ faults: { ...NO_FAULTS, gatewayTimeout: 1, only: ['plan'] } });
    expect(caller.list().status).toBe(202);
    expect(caller.change(PLAN, 1).status).toBe(504);
  });

  it('is one history for one seed', () => {
    const history = (): string => {
      const faults = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0.05])) as Record<FaultKind, number>;
      const caller = new Caller({ seed: 5, faults: { ...NO_FAULTS, ...faults } });
      return JSON.stringify(Array.from({ length: 40 }, (_, device) => caller.change(PLAN, device).answer));
    };
    expect(history()).toBe(history());
  });
});

describe('gateways', () => {
  it.each([
    ['nested', /^\{"fault":\{"code":"900901"/],
    ['flat', /^\{"code":"900901","message":/],
    ['xml', /^<ams:fault .*<ams:code>900901</],
    ['apigee', /^\{"fault":\{"faultstring":.*"detail":\{"errorcode":/],
    ['empty', /^$/],
  ] as const)('refuse an expired bearer in the form %s', (unauthorizedForm, looks) => {
    const caller = new Caller({ unauthorizedForm });
    caller.carrier.sessions.expireBearer();
    const { status, text } = caller.list();
    expect([status, text]).toEqual([401, expect.stringMatching(looks) as string]);
  });

  it('mix their forms', () => {
    const caller = new Caller({ unauthorizedForm: 'mixed' });
    caller.carrier.sessions.expireBearer();
    expect(new Set(Array.from({ length: 10 }, () => caller.list().text)).size).toBe(5);
  });

  it('throttle with 503, another code and XML when told to', () => {
    const caller = new Caller({
      rateLimit: {
        kind: 'fixed-window',
        perSecond: 1,
        windowS: 60,
        retryAfter: 'none',
        status: 503,
        form: 'xml',
        code: '900807',
      },
    });
    const answers = Array.from({ length: 62 }, () => caller.list());
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.text).toContain('<ams:code>900807<');
    expect(refused[0]?.retryAfter).toBeUndefined();
  });

  it.each(RETRY_AFTER_FORMS.map((retryAfter) => [retryAfter] as const))('say Retry-After as %s', (retryAfter) => {
    const caller = new Caller({ rateLimit: { kind: 'fixed-window', perSecond: 1, windowS: 1, retryAfter } });
    const said = Array.from({ length: 5 }, () => caller.list()).find(({ status }) => status === 429)?.retryAfter;
    const looks = {
      seconds: /^\d$/,
      date: /GMT$/,
      none: /^undefined$/,
      hours: /^7200$/,
      century: /^3153600000$/,
      'far-date': /GMT$/,
      'past-date': /GMT$/,
      negative: /^-5$/,
      garbage: /^soon$/,
    }[retryAfter];
    expect(String(said)).toMatch(looks);
    if (retryAfter === 'far-date') expect(Date.parse(said ?? '')).toBeGreaterThan(Date.now() + 90 * 365 * 86_400_000);
    if (retryAfter === 'past-date') expect(Date.parse(said ?? '')).toBeLessThan(Date.now());
  });
});

describe('what lasts for a time', () => {
  it.each(OUTAGE_FORMS.map((form) => [form] as const))('takes one endpoint down as %s, and gives it back', (form) => {
    const caller = new Caller();
    caller.carrier.addOutage('list', 10, form);
    const { status, answer } = caller.list();
    expect(form === 'reset' ? answer.breaks : status).toBe(
      form === 'reset' ? true : form === 'html' ? 502 : Number(form),
    );
    expect(caller.change(PLAN, 1).status).toBe(200);
    caller.carrier.advanceClock(10_001);
    expect(caller.list().status).toBe(202);
    expect(caller.carrier.stats().down).toBe(1);
  });

  it.each(['token', 'login', 'plan', 'history'] as const)('takes %s down too', (endpoint) => {
    const caller = new Caller();
    caller.carrier.addOutage(endpoint, 5);
    const status = {
      token: () => caller.token().status,
      login: () => caller.login('x').status,
      plan: () => caller.change(PLAN, 1).status,
      history: () => caller.call('POST', '/devices/history/actions/list', {}).status,
    }[endpoint]();
    expect(status).toBe(503);
    // A login that found nobody there is no failed one.
    expect(caller.carrier.stats()).toMatchObject({ failedLogins: 0, applied: 0 });
    expect(caller.list().status).toBe(202);
  });

  it('can be planned from the start: an outage and a throttle storm', () => {
    const caller = new Caller({
      outages: [{ endpoint: 'all', afterS: 60, forS: 60, form: '504' }],
      storms: [{ afterS: 200, forS: 10 }],
    });
    const after = (seconds: number): number => {
      caller.carrier.advanceClock(seconds * 1000);
      return caller.list().status;
    };
    expect([caller.list().status, after(61), after(60), after(80), after(10)]).toEqual([202, 504, 202, 429, 202]);
  });

  it('throttles everything in a storm without Retry-After', () => {
    const caller = new Caller();
    caller.carrier.addStorm(5);
    expect(caller.list()).toMatchObject({ status: 429, retryAfter: undefined });
    expect(caller.change(PLAN, 1).status).toBe(429);
    caller.carrier.advanceClock(5001);
    expect(caller.change(PLAN, 1).status).toBe(200);
  });

  it('lets another user take from the rate limit', () => {
    const passed = (requestsPerSecond: number): number => {
      const caller = new Caller({
        rateLimit: { kind: 'token-bucket', perSecond: 10, windowS: 1, retryAfter: 'seconds' },
        otherUser: { requestsPerSecond },
      });
      let count = 0;
      for (let n = 0; n < 200; n++) {
        caller.carrier.advanceClock(50);
        if (caller.list({ deviceId: caller.id(1) }).status !== 429) count++;
      }
      return count;
    };
    const alone = passed(0);
    expect(alone).toBeGreaterThan(95);
    expect(passed(5)).toBeLessThan(alone * 0.7);
  });
});
