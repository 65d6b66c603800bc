/** A file whose rows are taken over: what its columns are taken for, which a person can change, and its rows by column. */
import { setImmediate } from 'node:timers/promises';
import { ConsoleError } from '../domain/errors.ts';
import { shownText } from '../domain/shown-text.ts';
import { columnsOf, headerIn, type ColumnNames } from './columns.ts';
import { openTable, type Table, type TableRow, type TableSource } from './table.ts';

/** A column of the file. */
export interface ImportColumn {
  /** Empty when the file has no header. */
  header: string;
  /** Of the first rows. */
  samples: string[];
  /** What it is taken for; null for one that is passed over. */
  meaning: string | null;
}

/** What a row would do. */
export type ImportVerdict = 'new' | 'changed' | 'same' | 'refused' | 'none';

export interface ImportLine {
  line: number;
  text: string;
  verdict: ImportVerdict;
  why: string;
}

/** What a file would change, before anything is written. */
export interface ImportPreview {
  columns: ImportColumn[];
  counts: Record<ImportVerdict, number>;
  /** Rows that would be refused first, then the others; the first of them. */
  lines: ImportLine[];
  format: Table['format'];
  encoding: Table['encoding'];
  sheet: string | null;
}

/** What a person has said about a file. */
export interface ImportChoices {
  sheet?: string | undefined;
  /** What each column is, in the file's order, instead of what its header says. */
  columns?: readonly (string | null)[] | undefined;
}

export interface ImportRow<K extends string> {
  row: TableRow;
  /** The cells of each column that is not passed over; a meaning can have several columns. */
  values: Partial<Record<K, string[]>>;
}

const NOTHING = 'Nothing was imported.';
const LOOK_AHEAD = 50;
const SAMPLES = 5;
const ROWS_AT_ONCE = 500;
const LINES_KEPT = 1000;

/** Collects what the rows would do. */
export class ImportTally {
  readonly counts: Record<ImportVerdict, number> = { new: 0, changed: 0, same: 0, refused: 0, none: 0 };
  readonly #refused: ImportLine[] = [];
  readonly #others: ImportLine[] = [];

  add(line: number, text: string, verdict: ImportVerdict, why: string): void {
    this.counts[verdict]++;
    const lines = verdict === 'refused' || verdict === 'none' ? this.#refused : this.#others;
    if (lines.length < LINES_KEPT) lines.push({ line, text: shownText(text), verdict, why });
  }

  get lines(): ImportLine[] {
    return [...this.#refused, ...this.#others].slice(0, LINES_KEPT);
  }
}

/**
 * Reads the file once.
 * @param names what its columns may be
 * @param isHeader whether these columns are enough to be a header
 * @param onColumns told once, before the rows; throw there when a needed column is missing
 * @throws ConsoleError `bad-input` when the file is empty or cannot be read, `choose-sheet`
 */
export async function readImport<K extends string>(
  source: TableSource,
  choices: ImportChoices,
  names: ColumnNames<K>,
  isHeader: (columns: readonly (K | undefined)[], row: TableRow) => boolean,
  onColumns: (columns: readonly (K | undefined)[], firstCells: readonly string[]) => void,
  onRow: (row: ImportRow<K>) => void,
): Promise<Pick<ImportPreview, 'columns' | 'format' | 'encoding' | 'sheet'>> {
  const table = await openTable(source, {
    nothing: NOTHING,
    sheet: choices.sheet,
    isWanted: (sample) => headerIn(sample, names, isHeader) !== undefined,
  });
  const first: TableRow[] = [];
  let columns: ImportColumn[] | undefined;
  let meanings: (K | undefined)[] = [];
  const begin = (): void => {
    const rows = first.filter(isFilled);
    const [top] = rows;
    if (top === undefined) throw new ConsoleError('bad-input', 'The file is empty.', NOTHING);
    const header = headerIn(rows, names, isHeader);
    const data = header === undefined ? rows : rows.slice(rows.indexOf(header.row) + 1);
    meanings = chosenColumns(choices.columns, names) ?? header?.columns ?? columnsOf(top.cells, names);
    columns = describe(header?.row.cells ?? [], data, meanings);
    onColumns(meanings, (header?.row ?? top).cells);
    for (const row of data) onRow(valuesOf(row, meanings));
  };
  let count = 0;
  for await (const row of table.rows()) {
    if (columns === undefined) {
      first.push(row);
      if (first.length === LOOK_AHEAD) begin();
    } else if (isFilled(row)) onRow(valuesOf(row, meanings));
    // Jobs, the lock and other windows go on meanwhile.
    if (++count % ROWS_AT_ONCE === 0) await setImmediate();
  }
  if (columns === undefined) begin();
  return { columns: columns ?? [], format: table.format, encoding: table.encoding, sheet: table.sheet };
}

/** It says something, or says why it cannot be read. */
function isFilled({ cells, problem }: TableRow): boolean {
  return problem !== undefined || cells.some((cell) => cell !== '');
}

function chosenColumns<K extends string>(
  chosen: readonly (string | null)[] | undefined,
  names: ColumnNames<K>,
): (K | undefined)[] | undefined {
  return chosen?.map((column) => (Object.keys(names) as K[]).find((name) => name === column));
}

function describe(
  headers: readonly string[],
  rows: readonly TableRow[],
  meanings: readonly (string | undefined)[],
): ImportColumn[] {
  const width = Math.max(headers.length, ...rows.map(({ cells }) => cells.length));
  return Array.from({ length: width }, (_, index) => ({
    header: shownText(headers[index] ?? ''),
    samples: rows.slice(0, SAMPLES).map(({ cells }) => shownText(cells[index] ?? '')),
    meaning: meanings[index] ?? null,
  }));
}

function valuesOf<K extends string>(row: TableRow, meanings: readonly (K | undefined)[]): ImportRow<K> {
  const values: Partial<Record<K, string[]>> = {};
  for (const [index, meaning] of meanings.entries()) {
    const cell = row.cells[index] ?? '';
    if (meaning !== undefined && cell !== '') (values[meaning] ??= []).push(cell);
  }
  return { row, values };
}
