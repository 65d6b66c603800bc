/**
 * A table as an XLSX workbook, streamed: `yazl` packs (the same hand as `yauzl`, which the reader uses; one small
 * dependency, typed, zip64), and the few parts of the workbook are written here. Of the libraries that write sheets, hucre
 * streams but cannot set a filter, ExcelTS takes three times as long, and exceljs is no longer kept.
 *
 * Text is text whatever it looks like, so nothing is run as a formula and no digit is lost. The header is frozen, a filter
 * lies over the used range, and what does not fit on a sheet goes on in the next one, with the header again.
 */
import { Readable, type Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { colToLetter } from 'hucre/xlsx';
import { ZipFile } from 'yazl';
import {
  contentTypes,
  ROOT_RELATIONS,
  sheetEnd,
  sheetStart,
  STYLE,
  STYLES,
  textCell,
  workbook,
  workbookRelations,
} from './xlsx-parts.ts';
import type { TableColumn, TableToWrite } from './write-table.ts';

/** Rows of a sheet, with the header. */
const SHEET_ROWS = 1_048_576;
/** Columns are measured by so many rows. */
const MEASURED_ROWS = 200;
const NARROWEST = 8;
const WIDEST = 60;
/** Bold letters and the filter's button take some room. */
const HEADER_EXTRA = 4;
/** The fastest: a higher level takes twice the time and saves a fifth. */
const COMPRESSION = { compressionLevel: 1 };
/** Characters. */
const PIECE = 65_536;

/**
 * @param place where it goes; closed at the end
 * @param sheetRows rows of a sheet, with the header
 */
export async function writeXlsx<R>(
  place: Writable,
  table: TableToWrite<R>,
  batches: AsyncGenerator<readonly R[]>,
  sheetRows = SHEET_ROWS,
): Promise<void> {
  const zip = new ZipFile();
  const failed = new AbortController();
  const written = pipeline(zip.outputStream, place, { signal: failed.signal });
  // Whoever waits for a sheet hears of a full disk, too.
  written.catch(() => undefined);
  const add = (name: string, content: string): void => {
    zip.addBuffer(Buffer.from(content), name, COMPRESSION);
  };
  const sheets = new Sheets(table.columns, batches, sheetRows);
  const sizes: number[] = [];
  try {
    do {
      const number = sizes.length + 1;
      const stream = Readable.from(sheets.next(number === 1), { objectMode: false });
      zip.addReadStream(stream, `xl/worksheets/sheet${String(number)}.xml`, COMPRESSION);
      await Promise.race([finished(stream, { writable: false }), written]);
      sizes.push(sheets.rowsOnSheet);
    } while (sheets.hasMore);
    // They name the sheets and how far each goes, so they come last.
    add('xl/workbook.xml', workbook(table.name, sizes, table.columns.length));
    add('xl/_rels/workbook.xml.rels', workbookRelations(sizes.length));
    add('xl/styles.xml', STYLES);
    add('[Content_Types].xml', contentTypes(sizes.length));
    add('_rels/.rels', ROOT_RELATIONS);
    zip.end();
    await written;
  } catch (error) {
    failed.abort();
    await written.catch(() => undefined);
    throw error;
  } finally {
    await sheets.close();
  }
}

/** Cuts the rows into sheets. */
class Sheets<R> {
  readonly #columns: readonly TableColumn<R>[];
  readonly #letters: string[];
  readonly #batches: AsyncGenerator<readonly R[]>;
  readonly #sheetRows: number;
  /** Rows that have come, and are on no sheet yet. */
  #waiting: readonly R[] = [];
  #widths: number[] | undefined;
  /** Of the sheet that was written last, with the header. */
  rowsOnSheet = 0;
  #ended = false;

  constructor(columns: readonly TableColumn<R>[], batches: AsyncGenerator<readonly R[]>, sheetRows: number) {
    this.#columns = columns;
    this.#letters = columns.map((_, index) => colToLetter(index));
    this.#batches = batches;
    this.#sheetRows = sheetRows;
  }

  /** Known when a sheet is written. */
  get hasMore(): boolean {
    return this.#waiting.length > 0;
  }

  /** The next sheet, in pieces. */
  async *next(isFirst: boolean): AsyncGenerator<string> {
    while (!this.#ended && this.#waiting.length < MEASURED_ROWS) await this.#more();
    this.#widths ??= this.#columns.map((column) => widthOf(column, this.#waiting.slice(0, MEASURED_ROWS)));
    let piece = sheetStart(this.#widths, isFirst) + this.#header();
    let rows = 1;
    while (rows < this.#sheetRows && (this.#waiting.length > 0 || (await this.#more()))) {
      const taken = this.#waiting.slice(0, this.#sheetRows - rows);
      this.#waiting = this.#waiting.slice(taken.length);
      for (const row of taken) piece += this.#line(row, ++rows);
      if (piece.length < PIECE) continue;
      yield piece;
      piece = '';
    }
    this.rowsOnSheet = rows;
    // Only now it shows whether another sheet is needed.
    if (this.#waiting.length === 0) await this.#more();
    yield piece + sheetEnd(this.#columns.length, rows);
  }

  async close(): Promise<void> {
    await this.#batches.return(undefined);
  }

  /** @returns whether there are rows that wait */
  async #more(): Promise<boolean> {
    const next = await this.#batches.next();
    if (next.done === true) this.#ended = true;
    else this.#waiting = this.#waiting.length === 0 ? next.value : [...this.#waiting, ...next.value];
    return this.#waiting.length > 0;
  }

  #header(): string {
    const cells = this.#columns.map(({ header }, index) =>
      textCell(`${this.#letters[index] ?? ''}1`, header, STYLE.header),
    );
    return `<row r="1">${cells.join('')}</row>`;
  }

  #line(row: R, number: number): string {
    let cells = '';
    for (const [index, column] of this.#columns.entries()) {
      const value = column.value(row);
      if (value === null || value === '') continue;
      const place = `${this.#letters[index] ?? ''}${String(number)}`;
      cells +=
        typeof value === 'number' && Number.isFinite(value)
          ? `<c r="${place}"><v>${String(value)}</v></c>`
          : textCell(place, String(value), column.is === 'identifier' ? STYLE.identifier : STYLE.text);
    }
    return `<row r="${String(number)}">${cells}</row>`;
  }
}

function widthOf<R>({ header, width, value }: TableColumn<R>, rows: readonly R[]): number {
  if (width !== undefined) return width;
  const longest = rows.reduce((most, row) => Math.max(most, String(value(row) ?? '').length + 2), 0);
  return Math.min(WIDEST, Math.max(NARROWEST, header.length + HEADER_EXTRA, longest));
}
