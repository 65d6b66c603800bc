/** What the carrier's records do to the inventory, walk by walk, and which indexes answer for it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CarrierDevice } from '../../src-main/domain/carrier-device.ts';
import { accountOf, PROVIDER_DEFAULTS } from '../../src-main/domain/provider-settings.ts';
import { namesDevice } from '../../src-main/store/device-identity.ts';
import { openStore, type Store } from '../../src-main/store/index.ts';
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
  it('takes the customer over, but not a plan that the carrier does not show for it', () => {
    walk(record({ iccid: OLD, mdn: MDN }));
    store.devices.setCustomer(id, device(OLD).id, 'Acme', AT);
    expect(walk(record({ iccid: NEW, mdn: MDN }, null))).toEqual({ missing: 1, replaced: 1 });
    expect(device(NEW)).toMatchObject({ customer: 'Acme', planCode: null });
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
    { kind: 'eid', id: '1'.repeat(32) },
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
