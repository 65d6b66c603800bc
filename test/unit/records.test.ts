/** Records of the carrier's lists: what cannot be read costs itself only, and no digit is lost. */
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src-main/domain/clock.ts';
import { PROVIDER_DEFAULTS } from '../../src-main/domain/provider-settings.ts';
import { ThingSpaceClient } from '../../src-main/thingspace/client.ts';
import { planChangesIn } from '../../src-main/thingspace/history.ts';
import type { Http } from '../../src-main/thingspace/http.ts';
import { parseJson } from '../../src-main/thingspace/json.ts';
import { nextPage, readDevices, readPlans } from '../../src-main/thingspace/records.ts';

const ICCID = '89148000000800139708';

function record(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    accountName: '0000123456-00001',
    carrierInformations: [{ carrierName: 'Verizon Wireless', servicePlan: 'M2M1MB', state: 'Active' }],
    deviceIds: [{ id: ICCID, kind: 'iccId' }],
    extendedAttributes: [{ key: 'DeviceId', value: '7' }],
    ...more,
  };
}

function one(more: Record<string, unknown>) {
  return readDevices([record(more)], '0');
}

/** A client whose carrier answers calls in turn, by the text of the answer. */
function client(...answers: (string | [status: number, text: string])[]): {
  client: ThingSpaceClient;
  bodies: string[];
} {
  const bodies: string[] = [];
  const http: Http = {
    close: () => undefined,
    send: ({ path, body }) => {
      const fixed = path.endsWith('/token')
        ? '{"access_token":"b"}'
        : path.endsWith('/login')
          ? '{"sessionToken":"s"}'
          : undefined;
      if (fixed === undefined && body !== undefined) bodies.push(body);
      const next = fixed ?? answers.shift() ?? '';
      const [status, text] = typeof next === 'string' ? [200, next] : next;
      return Promise.resolve({ status, text, retryAfterMs: undefined });
    },
  };
  const ports = {
    credentials: () => Promise.resolve({ key: 'k', secret: 's', username: 'u', password: 'p' }),
    failedLogins: () => 0,
    recordLogin: () => undefined,
    knowSecret: () => undefined,
  };
  return {
    client: new ThingSpaceClient(
      { ...PROVIDER_DEFAULTS, accountName: 'A' },
      ports,
      systemClock,
      () => (shown) => shown,
      http,
    ),
    bodies,
  };
}

describe('numbers of an answer', () => {
  it.each([
    [`{"id":${ICCID}}`, { id: ICCID }],
    ['{"id":9007199254740993}', { id: '9007199254740993' }],
    ['{"id":9007199254740991}', { id: 9007199254740991 }],
    ['[-9007199254740993, 12.5]', ['-9007199254740993', 12.5]],
    ['{"id":8.9148E+19}', { id: NaN }],
    ['{"id":89148000000800139708.0}', { id: NaN }],
    ['{"name":"a: 8.9148E+19, 12345678901234567890"}', { name: 'a: 8.9148E+19, 12345678901234567890' }],
    ['{"id":12', undefined],
  ])('%s are never rounded', (text, value) => {
    expect(parseJson(text)).toEqual(value);
  });

  it('an ICCID that is written as a number keeps its digits', async () => {
    const text = JSON.stringify({ hasMoreData: false, devices: [record()] }).replace(`"${ICCID}"`, ICCID);
    const page = await client(text).client.listDevices('0');
    expect(page.devices[0]?.identifiers).toEqual({ iccid: ICCID });
  });

  it('a DeviceId beyond 2^53 leads on to the next page, as it is', async () => {
    const text = JSON.stringify({
      hasMoreData: true,
      devices: [record({ extendedAttributes: [{ key: 'DeviceId', value: 'x' }] })],
    }).replace('"value":"x"', '"value":9007199254740993');
    const { client: reader, bodies } = client(text, '{"hasMoreData":true,"devices":[]}');
    const page = await reader.listDevices('0');
    expect(page.next).toBe('9007199254740993');
    expect((await reader.listDevices('9007199254740993')).next).toBeUndefined();
    expect(bodies[1]).toContain('"largestDeviceIdSeen":9007199254740993}');
  });
});

describe('a record that cannot be read', () => {
  it.each<[string, unknown, string, RegExp]>([
    ['null', null, 'record 2 of the page after 1500', /answer/],
    ['a text', 'x', 'record 2 of the page after 1500', /answer/],
    [
      'one with a plan of another type',
      record({ carrierInformations: [{ servicePlan: true }] }),
      `iccId ${ICCID}`,
      /servicePlan/,
    ],
    ['one with a state of another type', record({ carrierInformations: [{ state: {} }] }), `iccId ${ICCID}`, /state/],
    ['one without identifiers', record({ deviceIds: [] }), 'DeviceId 7', /no identifier/],
    [
      'one with a list of none',
      record({ deviceIds: null, extendedAttributes: null }),
      'record 2 of the page after 1500',
      /no identifier/,
    ],
    ['one with an unknown kind only', record({ deviceIds: [{ id: '1', kind: 'imsi' }] }), 'imsi 1', /no identifier/],
    [
      'one whose identifiers do not fit',
      record({ deviceIds: [{ id: 'abc', kind: 'ICCID' }] }),
      'ICCID abc',
      /no identifier/,
    ],
    [
      'one whose number lost its digits',
      record({ deviceIds: [{ id: NaN, kind: 'ICCID' }] }),
      'DeviceId 7',
      /no identifier/,
    ],
  ])('%s costs itself only', (_name, broken, what, problem) => {
    const { devices, unreadable } = readDevices([record(), broken, record()], '1500');
    expect(devices).toHaveLength(2);
    expect(unreadable).toEqual([{ what, problem: expect.stringMatching(problem) as string }]);
  });
});

describe('a record', () => {
  it('is not lost for what is only nice to know', () => {
    const { devices } = one({
      connected: 'yes',
      groupNames: [null, ' Trucks '],
      customFields: [{ key: 'a', value: {} }, 'x', { key: 'b', value: 3 }],
      lastConnectionDate: false,
      billingCycleEndDate: [],
      extendedAttributes: 'none',
    });
    expect(devices[0]).toMatchObject({
      connected: null,
      groupName: 'Trucks',
      customFields: { b: '3' },
      lastConnectedAt: null,
      billingCycleEnds: null,
    });
  });

  it('has its plan from the carrier information that has one, as text and without blanks', () => {
    const carrierInformations = [{ state: 'deactive' }, { servicePlan: ' 14 ', state: 'Active' }];
    expect(one({ carrierInformations }).devices[0]).toMatchObject({ planCode: '14', state: 'active' });
    expect(one({ carrierInformations: [{ servicePlan: 14, state: 3 }] }).devices[0]).toMatchObject({
      planCode: '14',
      state: '3',
    });
    expect(one({ carrierInformations: null }).devices[0]).toMatchObject({ planCode: null, state: null });
  });

  it('has its identifiers in one form, whatever the case of their kinds; others do not disturb', () => {
    const deviceIds = [
      { id: '311480123456789', kind: 'imsi' },
      { id: 'a10000009296f2', kind: 'MEID' },
      { id: ' 89148000000800139708F ', kind: 'IccId' },
      { id: '1', kind: 'mdn' },
      null,
    ];
    expect(one({ deviceIds }).devices[0]?.identifiers).toEqual({ meid: 'A10000009296F2', iccid: ICCID });
  });

  it('is found by another form of its identifier', async () => {
    const text = JSON.stringify({
      hasMoreData: false,
      devices: [record({ deviceIds: [{ id: '990013907835573', kind: 'imei' }] })],
    });
    const found = await client(text).client.readDevice({ kind: 'imei', id: '9900139078355701' });
    expect(found?.identifiers.imei).toBe('990013907835573');
  });

  it('that is the wanted one and cannot be read is not "no such device"', async () => {
    const text = JSON.stringify({ devices: [record({ carrierInformations: 'x' })] });
    await expect(client(text).client.readDevice({ kind: 'iccid', id: ICCID })).rejects.toThrow(/cannot be read/);
  });
});

describe('a walk through the list', () => {
  const at = (value: unknown) => record({ extendedAttributes: [{ key: 'deviceID', value }] });
  it('goes on from the last record that has a DeviceId, also an unreadable one', () => {
    expect(nextPage([at('3'), { extendedAttributes: [{ key: 'DeviceId', value: 9 }] }, null], '2')).toBe('9');
  });

  it('says that the list goes backwards, or stays', () => {
    expect(() => nextPage([at('3')], '3')).toThrow(/goes backwards/);
    expect(() => nextPage([at('9007199254740992')], '9007199254740993')).toThrow(/goes backwards/);
    expect(() => nextPage([record({ extendedAttributes: [] })], '3')).toThrow(/names a DeviceId/);
  });

  it('ends at an empty page, whatever it says, and takes pages of any length', async () => {
    expect((await client([202, '{"hasMoreData":true,"devices":[]}']).client.listDevices('5')).next).toBeUndefined();
    const devices = Array.from({ length: 2000 }, (_, n) => at(n + 1));
    const page = await client([202, JSON.stringify({ devices })]).client.listDevices('0');
    expect([page.devices.length, page.next]).toEqual([2000, '2000']);
  });
});

describe('the list of plans', () => {
  it('loses only the plan that cannot be read', () => {
    const { plans, unreadable } = readPlans([
      { name: 'Small', code: ' M2M1MB ', sizeKb: '1024', carrierServicePlanCode: 84638 },
      null,
      { name: {}, code: 14, sizeKb: 'big' },
      { name: 'No code' },
    ]);
    expect(plans).toEqual([
      { code: 'M2M1MB', name: 'Small', sizeKb: 1024, carrierCode: '84638' },
      { code: '14', name: '14', sizeKb: null, carrierCode: null },
    ]);
    expect(unreadable.map(({ what }) => what)).toEqual(['plan 2 of the list', 'plan 4 of the list']);
  });
});

describe('the history of a device', () => {
  const event = (second: number, servicePlan: string | null, status = 'Success') => ({
    occurredAt: `2026-11-01T00:00:${String(second).padStart(2, '0')}Z`,
    status,
    eventType: 'x',
    servicePlan,
  });
  const read = (reader: ThingSpaceClient) =>
    reader.readHistory({ kind: 'iccid', id: ICCID }, '2026-11-01T00:00:00.000Z', '2026-11-30T00:00:00.000Z');

  it.each([
    ['one object', { provisioningHistory: [event(1, 'A')], hasMoreData: false }],
    ['a list of objects', [{ provisioningHistory: [event(1, 'A')], hasMoreData: false }]],
    ['a bare list', [event(1, 'A')]],
  ])('is read as %s', async (_name, answer) => {
    expect(await read(client(JSON.stringify(answer)).client)).toEqual([event(1, 'A')]);
  });

  it('goes on by the time of the last record, and counts no record twice', async () => {
    const { client: reader, bodies } = client(
      [202, JSON.stringify([event(1, 'A'), event(2, 'B')])],
      [200, JSON.stringify([event(2, 'B'), event(3, 'A')])],
    );
    expect(await read(reader)).toEqual([event(1, 'A'), event(2, 'B'), event(3, 'A')]);
    expect(JSON.parse(bodies[1] ?? '')).toMatchObject({
      earliest: '2026-11-01T00:00:02.000Z',
      latest: '2026-11-30T00:00:00.000Z',
    });
  });

  it('ends at an empty page, and with an error when a page does not lead on', async () => {
    expect(await read(client([202, JSON.stringify([event(1, 'A')])], [202, '[]']).client)).toHaveLength(1);
    const same: [number, string] = [202, JSON.stringify([event(1, 'A')])];
    await expect(read(client(same, same, same).client)).rejects.toThrow(/does not lead on/);
  });

  it('tells at least how often the plan was changed, by successful events', () => {
    const records = [
      event(1, 'A'),
      event(2, 'B'),
      event(3, 'C', 'Failed'),
      event(4, null),
      event(5, 'B'),
      event(6, 'A'),
    ];
    expect(planChangesIn(records)).toEqual({
      atLeast: 2,
      at: ['2026-11-01T00:00:02.000Z', '2026-11-01T00:00:06.000Z'],
    });
    expect(planChangesIn([])).toEqual({ atLeast: 0, at: [] });
  });

  it('counts no plan change where a plan is only written otherwise', () => {
    const written = ['Old Plan', 'OLD PLAN', ' old  plan'].map((servicePlan, second) => ({
      occurredAt: `2026-11-01T00:00:0${String(second)}Z`,
      status: 'Success',
      eventType: null,
      servicePlan,
    }));
    expect(planChangesIn(written).atLeast).toBe(0);
  });
});
