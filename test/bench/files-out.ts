/**
 * `npm run bench files [rows]`, second part: what it takes to write a large table. It is written twice: the second time
 * shows what a console grows by that has worked before, and whether anything was kept.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillInventory } from './fill.ts';
import { inOwnProcess, measured, ownArguments } from './own-process.ts';
import { printTable } from './table.ts';
import { columnsOfTable } from '../../src-main/domain/export-columns.ts';
import { FILE_FORMATS, FILE_FORMAT_NAMES, type FileFormat } from '../../src-main/domain/file-formats.ts';
import { deviceTable } from '../../src-main/reports/export-tables.ts';
import { openStore } from '../../src-main/store/index.ts';
import { writeTable } from '../../src-main/tables/write-table.ts';

const COLUMNS = 8;

export async function benchFilesOut(rows: number): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'rateplan-files-'));
  try {
    fillInventory(home, rows).store.close();
    const lines: string[][] = [];
    for (const format of FILE_FORMATS) {
      const [first, second] = await inOwnProcess(import.meta.filename, home, format);
      if (first === undefined || second === undefined) throw new Error(`writing ${format} failed`);
      lines.push([
        `out: ${FILE_FORMAT_NAMES[format]}`,
        `${rows.toLocaleString('en-US')} devices, ${String(COLUMNS)} columns`,
        `${first.seconds.toFixed(1)} s`,
        `${first.most.toFixed(0)} MB`,
        `${first.grown.toFixed(0)} MB`,
        `${second.grown.toFixed(0)} MB`,
        `${(statSync(fileOf(home, format)).size / 1_048_576).toFixed(0)} MB`,
        `${first.longestTurn.toFixed(0)} ms`,
        (loadavg()[0] ?? 0).toFixed(1),
      ]);
    }
    printTable(['what', 'rows', 'took', 'memory', 'grown', 'again', 'file', 'longest turn', 'load'], lines);
  } finally {
    rmSync(home, { recursive: true });
  }
}

function fileOf(home: string, format: FileFormat): string {
  return join(home, `devices.${format}`);
}

async function write(home: string, format: FileFormat): Promise<void> {
  const store = openStore(home);
  const providerId = store.providers.list()[0]?.id ?? 0;
  const sort = { by: 'iccid', descending: false } as const;
  const columns = columnsOfTable('devices').slice(0, COLUMNS);
  for (let time = 0; time < 2; time++) {
    const figures = await measured(() => {
      const ids = store.devices.idsOfPage(providerId, {}, sort, 0, -1);
      return writeTable(fileOf(home, format), format, deviceTable(store, providerId, ids, columns));
    });
    process.send?.(figures);
  }
  store.close();
}

const [home, wanted] = ownArguments(import.meta.filename) ?? [];
if (home !== undefined) {
  const format = FILE_FORMATS.find((one) => one === wanted);
  if (format === undefined) throw new Error(`there is no format ${String(wanted)}`);
  await write(home, format);
}
