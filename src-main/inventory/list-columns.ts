/** What the columns of a list hold: by the words of its header, by what the cells are, or by what a person has said. */
import { looksDamaged, looksLikeIdentifier } from '../domain/identifier-text.ts';
import type { IdentifierKind } from '../domain/identifiers.ts';
import type { ConsoleError } from '../domain/errors.ts';
import { shownText } from '../domain/shown-text.ts';
import {
  EXACT,
  HEADER_ROWS,
  headerOf,
  meaningOf,
  type ColumnNames,
  type Header,
  type HeaderRule,
} from '../tables/columns.ts';
import { missingColumn, NOT_SENT } from '../tables/problems.ts';
import type { TableRow } from '../tables/table.ts';
import { isSure, sureCells, WHOLE } from './list-cells.ts';

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
    'sim serial',
    'sim serial no',
    'sim identifier',
    'sim icc',
    'sim karte',
    'simkarte',
    'uicc',
    'uicc id',
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
    'other identifier',
    'identifier',
    'identifiers',
    'device identifier',
    'iccid or imei',
    'iccid/imei',
    'iccid/imei/mdn',
    'imei/iccid',
  ],
};

/** The header of the list, unless it is a label: `ICCID`, `IMEI` and `MDN` one under the other, each with its value beside it. */
export function foundHeader(rows: readonly TableRow[]): Header<IdentifierColumn> | undefined {
  const header = headerOf(rows, IDENTIFIER_HEADER);
  if (header === undefined) return undefined;
  const others = rows.filter((row) => row !== header.row);
  const isLabel = (at: number): boolean => {
    const filled = others.map(({ cells }) => cells[at] ?? '').filter((cell) => cell !== '');
    return filled.filter((cell) => meaningOf(cell, IDENTIFIER_COLUMNS) !== undefined).length * 2 > filled.length;
  };
  return header.columns.every((column, at) => column === undefined || isLabel(at)) ? undefined : header;
}

/**
 * Whether two columns are the first and the last of each range: both have identifiers of one kind, and nothing else of the
 * list names devices. A list with another identifier beside them says what each device had and gets.
 * @param kindOf the kind of identifier that a column mostly has
 */
export function namesRange(headers: readonly string[], kindOf: (at: number) => string | undefined): boolean {
  const holders = headers.flatMap((header, at) => {
    const kind = kindOf(at);
    return kind === undefined ? [] : [{ header, kind }];
  });
  const [first, last, more] = holders;
  if (first === undefined || more !== undefined) return false;
  if (last === undefined) return RANGE_START.test(first.header) && headers.some((header) => QUANTITY.test(header));
  const isStart = RANGE_START.test(first.header) || meaningOf(first.header, IDENTIFIER_COLUMNS) !== undefined;
  return first.kind === last.kind && isStart && RANGE_END.test(last.header);
}

/** Which columns name the devices: by their headers, or by their numbers from 1. */
export type ChosenColumns = readonly string[] | readonly number[];

/** More columns than those that the header names hold identifiers, and only a person knows which count. */
export class UnclearColumns extends Error {}

/**
 * The columns that a person has named; the row with their headers, or the first row when that has no digits there.
 * @throws ConsoleError `bad-input` when there is no such column
 */
export function chosenHeader(
  rows: readonly TableRow[],
  chosen: ChosenColumns,
): { row: TableRow | undefined; columns: (IdentifierColumn | undefined)[] } {
  const width = Math.max(0, ...rows.map(({ cells }) => cells.length));
  const only = (places: readonly number[]): (IdentifierColumn | undefined)[] =>
    Array.from({ length: width }, (_, index) => (places.includes(index) ? 'any' : undefined));
  const first = rows.find(({ cells }) => cells.some((cell) => cell !== ''));
  const missing = (column: string | number | undefined): ConsoleError =>
    missingColumn(`"${shownText(String(column))}"`, first?.cells ?? [], NOT_SENT);
  const [one] = chosen;
  if (typeof one === 'number') {
    const places = chosen.map((column) => Number(column) - 1);
    const beyond = places.find((place) => place < 0 || place >= width);
    if (first === undefined || beyond !== undefined) throw missing((beyond ?? 0) + 1);
    const isHeader = places.every((place) => digitsIn(first.cells[place] ?? '') === 0);
    return { row: isHeader ? first : undefined, columns: only(places) };
  }
  const wanted = chosen.map((column) => String(column).trim().toLowerCase());
  const places = (cells: readonly string[]): number[] =>
    wanted.map((column) => cells.findIndex((cell) => cell.toLowerCase() === column));
  const header = rows.slice(0, HEADER_ROWS).find((row) => !places(row.cells).includes(-1) && !isSomeData(row));
  if (header === undefined)
    throw missing(chosen.find((column) => !rows.some(({ cells }) => cells.some((cell) => cell === column))) ?? one);
  return { row: header, columns: only(places(header.cells)) };
}

/** A header names a column of identifiers and has none itself, nor anything that was one. */
export function isIdentifierHeader(columns: readonly (string | undefined)[], row: TableRow): boolean {
  return columns.some((column) => column !== undefined && column in IDENTIFIER_COLUMNS) && !isSomeData(row);
}

/** Whether a cell of the row is more of a number than a header would have: a month, a ticket, an account may be in one. */
export function isSomeData({ cells }: Pick<TableRow, 'cells'>): boolean {
  const isClear = cells.some((cell) => meaningOf(cell, IDENTIFIER_COLUMNS)?.fit === EXACT);
  return cells.some((cell) => {
    if (!WHOLE.test(cell)) return isSure(cell) || looksDamaged(cell) || (!isClear && looksLikeIdentifier(cell));
    const rest = cell.replace(DATES, ' ');
    return looksLikeIdentifier(rest) || (!isClear && digitsIn(rest) >= BARE_DIGITS);
  });
}

const IDENTIFIER_HEADER: HeaderRule<IdentifierColumn> = {
  names: IDENTIFIER_COLUMNS,
  isHeader: isIdentifierHeader,
  isData: namesSomething,
};

export function namesSomething({ cells }: TableRow): boolean {
  return cells.some(looksLikeIdentifier);
}

/** Of a number that stands for itself. */
const BARE_DIGITS = 7;
/** `2026-01-01`, `11/25/2026`, `2026-11-25T09:30:00.000Z`, `01/2026` */
const DATES =
  /\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?|\b\d{1,4}([-/.])\d{1,2}\1\d{1,4}\b|\b(?:\d{4}[-/.]\d{1,2}|\d{1,2}[-/.]\d{4})\b|\b\d{1,2}:\d{2}(?::\d{2})?\b|\b20\d{2}[01]\d[0-3]\d\b/g;
const RANGE_START = /\b(?:first|from|start|begin|beginning|low|lowest|von|desde|de)\b/i;
const RANGE_END = /\b(?:last|end|ending|to|until|through|thru|stop|high|highest|bis|hasta|fin)\b/i;
const QUANTITY = /\b(?:qty|quantity|count|anzahl|cantidad|number of)\b/i;

function digitsIn(text: string): number {
  return text.replace(/\D/g, '').length;
}

/**
 * The columns of a list without a header: those whose cells are mostly identifiers. A column that has one value all the way is
 * an account or a date.
 */
export function columnsByShape(rows: readonly TableRow[]): (IdentifierColumn | undefined)[] {
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
