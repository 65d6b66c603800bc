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

/** The column of what may be any of the others; its name is a word like others. */
const ANY = 'any';
/** Columns that are looked at. */
const WIDEST = 1000;
/** Characters; what is longer is a text. */
const LONGEST_HEADER = 200;

/** The words of a header beside the name of what it holds: `SIM Card Number (ICCID)`, but not `ICCID status`. */
const FILLERS = new Set(
  'the of sim card number numbers no nr nbr num id ids device identifier primary current new neu neue neuer nueva nouvelle esim equipment serial first second third 1 2 3 4 5 6 7 8 9 mobile phone line directory subscriber nummer numero numéro número module modem router unit hardware verizon vzw carrier text string digits full long hex dec decimal value code list'.split(
    ' ',
  ),
);

/** With one of these the header says something about the thing, not what it is: `ICCID status`, `Contact MDN`. */
const ABOUT = new Set(
  'any backup status state date time count counts qty quantity total type model plan name contact manager owner lock locked changed change changes age usage expiry match valid check ok error note notes remark remarks comment comments reason replaces serviced last end to until thru bis hasta'.split(
    ' ',
  ),
);

/** What a device had before: `Old SIM` beside `New SIM`, `Ancien ICCID`. */
const FORMER = new Set(
  'old previous prev prior former replaced replace original retired deactivate deactivated removed alte ancien ancienne anterior antigua antiguo vieja viejo vecchia vecchio'.split(
    ' ',
  ),
);

/** Of `Old SIM` and `New SIM` the new one is the device's. */
const NEWER = new Set(['new', 'current', 'active', 'activate', 'neu', 'neue', 'nueva', 'nouvelle']);

/** How well a header names a column: by its own name, by its name among fillers, by another name, by its name among any words. */
type Fit = 4 | 3 | 2 | 1;

/** The header is nothing but the column's own name. */
export const EXACT: Fit = 4;
/** The header is another name of it: people call many things so. */
export const ALIAS: Fit = 2;

export interface Meaning<K extends string> {
  column: K;
  fit: Fit;
}

/**
 * @returns what the header means, and how well it says so; undefined for any other. Several names at once, as in `ICCID/EID`,
 *   are the column `any`, where there is one.
 */
export function meaningOf<K extends string>(header: string, names: ColumnNames<K>): Meaning<K> | undefined {
  if (header.length > LONGEST_HEADER) return undefined;
  const whole = meaningOfText(header, names);
  if (whole !== undefined && whole.fit > 1) return whole;
  // `ICCID (required)`, but not `IMEI (last seen)`.
  const [, inside = ''] = /[([]([^)\]]*)[)\]]/.exec(header) ?? [];
  const isAside = inside !== '' && !wordsOf(inside).some((word) => ABOUT.has(word) || FORMER.has(word));
  return (isAside ? meaningOfText(header.replace(/\([^)]*\)|\[[^\]]*\]/g, ' '), names) : undefined) ?? whole;
}

function meaningOfText<K extends string>(header: string, names: ColumnNames<K>): Meaning<K> | undefined {
  const wanted = folded(header);
  if (wanted === '') return undefined;
  const { columns, exactly, aliases } = foldedNames(names);
  const exact = exactly.get(wanted);
  if (exact !== undefined) return { column: exact, fit: 4 };
  const words = wordsOf(header);
  const named = columns.filter((column) => column !== ANY && words.includes(column));
  const [only, second] = named;
  const others = words.filter((word) => !named.some((column) => column === word) && !FILLERS.has(word));
  const any = columns.find((column) => column === ANY);
  if (second !== undefined && others.length === 0 && any !== undefined) return { column: any, fit: 3 };
  if (only !== undefined && second === undefined && others.length === 0) return { column: only, fit: 3 };
  const alias = [wanted, folded(words.filter((word) => !NEWER.has(word)).join(' '))].flatMap(
    (text) => aliases.get(text) ?? [],
  );
  if (alias[0] !== undefined) return { column: alias[0], fit: 2 };
  // Only where the cells tell, too, what a column is.
  const isAbout = words.some((word) => ABOUT.has(word) || FORMER.has(word));
  return any !== undefined && only !== undefined && second === undefined && !isAbout
    ? { column: only, fit: 1 }
    : undefined;
}

/** Whether a header says something about the devices, such as `Notes`. */
export function saysAbout(header: string): boolean {
  return header.length <= LONGEST_HEADER && wordsOf(header).some((word) => ABOUT.has(word));
}

/** Whether a header says that the column is of what was before, such as `Old ICCID`: it is passed over with good reason. */
export function saysFormer(header: string): boolean {
  return header.length <= LONGEST_HEADER && wordsOf(header).some((word) => FORMER.has(word));
}

/** `simIccId`, `ICCIDs` and `IMEI1` are `sim iccid`, `iccid` and `imei 1`. */
function wordsOf(header: string): string[] {
  return header
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .replace(/\bicc[ _-]?ids?\b/g, 'iccid')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .flatMap((word) => /^(\p{L}+)(\d{1,2})$/u.exec(word)?.slice(1) ?? word)
    .map((word) => word.replace(/^(iccid|imei|mdn|msisdn|meid|esn|eid|sim)s$/, '$1'));
}

interface FoldedNames<K extends string> {
  columns: K[];
  exactly: ReadonlyMap<string, K>;
  aliases: ReadonlyMap<string, K>;
}

const known = new WeakMap<object, FoldedNames<string>>();

/** A wide file asks for each of its cells. */
function foldedNames<K extends string>(names: ColumnNames<K>): FoldedNames<K> {
  const found = known.get(names);
  if (found !== undefined) return found as FoldedNames<K>;
  const columns = Object.keys(names) as K[];
  const made = {
    columns,
    exactly: new Map(columns.filter((column) => column !== ANY).map((column) => [folded(column), column])),
    aliases: new Map(columns.flatMap((column) => names[column].map((name) => [folded(name), column] as const))),
  };
  known.set(names, made);
  return made;
}

/** Of several columns of one meaning those count that say so best, and their likes: `SIM` is passed over beside `ICCID`, not `ICCID 2`. */
export function columnsOf<K extends string>(cells: readonly string[], names: ColumnNames<K>): (K | undefined)[] {
  const meanings = cells.map((cell, at) => (at < WIDEST ? meaningOf(cell, names) : undefined));
  // By a word among others only where no header is clearer.
  const clearest = Math.max(0, ...meanings.map((meaning) => meaning?.fit ?? 0));
  const best = new Map<K, Fit>();
  for (const meaning of meanings)
    if (meaning !== undefined && meaning.fit > (best.get(meaning.column) ?? 0) && (meaning.fit > 1 || clearest < 3))
      best.set(meaning.column, meaning.fit);
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
    const fit = Math.max(...row.cells.slice(0, WIDEST).map((cell) => meaningOf(cell, names)?.fit ?? 0));
    const score = fit * 10 + Math.min(9, filled(row));
    if (best === undefined || score > best.score) best = { row, columns, score };
  }
  return best;
}

function filled({ cells }: TableRow): number {
  return cells.filter((cell) => cell !== '').length;
}

function folded(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}
