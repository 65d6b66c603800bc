/** Letter C: a row merges with its device, a replaced SIM is recognized, plans have one form, and odd records cost themselves only. */
import { describe, expect, it } from 'vitest';
import { importDevices } from '../imports.ts';
import { dev, devs, LARGE, SMALL, view, type Device, type Hooks } from './hooked-carrier.ts';
import { inWorld, listFile, type World } from './world.ts';

async function importList(world: World, list: string | { text: string }): Promise<void> {
  const source = typeof list === 'string' ? { path: listFile(list) } : list;
  await importDevices(world.app, world.provider.id, source);
}

function count(world: World): number {
  return world.app.store.devices.count(world.provider.id);
}

describe.concurrent('a customer that was imported before the first sync', () => {
  it.each([
    ['by IMEI', `IMEI,Customer\n${dev(1).imei},Acme\n`],
    ['by IMEI without check digit', `IMEI,Customer\n${dev(1).imei.slice(0, 14)},Acme\n`],
    ['by IMEISV', `IMEI,Customer\n${dev(1).imei.slice(0, 14)}07,Acme\n`],
    ['by MDN', `MDN,Customer\n${dev(1).mdn},Acme\n`],
    ['by MDN with country code', `MDN,Customer\n+1${dev(1).mdn},Acme\n`],
    ['by ICCID with filler', `ICCID,Customer\n${dev(1).iccid}F,Acme\n`],
  ])('%s belongs to the real device afterwards', async (_how, text) => {
    await inWorld({ devices: devs(2), sync: false }, async (world) => {
      await importList(world, { text });
      await world.sync();
      expect(count(world)).toBe(2);
      expect(world.record(dev(1)).customer).toBe('Acme');
      const request = await world.listed({ text: dev(1).imei });
      expect(request.selection).toMatchObject({ deviceIds: [world.record(dev(1)).id], identifiers: [] });
    });
  });

  it('belongs to the real device afterwards: imei-customers.csv', async () => {
    await inWorld({ devices: devs(2), sync: false }, async (world) => {
      await importList(world, 'imei-customers.csv');
      await world.sync();
      expect(count(world)).toBe(2);
      expect(world.record(dev(1)).customer).toBe('Acme');
    });
  });

  it('by two names of one device is one device', async () => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      await importList(world, { text: `IMEI,Customer\n${dev(1).imei},Acme\n` });
      await importList(world, { text: `MDN,Customer\n${dev(1).mdn},Acme\n` });
      await world.sync();
      expect(count(world)).toBe(1);
      expect(world.record(dev(1)).customer).toBe('Acme');
    });
  });
});

describe.concurrent('a placeholder in a list', () => {
  it.each([
    ['IMEI\n000000000000000\n', 2],
    ['0000000000\n5550000001\n', 1],
    ['MDN\n5550000001\n123-456-7890\n', 3],
  ])('%j is refused with its line: it names no device', async (text, line) => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      const words = new RegExp(`line ${String(line)}: .*placeholder.*names no device`);
      await expect(world.listed({ text })).rejects.toThrow(words);
      const customers = `MDN,Customer\n0000000000,Acme\n`;
      await expect(importList(world, { text: customers })).rejects.toThrow(/line 2: .*placeholder/);
      expect(count(world)).toBe(0);
    });
  });

  it.each<[string, Partial<Device>]>([
    ['IMEI of fifteen zeros', { imei: '000000000000000' }],
    ['MDN of ten zeros', { mdn: '0000000000' }],
  ])('the %s does not move a customer to a stranger’s SIM', async (_what, shared) => {
    await inWorld({ devices: [dev(1, shared), dev(2)] }, async (world) => {
      await importList(world, { text: `ICCID,Customer\n${dev(1).iccid},Alice\n` });
      world.carrier.devices.splice(0, 1);
      world.carrier.devices.push(dev(3, shared));
      await world.sync();
      expect([world.record(dev(1)).customer, world.record(dev(3)).customer]).toEqual(['Alice', null]);
    });
  });
});

describe.concurrent('a number that a SIM out of service shares with one in service', () => {
  const shared = [dev(1, { state: 'deactive' }), dev(2, { mdn: dev(1).mdn })];
  const customers = { text: `MDN,Customer\n${dev(1).mdn},Alice\n` };

  it('brings its customer to the SIM in service when it was imported before the first sync', async () => {
    await inWorld({ devices: shared, sync: false }, async (world) => {
      await importList(world, customers);
      await world.sync();
      expect(shared.map((device) => world.record(device).customer)).toEqual([null, 'Alice']);
      expect(count(world)).toBe(2);
    });
  });

  it('is refused with its line as ambiguous when both are known', async () => {
    await inWorld({ devices: shared }, async (world) => {
      await expect(importList(world, customers)).rejects.toThrow(/line 2: more than one device has the MDN/);
      expect(shared.map((device) => world.record(device).customer)).toEqual([null, null]);
    });
  });
});

describe.concurrent('a number that was given to another device', () => {
  it('brings it neither the customer nor the plan changes of the one that had it', async () => {
    await inWorld({ devices: devs(2) }, async (world) => {
      const { store, bulkChanges } = world.app;
      await importList(world, { text: `ICCID,Customer\n${dev(1).iccid},Alice\n` });
      const { id } = world.record(dev(1));
      for (const second of [1, 2, 3, 4])
        store.planChanges.add({
          deviceId: id,
          at: new Date(Date.now() - second).toISOString(),
          fromPlan: SMALL,
          toPlan: LARGE,
          foundBy: 'sync',
          jobId: null,
        });
      world.carrier.devices.splice(0, 1, dev(2, { mdn: dev(1).mdn }));
      world.carrier.devices.splice(1, 1);
      await world.sync();
      const other = world.record(dev(2));
      expect(other).toMatchObject({ mdn: dev(1).mdn, customer: null });
      expect(bulkChanges.review(world.request(LARGE, [other.id]))).toMatchObject({ willChange: 1, quotaUsed: 0 });
    });
  });
});

describe.concurrent('a SIM that was replaced', () => {
  const swap = (device: Device | undefined): void => {
    if (device !== undefined) Object.assign(device, { n: 500, iccid: '89148000009999900017' });
  };
  const NEW = { iccid: '89148000009999900017' };

  it('hands customer and history on, and the story says so', async () => {
    await inWorld({ devices: devs(3) }, async (world) => {
      const { app, carrier } = world;
      await importList(world, { text: `ICCID,Customer\n${dev(1).iccid},Acme\n` });
      await world.run(world.request(LARGE, [world.record(dev(1)).id]));
      swap(carrier.devices[0]);
      carrier.devices.sort((a, b) => a.n - b.n);
      const result = await app.reads.syncDevices(world.provider.id);
      expect(result).toMatchObject({ missing: 1, replaced: 1 });
      const now = world.record(NEW);
      expect(now.customer).toBe('Acme');
      expect(app.store.devices.history(now.id)).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ field: 'SIM', oldValue: dev(1).iccid, newValue: NEW.iccid }),
          expect.objectContaining({ field: 'plan', oldValue: SMALL, newValue: LARGE }),
        ]),
      );
    });
  });

  it('does not make its MDN ambiguous: mdn-after-sim-swap.csv', async () => {
    await inWorld({ devices: devs(3) }, async (world) => {
      const { carrier } = world;
      swap(carrier.devices[0]);
      carrier.devices.sort((a, b) => a.n - b.n);
      await world.sync();
      const request = await world.listed('mdn-after-sim-swap.csv', SMALL);
      expect(request.selection.deviceIds).toHaveLength(3);
      await world.run({ ...request, order: { type: 'carrier-rate-plan', planCode: LARGE } });
      expect(carrier.times()).toEqual([1, 1, 1]);
    });
  });

  it('in a job that was made for the old one: nothing is sent for the new one unasked', async () => {
    await inWorld({ devices: devs(2) }, async (world) => {
      const { app, carrier } = world;
      const job = world.begin({ ...world.request(), effectiveAt: new Date(Date.now() + 3_600_000).toISOString() });
      swap(carrier.devices[0]);
      carrier.devices.sort((a, b) => a.n - b.n);
      await world.sync();
      app.engine.resume(job.id, 'tester');
      await world.ended(job.id);
      expect(carrier.find('iccid', NEW.iccid)[0]?.changes).toBe(0);
      expect(world.counts(job.id)).toMatchObject({ confirmed: 1, skipped: 1 });
      const [skipped] = app.store.changes.inState(job.id, ['skipped']);
      expect(skipped?.reason).toMatch(/SIM was replaced.*89148000009999900017/);
    });
  });

  it('a device that the carrier no longer lists does not compete for its IMEI', async () => {
    await inWorld({ devices: devs(2) }, async (world) => {
      const { carrier } = world;
      const [, second] = carrier.devices;
      // Device 2's box got the SIM out of nowhere; device 1 is gone.
      if (second !== undefined) second.imei = dev(1).imei;
      carrier.devices.shift();
      await world.sync();
      const request = await world.listed({ text: dev(1).imei });
      expect(request.selection).toMatchObject({ deviceIds: [world.record(dev(2)).id], identifiers: [] });
    });
  });
});

describe.concurrent('a plan', () => {
  const shownAs = (write: (code: string) => string): Hooks => ({
    view: (device) => ({
      ...view(device),
      carrierInformations: [{ carrierName: 'V', servicePlan: write(device.plan), state: device.state }],
    }),
    // Whatever the list shows, its filter knows the plan.
    list: ({ body }) => {
      body.servicePlan = body.servicePlan.trim();
      return false;
    },
  });
  const nameOf = (code: string): string => (code === SMALL ? 'Small 1MB' : 'Large 5GB');
  const carrierCodeOf = (code: string): string => (code === SMALL ? '84638' : '84777');

  it.each([
    ['its name', nameOf],
    ['the carrier’s code', carrierCodeOf],
    ['small letters', (code: string) => code.toLowerCase()],
    ['blanks at the ends', (code: string) => ` ${code} `],
    ['its name in capitals', (code: string) => nameOf(code).toUpperCase()],
  ])('that the carrier shows by %s is the same plan, and no sync finds drift of our own making', async (_as, write) => {
    await inWorld({ devices: devs(3), hooks: shownAs(write) }, async (world) => {
      const { app, carrier } = world;
      expect(world.record(dev(1)).planCode).toBe(SMALL);
      const job = await world.run();
      expect(world.counts(job.id)).toMatchObject({ confirmed: 3 });
      const result = await app.reads.syncDevices(world.provider.id);
      expect(result.changed).toBe(0);
      expect(world.record(dev(1))).toMatchObject({ planCode: LARGE, driftedAt: null });
      expect(app.store.planChanges.ofDevice(world.record(dev(1)).id)).toHaveLength(1);
      expect(carrier.times()).toEqual([1, 1, 1]);
    });
  });

  it.each(['Large 5GB', ' m2m5gb ', '84777'])('that a person asks for as "%s" goes out by its code', async (asked) => {
    await inWorld({ devices: devs(2) }, async (world) => {
      await world.run(world.request(asked));
      expect(world.carrier.devices.map(({ plan }) => plan)).toEqual([LARGE, LARGE]);
    });
  });

  it.each([
    [
      'second',
      (device: Device) => [
        { carrierName: 'Old', servicePlan: null, state: null },
        { carrierName: 'V', servicePlan: device.plan, state: device.state },
      ],
    ],
    [
      'first',
      (device: Device) => [
        { carrierName: 'V', servicePlan: device.plan, state: device.state },
        { carrierName: 'Old', servicePlan: '', state: 'deactive' },
      ],
    ],
  ])('stands in the %s of two carriers of a record', async (_which, carrierInformations) => {
    const hooks = {
      view: (device: Device) => ({ ...view(device), carrierInformations: carrierInformations(device) }),
    };
    await inWorld({ devices: devs(2), hooks }, async (world) => {
      expect(world.record(dev(1))).toMatchObject({ planCode: SMALL, state: 'active' });
      const job = await world.run();
      expect(world.counts(job.id)).toMatchObject({ confirmed: 2 });
    });
  });
});

describe.concurrent('an odd record costs itself only, is counted, and is named', () => {
  it.each<[string, (record: Record<string, unknown>) => unknown]>([
    ['null', () => null],
    ['a text', () => 'device'],
    ['an empty object', () => ({})],
    ['no identifiers', (record) => ({ ...record, deviceIds: [] })],
    ['null for its identifiers', (record) => ({ ...record, deviceIds: null })],
    ['an identifier that is null', (record) => ({ ...record, deviceIds: [{ id: null, kind: 'iccid' }] })],
    ['a kind that nobody knows', (record) => ({ ...record, deviceIds: [{ id: '12', kind: 'gizmo' }] })],
    [
      'a plan that is an object',
      (record) => ({ ...record, carrierInformations: [{ servicePlan: {}, state: 'active' }] }),
    ],
    ['a text for its carriers', (record) => ({ ...record, carrierInformations: 'x' })],
  ])('%s', async (_what, make) => {
    const hooks: Hooks = { view: (device) => (device.n === 2 ? make(view(device)) : view(device)) };
    await inWorld({ devices: devs(3), hooks, sync: false }, async (world) => {
      const result = await world.app.reads.syncDevices(world.provider.id);
      expect(result).toMatchObject({ devices: 2, unreadable: 1, missing: 0 });
      expect(result.firstUnreadable[0]?.what).toMatch(/device|record|DeviceId|gizmo|\d/i);
      expect(world.app.store.devices.ids(world.provider.id, {})).toHaveLength(2);
    });
  });

  it.each<[string, (record: Record<string, unknown>) => unknown]>([
    ['groups', (record) => ({ ...record, groupNames: null })],
    ['custom fields', (record) => ({ ...record, customFields: null })],
    ['dates', (record) => ({ ...record, lastConnectionDate: null, billingCycleEndDate: 5 })],
    ['carriers', (record) => ({ ...record, carrierInformations: null })],
    ['attributes, on the last page', (record) => ({ ...record, extendedAttributes: null })],
  ])('null %s cost nothing', async (_what, make) => {
    const hooks: Hooks = { view: (device) => make(view(device)) };
    await inWorld({ devices: devs(2), hooks, sync: false }, async (world) => {
      expect(await world.app.reads.syncDevices(world.provider.id)).toMatchObject({ devices: 2, unreadable: 0 });
    });
  });

  it('a plan without a code costs that plan only', async () => {
    const plans = [
      null,
      { name: 'x' },
      { name: 'Large', code: LARGE },
      { name: 'Small', code: SMALL, sizeKb: 'a lot' },
    ];
    await inWorld({ devices: devs(1), hooks: { plans }, sync: false }, async (world) => {
      await world.sync();
      expect(world.app.store.plans.list(world.provider.id).map(({ code }) => code)).toEqual([LARGE, SMALL]);
    });
  });

  it('a device that a broken record hides is not marked missing', async () => {
    await inWorld({ devices: devs(3), hooks: {} }, async (world) => {
      world.carrier.hooks.view = (device) => (device.n === 2 ? null : view(device));
      await world.app.reads.syncDevices(world.provider.id);
      expect(world.record(dev(2)).missingSince).toBeNull();
    });
  });
});

describe.concurrent('a walk through the pages', () => {
  it('ends with an empty page, whatever hasMoreData says', async () => {
    const hooks: Hooks = { listAnswer: (answer) => ({ ...answer, hasMoreData: true }) };
    await inWorld({ devices: devs(3), hooks, sync: false }, async (world) => {
      expect(await world.app.reads.syncDevices(world.provider.id)).toMatchObject({ devices: 3, pages: 2 });
    });
  });

  it.each([
    ['goes backwards', '0'],
    ['stands still', '2'],
  ])('that %s is an error that says so, not an endless walk', async (_what, deviceId) => {
    let pages = 0;
    const hooks: Hooks = {
      page: 2,
      listAnswer: (answer) =>
        pages++ === 0
          ? answer
          : {
              hasMoreData: true,
              devices: [{ ...view(dev(9)), extendedAttributes: [{ key: 'DeviceId', value: deviceId }] }],
            },
    };
    await inWorld({ devices: devs(6), hooks, sync: false }, async (world) => {
      await expect(world.app.reads.syncDevices(world.provider.id)).rejects.toThrow(/goes backwards/);
      expect(pages).toBe(2);
    });
  });

  it('takes pages that are longer than was asked for', async () => {
    const hooks: Hooks = {
      list: ({ body }) => {
        body.maxNumberOfDevices = 2000;
        return false;
      },
    };
    await inWorld({ devices: devs(30), hooks, sync: false, settings: { pageSize: 10 } }, async (world) => {
      expect(await world.app.reads.syncDevices(world.provider.id)).toMatchObject({ devices: 30 });
    });
  });
});

describe.concurrent('a sync beside a job', () => {
  it('whose page was read before a change was confirmed neither overwrites nor counts it', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await inWorld({ devices: devs(3) }, async (world) => {
      const { app, carrier, provider } = world;
      carrier.hooks.list = async ({ body, response, carrier: self }) => {
        // The whole list, as it is now, and told only when the job is over.
        if (body.servicePlan !== '' || body.deviceId !== undefined) return false;
        const devices = self.devices.map(view);
        await held;
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ hasMoreData: false, devices }));
        return true;
      };
      const before = carrier.calls.list;
      const syncing = app.reads.syncDevices(provider.id);
      while (carrier.calls.list === before) await new Promise((resolve) => setTimeout(resolve, 10));
      const job = await world.run();
      release();
      const result = await syncing;
      expect(world.counts(job.id)).toMatchObject({ confirmed: 3 });
      expect(result.changed).toBe(0);
      for (const device of carrier.devices) {
        const record = world.record(device);
        expect(record).toMatchObject({ planCode: LARGE, driftedAt: null });
        expect(app.store.planChanges.ofDevice(record.id)).toHaveLength(1);
      }
      expect(carrier.times()).toEqual([1, 1, 1]);
    });
  });
});
