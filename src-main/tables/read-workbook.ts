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
import { marksOf, type SheetMarks } from './sheet-marks.ts';
import { withArchive, worksheetsIn } from './workbook-parts.ts';
import { checkHeldParts, unpackedSheets } from './zip-parts.ts';
import type { TableRow } from './table.ts';

/** A spreadsheet keeps so many digits of a number; the rest of a longer one is zeros. */
const KEPT_DIGITS = 15;
const SAMPLED_ROWS = 200;
/** Of all sheets together, unpacked. */
const SMALL_BYTES = 150 * 1024 * 1024;
const READING_AID = '(a text with a reading aid)';
const NO_DATE = '(a number that is formatted as a date)';
/** A million devices with all their columns have some 60 MB. */
const LARGEST_WORKBOOK = 300 * 1024 * 1024;

/**
 * The sheets that have cells.
 * @throws ConsoleError `bad-input` for a damaged workbook, one with a password, and one that would not fit into memory
 */
export async function sheetsOf(path: string, nothing: string): Promise<string[]> {
  const { size } = await stat(path);
  if (size > LARGEST_WORKBOOK)
    throw new ConsoleError(
      'bad-input',
      'The workbook is larger than 300 MB.',
      `${nothing} Save the sheet with the list as a file of its own, or as CSV.`,
    );
  await checkHeldParts(path, nothing);
  return withArchive(path, nothing, async (archive) => [...(await worksheetsIn(archive)).keys()]);
}

/** The first rows of each sheet, to see what it is. */
export async function* samplesOf(
  path: string,
  sheets: readonly string[],
  nothing: string,
): AsyncGenerator<{ sheet: string; rows: TableRow[] }> {
  // A stream begins at the front of the file for each sheet; a small workbook fits into memory as a whole.
  const whole =
    (await unpackedSheets(path, nothing)) <= SMALL_BYTES ? await firstRows(path, sheets, nothing) : undefined;
  for (const sheet of sheets) {
    const rows: TableRow[] = [];
    if (whole === undefined) for await (const row of workbookRows(path, sheet, nothing, SAMPLED_ROWS)) rows.push(row);
    else {
      const marks = await readable(nothing, () => marksOf(path, sheet, nothing));
      for (const [index, values] of (whole.get(sheet) ?? []).entries()) rows.push(rowOf(values, index + 1, marks));
    }
    yield { sheet, rows };
  }
}

async function firstRows(
  path: string,
  sheets: readonly string[],
  nothing: string,
): Promise<Map<string, CellValue[][]>> {
  const book = await readable(nothing, async () =>
    readXlsx(await readFile(path), { sheets: [...sheets], maxRows: SAMPLED_ROWS }),
  );
  return new Map(book.sheets.map(({ name, rows }) => [name, rows]));
}

function rowOf(values: readonly CellValue[], line: number, marks: SheetMarks | undefined): TableRow {
  const cells = values.map((value, column) => {
    if (marks?.hasReadingAid(line, column) === true) return READING_AID;
    const text = cellText(value);
    return text === '' && marks?.lacksResult(line, column) === true ? FORMULA_WITHOUT_RESULT : text;
  });
  const numbers = values.flatMap((value, column) => (typeof value === 'number' ? [column] : []));
  return {
    cells,
    line,
    ...(marks?.isHidden(line) === true ? { isHidden: true } : {}),
    ...(numbers.length > 0 ? { numbers } : {}),
  };
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
      yield rowOf(next.value.values, next.value.index + 1, marks);
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
  // A number in a column that is formatted as dates, and is none.
  if (value instanceof Date && Number.isNaN(value.getTime())) return NO_DATE;
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
