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
  const wanted = folded(header);
  if (wanted === '') return undefined;
  const columns = Object.keys(names) as K[];
  const exact = columns.find((column) => folded(column) === wanted);
  if (exact !== undefined) return { column: exact, fit: 3 };
  const words = header
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  const [only, second] = columns.filter((column) => words.includes(column));
  const others = words.filter((word) => word !== only && !FILLERS.has(word));
  if (only !== undefined && second === undefined && others.length === 0) return { column: only, fit: 2 };
  const bare = folded(words.filter((word) => !NEWER.has(word)).join(' '));
  const alias = columns.find((column) => names[column].some((name) => [wanted, bare].includes(folded(name))));
  return alias === undefined ? undefined : { column: alias, fit: 1 };
}

/** Of several columns of one meaning those count that say so best: `SIM` is passed over beside `ICCID`. */
export function columnsOf<K extends string>(cells: readonly string[], names: ColumnNames<K>): (K | undefined)[] {
  const meanings = cells.map((cell) => meaningOf(cell, names));
  const best = new Map<K, Fit>();
  for (const meaning of meanings)
    if (meaning !== undefined && meaning.fit > (best.get(meaning.column) ?? 0)) best.set(meaning.column, meaning.fit);
  return meanings.map((meaning) =>
    meaning !== undefined && meaning.fit === best.get(meaning.column) ? meaning.column : undefined,
  );
}

/**
 * The header among a table's first rows: the one whose words say most. A title such as `ICCID report` says less than the names
 * of several columns.
 * @param rows the first ones, at most {@link HEADER_ROWS}
 * @param isHeader what a header must have, beside a column that is looked for
 */
export function headerIn<K extends string>(
  rows: readonly TableRow[],
  names: ColumnNames<K>,
  isHeader: (columns: readonly (K | undefined)[], row: TableRow) => boolean,
): Header<K> | undefined {
  let best: (Header<K> & { score: number }) | undefined;
  for (const row of rows.slice(0, HEADER_ROWS)) {
    const columns = columnsOf(row.cells, names);
    if (!columns.some((column) => column !== undefined) || !isHeader(columns, row)) continue;
    const fit = row.cells.reduce((most, cell) => Math.max(most, meaningOf(cell, names)?.fit ?? 0), 0);
    const score = fit * 10 + Math.min(9, row.cells.filter((cell) => cell !== '').length);
    if (best === undefined || score > best.score) best = { row, columns, score };
  }
  return best;
}

function folded(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
