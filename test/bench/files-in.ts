/** `npm run bench files`, first part: how long lists of a million rows take to be read, and how much memory; judges nothing. */
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { writeXlsxStream } from 'hucre/xlsx';
import { identifyList } from '../../src-main/inventory/identify.ts';
import type { Fleet } from '../../src-main/simulator/fleet.ts';
import { openStore } from '../../src-main/store/index.ts';
import type { TableSource } from '../../src-main/tables/table.ts';
import { fillInventory } from './fill.ts';
import { inOwnProcess, measured, ownArguments } from './own-process.ts';
import { printTable } from './table.ts';

const ROWS = 1_000_000;
const PASTED = 100_000;
async function csvFile(path: string, fleet: Fleet): Promise<void> {
  const out = createWriteStream(path);
  out.write('Name,ICCID,Customer\n');
  for (let n = 0; n < ROWS; n += 1000) {
    const block = Array.from(
      { length: 1000 },
      (_, k) => `Site ${String(k)},${fleet.iccid(n + k)},Customer ${String(k % 20)}\n`,
    );
    if (!out.write(block.join(''))) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}

async function workbook(path: string, fleet: Fleet): Promise<void> {
  function* cells(): Generator<string[]> {
    for (let n = 0; n < ROWS; n++) yield [`Site ${String(n % 1000)}`, fleet.iccid(n), `Customer ${String(n % 20)}`];
  }
  const columns = ['Name', 'ICCID', 'Customer'].map((header) => ({ header }));
  await pipeline(writeXlsxStream(cells(), { name: 'Devices', columns }), createWriteStream(path));
}

async function read(home: string, source: TableSource): Promise<void> {
  const store = openStore(home);
  const providerId = store.providers.list()[0]?.id ?? 0;
  const figures = await measured(async () => {
    const { counts } = await identifyList(store.devices, providerId, source);
    if (counts.found === 0) throw new Error('the list was not read');
  });
  store.close();
  process.send?.(figures);
}

export async function benchFilesIn(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'rateplan-bench-'));
  try {
    const { store, fleet } = fillInventory(home, ROWS);
    store.close();
    const csv = join(home, 'list.csv');
    await csvFile(csv, fleet);
    const xlsx = join(home, 'list.xlsx');
    await workbook(xlsx, fleet);
    const pasted = join(home, 'list.txt');
    writeFileSync(pasted, Array.from({ length: PASTED }, (_, n) => fleet.iccid(n)).join('\n'));
    const rows: string[][] = [];
    for (const [what, count, path] of [
      ['in: CSV', ROWS, csv],
      ['in: Excel workbook', ROWS, xlsx],
      ['in: paste', PASTED, pasted],
    ] as const) {
      const [figures] = await inOwnProcess(import.meta.filename, home, path);
      if (figures === undefined) throw new Error(`${what} was not measured`);
      rows.push([
        what,
        count.toLocaleString('en-US'),
        `${figures.seconds.toFixed(1)} s`,
        `${figures.most.toFixed(0)} MB`,
        `${figures.grown.toFixed(0)} MB`,
        `${(statSync(path).size / 1_048_576).toFixed(0)} MB`,
        `${figures.longestTurn.toFixed(0)} ms`,
        (loadavg()[0] ?? 0).toFixed(1),
      ]);
    }
    printTable(['what', 'rows', 'took', 'memory', 'grown', 'file', 'longest turn', 'load'], rows);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const [home, path] = ownArguments(import.meta.filename) ?? [];
if (home !== undefined && path !== undefined)
  await read(home, path.endsWith('.txt') ? { text: readFileSync(path, 'utf8') } : { path });
