/** Reads CSV as people send it: with or without BOM, commas, semicolons or tabs, other columns, blank lines, any size. */
import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { ConsoleError, errnoWords } from '../domain/errors.ts';

/** A file, or what of it has arrived. */
export type CsvSource = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

/** A column that is looked for, and the headers that it goes by (compared without case, spaces, dashes and underscores). */
export type ColumnAliases<K extends string> = Readonly<Record<K, readonly string[]>>;

export interface CsvProblem {
  /** Counted from 1, as a text editor shows it. */
  line: number;
  message: string;
}

/** Only the first of many problems are kept; all are counted. */
export class CsvProblems {
  static readonly KEPT = 100;
  readonly first: CsvProblem[] = [];
  count = 0;

  add(line: number, message: string): void {
    this.count++;
    if (this.first.length < CsvProblems.KEPT) this.first.push({ line, message });
  }
}

export interface CsvTable<K extends string> {
  /** The wanted columns that the header has. */
  columns: K[];
  headers: string[];
}

const FIRST_LINE_LIMIT = 64 * 1024;
const DELIMITERS = [',', ';', '\t', '|'] as const;

interface CsvRecord {
  record: string[];
  info: { lines: number };
}

/** What is told when a file that was to be imported cannot be used. */
const NOT_IMPORTED = 'Nothing was imported.';

/**
 * Gives a file's rows one by one in bounded memory; blank lines are passed over and counted.
 * @param nothing says what has not happened when the file cannot be used
 * @throws ConsoleError `bad-input` when it cannot be read, or is broken as CSV (with the line)
 */
export async function* readRows(
  source: CsvSource,
  nothing = NOT_IMPORTED,
): AsyncGenerator<{ cells: string[]; line: number }> {
  const { delimiter, all } = await detectDelimiter(source).catch((error: unknown) => {
    throw unreadable(error, nothing);
  });
  const parser = parse({
    bom: true,
    delimiter,
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    trim: true,
    max_record_size: 1024 * 1024,
  });
  const input = Readable.from(all);
  // A pipe does not hand on that its source has failed.
  input.on('error', (error) => parser.destroy(error));
  input.pipe(parser);
  try {
    for await (const { record, info } of parser as AsyncIterable<CsvRecord>) yield { cells: record, line: info.lines };
  } catch (error) {
    throw unreadable(error, nothing);
  }
}

function unreadable(error: unknown, nothing: string): unknown {
  if (error instanceof ConsoleError) return error;
  const words = errnoWords(error);
  if (words !== undefined) return new ConsoleError('bad-input', `The file cannot be read: ${words}.`, nothing, error);
  const { message, lines } = error as Error & { lines?: number };
  return new ConsoleError(
    'bad-input',
    `The file is no readable CSV${lines === undefined ? '' : ` (line ${String(lines)})`}: ${message}.`,
    nothing,
    error,
  );
}

/**
 * Reads a table with a header.
 * @param onTable called once with what the header offers; throw there when a needed column is missing
 * @param onRow called for each row that is not blank, with its line
 * @throws ConsoleError `bad-input` when the file is empty or broken as CSV
 */
export async function readCsv<K extends string>(
  source: CsvSource,
  aliases: ColumnAliases<K>,
  onTable: (table: CsvTable<K>) => void,
  onRow: (row: Partial<Record<K, string>>, line: number) => void,
): Promise<void> {
  let places: (K | undefined)[] | undefined;
  for await (const { cells, line } of readRows(source)) {
    if (places === undefined) {
      places = cells.map((header) => columnOf(header, aliases));
      onTable({ columns: places.filter((column) => column !== undefined), headers: cells });
      continue;
    }
    const row: Partial<Record<K, string>> = {};
    for (const [index, column] of places.entries()) if (column !== undefined) row[column] = cells[index] ?? '';
    onRow(row, line);
  }
  if (places === undefined) throw new ConsoleError('bad-input', 'The file is empty.', NOT_IMPORTED);
}

/** The column that a header means, if any. */
export function columnOf<K extends string>(header: string, aliases: ColumnAliases<K>): K | undefined {
  const plain = (text: string): string => text.toLowerCase().replace(/[\s_\-.#]/g, '');
  const wanted = plain(header);
  return (Object.keys(aliases) as K[]).find((column) =>
    [column, ...aliases[column]].some((alias) => plain(alias) === wanted),
  );
}

/** Looks at the first line, and gives the source back whole. */
async function detectDelimiter(
  source: CsvSource,
): Promise<{ delimiter: string; all: AsyncIterable<string | Uint8Array> }> {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const seen: (string | Uint8Array)[] = [];
  const decoder = new TextDecoder();
  let head = '';
  while (!/\n|\r/.test(head.trimStart()) && head.length < FIRST_LINE_LIMIT) {
    const next = await iterator.next();
    if (next.done === true) break;
    seen.push(next.value);
    head += typeof next.value === 'string' ? next.value : decoder.decode(next.value, { stream: true });
  }
  const firstLine = head.trimStart().split(/\r|\n/, 1)[0] ?? '';
  const count = (delimiter: string): number => firstLine.replace(/"[^"]*"/g, '').split(delimiter).length - 1;
  const delimiter = DELIMITERS.reduce((best, candidate) => (count(candidate) > count(best) ? candidate : best));
  async function* all(): AsyncGenerator<string | Uint8Array> {
    yield* seen;
    for (;;) {
      const next = await iterator.next();
      if (next.done === true) return;
      yield next.value;
    }
  }
  return { delimiter, all: all() };
}

/** The error for a file with bad lines: it names the first ones and says that nothing was taken over. */
export function badLines(problems: CsvProblems, what: string, nothing = NOT_IMPORTED): ConsoleError {
  const shown = problems.first.slice(0, 10).map((problem) => `line ${String(problem.line)}: ${problem.message}`);
  const more = problems.count > shown.length ? ` (and ${String(problems.count - shown.length)} more)` : '';
  return new ConsoleError(
    'bad-input',
    `${problems.count === 1 ? 'One line' : `${String(problems.count)} lines`} of the ${what} cannot be used: ${shown.join('; ')}${more}.`,
    `${nothing} Mend these lines and try again.`,
  );
}

/** The error for a table without a column that is needed; it names what was found instead. */
export function missingColumn(needed: string, headers: readonly string[], nothing = NOT_IMPORTED): ConsoleError {
  const found = headers
    .slice(0, 8)
    .map((header) => `"${header.slice(0, 40)}"`)
    .join(', ');
  return new ConsoleError(
    'bad-input',
    `Line 1 names no column ${needed} (found: ${found}).`,
    `${nothing} Name the columns in the first line and try again.`,
  );
}
