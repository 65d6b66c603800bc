/**
 * Rows of an XLSX workbook, streamed: hucre reads one row after the other (a million rows of eight cells in 35 s and 200 MB;
 * exceljs is no longer kept, SheetJS holds the workbook in memory, and ExcelTS waits for ever on a file that was cut off).
 */
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { readXlsx, streamXlsxRows, type CellValue } from 'hucre/xlsx';
import { ConsoleError } from '../domain/errors.ts';
import { FORMULA_WITHOUT_RESULT } from '../domain/identifier-text.ts';
import { marksOf } from './sheet-marks.ts';
import { checkHeldParts } from './zip-parts.ts';
import type { TableRow } from './table.ts';

/** A spreadsheet keeps so many digits of a number; the rest of a longer one is zeros. */
const KEPT_DIGITS = 15;
const SAMPLED_ROWS = 200;
/** A million devices with all their columns have some 60 MB. */
const LARGEST_WORKBOOK = 300 * 1024 * 1024;

export interface Sheet {
  name: string;
  hidden: boolean;
}

/** @throws ConsoleError `bad-input` for a damaged workbook, one with a password, and one that would not fit into memory */
export async function sheetsOf(path: string, nothing: string): Promise<Sheet[]> {
  const { size } = await stat(path);
  if (size > LARGEST_WORKBOOK)
    throw new ConsoleError(
      'bad-input',
      'The workbook is larger than 300 MB.',
      `${nothing} Save the sheet with the list as a file of its own, or as CSV.`,
    );
  await checkHeldParts(path, nothing);
  const sheets: Sheet[] = [];
  await readable(nothing, async () => {
    await readXlsx(await readFile(path), {
      sheets: ({ name, hidden, veryHidden }) => {
        sheets.push({ name, hidden: hidden === true || veryHidden === true });
        return false;
      },
    });
  });
  return sheets;
}

/** The first rows of a sheet, to see what it is. */
export async function sampleOf(path: string, sheet: string, nothing: string): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  for await (const row of workbookRows(path, sheet, nothing, SAMPLED_ROWS)) rows.push(row);
  return rows;
}

/**
 * @param sheet its name
 * @param limit rows; none for all
 */
export async function* workbookRows(
  path: string,
  sheet: string,
  nothing: string,
  limit?: number,
): AsyncGenerator<TableRow> {
  const marks = limit === undefined ? await readable(nothing, () => marksOf(path, sheet, nothing)) : undefined;
  let isWanted = false;
  const bytes = createReadStream(path);
  // The library parses as fast as bytes come; they come only while somebody waits for a row.
  async function* gated(): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      while (!isWanted) await setImmediate();
      yield chunk as Uint8Array;
    }
  }
  const rows = streamXlsxRows(Readable.toWeb(Readable.from(gated())) as ReadableStream<Uint8Array>, {
    sheet,
    ...(limit === undefined ? {} : { maxRows: limit }),
  });
  try {
    for (;;) {
      isWanted = true;
      const next = await readable(nothing, () => rows.next());
      isWanted = false;
      if (next.done === true) return;
      const line = next.value.index + 1;
      const cells = next.value.values.map((value, column) => {
        const text = cellText(value);
        return text === '' && marks?.lacksResult(line, column) === true ? FORMULA_WITHOUT_RESULT : text;
      });
      yield marks?.isHidden(line) === true ? { cells, line, isHidden: true } : { cells, line };
    }
  } finally {
    isWanted = true;
    await rows.return(undefined);
    bytes.destroy();
  }
}

/** A number with more digits than a spreadsheet keeps is given as what it is: `8.914800000123451e+19`. */
function cellText(value: CellValue): string {
  if (value === null) return '';
  if (typeof value === 'number') {
    const isWhole = Number.isInteger(value);
    return isWhole && Math.abs(value) >= 10 ** KEPT_DIGITS ? value.toExponential() : String(value);
  }
  if (value instanceof Date) return value.toISOString().replace(/T00:00:00\.000Z$/, '');
  return typeof value === 'string' ? value.trim() : String(value);
}

async function readable<T>(nothing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConsoleError) throw error;
    const isLocked = (error as Error).name === 'EncryptedFileError';
    throw new ConsoleError(
      'bad-input',
      isLocked ? 'The workbook has a password.' : 'The workbook cannot be read: it is damaged, or too large.',
      `${nothing} Save it again as XLSX${isLocked ? ' without one' : ''} and take the new file.`,
      error,
    );
  }
}
