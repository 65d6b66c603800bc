/** Finds what each row of a list names: by the columns that its header has, or without one by what the cells are. */
import { isSureIdentifier, looksLikeIdentifier, readCell, type IdentifierReading } from '../domain/identifier-text.ts';
import type { IdentifierKind } from '../domain/identifiers.ts';
import { columnsOf, EXACT, headerIn, meaningOf, type ColumnNames, type Header } from '../tables/columns.ts';
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
}

/** Feed it with the rows in their order; each gives what it names once the columns are known. */
export class ListReader {
  /** What each column holds; undefined before that is known. */
  #columns: (IdentifierColumn | undefined)[] | undefined;
  #isNamed = false;
  readonly #first: TableRow[] = [];

  /** @returns what the row names, and rows before it that waited for the columns */
  add(row: TableRow): ListRow[] {
    if (this.#columns !== undefined) return this.#read(row);
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
    const header = firstHeader(this.#first);
    const before = header === undefined ? [] : this.#first.slice(0, this.#first.indexOf(header.row));
    const titles = before.flatMap((row) => this.#aboveHeader(row));
    const data = header === undefined ? this.#first : this.#first.slice(before.length + 1);
    this.#isNamed = header !== undefined;
    this.#columns = header?.columns ?? columnsByShape(data);
    return [...titles, ...data.flatMap((row) => this.#read(row))];
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
      if (!/\d/.test(texts.join(''))) return [{ line, text: textOf(cells), cells: [], isNamed: this.#isNamed }];
    }
    return [
      { line, text: texts.length === 0 ? textOf(cells) : texts.join(', '), cells: named, isNamed: this.#isNamed },
    ];
  }
}

/** A header names a column of identifiers and has none itself, nor anything that was one. */
function isIdentifierHeader(columns: readonly (IdentifierColumn | undefined)[], { cells }: TableRow): boolean {
  return columns.some((column) => column !== undefined) && !cells.some((cell) => digitsIn(cell) > MOST_DIGITS);
}

const MOST_DIGITS = 4;

function digitsIn(text: string): number {
  return text.replace(/\D/g, '').length;
}

/**
 * The header of the list. A list under an earlier header is a list of its own; its rows are read by that one, and the later
 * header is met among them.
 */
function firstHeader(rows: readonly TableRow[]): Header<IdentifierColumn> | undefined {
  const best = headerIn(rows, IDENTIFIER_COLUMNS, isIdentifierHeader);
  if (best === undefined) return undefined;
  const above = rows.slice(0, rows.indexOf(best.row));
  const earlier = headerIn(above, IDENTIFIER_COLUMNS, isIdentifierHeader);
  if (earlier === undefined) return best;
  const between = above.slice(above.indexOf(earlier.row) + 1);
  return between.some(({ cells }) => cells.some(looksLikeIdentifier)) ? earlier : best;
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
  const header = headerIn(rows, IDENTIFIER_COLUMNS, isIdentifierHeader);
  if (header !== undefined)
    return rows
      .slice(rows.indexOf(header.row) + 1)
      .some(({ cells }) =>
        cells.some((cell, index) => header.columns[index] !== undefined && looksLikeIdentifier(cell)),
      );
  const filled = rows.filter(({ cells }) => cells.some((cell) => cell !== ''));
  return filled.length > 0 && filled.filter(({ cells }) => cells.some(looksLikeIdentifier)).length * 2 >= filled.length;
}
