/** The one writer of tables for other people and programs: CSV or XLSX, row by row, in constant memory. */
import { lstat, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { ConsoleError } from '../domain/errors.ts';
import type { FileFormat } from '../domain/file-formats.ts';
import { writeCsv } from './write-csv.ts';
import { writeXlsx } from './write-xlsx.ts';

export interface TableColumn<R> {
  header: string;
  /** An identifier keeps every digit in every form; a number can be added up in a spreadsheet. Otherwise it is text. */
  is?: 'identifier' | 'number';
  /** Characters, in a workbook; measured from the first rows where it is not given. */
  width?: number;
  value: (row: R) => string | number | null;
}

export interface TableToWrite<R> {
  /** Names the sheet of a workbook. */
  name: string;
  columns: readonly TableColumn<R>[];
  rows: Iterable<R> | AsyncIterable<R>;
}

export interface WriteOptions {
  /** Ends the writing; then no file is left. */
  signal?: AbortSignal | undefined;
  /** Told now and then how many rows are written, and at the end. */
  onProgress?: ((rows: number) => void) | undefined;
}

/** Longest time in milliseconds for which the rows keep the process for themselves: jobs and windows go on meanwhile. */
const LONGEST_TURN_MS = 15;
const ROWS_AT_ONCE = 128;
const PROGRESS_EVERY_MS = 100;

/**
 * Writes a table beside its name and gives it the name when it is complete: a file that was there stays until then, and for
 * good when the writing fails or is cancelled. Check the place first (`store/output-place.ts`).
 * @returns how many rows it has
 * @throws the signal's reason, the rows' error, or the file system's; ConsoleError `busy` while this process writes that file
 */
export async function writeTable<R>(
  file: string,
  format: FileFormat,
  table: TableToWrite<R>,
  options: WriteOptions = {},
): Promise<number> {
  options.signal?.throwIfAborted();
  const partial = `${resolve(file)}.partial`;
  if (underWay.has(partial))
    throw new ConsoleError(
      'busy',
      `The file ${file} is being written already.`,
      'Wait for it, or choose another name.',
    );
  underWay.add(partial);
  try {
    return await writeBeside(partial, file, format, table, options);
  } finally {
    underWay.delete(partial);
  }
}

const underWay = new Set<string>();

async function writeBeside<R>(
  partial: string,
  file: string,
  format: FileFormat,
  table: TableToWrite<R>,
  options: WriteOptions,
): Promise<number> {
  const handle = await openNew(partial);
  const { ino, dev } = await handle.stat();
  const isOurs = async (): Promise<boolean> => {
    const found = await lstat(partial).catch(() => undefined);
    return found?.ino === ino && found.dev === dev;
  };
  const counter = { rows: 0 };
  const batches = batchesOf(table.rows, counter, options);
  try {
    const place = handle.createWriteStream({ flush: true });
    if (format === 'xlsx') await writeXlsx(place, table, batches);
    else await writeCsv(place, table.columns, batches, format === 'csv-excel');
    options.signal?.throwIfAborted();
    if (!(await isOurs()))
      throw new ConsoleError(
        'refused',
        `Another program has put its own file in the place of ${file}.`,
        'Choose another name. An older file of that name is as it was.',
      );
    await rename(partial, file);
  } catch (error) {
    await handle.close().catch(() => undefined);
    if (await isOurs()) await rm(partial, { force: true }).catch(() => undefined);
    throw error;
  }
  options.onProgress?.(counter.rows);
  return counter.rows;
}

/** Whatever a crash, or somebody else, has left there is taken away, never written through: it may be a link to another file. */
async function openNew(partial: string): Promise<FileHandle> {
  try {
    return await open(partial, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await rm(partial);
    return open(partial, 'wx');
  }
}

/** The rows, a few at once; jobs, lock and windows have their turn in between. */
async function* batchesOf<R>(
  rows: Iterable<R> | AsyncIterable<R>,
  counter: { rows: number },
  { signal, onProgress }: WriteOptions,
): AsyncGenerator<R[]> {
  let turn = performance.now();
  let told = turn;
  for await (const batch of Symbol.asyncIterator in rows ? gatheredLater(rows) : gathered(rows)) {
    signal?.throwIfAborted();
    yield batch;
    counter.rows += batch.length;
    const now = performance.now();
    if (now - turn < LONGEST_TURN_MS) continue;
    if (now - told >= PROGRESS_EVERY_MS) {
      onProgress?.(counter.rows);
      told = now;
    }
    await setImmediate();
    turn = performance.now();
  }
  signal?.throwIfAborted();
}

/** Rows that are at hand are not waited for one by one: that would take as long as writing them. */
function* gathered<R>(rows: Iterable<R>): Generator<R[]> {
  let batch: R[] = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length < ROWS_AT_ONCE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function* gatheredLater<R>(rows: AsyncIterable<R>): AsyncGenerator<R[]> {
  let batch: R[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < ROWS_AT_ONCE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
