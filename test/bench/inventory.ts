/** `npm run bench inventory [devices]`: what the window asks of a large inventory, in the main process; prints a table. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROVIDER_DEFAULTS } from '../../src-main/domain/provider-settings.ts';
import { Fleet } from '../../src-main/simulator/fleet.ts';
import { SIMULATOR_DEFAULTS } from '../../src-main/simulator/options.ts';
import { openStore } from '../../src-main/store/index.ts';
import { printTable } from './table.ts';

const PAGE = 200;
const AT_ONCE = 5000;
const TIMES = 7;

export function benchInventory(devices: number): void {
  const home = mkdtempSync(join(tmpdir(), 'rateplan-inventory-'));
  const store = openStore(home);
  const at = new Date().toISOString();
  const { id } = store.providers.create({ ...PROVIDER_DEFAULTS, name: 'Bench', accountName: '1' }, false, at);
  const fleet = new Fleet({ ...SIMULATOR_DEFAULTS, devices }, Date.now());
  const began = performance.now();
  for (let from = 0; from < devices; from += AT_ONCE) {
    const records = Array.from({ length: Math.min(AT_ONCE, devices - from) }, (_, n) => recordOf(fleet, from + n));
    store.transaction(() => store.devices.saveFromCarrier(id, records, at));
  }
  const rows = [['read in', `${((performance.now() - began) / 1000).toFixed(1)} s`, '']];
  const sort = { by: 'iccid', descending: false } as const;
  const { devices: inventory } = store;
  const digits = fleet.iccid(Math.floor(devices / 3)).slice(-8);
  const asked: [what: string, ask: () => unknown][] = [
    ['first page', () => inventory.page(id, {}, sort, 0, PAGE)],
    ['a page in the middle', () => inventory.page(id, {}, sort, Math.floor(devices / 2), PAGE)],
    ['the last page', () => inventory.page(id, {}, sort, devices - PAGE, PAGE)],
    [
      'first page by last connected',
      () => inventory.page(id, {}, { by: 'lastConnectedAt', descending: true }, 0, PAGE),
    ],
    ['search: last 8 digits', () => inventory.page(id, { search: digits }, sort, 0, PAGE)],
    ['search: any 4 digits', () => inventory.page(id, { search: digits.slice(0, 4) }, sort, 0, PAGE)],
    ['filter: a plan', () => inventory.page(id, { planCodes: [fleet.planCode(0)] }, sort, 0, PAGE)],
    ['filter: a custom field', () => inventory.page(id, { customFields: { CustomField1: 'Site 13' } }, sort, 0, PAGE)],
    ['numbers of all', () => inventory.ids(id, {})],
  ];
  for (const [what, ask] of asked) {
    const times = Array.from({ length: TIMES }, () => {
      const start = performance.now();
      ask();
      return performance.now() - start;
    }).sort((a, b) => a - b);
    rows.push([what, `${(times[TIMES >> 1] ?? 0).toFixed(1)} ms`, `${(times.at(-1) ?? 0).toFixed(1)} ms`]);
  }
  console.log(`${devices.toLocaleString('en-US')} devices`);
  printTable(['what', 'median', 'slowest'], rows);
  store.close();
  rmSync(home, { recursive: true });
}

function recordOf(fleet: Fleet, index: number) {
  return {
    identifiers: { iccid: fleet.iccid(index), imei: fleet.imei(index), mdn: fleet.mdn(index) },
    accountName: '1',
    planCode: fleet.planCode(index),
    state: fleet.state(index),
    groupName: fleet.groupOf(index),
    connected: true,
    lastConnectedAt: new Date(1_790_000_000_000 - ((index * 7919) % 90) * 86_400_000).toISOString(),
    billingCycleEnds: null,
    customFields: fleet.fields(index),
  };
}
