/** `npm run bench files`, first part: how long lists of a million rows take to be read, and how much memory; judges nothing. */
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setInterval as every, clearInterval } from 'node:timers';
import { pipeline } from 'node:stream/promises';
import { writeXlsxStream } from 'hucre/xlsx';
import { isoTime } from '../../src-main/domain/clock.ts';
import { luhnDigit } from '../../src-main/domain/identifiers.ts';
import { PROVIDER_DEFAULTS } from '../../src-main/domain/provider-settings.ts';
import { identifyList } from '../../src-main/inventory/identify.ts';
import { openStore, type Store } from '../../src-main/store/index.ts';
import type { TableSource } from '../../src-main/tables/table.ts';
import { printTable } from './table.ts';

const ROWS = 1_000_000;
const PASTED = 100_000;
const rows: string[][] = [];

function iccid(n: number): string {
  const digits = `8914800000${String(n).padStart(9, '0')}`;
  return digits + luhnDigit(digits);
}

/** Milliseconds, and how far the memory grew meanwhile. */
async function measured(what: string, count: number, note: string, work: () => Promise<unknown>): Promise<void> {
  const before = process.memoryUsage().rss;
  let peak = before;
  const watch = every(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
  const start = performance.now();
  await work();
  const ms = performance.now() - start;
  clearInterval(watch);
  peak = Math.max(peak, process.memoryUsage().rss);
  rows.push([
    what,
    note,
    count.toLocaleString('en-US'),
    `${(ms / 1000).toFixed(1)} s`,
    `${Math.round(peak / 1e6).toString()} MB`,
    `+${Math.round((peak - before) / 1e6).toString()} MB`,
  ]);
}

function fill(store: Store): number {
  const { id } = store.providers.create(
    { ...PROVIDER_DEFAULTS, name: 'Bench', accountName: '1' },
    false,
    isoTime(Date.now()),
  );
  for (let from = 0; from < ROWS; from += 10_000)
    store.devices.saveFromCarrier(
      id,
      Array.from({ length: 10_000 }, (_, n) => ({
        identifiers: { iccid: iccid(from + n) },
        accountName: '1',
        planCode: 'M2M1MB',
        state: 'active',
        customFields: {},
        groupName: null,
        connected: null,
        lastConnectedAt: null,
        billingCycleEnds: null,
      })),
      isoTime(Date.now()),
    );
  return id;
}

async function csvFile(path: string): Promise<void> {
  const out = createWriteStream(path);
  out.write('Name,ICCID,Customer\n');
  for (let n = 0; n < ROWS; n += 1000) {
    const block = Array.from(
      { length: 1000 },
      (_, k) => `Site ${String(k)},${iccid(n + k)},Customer ${String(k % 20)}\n`,
    );
    if (!out.write(block.join(''))) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}

async function workbook(path: string): Promise<void> {
  function* cells(): Generator<string[]> {
    for (let n = 0; n < ROWS; n++) yield [`Site ${String(n % 1000)}`, iccid(n), `Customer ${String(n % 20)}`];
  }
  const columns = ['Name', 'ICCID', 'Customer'].map((header) => ({ header }));
  await pipeline(writeXlsxStream(cells(), { name: 'Devices', columns }), createWriteStream(path));
}

export async function benchFilesIn(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rateplan-bench-'));
  const store = openStore(folder);
  try {
    const providerId = fill(store);
    const read = async (source: TableSource): Promise<void> => {
      const { counts } = await identifyList(store.devices, providerId, source);
      if (counts.found === 0) throw new Error('the list was not read');
    };
    const csv = join(folder, 'list.csv');
    await csvFile(csv);
    await measured('CSV in', ROWS, `${Math.round(statSync(csv).size / 1e6).toString()} MB`, () => read({ path: csv }));
    const xlsx = join(folder, 'list.xlsx');
    await workbook(xlsx);
    await measured('XLSX in', ROWS, `${Math.round(statSync(xlsx).size / 1e6).toString()} MB`, () =>
      read({ path: xlsx }),
    );
    const text = Array.from({ length: PASTED }, (_, n) => iccid(n)).join('\n');
    await measured('paste', PASTED, 'ICCIDs, one a line', () => read({ text }));
  } finally {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
  printTable(['what', '', 'rows', 'time', 'memory', 'growth'], rows);
}
