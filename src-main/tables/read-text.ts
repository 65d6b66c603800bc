/**
 * Rows of a text file as people send it: cells between commas, semicolons, tabs or bars, in quotes or not, with line ends of
 * all kinds in one file. The line ends are made one here: a parser that guesses them from the first line takes rows of other
 * ends for one.
 */
import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { ConsoleError, errnoWords } from '../domain/errors.ts';
import { shownText } from '../domain/shown-text.ts';
import type { TableRow } from './table.ts';

const DELIMITERS = ['\t', ';', '|', ','] as const;
/** What is looked at to tell the delimiter. */
const HEAD_CHARACTERS = 64 * 1024;
const HEAD_LINES = 50;
/** Longer than any row of a list; a line of a gigabyte ends here. */
const ROW_CHARACTERS = 1024 * 1024;

interface Parsed {
  record: string[];
  info: { lines: number };
}

/**
 * @param text in pieces of any size, without a byte order mark
 * @param nothing says what has not happened when the file cannot be used
 * @throws ConsoleError `bad-input` with the line on which a quotation mark opens that is never closed, or on which a row is
 *   longer than any list has
 */
export async function* textRows(
  text: AsyncIterable<string> | Iterable<string>,
  nothing: string,
): AsyncGenerator<TableRow> {
  const { head, all } = await withHead(oneLineEnd(text));
  const named = /^[ \t]*"?sep=(.)"?[ \t]*(\n|$)/i.exec(head);
  const delimiter = named?.[1] ?? delimiterOf(head);
  const parser = parse({
    delimiter,
    record_delimiter: '\n',
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: ROW_CHARACTERS,
  });
  const input = Readable.from(all, { objectMode: false, encoding: 'utf8' });
  // A pipe does not hand on that its source has failed.
  input.on('error', (error) => parser.destroy(error));
  input.pipe(parser);
  let isFirst = true;
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      const isSep = isFirst && named !== null;
      isFirst = false;
      if (isSep) continue;
      const inside = record.reduce((sum, cell) => sum + lineEndsIn(cell), 0);
      const line = info.lines - inside;
      const swallowed = record.find((cell) => inside > 0 && hidesRows(cell, delimiter));
      if (swallowed !== undefined) yield { cells: [], line, problem: strayQuote(line, info.lines, swallowed) };
      else yield { cells: record.map((cell) => cell.trim()), line };
    }
  } catch (error) {
    throw unreadable(error, nothing);
  }
}

function lineEndsIn(cell: string): number {
  let count = 0;
  for (let at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) count++;
  return count;
}

/** A quotation mark that was typed as a word's first character opens a cell that ends at the next one, rows further on. */
function hidesRows(cell: string, delimiter: string): boolean {
  return cell.split('\n').some((line) => line.includes(delimiter) && /\d(?:\D?\d){7}/.test(line));
}

function strayQuote(from: number, to: number, cell: string): string {
  return `A quotation mark opens on line ${String(from)} and closes on line ${String(to)}, with other rows in between: "${shownText(cell)}". None of these lines was taken; put the quotation marks right.`;
}

function unreadable(error: unknown, nothing: string): unknown {
  if (error instanceof ConsoleError) return error;
  const words = errnoWords(error);
  if (words !== undefined) return new ConsoleError('bad-input', `The file cannot be read: ${words}.`, nothing, error);
  const { code, lines } = error as Error & { code?: string; lines?: number };
  const at = lines === undefined ? '' : ` (line ${String(lines)})`;
  const problem =
    code === 'CSV_MAX_RECORD_SIZE'
      ? `A row of the file is longer than a million characters${at}.`
      : code === 'CSV_QUOTE_NOT_CLOSED'
        ? `A quotation mark is opened and never closed${at}.`
        : `The file is no readable CSV${at}.`;
  return new ConsoleError('bad-input', problem, `${nothing} Mend that line and try again.`, error);
}

/** CRLF, LF and CR in one file become LF. */
async function* oneLineEnd(text: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let pending = '';
  for await (const piece of text) {
    const whole = pending + piece;
    // The LF that belongs to it may come with the next piece.
    pending = whole.endsWith('\r') ? '\r' : '';
    const ready = (pending === '' ? whole : whole.slice(0, -1)).replace(/\r\n?/g, '\n');
    if (ready !== '') yield ready;
  }
  if (pending !== '') yield '\n';
}

async function withHead(text: AsyncGenerator<string>): Promise<{ head: string; all: AsyncIterable<string> }> {
  const seen: string[] = [];
  let length = 0;
  while (length < HEAD_CHARACTERS) {
    const next = await text.next();
    if (next.done === true) break;
    seen.push(next.value);
    length += next.value.length;
  }
  async function* all(): AsyncGenerator<string> {
    yield* seen;
    yield* text;
  }
  return { head: seen.join('').slice(0, HEAD_CHARACTERS), all: all() };
}

/**
 * The one between which most cells are numbers as long as identifiers; among equals the one that stands in most lines the same
 * number of times, and then the one that makes more cells.
 */
function delimiterOf(head: string): string {
  const lines = head
    .replace(/"(?:[^"]|"")*"/g, (cell) => (cell.length <= LONGEST_NUMBER && LONG_NUMBER.test(cell) ? LONG_CELL : 'q'))
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, HEAD_LINES);
  const scored = DELIMITERS.map((delimiter) => {
    const rows = lines.map((line) => line.split(delimiter));
    const often = new Map<number, number>();
    for (const { length } of rows) if (length > 1) often.set(length, (often.get(length) ?? 0) + 1);
    const cells = rows.flat();
    return {
      delimiter,
      score: [
        cells.filter((cell) => cell.length <= LONGEST_NUMBER && LONG_NUMBER.test(cell)).length,
        Math.max(0, ...often.values()),
        cells.length,
      ],
    };
  });
  const [best] = scored.sort((a, b) => {
    const at = a.score.findIndex((value, index) => value !== b.score[index]);
    return at < 0 ? 0 : (b.score[at] ?? 0) - (a.score[at] ?? 0);
  });
  return best?.delimiter ?? ',';
}

/** A cell that is nothing but an identifier, with what may stand around it. */
const LONG_NUMBER = /^[ \u00a0\u200b"'=]*(?:[ \u00a0().+\p{Pd}]*[\dA-F]){10,34}[ \u00a0\u200b-\u200f"']*$/iu;
const LONGEST_NUMBER = 60;
const LONG_CELL = '1234567890';
