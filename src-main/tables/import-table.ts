/** A file whose rows are taken over: what its columns are taken for, which a person can change, and its rows by column. */
import { setImmediate } from 'node:timers/promises';
import { ConsoleError } from '../domain/errors.ts';
import { shownText } from '../domain/shown-text.ts';
import { FORMULA_WITHOUT_RESULT, NO_RESULT_EXPLANATION } from '../domain/identifier-text.ts';
import { columnsOf, headerOf, type ColumnNames, type HeaderRule } from './columns.ts';
import { missingColumn, NOT_IMPORTED, Problems } from './problems.ts';
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
  sheets: string[];
  /** Rows that a filter or a person has hidden in the workbook; they are read all the same. */
  hiddenRows: number;
  /** A column that nobody has named yet, in words; without it no row is read. */
  missing: string | null;
}

/** How the rows of a file are read. */
export interface ImportRule<K extends string> extends HeaderRule<K> {
  /** @returns in words a column that is needed and not there */
  missing: (columns: readonly (K | undefined)[]) => string | null;
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
  /** What the header says above each; the first, where several columns have one meaning. */
  headers: Partial<Record<K, string>>;
  /** What of it is a number in the workbook. */
  numbers: ReadonlySet<K>;
}

const LOOK_AHEAD = 50;
const SAMPLES = 5;
const ROWS_AT_ONCE = 500;
const LINES_KEPT = 1000;
/** So many rows show that a column is one. */
const LEAST_ROWS = 3;
/** Nobody names more. */
const MOST_COLUMNS = 1000;

/** Collects what the rows would do. */
export class ImportTally {
  readonly problems = new Problems();
  readonly counts: Record<ImportVerdict, number> = { new: 0, changed: 0, same: 0, refused: 0, none: 0 };
  readonly #refused: ImportLine[] = [];
  readonly #others: ImportLine[] = [];

  add(line: number, text: string, verdict: ImportVerdict, why: string): void {
    this.counts[verdict]++;
    const lines = verdict === 'refused' || verdict === 'none' ? this.#refused : this.#others;
    if (lines.length < LINES_KEPT) lines.push({ line, text: shownText(text), verdict, why });
  }

  /** A row that cannot be taken. */
  refuse(line: number, text: string, why: string): void {
    this.problems.add(line, why);
    this.add(line, text, 'refused', why);
  }

  get lines(): ImportLine[] {
    return [...this.#refused, ...this.#others].slice(0, LINES_KEPT);
  }
}

/**
 * Reads the file once.
 * @throws ConsoleError `bad-input` when the file is empty or cannot be read, `choose-sheet`
 */
export async function readImport<K extends string>(
  source: TableSource,
  choices: ImportChoices,
  rule: ImportRule<K>,
  onRow: (row: ImportRow<K>) => void,
): Promise<Omit<ImportPreview, 'counts' | 'lines'>> {
  const table = await openTable(source, {
    nothing: NOT_IMPORTED,
    sheet: choices.sheet,
    isWanted: (sample) => headerOf(sample, rule) !== undefined,
  });
  const first: TableRow[] = [];
  let columns: ImportColumn[] | undefined;
  let meanings: (K | undefined)[] = [];
  let headerCells: readonly string[] = [];
  let headers: Partial<Record<K, string>> = {};
  let unnamed: ReadonlySet<number> = new Set();
  let missing: string | null = null;
  let hiddenRows = 0;
  const read = (row: TableRow): void => {
    if (row.isHidden === true) hiddenRows++;
    if (missing === null) onRow(valuesOf(fitting(row, headerCells, unnamed), meanings, headers));
  };
  const begin = (): void => {
    const rows = first.filter(isFilled);
    const [top] = rows;
    if (top === undefined) throw new ConsoleError('bad-input', 'The file is empty.', NOT_IMPORTED);
    const chosen = chosenColumns(choices.columns, rule.names);
    const found = headerOf(rows, rule);
    // Whoever names the columns of a file without a known header has seen its first row.
    const header = found ?? (chosen !== undefined && isWords(top, chosen) ? { row: top, columns: chosen } : undefined);
    const at = header === undefined ? 0 : rows.indexOf(header.row) + 1;
    meanings = chosen ?? header?.columns ?? columnsOf(top.cells, rule.names);
    missing = rule.missing(meanings);
    headerCells = header?.row.cells ?? [];
    headers = headersOf(meanings, headerCells);
    unnamed = unnamedColumns(rows.slice(at), headerCells.length);
    columns = describe(headerCells, rows.slice(at), meanings);
    for (const row of rows.slice(0, Math.max(0, at - 1)))
      if (row.problem !== undefined || rule.isData(row)) read({ problem: 'it stands above the header', ...row });
    for (const row of rows.slice(at)) read(row);
  };
  let count = 0;
  for await (const row of table.rows()) {
    if (columns === undefined) {
      first.push(row);
      if (first.length === LOOK_AHEAD) begin();
    } else if (isFilled(row)) read(row);
    // Jobs, the lock and other windows go on meanwhile.
    if (++count % ROWS_AT_ONCE === 0) await setImmediate();
  }
  if (columns === undefined) begin();
  const { format, encoding, sheet, sheets } = table;
  return { columns: columns ?? [], format, encoding, sheet, sheets, hiddenRows, missing };
}

/** @throws ConsoleError `bad-input` when a column that is needed was not found, and nobody has named it */
export function refuseMissingColumn({ missing, columns }: Pick<ImportPreview, 'missing' | 'columns'>): void {
  if (missing === null) return;
  const headers = columns.map(({ header, samples }) => (header === '' ? (samples[0] ?? '') : header));
  throw missingColumn(missing, headers, NOT_IMPORTED);
}

/** Names have no digits where identifiers and prices stand. */
function isWords({ cells, problem }: TableRow, meanings: readonly unknown[]): boolean {
  return (
    problem === undefined && !meanings.some((meaning, index) => meaning !== undefined && /\d/.test(cells[index] ?? ''))
  );
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
  const width = Math.min(MOST_COLUMNS, Math.max(headers.length, ...rows.map(({ cells }) => cells.length)));
  return Array.from({ length: width }, (_, index) => ({
    header: shownText(headers[index] ?? ''),
    samples: rows.slice(0, SAMPLES).map(({ cells }) => shownText(cells[index] ?? '')),
    meaning: meanings[index] ?? null,
  }));
}

/** Columns without a header that most rows have: words, since the digits behind a comma may belong to a price. */
function unnamedColumns(rows: readonly TableRow[], width: number): ReadonlySet<number> {
  const most = Math.max(0, ...rows.map(({ cells }) => cells.length));
  const columns = width === 0 ? [] : Array.from({ length: Math.max(0, most - width) }, (_, index) => width + index);
  return new Set(
    columns.filter((at) => {
      const filled = rows.filter(({ cells }) => (cells[at] ?? '') !== '');
      const isPart = filled.some(({ cells }) => /^\d{1,4}\D*$/.test(cells[at] ?? ''));
      return filled.length >= LEAST_ROWS && filled.length * 5 >= rows.length * 4 && !isPart;
    }),
  );
}

/** A cell beyond the header is most likely a part of the one before: `Acme, Inc.` without quotes. */
function fitting(row: TableRow, header: readonly string[], unnamed: ReadonlySet<number>): TableRow {
  if (header.length === 0 || row.problem !== undefined) return row;
  const extra = row.cells.find((cell, at) => at >= header.length && cell !== '' && !unnamed.has(at));
  if (extra === undefined) return row;
  return {
    ...row,
    problem: `it has more cells than the header ("${shownText(extra)}"); a comma in a cell needs quotes`,
  };
}

/** What stands above each meaning, for all rows. */
function headersOf<K extends string>(
  meanings: readonly (K | undefined)[],
  cells: readonly string[],
): Partial<Record<K, string>> {
  const headers: Partial<Record<K, string>> = {};
  for (const [index, meaning] of meanings.entries()) if (meaning !== undefined) headers[meaning] ??= cells[index] ?? '';
  return headers;
}

function valuesOf<K extends string>(
  row: TableRow,
  meanings: readonly (K | undefined)[],
  headers: Partial<Record<K, string>>,
): ImportRow<K> {
  const values: Partial<Record<K, string[]>> = {};
  for (const [index, meaning] of meanings.entries()) {
    const cell = row.cells[index] ?? '';
    if (meaning === undefined || cell === '') continue;
    if (cell === FORMULA_WITHOUT_RESULT)
      return { row: { ...row, problem: NO_RESULT_EXPLANATION }, values: {}, headers, numbers: new Set() };
    (values[meaning] ??= []).push(cell);
  }
  const numbers = new Set((row.numbers ?? []).flatMap((index) => meanings[index] ?? []));
  return { row, values, headers, numbers };
}
