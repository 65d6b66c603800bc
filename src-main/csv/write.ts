/** Writes CSV files for other people and programs. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';

/**
 * Writes a file row by row in bounded memory; it appears under its name only when it is complete. UTF-8 with a BOM, so
 * that spreadsheets read it right; cells that a spreadsheet would run as a formula are defused.
 * @throws the file system's error
 */
export async function writeCsv<T extends object>(
  file: string,
  columns: readonly { key: keyof T & string; header: string }[],
  rows: Iterable<T>,
): Promise<void> {
  const partial = `${file}.partial`;
  try {
    await writeRows(partial, columns, rows);
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function writeRows<T extends object>(
  file: string,
  columns: readonly { key: keyof T & string; header: string }[],
  rows: Iterable<T>,
): Promise<void> {
  await pipeline(
    Readable.from(rows),
    stringify({
      header: true,
      bom: true,
      record_delimiter: 'windows',
      escape_formulas: true,
      cast: { string: defused },
      columns: [...columns],
    }),
    createWriteStream(file),
  );
}

/** A spreadsheet trims a cell before it looks for a formula; the writer's own escape looks at the first character only. */
function defused(text: string): string {
  return /^\s+[=+\-@\uff1d\uff0b\uff0d\uff20]/u.test(text) ? `'${text}` : text;
}
