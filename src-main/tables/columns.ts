/** What the columns of a table are, by the words of its header: people and portals name one thing in many ways. */
import type { TableRow } from './table.ts';

/** Columns that are looked for, each with the other names that it goes by. */
export type ColumnNames<K extends string> = Readonly<Record<K, readonly string[]>>;

/** The header of a table, and what stands above it. */
export interface Header<K extends string> {
  row: TableRow;
  /** What each column is; undefined for one that is passed over. */
  columns: (K | undefined)[];
}

/** The header is looked for in so many rows. */
export const HEADER_ROWS = 20;

/** Characters; what is longer is a text. */
const LONGEST_HEADER = 200;

/** The words of a header beside the name of what it holds: `SIM Card Number (ICCID)`, but not `ICCID status`. */
const FILLERS = new Set(
  'the of sim card number numbers no nr num id ids device identifier primary current new neu neue neuer nueva nouvelle esim equipment serial first second 1 2 3 mobile phone line directory subscriber nummer numero numéro número module modem router unit hardware verizon vzw carrier text string digits full long hex dec decimal value code list'.split(
    ' ',
  ),
);

/** Of `Old SIM` and `New SIM` the new one is the device's. */
const NEWER = new Set(['new', 'current', 'neu', 'neue', 'nueva', 'nouvelle']);

/** How well a header names a column: by its own name, by its name among other words, by another name. */
type Fit = 3 | 2 | 1;

/** The header is nothing but the column's own name. */
export const EXACT: Fit = 3;

/** @returns what the header means, and how well it says so; undefined for any other */
export function meaningOf<K extends string>(
  header: string,
  names: ColumnNames<K>,
): { column: K; fit: Fit } | undefined {
  if (header.length > LONGEST_HEADER) return undefined;
  const wanted = folded(header);
  if (wanted === '') return undefined;
  const columns = Object.keys(names) as K[];
  const exact = columns.find((column) => folded(column) === wanted);
  if (exact !== undefined) return { column: exact, fit: 3 };
  const words = header
    .toLowerCase()
    // `IMEI1`
    .replace(/(?<=^\p{L}+)(?=\d{1,2}$)/u, ' ')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  const [only, second] = columns.filter((column) => words.includes(column));
  const others = words.filter((word) => word !== only && !FILLERS.has(word));
  if (only !== undefined && second === undefined && others.length === 0) return { column: only, fit: 2 };
  const bare = folded(words.filter((word) => !NEWER.has(word)).join(' '));
  const alias = columns.find((column) => names[column].some((name) => [wanted, bare].includes(folded(name))));
  return alias === undefined ? undefined : { column: alias, fit: 1 };
}

/** Of several columns of one meaning those count that say so best, and their likes: `SIM` is passed over beside `ICCID`, not `ICCID 2`. */
export function columnsOf<K extends string>(cells: readonly string[], names: ColumnNames<K>): (K | undefined)[] {
  const meanings = cells.map((cell) => meaningOf(cell, names));
  const best = new Map<K, Fit>();
  for (const meaning of meanings)
    if (meaning !== undefined && meaning.fit > (best.get(meaning.column) ?? 0)) best.set(meaning.column, meaning.fit);
  const isBest = (at: number): boolean => {
    const meaning = meanings[at];
    return meaning !== undefined && meaning.fit === best.get(meaning.column);
  };
  const bestNames = new Set(cells.filter((_, at) => isBest(at)).map(withoutNumber));
  return meanings.map((meaning, at) =>
    meaning !== undefined && (isBest(at) || bestNames.has(withoutNumber(cells[at] ?? ''))) ? meaning.column : undefined,
  );
}

/** `ICCID 2` is another `ICCID`. */
function withoutNumber(header: string): string {
  return folded(header.replace(/[\s_#.-]*\d{1,2}\s*$/, ''));
}

/** How a header is told from other rows. */
export interface HeaderRule<K extends string> {
  names: ColumnNames<K>;
  /** What a header must have, beside a column that is looked for. */
  isHeader: (columns: readonly (K | undefined)[], row: TableRow) => boolean;
  /** Whether a row has what the list is about. */
  isData: (row: TableRow) => boolean;
}

/**
 * The header among a table's first rows. What stands under an earlier header is a list of its own: its rows are read by that
 * one. A title that is only `ICCID` is no header when the next row names several columns.
 */
export function headerOf<K extends string>(rows: readonly TableRow[], rule: HeaderRule<K>): Header<K> | undefined {
  const best = bestHeader(rows, rule);
  if (best === undefined) return undefined;
  const at = rows.indexOf(best.row);
  const earlier = bestHeader(rows.slice(0, at), rule);
  if (earlier !== undefined && rows.slice(rows.indexOf(earlier.row) + 1, at).some(rule.isData)) return earlier;
  const later = filled(best.row) === 1 ? bestHeader(rows.slice(at + 1, HEADER_ROWS), rule) : undefined;
  const isTitle =
    later !== undefined && filled(later.row) > 1 && !rows.slice(at + 1, rows.indexOf(later.row)).some(rule.isData);
  return isTitle ? later : best;
}

/** The row whose words say most: a title such as `ICCID report` says less than the names of several columns. */
function bestHeader<K extends string>(
  rows: readonly TableRow[],
  { names, isHeader }: HeaderRule<K>,
): Header<K> | undefined {
  let best: (Header<K> & { score: number }) | undefined;
  for (const row of rows.slice(0, HEADER_ROWS)) {
    const columns = columnsOf(row.cells, names);
    if (!columns.some((column) => column !== undefined) || !isHeader(columns, row)) continue;
    const fit = row.cells.reduce((most, cell) => Math.max(most, meaningOf(cell, names)?.fit ?? 0), 0);
    const score = fit * 10 + Math.min(9, filled(row));
    if (best === undefined || score > best.score) best = { row, columns, score };
  }
  return best;
}

function filled({ cells }: TableRow): number {
  return cells.filter((cell) => cell !== '').length;
}

function folded(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
