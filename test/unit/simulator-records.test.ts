import { describe, expect, it } from 'vitest';
import { deviceListAnswer } from '../../src-main/thingspace/schemas.ts';
import { Caller, type DeviceRecord } from './simulated-carrier.ts';

const shownPlans = (devices: readonly DeviceRecord[]): unknown[] =>
  devices.map(({ carrierInformations }) => carrierInformations?.at(-1)?.servicePlan);

describe('a device record', () => {
  it.each([
    ['code', /^[A-Z0-9-]+$/],
    ['name', /^[A-Z]\S* \d+ (KB|MB|GB) \w+$/],
    ['carrier-code', /^84\d{3}$/],
    ['small-letters', /^[a-z0-9-]+$/],
    ['blanks', /^ [A-Z0-9-]+ {2}$/],
  ] as const)('shows its plan as %s', (planShownAs, looks) => {
    const { devices } = new Caller({ planShownAs }).list();
    for (const plan of shownPlans(devices)) expect(plan).toMatch(looks);
  });

  it('shows its plan in each way when they are mixed, each device always in the same', () => {
    const caller = new Caller({ planShownAs: 'mixed' });
    const first = shownPlans(caller.list().devices);
    expect(first.some((plan) => /^84/.test(String(plan))) && first.some((plan) => /^ /.test(String(plan)))).toBe(true);
    expect(shownPlans(caller.list().devices)).toEqual(first);
  });

  it('writes kinds in odd case, and adds one that nobody knows', () => {
    const { devices } = new Caller({ kindsShownAs: 'odd-case', unknownKinds: true }).list();
    const kinds = new Set(devices.flatMap(({ deviceIds }) => deviceIds.map(({ kind }) => kind)));
    expect([...kinds]).toEqual(expect.arrayContaining(['iccId', 'ICCID', 'Iccid', 'imsi']));
    expect(kinds).not.toContain('iccid');
  });

  it('has identifiers as JSON numbers with all their digits, beyond 2^53 too', () => {
    const caller = new Caller({ identifiersAsNumbers: true });
    const { text, devices } = caller.list();
    expect(text).toContain(`{"id":${caller.carrier.fleet.iccid(3)},"kind":"iccid"}`);
    expect(typeof devices[0]?.deviceIds[0]?.id).toBe('number');
  });

  it('is odd at a share: nulls and wrong types, never without its DeviceId', () => {
    const caller = new Caller({ oddRecords: 0.3 });
    const { devices, body } = caller.list();
    const odd = devices.filter(
      ({ carrierInformations, deviceIds, customFields }) =>
        carrierInformations?.some((one) => typeof one.servicePlan !== 'string') === true ||
        !Array.isArray(deviceIds) ||
        !Array.isArray(customFields),
    ).length;
    const nulls = devices.filter(({ carrierInformations }) => carrierInformations === null).length;
    expect(odd).toBeGreaterThan(20);
    expect(nulls).toBeGreaterThan(5);
    expect(odd).toBeLessThan(devices.length / 2);
    expect(devices.every(({ extendedAttributes }) => extendedAttributes[0]?.key === 'DeviceId')).toBe(true);
    expect(caller.list().body).toEqual(body);
  });

  it('has another carrier without a plan first, at a share', () => {
    const { devices } = new Caller({ severalCarriers: 0.5 }).list();
    const several = devices.filter(({ carrierInformations }) => carrierInformations?.length === 2);
    expect(several.length).toBeGreaterThan(100);
    expect(several.length).toBeLessThan(400);
    for (const { carrierInformations } of several) expect(carrierInformations?.[0]?.servicePlan).toBeNull();
  });

  it('looks as before with every switch off', () => {
    const caller = new Caller();
    const { devices } = caller.list();
    expect(deviceListAnswer.safeParse({ devices }).success).toBe(true);
    expect(devices[0]).toMatchObject({
      accountName: '0000123456-00001',
      carrierInformations: [{ carrierName: 'Verizon Wireless', servicePlan: caller.carrier.fleet.planCode(7) }],
    });
  });
});

describe('the device list', () => {
  const walk = (
    caller: Caller,
    body: Record<string, unknown> = {},
  ): { pages: number; seen: Set<string>; last: boolean } => {
    const seen = new Set<string>();
    let from = 0;
    for (let pages = 1; ; pages++) {
      const { devices, body: answer } = caller.list({ ...body, largestDeviceIdSeen: from });
      for (const { extendedAttributes } of devices) seen.add(extendedAttributes[0]?.value ?? '');
      const more = answer?.['hasMoreData'] === true;
      if (!more || devices.length === 0) return { pages, seen, last: more };
      from = Number(devices.at(-1)?.extendedAttributes[0]?.value);
    }
  };

  it('ends in an empty page that says there is more, when told to', () => {
    const { pages, seen, last } = walk(new Caller({ emptyLastPage: true }));
    expect([pages, seen.size, last]).toEqual([4, 1200, true]);
  });

  it('has pages of 2,000 when told to', () => {
    expect(walk(new Caller({ maxPageSize: 2000 }), { maxNumberOfDevices: 2000 })).toMatchObject({
      pages: 1,
      last: false,
    });
    expect(walk(new Caller(), { maxNumberOfDevices: 2000 }).pages).toBe(3);
  });

  it('reads several devices by deviceList, and says nothing of those it has not', () => {
    const caller = new Caller();
    const asked = [caller.id(3), caller.id(700), { id: '89148000099999999998', kind: 'iccid' }];
    const { status, devices, body } = caller.list({ deviceList: asked });
    expect([status, body?.['hasMoreData']]).toEqual([200, false]);
    expect(devices.map(({ deviceIds }) => deviceIds[0]?.id)).toEqual([caller.id(3).id, caller.id(700).id]);
  });

  it('refuses or passes over deviceList, and has a largest length, when told to', () => {
    const deviceList = Array.from({ length: 11 }, (_, number) => new Caller({ devices: 20 }).id(number));
    expect(new Caller({ deviceList: 'refused' }).list({ deviceList }).status).toBe(400);
    expect(new Caller({ deviceList: 'ignored' }).list({ deviceList }).devices).toHaveLength(500);
    expect(new Caller({ largestDeviceList: 10 }).list({ deviceList }).body).toMatchObject({
      errorCode: 'UnifiedWebService.INPUT_INVALID.NumberofDevices',
    });
  });

  it('without largestDeviceIdSeen is in the order of the dates and goes on by earliest', () => {
    const caller = new Caller();
    const dates: string[] = [];
    let earliest: string | undefined;
    for (let more = true; more;) {
      const { devices, body } = caller.list(earliest === undefined ? {} : { earliest });
      dates.push(...devices.map(({ createdAt }) => String(createdAt)));
      more = body?.['hasMoreData'] === true;
      earliest = dates.at(-1);
    }
    expect(dates).toEqual([...dates].sort());
    expect(new Set(dates).size).toBe(1200);
    const some = caller.list({ earliest: dates[10], latest: dates[14], largestDeviceIdSeen: 0 });
    expect(some.devices).toHaveLength(5);
  });

  it('has the devices of a group, a page at a time, with the next one in Location', () => {
    const caller = new Caller({ maxPageSize: 100 });
    const path = `/groups/${caller.carrier.options.accountName}/name/Metering`;
    const first = caller.call('GET', path);
    expect([first.status, first.body?.['name'], first.body?.['hasMoreData']]).toEqual([202, 'Metering', true]);
    let location = first.answer.headers?.['location'];
    let devices = (first.body?.['devices'] as unknown[]).length;
    while (location !== undefined) {
      const { body, answer } = caller.call('GET', location);
      devices += (body?.['devices'] as unknown[]).length;
      location = answer.headers?.['location'];
    }
    expect(devices).toBe(240);
    expect(caller.call('GET', path.replace('Metering', 'None')).status).toBe(400);
  });
});
