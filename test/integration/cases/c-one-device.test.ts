/** Letter C: one device is one device, by whichever name it comes: one open change, one change at the carrier. */
import { describe, expect, it } from 'vitest';
import { dev, devs, json, LARGE, view, type Call, type Device, type Hooks } from './hooked-carrier.ts';
import { inWorld, until, type World } from './world.ts';

const ONE = dev(1);
const MEID = 'a10000092960e1';

/** A whole IMEI that the inventory does not have: not device 1, as far as anybody can tell. */
const OTHER_CHECK_DIGIT = `${ONE.imei.slice(0, 14)}9`;

/** Other ways in which people and machines write device 1. */
const NAMES: [what: string, text: string][] = [
  ['its ICCID with the filler F', `${ONE.iccid}F`],
  ['its ICCID with a small filler', `${ONE.iccid}f`],
  ['its IMEI', ONE.imei],
  ['its IMEI without the check digit', ONE.imei.slice(0, 14)],
  ['its IMEI with another check digit', OTHER_CHECK_DIGIT],
  ['its IMEISV', `${ONE.imei.slice(0, 14)}01`],
  ['its MDN', ONE.mdn],
  ['its MDN with +1', `+1${ONE.mdn}`],
  ['its MDN with 1', `1${ONE.mdn}`],
  ['its MDN with dashes', ONE.mdn.replace(/^(...)(...)/, '$1-$2-')],
  ['its MDN in brackets', ONE.mdn.replace(/^(...)(...)/, '($1) $2-')],
  ['its MEID in small letters', MEID],
  ['its MEID in capitals', MEID.toUpperCase()],
];

function withMeid(): Device[] {
  return [dev(1, { meid: MEID }), dev(40)];
}

/** A carrier that finds a device by each of its names in whichever form, as a real one does. */
const FORGIVING: Hooks = {
  list: ({ body, carrier }) => {
    rename(body.deviceId, carrier.devices);
    return false;
  },
  plan: ({ body, carrier }) => {
    for (const { deviceIds } of body.devices) rename(deviceIds[0], carrier.devices);
    return false;
  },
};

function rename(named: { kind: string; id: string } | undefined, devices: readonly Device[]): void {
  if (named === undefined) return;
  const id = named.id.toLowerCase();
  const found = devices.find(
    ({ iccid, imei, mdn, meid }) =>
      iccid === id.replace(/f$/, '') ||
      (/^\d{14,16}$/.test(id) && imei.startsWith(id.slice(0, 14))) ||
      mdn === id.slice(-10) ||
      meid === id,
  );
  if (found !== undefined) Object.assign(named, { kind: 'iccid', id: found.iccid });
}

/** Every open and closed change of a job that was not skipped or refused. */
function confirmed(world: World, jobId: number): number {
  return world.counts(jobId).confirmed;
}

describe.concurrent('a list that names one device twice', () => {
  it.each(NAMES.filter(([, text]) => text !== OTHER_CHECK_DIGIT))(
    'by its ICCID and %s is one change',
    async (_what, text) => {
      await inWorld({ devices: withMeid() }, async (world) => {
        const request = await world.listed({ text: `${ONE.iccid}\n${text}\n` });
        expect(request.selection).toMatchObject({ deviceIds: [expect.any(Number) as number], identifiers: [] });
        const job = await world.run(request);
        expect(world.carrier.times()).toEqual([1, 0]);
        expect(world.carrier.devices.map(({ plan }) => plan === LARGE)).toEqual([true, false]);
        expect(confirmed(world, job.id)).toBe(1);
      });
    },
  );

  it('by its ICCID and its IMEI with another check digit asks the carrier for that one: it is another device', async () => {
    await inWorld({ devices: withMeid(), hooks: FORGIVING }, async (world) => {
      const request = await world.listed({ text: `${ONE.iccid}\n${OTHER_CHECK_DIGIT}\n` });
      expect(request.selection.identifiers).toEqual([{ kind: 'imei', id: OTHER_CHECK_DIGIT }]);
      const job = await world.run(request);
      expect(world.carrier.times()).toEqual([1, 0]);
      expect(world.counts(job.id)).toMatchObject({ confirmed: 1, rejected: 1 });
    });
  });

  it.each(NAMES)('by its ICCID and %s while the inventory is empty is one change', async (_what, text) => {
    await inWorld({ devices: withMeid(), hooks: FORGIVING, sync: false }, async (world) => {
      await world.app.reads.syncPlans(world.provider.id);
      const job = await world.run(await world.listed({ text: `${ONE.iccid}\n${text}\n` }));
      expect(world.carrier.times()).toEqual([1, 0]);
      expect(confirmed(world, job.id)).toBe(1);
      expect(world.app.store.devices.count(world.provider.id)).toBe(1);
    });
  });

  it.each([
    ['same-device-iccid-imei.txt', {}],
    ['imeisv-and-iccid.txt', FORGIVING],
    ['meid-and-mdn.csv', FORGIVING],
  ] as const)('is one change at the carrier: %s', async (list, hooks) => {
    await inWorld({ devices: withMeid(), hooks, sync: false }, async (world) => {
      await world.app.reads.syncPlans(world.provider.id);
      await world.run(await world.listed(list));
      expect(world.carrier.times()).toEqual([1, 0]);
    });
  });
});

describe.concurrent('devices whose IMEIs differ in the last digit only, as the carrier has them', () => {
  const imeis = (devices: readonly Device[]): string => devices.map(({ imei }) => imei).join('\n');

  it.each([true, false])('are different devices, each with one change (inventory read: %s)', async (sync) => {
    await inWorld({ devices: devs(4), sync }, async (world) => {
      await world.app.reads.syncPlans(world.provider.id);
      const job = await world.run(await world.listed({ text: imeis(devs(3)) }));
      expect(world.carrier.times()).toEqual([1, 1, 1, 0]);
      expect(world.counts(job.id)).toMatchObject({ confirmed: 3 });
    });
  });

  it('are not confirmed by their neighbor’s record', async () => {
    // The first one's change is accepted and never made.
    const plan = ({ carrier, body, response }: Call): boolean => {
      carrier.apply({ ...body, devices: body.devices.filter(({ deviceIds }) => deviceIds[0]?.id !== ONE.iccid) });
      json(response, 200, { requestId: 'r' });
      return true;
    };
    await inWorld(
      { devices: devs(3), hooks: { plan }, sync: false, settings: { confirmDeadlineS: 2 } },
      async (world) => {
        await world.app.reads.syncPlans(world.provider.id);
        const job = await world.run(await world.listed({ text: imeis(devs(3)) }));
        expect(world.counts(job.id)).toMatchObject({ confirmed: 2, unconfirmed: 1 });
      },
    );
  });

  it('do not take each other’s customer when one of them leaves', async () => {
    await inWorld({ devices: devs(2) }, async (world) => {
      const { carrier, app, provider } = world;
      const [first] = carrier.devices;
      if (first === undefined) return;
      carrier.devices.push({ ...dev(3), n: 900, mdn: '5559999999', iccid: '89148000009999900017' });
      carrier.devices.shift();
      await app.reads.syncDevices(provider.id);
      expect(await app.reads.syncDevices(provider.id)).toMatchObject({ replaced: 0 });
      expect(world.record(first).missingSince).not.toBeNull();
    });
  });

  it('are read by an IMEISV as the one that the list names already: imeisv-and-iccid.txt', async () => {
    await inWorld({ devices: devs(12), hooks: FORGIVING }, async (world) => {
      await world.run(await world.listed('imeisv-and-iccid.txt'));
      expect(world.carrier.times()).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    });
  });

  it('are read by an IMEISV that the carrier does not know, as the one that the list names: one change', async () => {
    await inWorld({ devices: devs(12), sync: false }, async (world) => {
      await world.app.reads.syncPlans(world.provider.id);
      const job = await world.run(await world.listed('imeisv-and-iccid.txt'));
      expect(world.counts(job.id)).toMatchObject({ confirmed: 1, skipped: 1, rejected: 0 });
      expect(world.carrier.times().reduce((sum, times) => sum + times)).toBe(1);
    });
  });
});

describe.concurrent('two jobs', () => {
  it('for one device by two names give it one change, while the inventory does not know it', async () => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      const { app } = world;
      await app.reads.syncPlans(world.provider.id);
      const later = { effectiveAt: new Date(Date.now() + 3_600_000).toISOString() };
      const first = world.begin({ ...(await world.listed({ text: ONE.iccid })), ...later });
      const second = world.begin({ ...(await world.listed({ text: ONE.imei })), ...later });
      app.engine.resume(first.id, 'tester');
      app.engine.resume(second.id, 'tester');
      await until(() => world.job(first.id).state === 'finished' && world.job(second.id).state === 'finished');
      expect(world.carrier.times()).toEqual([1]);
      expect(world.counts(first.id).confirmed + world.counts(second.id).confirmed).toBe(1);
      expect(world.counts(first.id).skipped + world.counts(second.id).skipped).toBe(1);
    });
  });

  it('never both hold a device that a sync has recognized under the name of one of them', async () => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      const { app } = world;
      await app.reads.syncPlans(world.provider.id);
      const later = { effectiveAt: new Date(Date.now() + 3_600_000).toISOString() };
      const byImei = world.begin({ ...(await world.listed({ text: ONE.imei })), ...later });
      await world.sync();
      const byIccid = world.begin({ ...world.request(), ...later });
      for (const { id } of [byIccid, byImei]) app.engine.resume(id, 'tester');
      await until(() => world.job(byImei.id).state === 'finished' && world.job(byIccid.id).state === 'finished');
      expect(world.carrier.times()).toEqual([1]);
    });
  });
});

describe.concurrent('what the inventory does not know', () => {
  it('is read at the carrier before anything is sent for it, one read a device', async () => {
    await inWorld({ devices: devs(5), sync: false }, async (world) => {
      await world.app.reads.syncPlans(world.provider.id);
      let readsBefore = -1;
      world.carrier.hooks.plan = ({ carrier }) => {
        if (readsBefore < 0) readsBefore = carrier.calls.list;
        return false;
      };
      const request = await world.listed({ text: [1, 2, 3].map((n) => dev(n).mdn).join('\n') });
      const job = await world.run(request);
      expect(readsBefore).toBeGreaterThanOrEqual(1);
      expect(world.carrier.times()).toEqual([1, 1, 1, 0, 0]);
      expect(confirmed(world, job.id)).toBe(3);
    });
  });

  it('and has the plan already is left alone', async () => {
    const devices = devs(2);
    for (const device of devices) device.plan = LARGE;
    await inWorld({ devices, sync: false }, async (world) => {
      await world.app.reads.syncPlans(world.provider.id);
      const job = await world.run(await world.listed({ text: `${ONE.iccid}\n${dev(2).imei}` }));
      expect(world.carrier.calls.plan).toBe(0);
      expect(world.counts(job.id)).toMatchObject({ skipped: 2 });
    });
  });

  it('and the carrier neither is refused by name, and the others go on', async () => {
    await inWorld({ devices: devs(2), sync: false }, async (world) => {
      await world.app.reads.syncPlans(world.provider.id);
      const job = await world.run(await world.listed({ text: `${ONE.iccid}\n${dev(77).iccid}` }));
      expect(world.carrier.times()).toEqual([1, 0]);
      expect(world.counts(job.id)).toMatchObject({ confirmed: 1, rejected: 1 });
    });
  });

  it('takes a few pages when it is long, not a read for each', async () => {
    await inWorld({ devices: devs(60), sync: false }, async (world) => {
      await world.app.reads.syncPlans(world.provider.id);
      const reads = world.carrier.calls.list;
      let readsBefore = -1;
      world.carrier.hooks.plan = ({ carrier }) => {
        if (readsBefore < 0) readsBefore = carrier.calls.list;
        return false;
      };
      const request = await world.listed({
        text: devs(60)
          .map(({ imei }) => imei)
          .join('\n'),
      });
      await world.run(request);
      expect(readsBefore - reads).toBeLessThan(5);
      expect(world.carrier.times().every((times) => times === 1)).toBe(true);
    });
  });
});

describe.concurrent('kinds', () => {
  it.each(['ICCID', 'iccId', 'Iccid', ' iccid '])('are read in any case: %s', async (kind) => {
    const odd = (device: Device): unknown => ({
      ...view(device),
      deviceIds: [
        { id: device.iccid, kind },
        { id: '310410123456789', kind: 'imsi' },
      ],
    });
    await inWorld({ devices: devs(2), hooks: { view: odd } }, async (world) => {
      const job = await world.run();
      expect(confirmed(world, job.id)).toBe(2);
      expect(world.carrier.times()).toEqual([1, 1]);
    });
  });
});

describe.concurrent('numbers in the carrier’s JSON', () => {
  /** Writes the ICCID as a number, with all of its digits. */
  const asNumbers = (write: (iccid: string) => string): Hooks => ({
    listAnswer: (answer) =>
      JSON.stringify(answer).replace(/"id":"(8914\d{16})"/g, (_all, iccid: string) => `"id":${write(iccid)}`),
  });

  it('beyond 2⁵³ are read from the text, never rounded', async () => {
    await inWorld({ devices: devs(3), hooks: asNumbers((iccid) => iccid) }, async (world) => {
      for (const device of world.carrier.devices) expect(world.record(device).iccid).toBe(device.iccid);
      await world.run();
      expect(world.carrier.times()).toEqual([1, 1, 1]);
    });
  });

  it('that have lost their digits cost the ICCID, and the device is known by its other names', async () => {
    await inWorld({ devices: devs(2), hooks: asNumbers(() => '8.914800000123451E+19') }, async (world) => {
      const known = world.app.store.devices.ids(world.provider.id, {});
      expect(known.map((id) => world.app.store.devices.get(id)?.iccid)).toEqual([null, null]);
      await world.run();
      expect(world.carrier.times()).toEqual([1, 1]);
    });
  });
});
