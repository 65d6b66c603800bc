/**
 * A table as CSV: UTF-8 with a BOM, so that spreadsheets read it right, lines that end with CR LF, and no cell that a
 * spreadsheet would run as a formula. Which cells are defused depends on the column, so no library writes them.
 */
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { defused, isIdentifierText } from '../domain/formula-text.ts';
import type { TableColumn } from './write-table.ts';

type Cell = string | number | null;
/** Characters. */
const PIECE = 65_536;

/**
 * @param place where it goes; closed at the end
 * @param guarded identifiers as `="8914…"`: Excel takes that for text and keeps all digits
 */
export async function writeCsv<R>(
  place: Writable,
  columns: readonly TableColumn<R>[],
  batches: AsyncIterable<readonly R[]>,
  guarded: boolean,
): Promise<void> {
  const writers = columns.map(({ is }) => (is !== 'identifier' ? plain : guarded ? guardedIdentifier : identifier));
  const line = (row: R): string => {
    let text = '';
    for (const [index, column] of columns.entries()) {
      if (index > 0) text += ',';
      const value = column.value(row);
      if (value !== null) text += writers[index]?.(value) ?? '';
    }
    return `${text}\r\n`;
  };
  const head = `\uFEFF${columns.map(({ header }) => plain(header)).join(',')}\r\n`;
  await pipeline(Readable.from(piecesOf(head, batches, line), { objectMode: false }), place);
}

async function* piecesOf<R>(
  head: string,
  batches: AsyncIterable<readonly R[]>,
  line: (row: R) => string,
): AsyncGenerator<string> {
  let piece = head;
  for await (const batch of batches) {
    for (const row of batch) piece += line(row);
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

function plain(value: Cell): string {
  if (typeof value === 'number') return String(value);
  return value === null ? '' : quoted(defused(value));
}

/** An MDN such as `+15550000001` would be another one with an apostrophe before it. */
function identifier(value: Cell): string {
  const text = String(value ?? '');
  return isIdentifierText(text) ? text : plain(text);
}

function guardedIdentifier(value: Cell): string {
  const text = String(value ?? '');
  return isIdentifierText(text) ? `"=""${text}"""` : plain(text);
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
