import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Simulator } from '../../src-main/simulator/server.ts';
import { Caller, EVER, type Said } from './simulated-carrier.ts';

const PLAN = 'M2M5GB-T';
const OTHER = 'M2M1GB-A';

interface Event {
  servicePlan: string;
  eventBy: string;
  eventType: string;
  occurredAt: string;
}

function history(caller: Caller, number: number): Event[] {
  const said = caller.call('POST', '/devices/history/actions/list', { deviceId: caller.id(number), ...EVER });
  return said.body?.['provisioningHistory'] as Event[];
}

describe('what happens at the carrier', () => {
  it('a SIM is replaced: IMEI and MDN get another ICCID, the old one is unknown, the ledger keeps what was', () => {
    const caller = new Caller();
    const { fleet } = caller.carrier;
    const [old, imei] = [fleet.iccid(5), fleet.imei(5)];
    caller.change(PLAN, 5);
    caller.carrier.stats();
    const fresh = caller.carrier.replaceSim(old);
    expect(fresh).not.toBe(old);
    const byImei = caller.list({ deviceId: { id: imei, kind: 'imei' } }).devices[0];
    expect(byImei?.deviceIds[0]?.id).toBe(fresh);
    expect(caller.list({ deviceId: { id: old, kind: 'iccid' } }).status).toBe(400);
    expect(caller.change(OTHER, 5).status).toBe(200);
    expect(caller.carrier.ledgerEntries().map(({ iccid, what, value, by }) => [iccid, what, value, by])).toEqual([
      [old, 'plan', PLAN, undefined],
      [old, 'sim', fresh, 'elsewhere'],
      [fresh, 'plan', OTHER, undefined],
    ]);
    expect(history(caller, 5).map(({ servicePlan }) => servicePlan)).toEqual([PLAN, OTHER]);
  });

  it('a SIM goes into another modem: its history is lost', () => {
    const caller = new Caller();
    caller.change(PLAN, 5);
    expect(history(caller, 5)).toHaveLength(1);
    const imei = caller.carrier.moveSim(caller.id(5).id);
    expect(caller.carrier.fleet.find('imei', imei)).toBe(5);
    expect(history(caller, 5)).toEqual([]);
    caller.change(OTHER, 5);
    expect(history(caller, 5)).toHaveLength(1);
  });

  it('a device goes to another account: not listed, a change is refused, what was accepted fails in silence', () => {
    const caller = new Caller({ applyDelayMs: { min: 1000, max: 1000 }, statusKnows: 'all' });
    const requestId = String(caller.change(PLAN, 5).body?.['requestId']);
    caller.carrier.moveAway(caller.id(5).id);
    expect(caller.change(PLAN, 5).body).toMatchObject({
      errorCode: 'UnifiedWebService.INPUT_INVALID.Device.Account.Invalid',
    });
    expect(caller.list({ deviceId: caller.id(5) }).status).toBe(400);
    expect(
      caller.list({ largestDeviceIdSeen: 0, maxNumberOfDevices: 8 }).devices.map(({ deviceIds }) => deviceIds[0]?.id),
    ).not.toContain(caller.id(5).id);
    caller.carrier.advanceClock(2000);
    expect(caller.applied()).toBe(0);
    expect(caller.carrier.ledgerEntries()).toMatchObject([{ what: 'account', by: 'elsewhere' }]);
    expect(status(caller, requestId).body).toEqual({ requestId, status: 'Failure' });
  });

  it('somebody else changes a plan: in the ledger as theirs, in the history, and in the month’s quota', () => {
    const caller = new Caller();
    for (const plan of [PLAN, OTHER, PLAN, OTHER]) caller.carrier.changeElsewhere(caller.id(5).id, plan);
    expect(caller.carrier.ledgerEntries().map(({ by }) => by)).toEqual(Array(4).fill('elsewhere'));
    expect(caller.carrier.stats()).toMatchObject({ applied: 0, elsewhere: 4 });
    expect(caller.change(PLAN, 5).status).toBe(400);
    expect(history(caller, 5).map(({ servicePlan, eventBy }) => [servicePlan, eventBy])).toEqual([
      [PLAN, 'carrier portal'],
      [OTHER, 'carrier portal'],
      [PLAN, 'carrier portal'],
      [OTHER, 'carrier portal'],
    ]);
    // One that changes nothing costs nothing.
    caller.carrier.changeElsewhere(caller.id(6).id, caller.carrier.fleet.planCode(6));
    expect(caller.carrier.fleet.changesThisMonth(6)).toBe(0);
    expect(() => {
      caller.carrier.changeElsewhere('1', PLAN);
    }).toThrow(RangeError);
  });

  it('a rule of the carrier’s own changes plans by itself, and the triggers list it', () => {
    const planRules = [{ name: 'Overage', fromPlan: 'M2M1MB-S', toPlan: 'M2M5MB-S', perHour: 30 }];
    const caller = new Caller({ planRules });
    caller.carrier.advanceClock(3_600_000);
    caller.token();
    expect(caller.carrier.stats().elsewhere).toBeGreaterThanOrEqual(29);
    expect(caller.carrier.ledgerEntries().every(({ by, value }) => by === 'elsewhere' && value === 'M2M5MB-S')).toBe(
      true,
    );
    caller.login(caller.carrier.options.password);
    const { status: code, body } = caller.call('GET', '/api/m2m/v2/triggers');
    expect(code).toBe(200);
    expect(body?.['triggers']).toMatchObject([
      {
        triggerName: 'Overage',
        triggerCategory: 'PricePlanDataUsage',
        pricePlanTrigger: {
          accountGroupShare: { accountGroupShareIndividual: { condition: { action: 'changePricePlan' } } },
        },
      },
    ]);
    expect(new Caller().call('GET', '/api/m2m/v2/triggers').body).toEqual({ triggers: [] });
  });
});

function status(caller: Caller, requestId: string): Said {
  return caller.call('GET', `/accounts/${caller.carrier.options.accountName}/requests/${requestId}/status`);
}

describe('reading what became of it', () => {
  it('history needs both ends of the time, and comes as an object or an array of them', () => {
    for (const body of [{}, { earliest: EVER.earliest }, { latest: EVER.latest }])
      expect(
        new Caller().call('POST', '/devices/history/actions/list', { deviceId: new Caller().id(1), ...body }).status,
      ).toBe(400);
    const caller = new Caller({ historyShape: 'array' });
    caller.change(PLAN, 1);
    const said = caller.call('POST', '/devices/history/actions/list', { deviceId: caller.id(1), ...EVER });
    expect(said.status).toBe(200);
    expect(said.body).toMatchObject([{ hasMoreData: false, provisioningHistory: [{ servicePlan: PLAN }] }]);
  });

  it('history shows the plan after each event, also after one that changed no plan', () => {
    const caller = new Caller();
    const first = caller.carrier.fleet.planCode(1);
    const fields = {
      devices: [{ deviceIds: [caller.id(1)] }],
      customFieldsToUpdate: [{ key: 'CustomField1', value: 'x' }],
    };
    caller.call('PUT', '/devices/actions/customFields', fields);
    caller.change(PLAN, 1);
    caller.call('PUT', '/devices/actions/customFields', fields);
    caller.change(OTHER, 1);
    expect(history(caller, 1).map(({ servicePlan }) => servicePlan)).toEqual([first, PLAN, PLAN, OTHER]);
  });

  it('history comes 500 at a time, oldest first, and goes on by earliest', () => {
    const caller = new Caller();
    for (let n = 0; n < 600; n++) {
      caller.carrier.changeElsewhere(caller.id(1).id, n % 2 === 0 ? PLAN : OTHER);
      caller.carrier.advanceClock(1000);
    }
    const ask = (earliest: string): Said =>
      caller.call('POST', '/devices/history/actions/list', { deviceId: caller.id(1), earliest, latest: EVER.latest });
    const first = ask(EVER.earliest);
    const events = first.body?.['provisioningHistory'] as Event[];
    expect([first.status, first.body?.['hasMoreData'], events.length]).toEqual([202, true, 500]);
    const second = ask(events.at(-1)?.occurredAt ?? '');
    expect([second.status, (second.body?.['provisioningHistory'] as Event[]).length]).toEqual([200, 101]);
  });

  it('the status call knows requests for a single device, or all when told to', () => {
    const delay = { applyDelayMs: { min: 1000, max: 1000 } };
    const single = new Caller(delay);
    const suspend = single.call('POST', '/devices/actions/suspend', { devices: [{ deviceIds: [single.id(1)] }] });
    const requestId = String(suspend.body?.['requestId']);
    expect(status(single, requestId).body).toEqual({ requestId, status: 'Pending' });
    single.carrier.advanceClock(1001);
    expect(status(single, requestId).body).toEqual({ requestId, status: 'Success' });
    expect(status(single, String(single.change(PLAN, 2).body?.['requestId'])).status).toBe(400);
    const all = new Caller({ ...delay, statusKnows: 'all' });
    expect(status(all, String(all.change(PLAN, 2, 3).body?.['requestId'])).body).toMatchObject({ status: 'Pending' });
    expect(status(all, 'none').status).toBe(400);
  });

  it('usage has raw and rated rows a day, at most 500, kept for twelve months', () => {
    const caller = new Caller();
    const latest = new Date(caller.carrier.now()).toISOString();
    const ask = (earliest: string): Said =>
      caller.call('POST', '/devices/usage/actions/list', { deviceId: caller.id(1), earliest, latest });
    const week = ask(new Date(caller.carrier.now() - 7 * 86_400_000).toISOString());
    const rows = week.body?.['usageHistory'] as { source: string; servicePlan: string; bytesUsed: number }[];
    expect(week.status).toBe(200);
    expect(rows.filter(({ source }) => source === 'Raw Usage')).toHaveLength(7);
    expect(rows.filter(({ source }) => source === 'Rated Usage')).toHaveLength(5);
    expect(rows[0]?.servicePlan).toBe(caller.carrier.fleet.planCode(1));
    const all = ask(EVER.earliest);
    expect([all.status, all.body?.['hasMoreData'], (all.body?.['usageHistory'] as unknown[]).length]).toEqual([
      202,
      true,
      500,
    ]);
    expect(ask(EVER.earliest).body).toEqual(all.body);
  });
});

describe('resetting the password', () => {
  const reset = (caller: Caller, oldPassword: string): Said =>
    caller.call('PUT', '/session/password/actions/reset', { oldPassword });

  it('gives a new one that holds at once', () => {
    const caller = new Caller();
    const old = caller.carrier.options.password;
    expect(reset(caller, 'wrong').status).toBe(400);
    const fresh = String(reset(caller, old).body?.['newPassword']);
    expect(fresh).toHaveLength(14);
    expect(caller.login(old).status).toBe(401);
    expect(caller.login(fresh).status).toBe(200);
  });

  it.each(['before', 'after'] as const)('can break %s it was done', (passwordResetBreaks) => {
    const caller = new Caller({ passwordResetBreaks });
    const old = caller.carrier.options.password;
    expect(reset(caller, old).answer.breaks).toBe(true);
    expect(caller.login(old).status).toBe(passwordResetBreaks === 'before' ? 200 : 401);
  });
});

describe('the month’s quota', () => {
  beforeEach(() => vi.useFakeTimers({ now: Date.parse('2026-01-31T23:00:00Z') }));
  afterEach(() => vi.useRealTimers());

  it('is free again with the first moment of the next month of the simulator’s own clock, in UTC', () => {
    const caller = new Caller({ tokenLifetimeS: 1e9, sessionIdleS: 1e9 });
    for (let n = 0; n < 4; n++) caller.change(n % 2 === 0 ? PLAN : OTHER, 1);
    caller.carrier.advanceClock(59 * 60_000);
    expect(caller.change(PLAN, 1).status).toBe(400);
    caller.carrier.advanceClock(60_000);
    expect(caller.change(PLAN, 1).status).toBe(200);
    // A clock that is set back brings no month back.
    caller.carrier.advanceClock(-3_600_000);
    expect(caller.carrier.fleet.changesThisMonth(1)).toBe(1);
  });
});

describe('the control endpoints', () => {
  it('switch all of it while it runs, and refuse what there is not', async () => {
    const simulator = new Simulator({ devices: 50 });
    const url = await simulator.start();
    const control = async (command: string, body: unknown): Promise<Record<string, unknown>> => {
      const answer = await fetch(`${url}/simulator/${command}`, { method: 'POST', body: JSON.stringify(body) });
      return { httpStatus: answer.status, ...((await answer.json()) as Record<string, unknown>) };
    };
    try {
      const iccid = simulator.fleet.iccid(1);
      await control('shown', { planShownAs: 'name', planRules: [], otherUser: { requestsPerSecond: 2 } });
      await control('faults', { unknown5xxApplied: 0.5, only: ['plan'] });
      await control('rate', { status: 503, form: 'flat', retryAfter: 'century' });
      expect(simulator.options).toMatchObject({
        planShownAs: 'name',
        rateLimit: { status: 503, form: 'flat', perSecond: 20 },
      });
      expect(simulator.faults).toMatchObject({ unknown5xxApplied: 0.5, only: ['plan'] });
      expect(await control('change-elsewhere', { iccid, plan: PLAN })).toMatchObject({ httpStatus: 200, elsewhere: 1 });
      const fresh = (await control('replace-sim', { iccid }))['iccid'];
      expect(fresh).toBe(simulator.fleet.iccid(1));
      expect(await control('move-sim', { iccid: fresh })).toMatchObject({ imei: simulator.fleet.imei(1) });
      await control('move-away', { iccid: fresh });
      expect(simulator.fleet.isAway(1)).toBe(true);
      await control('storm', { seconds: 5 });
      await control('outage', { endpoint: 'token', seconds: 5, form: '500' });
      expect((await fetch(`${url}/api/ts/v1/oauth2/token`, { method: 'POST' })).status).toBe(500);
      for (const [command, body] of [
        ['faults', { unknown6xx: 1 }],
        ['shown', { planShownAs: 'runes' }],
        ['rate', { code: '900901' }],
        ['move-away', { iccid: '1' }],
        ['outage', { endpoint: 'nowhere', seconds: 1 }],
        ['nothing', {}],
      ] as const)
        expect([command, (await control(command, body))['httpStatus']]).toEqual([command, 400]);
    } finally {
      await simulator.stop();
    }
  });
});
