/**
 * `npm run bench files [rows]`: what it takes to write a large table, in seconds and in memory above the start; prints a
 * table. Each is measured in a process of its own, so that none inherits the memory of another.
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fillInventory } from './fill.ts';
import { printTable } from './table.ts';
import { columnsOfTable } from '../../src-main/domain/export-columns.ts';
import { FILE_FORMATS, FILE_FORMAT_NAMES, type FileFormat } from '../../src-main/domain/file-formats.ts';
import { deviceTable } from '../../src-main/reports/export-tables.ts';
import { openStore } from '../../src-main/store/index.ts';
import { writeTable } from '../../src-main/tables/write-table.ts';

interface Figures {
  seconds: number;
  /** Megabytes above what the process had at its start. */
  grown: number;
  megabytes: number;
  /** Milliseconds for which nothing else had its turn, at most. */
  longestTurn: number;
}

const COLUMNS = 8;
const SAMPLE_EVERY_MS = 50;

export async function benchFilesOut(rows: number): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'rateplan-files-'));
  try {
    fillInventory(home, rows).store.close();
    const lines: string[][] = [];
    for (const format of FILE_FORMATS) {
      const { seconds, grown, megabytes, longestTurn } = await inOwnProcess(home, format);
      lines.push([
        `out: ${FILE_FORMAT_NAMES[format]}`,
        `${rows.toLocaleString('en-US')} devices, ${String(COLUMNS)} columns`,
        `${seconds.toFixed(1)} s`,
        `${grown.toFixed(0)} MB`,
        `${megabytes.toFixed(0)} MB`,
        `${longestTurn.toFixed(0)} ms`,
        (loadavg()[0] ?? 0).toFixed(1),
      ]);
    }
    printTable(['what', 'rows', 'took', 'memory', 'file', 'longest turn', 'load'], lines);
  } finally {
    rmSync(home, { recursive: true });
  }
}

function inOwnProcess(home: string, format: FileFormat): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const child = fork(import.meta.filename, [home, format]);
    let figures: Figures | undefined;
    child.on('message', (message) => {
      figures = message as Figures;
    });
    child.on('exit', () => {
      if (figures === undefined) reject(new Error(`writing ${format} failed`));
      else resolve(figures);
    });
  });
}

async function writeOnce(home: string, format: FileFormat): Promise<Figures> {
  const file = join(home, `devices.${format}`);
  const store = openStore(home);
  const providerId = store.providers.list()[0]?.id ?? 0;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const before = process.memoryUsage.rss();
  let most = before;
  const sampler = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, SAMPLE_EVERY_MS);
  delay.enable();
  const started = performance.now();
  const sort = { by: 'iccid', descending: false } as const;
  const ids = store.devices.idsOfPage(providerId, {}, sort, 0, -1);
  await writeTable(file, format, deviceTable(store, providerId, ids, columnsOfTable('devices').slice(0, COLUMNS)));
  const seconds = (performance.now() - started) / 1000;
  delay.disable();
  clearInterval(sampler);
  store.close();
  const megabytes = statSync(file).size / 1_048_576;
  return { seconds, grown: (most - before) / 1_048_576, megabytes, longestTurn: delay.max / 1e6 };
}

const [, script, home, format] = process.argv;
if (script === import.meta.filename && home !== undefined) {
  const wanted = FILE_FORMATS.find((one) => one === format);
  if (wanted === undefined) throw new Error(`there is no format ${String(format)}`);
  process.send?.(await writeOnce(home, wanted));
}
