/** `npm run bench inventory [devices]`: what the window asks of a large inventory, in the main process; prints a table. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillInventory } from './fill.ts';
import { printTable } from './table.ts';

const PAGE = 200;
const TIMES = 7;

export function benchInventory(devices: number): void {
  const home = mkdtempSync(join(tmpdir(), 'rateplan-inventory-'));
  const began = performance.now();
  const { store, providerId: id, fleet } = fillInventory(home, devices);
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
