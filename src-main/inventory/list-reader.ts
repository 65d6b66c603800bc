/** Finds what each row of a list names: by the columns that its header has, or without one by what the cells are. */
import { isSureIdentifier, looksLikeIdentifier, readCell, type IdentifierReading } from '../domain/identifier-text.ts';
import type { IdentifierKind } from '../domain/identifiers.ts';
import { shownText } from '../domain/shown-text.ts';
import {
  columnsOf,
  EXACT,
  HEADER_ROWS,
  headerOf,
  meaningOf,
  type ColumnNames,
  type HeaderRule,
} from '../tables/columns.ts';
import { missingColumn } from '../tables/problems.ts';
import type { TableRow } from '../tables/table.ts';

/** `any` is a column that says only that it has identifiers. */
export type IdentifierColumn = IdentifierKind | 'any';

export const IDENTIFIER_COLUMNS: ColumnNames<IdentifierColumn> = {
  iccid: [
    'sim',
    'sims',
    'sim id',
    'sim number',
    'sim no',
    'sim card',
    'sim card number',
    'sim card id',
    'sim serial number',
    'simcard',
    'icc',
    'icc id',
    'ccid',
    'integrated circuit card id',
    'integrated circuit card identifier',
  ],
  imei: ['imeisv', 'imei sv', 'imei no', 'device imei', 'imei number'],
  mdn: [
    'phone',
    'phone number',
    'mobile',
    'mobile number',
    'telephone number',
    'mobile directory number',
    'wireless number',
    'mtn',
    'mobile telephone number',
    'ctn',
    'min',
    'tn',
  ],
  msisdn: [],
  meid: [],
  esn: [],
  eid: [],
  any: [
    'identifier',
    'identifiers',
    'device identifier',
    'iccid or imei',
    'iccid/imei',
    'iccid/imei/mdn',
    'imei/iccid',
  ],
};

/** What is looked at before the columns of a list without a header are known. */
export const LOOK_AHEAD = 50;

/** A list that names the devices of a change is imported nowhere. */
export const NOT_TAKEN = 'Nothing was sent.';

/** What a row names. */
export interface ListRow {
  line: number;
  /** What is shown of the row. */
  text: string;
  /** Of each cell that names something, or was meant to. */
  cells: IdentifierReading[][];
  /** The columns say what they are, so that two identifiers of a row have to belong together. */
  isNamed: boolean;
  /** Why nothing of the row can be taken. */
  problem?: string;
  /** A filter or a person has hidden it in the workbook. */
  isHidden?: true;
}

/** Feed it with the rows in their order; each gives what it names once the columns are known. */
export class ListReader {
  /** What each column holds; undefined before that is known. */
  #columns: (IdentifierColumn | undefined)[] | undefined;
  #isNamed = false;
  readonly #first: TableRow[] = [];
  readonly #chosen: string | undefined;

  /** @param column the one of identifiers, by its header or its number from 1, where a person has said it */
  constructor(column?: string) {
    this.#chosen = column;
  }

  /** @returns what the row names, and rows before it that waited for the columns */
  add(row: TableRow): ListRow[] {
    if (this.#columns !== undefined) return this.#rowsOf(row);
    this.#first.push(row);
    return this.#first.length < LOOK_AHEAD ? [] : this.#begin();
  }

  /** No more rows come. */
  end(): ListRow[] {
    return this.#columns === undefined ? this.#begin() : [];
  }

  /** The names of the columns that identifiers are read from; null when the list has no header. */
  get columns(): readonly (IdentifierColumn | undefined)[] | null {
    return this.#isNamed ? (this.#columns ?? null) : null;
  }

  #begin(): ListRow[] {
    const header =
      this.#chosen === undefined ? headerOf(this.#first, IDENTIFIER_HEADER) : chosenHeader(this.#first, this.#chosen);
    const at = header?.row === undefined ? -1 : this.#first.indexOf(header.row);
    const titles = this.#first.slice(0, Math.max(0, at)).flatMap((row) => this.#aboveHeader(row));
    const data = this.#first.slice(at + 1);
    this.#isNamed = header !== undefined;
    this.#columns = header?.columns ?? columnsByShape(data);
    return [...titles, ...data.flatMap((row) => this.#rowsOf(row))];
  }

  #rowsOf(row: TableRow): ListRow[] {
    const read = this.#read(row);
    return row.isHidden === true ? read.map((one) => ({ ...one, isHidden: true })) : read;
  }

  /** A title is no row; one that has an identifier all the same is read for what it is. */
  #aboveHeader(row: TableRow): ListRow[] {
    const cells = [...sureCells(row.cells), ...damagedCells(row.cells)];
    // A phone number in a title is said, and not read.
    if (cells.length === 0 && row.problem === undefined && !row.cells.some(looksLikeIdentifier)) return [];
    return [{ line: row.line, text: textOf(row.cells), cells, isNamed: false, ...problemOf(row) }];
  }

  #read(row: TableRow): ListRow[] {
    const { cells, line } = row;
    if (row.problem !== undefined) return [{ line, text: '', cells: [], isNamed: false, problem: row.problem }];
    if (cells.every((cell) => cell === '')) return [];
    const columns = this.#columns ?? [];
    const named: IdentifierReading[][] = [];
    const texts: string[] = [];
    for (const [index, cell] of cells.entries()) {
      const column = columns[index];
      if (cell === '') continue;
      if (column === undefined) {
        // Wider than its header, or a remark of a list without one.
        const sure = !this.#isNamed || index >= columns.length ? sureCells([cell]) : [];
        named.push(...sure);
        if (sure.length > 0) texts.push(cell);
        continue;
      }
      named.push(readCell(cell, column === 'any' ? undefined : column));
      texts.push(cell);
    }
    if (!named.flat().some(({ ok }) => ok)) {
      // Two lists that were put together, each with its header.
      const again = columnsOf(cells, IDENTIFIER_COLUMNS);
      if (isIdentifierHeader(again, row) && cells.some((cell) => meaningOf(cell, IDENTIFIER_COLUMNS)?.fit === EXACT)) {
        this.#columns = again;
        this.#isNamed = true;
        return [];
      }
      // Words such as "n/a" or "Total" name nothing, and are no mistake in an identifier.
      const isDamaged = named.flat().some((reading) => !reading.ok && reading.problem === 'mangled');
      if (!isDamaged && !/\d/.test(texts.join('')))
        return [{ line, text: textOf(cells), cells: [], isNamed: this.#isNamed }];
    }
    return [
      { line, text: texts.length === 0 ? textOf(cells) : texts.join(', '), cells: named, isNamed: this.#isNamed },
    ];
  }
}

/**
 * The column that a person has named; the row with its header, or the first row when that has no digits there.
 * @throws ConsoleError `bad-input` when there is no such column
 */
function chosenHeader(
  rows: readonly TableRow[],
  column: string,
): { row: TableRow | undefined; columns: (IdentifierColumn | undefined)[] } {
  const width = Math.max(0, ...rows.map(({ cells }) => cells.length));
  const only = (at: number): (IdentifierColumn | undefined)[] =>
    Array.from({ length: width }, (_, index) => (index === at ? 'any' : undefined));
  const isNamed = (cell: string): boolean => cell.toLowerCase() === column.trim().toLowerCase();
  const named = rows.slice(0, HEADER_ROWS).find(({ cells }) => cells.some(isNamed));
  if (named !== undefined) return { row: named, columns: only(named.cells.findIndex(isNamed)) };
  const at = /^\s*\d{1,5}\s*$/.test(column) ? Number(column) - 1 : -1;
  const first = rows.find(({ cells }) => cells.some((cell) => cell !== ''));
  if (first === undefined || at < 0 || at >= width)
    throw missingColumn(`"${shownText(column)}"`, first?.cells ?? [], NOT_TAKEN);
  return { row: digitsIn(first.cells[at] ?? '') === 0 ? first : undefined, columns: only(at) };
}

/** A header names a column of identifiers and has none itself, nor anything that was one. */
export function isIdentifierHeader(columns: readonly (string | undefined)[], { cells }: TableRow): boolean {
  return (
    columns.some((column) => column !== undefined && column in IDENTIFIER_COLUMNS) &&
    !cells.some((cell) => digitsIn(cell.replace(DATES, '')) > MOST_DIGITS)
  );
}

const IDENTIFIER_HEADER: HeaderRule<IdentifierColumn> = {
  names: IDENTIFIER_COLUMNS,
  isHeader: isIdentifierHeader,
  isData: namesSomething,
};

export function namesSomething({ cells }: TableRow): boolean {
  return cells.some(looksLikeIdentifier);
}

const MOST_DIGITS = 4;
/** `Usage 2026-01-01 to 2026-01-31`, `as of 11/25/2026 09:30` */
const DATES = /\b\d{1,4}([-/.])\d{1,2}\1\d{1,4}\b|\b\d{1,2}:\d{2}(?::\d{2})?\b|\b20\d{2}[01]\d[0-3]\d\b/g;

function digitsIn(text: string): number {
  return text.replace(/\D/g, '').length;
}

/** Cells in which a spreadsheet has damaged an identifier. */
function damagedCells(cells: readonly string[]): IdentifierReading[][] {
  return readingsThat(cells, (reading) => !reading.ok && reading.problem === 'mangled');
}

/** Cells that hold what can be nothing but an identifier. */
function sureCells(cells: readonly string[]): IdentifierReading[][] {
  return readingsThat(cells, (reading) => reading.ok && isSureIdentifier(reading.identifier));
}

/** Of each cell that has some. */
function readingsThat(
  cells: readonly string[],
  isWanted: (reading: IdentifierReading) => boolean,
): IdentifierReading[][] {
  return cells.map((cell) => readCell(cell).filter(isWanted)).filter((readings) => readings.length > 0);
}

/**
 * The columns of a list without a header: those whose cells are mostly identifiers. A column that has one value all the way is
 * an account or a date.
 */
function columnsByShape(rows: readonly TableRow[]): (IdentifierColumn | undefined)[] {
  const width = Math.max(0, ...rows.map(({ cells }) => cells.length));
  const columns = Array.from({ length: width }, (_, index): IdentifierColumn | undefined => {
    const cells = rows.flatMap((row) => row.cells[index] ?? []).filter((cell) => cell !== '');
    const like = cells.filter(looksLikeIdentifier);
    if (like.length === 0 || like.length * 2 < cells.length) return undefined;
    const isConstant = like.length > 2 && new Set(like).size === 1 && width > 1;
    return isConstant ? undefined : 'any';
  });
  if (columns.some((column) => column !== undefined)) return columns;
  // Nothing is mostly identifiers: those that stand somewhere count, and a list of one column is that column.
  return columns.map((_, index) =>
    width === 1 || rows.some(({ cells }) => looksLikeIdentifier(cells[index] ?? '')) ? 'any' : undefined,
  );
}

function textOf(cells: readonly string[]): string {
  return cells.filter((cell) => cell !== '').join(', ');
}

function problemOf({ problem }: TableRow): { problem?: string } {
  return problem === undefined ? {} : { problem };
}

/** Whether the first rows of a table name devices: to tell the sheets of a workbook apart. */
export function hasIdentifiers(rows: readonly TableRow[]): boolean {
  if (rows.some(({ cells }) => sureCells(cells).length > 0)) return true;
  const header = headerOf(rows, IDENTIFIER_HEADER);
  if (header !== undefined)
    return rows
      .slice(rows.indexOf(header.row) + 1)
      .some(({ cells }) =>
        cells.some((cell, index) => header.columns[index] !== undefined && looksLikeIdentifier(cell)),
      );
  const filled = rows.filter(({ cells }) => cells.some((cell) => cell !== ''));
  return filled.length > 0 && filled.filter(({ cells }) => cells.some(looksLikeIdentifier)).length * 2 >= filled.length;
}
