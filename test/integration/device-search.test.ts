import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CarrierDevice } from '../../src-main/domain/carrier-device.ts';
import { EVERY_DEVICE, seenBounds } from '../../src-main/domain/device-view.ts';
import { PROVIDER_DEFAULTS } from '../../src-main/domain/provider-settings.ts';
import { seededRandom } from '../../src-main/simulator/random.ts';
import { openStore, type Store } from '../../src-main/store/index.ts';
import type { DeviceFilter } from '../../src-main/store/device-query.ts';

const AT = '2026-11-01T00:00:00.000Z';
const sort = EVERY_DEVICE.sort;

let home: string;
let store: Store;
let id: number;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'rateplan-search-'));
  store = openStore(home);
  id = store.providers.create({ ...PROVIDER_DEFAULTS, name: 'A', accountName: '1' }, false, AT).id;
});
afterEach(() => {
  store.close();
  rmSync(home, { recursive: true });
});

function device(n: number, change: Partial<CarrierDevice> = {}): CarrierDevice {
  return {
    identifiers: {
      iccid: `8914800000${String(n * 7919).padStart(10, '0')}`,
      imei: `35${String(n * 104_729).padStart(13, '0')}`,
    },
    accountName: '1',
    planCode: n % 3 === 0 ? 'A' : 'B',
    state: 'active',
    groupName: n % 2 === 0 ? 'even' : null,
    connected: true,
    lastConnectedAt: null,
    billingCycleEnds: null,
    customFields: {},
    ...change,
  };
}

const found = (filter: DeviceFilter): (string | null)[] =>
  store.devices.page(id, filter, sort, 0, 10_000).map((one) => one.iccid);

describe('a search of the inventory', () => {
  it('finds exactly what holds the digits, however many they are, also after identifiers were changed', () => {
    const records = Array.from({ length: 400 }, (_, n) => device(n));
    store.devices.saveFromCarrier(id, records, AT);
    // Identifiers move from one device to another, as when a modem is swapped.
    store.devices.saveFromCarrier(
      id,
      records.slice(0, 50).map((record, n) => ({
        ...record,
        identifiers: { ...record.identifiers, imei: `99000${String(n).padStart(10, '0')}` },
      })),
      AT,
    );
    const every = store.devices.page(id, {}, sort, 0, 10_000);
    const random = seededRandom(5);
    for (let round = 0; round < 200; round++) {
      const one = every[Math.floor(random() * every.length)];
      const text = (random() < 0.5 ? one?.iccid : one?.imei) ?? '';
      const length = 1 + Math.floor(random() * 12);
      const start = Math.floor(random() * (text.length - length));
      const search = text.slice(start, start + length);
      const expected = every.filter((d) => d.iccid?.includes(search) === true || d.imei?.includes(search) === true);
      expect(found({ search }), search).toEqual(expected.map((d) => d.iccid));
      expect(store.devices.count(id, { search })).toBe(expected.length);
    }
  });

  it('takes what people type as it is: quotes, wildcards and operators are no commands', () => {
    store.devices.saveFromCarrier(id, [device(1)], AT);
    for (const search of ['"', '%', '_', '\\', 'NEAR(a b)', 'iccid:8914', '8914 OR 1', "'; DROP TABLE device; --", '*'])
      expect(found({ search }), search).toEqual([]);
  });

  it('finds by a customer’s name too', () => {
    store.devices.saveFromCarrier(id, [device(1), device(2), device(3)], AT);
    const [first] = store.devices.ids(id, {});
    store.devices.setCustomer(id, first ?? 0, 'Halvorsen 891', AT);
    expect(found({ search: 'halvor' })).toHaveLength(1);
    expect(found({ search: 'ha' })).toHaveLength(1);
    expect(found({ search: '891' })).toHaveLength(3);
  });
});

describe('the filters', () => {
  it('by group, last seen, custom field and plan changes of the month', () => {
    const now = Date.parse('2026-11-20T00:00:00.000Z');
    store.devices.saveFromCarrier(
      id,
      [
        device(1, {
          lastConnectedAt: '2026-11-19T12:00:00.000Z',
          customFields: { CustomField1: 'a "b"', CustomField2: '' },
        }),
        device(2, { lastConnectedAt: '2026-09-01T00:00:00.000Z', customFields: { CustomField1: 'a' } }),
        device(4),
      ],
      AT,
    );
    const [one, two, four] = store.devices.page(id, {}, sort, 0, 10).map((d) => d.iccid);
    expect(found({ groups: ['even'] })).toEqual([two, four]);
    expect(found(seenBounds('day', now))).toEqual([one]);
    expect(found(seenBounds('not-month', now))).toEqual([two, four]);
    expect(found({ customFields: { CustomField1: 'a "b"' } })).toEqual([one]);
    expect(found({ customFields: { CustomField1: 'a' } })).toEqual([two]);
    expect(found({ customFields: { CustomField1: '' } })).toEqual([four]);
    expect(found({ planChangedSince: AT })).toEqual([]);
    store.devices.saveFromCarrier(id, [device(2, { planCode: 'C' })], '2026-11-10T00:00:00.000Z');
    expect(found({ planChangedSince: AT })).toEqual([two]);
  });

  it('count anew after each change, and pages follow the sorting in both directions', () => {
    store.devices.saveFromCarrier(id, [device(1), device(2), device(3)], AT);
    expect(store.devices.count(id, { planCodes: ['A'] })).toBe(1);
    store.devices.saveFromCarrier(id, [device(6)], AT);
    expect(store.devices.count(id, { planCodes: ['A'] })).toBe(2);
    const up = found({});
    const down = store.devices.page(id, {}, { by: 'iccid', descending: true }, 0, 10).map((d) => d.iccid);
    expect(down).toEqual([...up].reverse());
    expect(store.devices.page(id, {}, sort, 2, 1).map((d) => d.iccid)).toEqual([up[2]]);
  });
});

describe('saved views', () => {
  it('are kept by name for each service provider, and know what was added since', () => {
    store.savedViews.save(id, 'Idle', { ...EVERY_DEVICE, seen: 'not-month' });
    store.savedViews.save(id, 'Idle', { ...EVERY_DEVICE, seen: 'not-quarter' });
    store.savedViews.save(id, 'Telematics', { ...EVERY_DEVICE, planCodes: ['A'] });
    const views = store.savedViews.list(id);
    expect(views.map(({ name, view }) => [name, view.seen])).toEqual([
      ['Idle', 'not-quarter'],
      ['Telematics', 'any'],
    ]);
    store.savedViews.remove(views[0]?.id ?? 0);
    expect(store.savedViews.list(id)).toHaveLength(1);
  });
});
