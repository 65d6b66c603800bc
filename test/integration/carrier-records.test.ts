/** What the carrier's records do to the inventory, walk by walk, and which indexes answer for it. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CarrierDevice } from '../../src-main/domain/carrier-device.ts';
import { accountOf, PROVIDER_DEFAULTS } from '../../src-main/domain/provider-settings.ts';
import { namesDevice } from '../../src-main/store/device-identity.ts';
import { openStore, type Store } from '../../src-main/store/index.ts';
import { migrate, MIGRATIONS } from '../../src-main/store/migrations/index.ts';
import type { PlanSpecification } from '../../src-main/store/plans.ts';
import type { Device } from '../../src-main/store/devices.ts';
import type { DeviceIdentifier } from '../../src-main/domain/identifiers.ts';

const AT = '2026-11-01T00:00:00.000Z';
const OLD = '89148000000000000001';
const NEW = '89148000000000000002';
const OTHER = '89148000000000000003';
const MDN = '5551230001';

let home: string;
let store: Store;
let id: number;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'rateplan-records-'));
  store = openStore(home);
  id = store.providers.create({ ...PROVIDER_DEFAULTS, name: 'A', accountName: '1' }, false, AT).id;
});
afterEach(() => {
  store.close();
  rmSync(home, { recursive: true });
});

function record(identifiers: CarrierDevice['identifiers'], planCode: string | null = 'A'): CarrierDevice {
  return {
    identifiers,
    accountName: '1',
    planCode,
    state: 'active',
    groupName: null,
    connected: null,
    lastConnectedAt: null,
    billingCycleEnds: null,
    customFields: {},
  };
}

const begin = (): number => store.syncRuns.start(id, AT, accountOf(store.providers.get(id))).id;
const show = (run: number, ...records: CarrierDevice[]): number =>
  store.devices.saveFromCarrier(id, records, AT, undefined, run);
const end = (run: number): { missing: number; replaced: number } => store.devices.markMissing(id, run, AT, AT);

function walk(...records: CarrierDevice[]): { missing: number; replaced: number } {
  const run = begin();
  show(run, ...records);
  return end(run);
}

function device(iccid: string): Device {
  const [found] = store.devices.findByIdentifier(id, 'iccid', iccid);
  if (found === undefined) throw new Error(`no device ${iccid}`);
  return found;
}

describe('a walk', () => {
  it('leaves what a later one has seen meanwhile, whichever of them ends first', () => {
    const [first, second] = [begin(), begin()];
    show(second, record({ iccid: OLD }));
    show(first, record({ iccid: NEW }));
    show(second, record({ iccid: NEW }));
    show(first, record({ iccid: OLD }));
    expect([end(first).missing, end(second).missing]).toEqual([0, 0]);
    expect([device(OLD).missingSince, device(NEW).missingSince]).toEqual([null, null]);
  });

  it('asked for before a device was read for the first time, neither overwrites nor counts: life 512918', () => {
    const mark = store.devices.knowledgeMark();
    store.devices.saveFromCarrier(id, [record({ iccid: OLD }, 'B')], AT);
    expect(store.devices.saveFromCarrier(id, [record({ iccid: OLD }, 'A')], AT, mark)).toBe(0);
    expect(device(OLD)).toMatchObject({ planCode: 'B', driftedAt: null });
    expect(store.planChanges.ofDevice(device(OLD).id)).toEqual([]);
    // Afterwards it is news.
    expect(store.devices.saveFromCarrier(id, [record({ iccid: OLD }, 'A')], AT)).toBe(1);
  });

  it('does not hand the story of a device that is long gone to whoever has its number now', () => {
    walk(record({ iccid: OLD, mdn: MDN }), record({ iccid: OTHER }));
    store.devices.setCustomer(id, device(OLD).id, 'Acme', AT);
    expect(walk(record({ iccid: OTHER }))).toEqual({ missing: 1, replaced: 0 });
    expect(walk(record({ iccid: OTHER }), record({ iccid: NEW, mdn: MDN }))).toEqual({ missing: 0, replaced: 0 });
    expect([device(OLD).customer, device(NEW).customer]).toEqual(['Acme', null]);
  });
});

describe('a new SIM', () => {
  it('that was read by itself before a walk came to it takes the old one’s place: life 801189', () => {
    walk(record({ iccid: OLD, imei: '860000000000009', mdn: MDN }));
    store.devices.setCustomer(id, device(OLD).id, 'Acme', AT);
    store.devices.saveFromCarrier(id, [record({ iccid: NEW, imei: '350000000000017', mdn: MDN })], AT);
    expect(walk(record({ iccid: NEW, imei: '350000000000017', mdn: MDN }))).toEqual({ missing: 1, replaced: 1 });
    expect(device(NEW).customer).toBe('Acme');
  });

  it('takes the customer over, but not a plan that the carrier does not show for it', () => {
    walk(record({ iccid: OLD, mdn: MDN }));
    store.devices.setCustomer(id, device(OLD).id, 'Acme', AT);
    expect(walk(record({ iccid: NEW, mdn: MDN }, null))).toEqual({ missing: 1, replaced: 1 });
    expect(device(NEW)).toMatchObject({ customer: 'Acme', planCode: null });
  });
});

describe('a device that came beside another one is a device of its own', () => {
  const [X, Y] = ['5551230001', '5551230002'];
  const [BOX, OTHER_BOX] = ['990013907835573', '990013907835581'];
  const owned = (iccid: string): void => {
    store.devices.setCustomer(id, device(iccid).id, 'Acme', AT);
  };

  it('when it gets the number of one that is gone', () => {
    walk(record({ iccid: OLD, mdn: X }), record({ iccid: OTHER, mdn: Y }));
    owned(OLD);
    expect(walk(record({ iccid: OTHER, mdn: X }))).toEqual({ missing: 1, replaced: 0 });
    expect(device(OTHER).customer).toBeNull();
  });

  it('when it was known before in another box, and had no number', () => {
    walk(record({ iccid: OLD, mdn: X, imei: BOX }), record({ iccid: OTHER, imei: OTHER_BOX }));
    owned(OLD);
    expect(walk(record({ iccid: OTHER, imei: OTHER_BOX, mdn: X })).replaced).toBe(0);
  });

  it('when it is the second SIM of the same box', () => {
    walk(record({ iccid: OLD, mdn: X, imei: BOX }), record({ iccid: OTHER, mdn: Y, imei: BOX }));
    owned(OLD);
    expect(walk(record({ iccid: OTHER, mdn: Y, imei: BOX })).replaced).toBe(0);
  });

  it('but is the same device when it has its number in the same box', () => {
    walk(record({ iccid: OLD, mdn: X, imei: BOX }), record({ iccid: OTHER }));
    owned(OLD);
    expect(walk(record({ iccid: OTHER, mdn: X, imei: BOX.slice(0, 14) })).replaced).toBe(1);
    expect(device(OTHER).customer).toBe('Acme');
  });

  it('and takes the place of one, not of two that had the same IMEI', () => {
    walk(record({ iccid: OLD, imei: BOX }), record({ iccid: OTHER, imei: BOX }));
    expect(walk(record({ iccid: NEW, imei: BOX }))).toEqual({ missing: 2, replaced: 0 });
  });
});

describe('a placeholder', () => {
  it.each<CarrierDevice['identifiers']>([
    { imei: '000000000000000' },
    { imei: '00000000000000' },
    { imei: '123456789012345' },
    { imei: '111111111111119' },
    { mdn: '0000000000' },
    { mdn: '9999999999' },
    { mdn: '1234567890' },
    { msisdn: '10000000000' },
    { meid: 'FFFFFFFFFFFFFF' },
    { esn: '00000000' },
  ])('%o is left out of a record and makes nobody the successor of anybody', (placeholder) => {
    walk(record({ iccid: OLD, ...placeholder }), record({ iccid: OTHER }));
    store.devices.setCustomer(id, device(OLD).id, 'Acme', AT);
    expect(walk(record({ iccid: OTHER }), record({ iccid: NEW, ...placeholder }))).toEqual({ missing: 1, replaced: 0 });
    expect(device(NEW)).toMatchObject({ customer: null, imei: null, mdn: null });
  });

  it('that an older version stored goes with the update, and one that is all that a record has names nobody', () => {
    const path = join(home, 'old', 'console.db');
    mkdirSync(join(home, 'old'));
    const db = new Database(path);
    migrate(db, MIGRATIONS.slice(0, 17));
    db.exec(`INSERT INTO service_provider (id, name, account_name, base_url, oauth_path, m2m_path, batch_size, page_size, lanes, max_attempts, request_timeout_s, settle_s, confirm_deadline_s, created_at)
        VALUES (1, 'Old', '0001', 'https://x', '/o', '/m', 100, 500, 4, 6, 60, 30, 300, '${AT}');
      INSERT INTO device (provider_id, iccid, imei, mdn) VALUES (1, '${OLD}', '000000000000000', '${MDN}'), (1, NULL, NULL, '0000000000')`);
    db.close();
    const old = openStore(join(home, 'old'));
    expect(old.devices.findByIdentifier(1, 'iccid', OLD)).toMatchObject([{ imei: null, mdn: MDN }]);
    expect(old.devices.findByIdentifier(1, 'mdn', '0000000000')).toEqual([]);
    old.close();
  });
});

describe('a plan that is only written otherwise', () => {
  const plan = (code: string, name: string, carrierCode: string): PlanSpecification => ({
    code,
    name,
    sizeKb: 1,
    carrierCode,
  });
  const changes = (): number => store.planChanges.ofDevice(device(OLD).id).length;

  it('is no plan change when the catalog does not know it', () => {
    for (const shown of ['Old Plan', 'OLD PLAN', ' old  plan ']) walk(record({ iccid: OLD }, shown));
    expect([changes(), device(OLD).driftedAt, device(OLD).planCode]).toEqual([0, null, 'Old Plan']);
    walk(record({ iccid: OLD }, 'Older Plan'));
    expect(changes()).toBe(1);
  });

  it('is no plan change when a sync of the plans has made its name ambiguous', () => {
    store.plans.replaceSpecifications(id, [plan('A', 'Alpha', '84638')], AT);
    walk(record({ iccid: OLD }, 'A'));
    store.plans.replaceSpecifications(id, [plan('A', 'Alpha', '84638'), plan('B', 'Beta', '84638')], AT);
    const read = store.plans.reader(id);
    expect(read('84638')).toBe('84638');
    walk(record({ iccid: OLD }, read('84638')));
    expect([changes(), device(OLD).driftedAt, device(OLD).planCode]).toEqual([0, null, 'A']);
    walk(record({ iccid: OLD }, 'B'));
    expect(changes()).toBe(1);
  });

  it('is no plan change when its code shows at last, and the code is kept', () => {
    store.plans.replaceSpecifications(id, [plan('A', 'Alpha', '84638'), plan('B', 'Beta', '84638')], AT);
    walk(record({ iccid: OLD }, '84638'));
    walk(record({ iccid: OLD }, 'B'));
    expect([changes(), device(OLD).planCode]).toEqual([0, 'B']);
  });

  it('is another one when two plans of the catalog differ in nothing but capitals', () => {
    store.plans.replaceSpecifications(id, [plan('gold', 'Gold', '1'), plan('GOLD', 'Gold two', '2')], AT);
    walk(record({ iccid: OLD }, 'gold'));
    walk(record({ iccid: OLD }, 'GOLD'));
    expect([changes(), device(OLD).planCode]).toEqual([1, 'GOLD']);
  });
});

describe('a customer that was imported by a number', () => {
  const imported = (): void => {
    store.devices.setCustomer(id, store.devices.ensure(id, 'mdn', MDN), 'Acme', AT);
  };
  const old = { ...record({ iccid: OLD, mdn: MDN }), state: 'deactive' };

  it.each([
    ['first', [old, record({ iccid: NEW, mdn: MDN })]],
    ['last', [record({ iccid: NEW, mdn: MDN }), old]],
  ])('belongs to the SIM in service, also when the one that is not comes %s', (_when, records) => {
    imported();
    walk(...records);
    expect([device(OLD).customer, device(NEW).customer]).toEqual([null, 'Acme']);
    expect(store.devices.count(id)).toBe(2);
  });

  it('belongs to the SIM that is out of service when no other has the number', () => {
    imported();
    walk(old, record({ iccid: OTHER }));
    expect(device(OLD).customer).toBe('Acme');
    expect(store.devices.count(id)).toBe(2);
  });

  it('belongs to none of two that are out of service', () => {
    imported();
    walk(old, { ...record({ iccid: NEW, mdn: MDN }), state: 'deactive' });
    expect([device(OLD).customer, device(NEW).customer]).toEqual([null, null]);
    expect(store.devices.count(id)).toBe(3);
  });
});

describe('a whole IMEI', () => {
  it('is not that of a device with another check digit', () => {
    walk(record({ iccid: OLD, imei: '990013907835573' }));
    const found = (imei: string): number => store.devices.findByIdentifier(id, 'imei', imei).length;
    expect(['990013907835573', '99001390783557', '9900139078355701', '990013907835579'].map(found)).toEqual([
      1, 1, 1, 0,
    ]);
  });
});

describe('what is asked for each device', () => {
  it.each<DeviceIdentifier>([
    { kind: 'mdn', id: MDN },
    { kind: 'msisdn', id: `1${MDN}` },
    { kind: 'imei', id: '990013907835573' },
    { kind: 'imei', id: '99001390783557' },
    { kind: 'meid', id: '99001390783557' },
    { kind: 'eid', id: '89033023426100000000001234567890' },
  ])('by its $kind $id goes through no account', (identifier) => {
    const { where, values } = namesDevice(id, identifier);
    expect(planOf(`SELECT d.id FROM device d WHERE ${where}`, values)).not.toMatch(/SCAN|\(provider_id=\?\)/);
  });

  function planOf(sql: string, values: readonly unknown[]): string {
    const db = new Database(join(home, 'console.db'), { readonly: true });
    const steps = db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...values);
    db.close();
    return steps.map(({ detail }) => detail).join('\n');
  }
});
