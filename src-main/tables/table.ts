/** The one reader of lists and files: rows of cells with the line on which each began, whatever form they came in. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { ConsoleError, errnoWords } from '../domain/errors.ts';
import { TextDecoding, type Encoding } from './decode.ts';
import { checkFileSize } from './file-size.ts';
import { formatOf, type TableFormat } from './format.ts';
import { ChooseSheet, quoted } from './questions.ts';
import { textRows } from './read-text.ts';
import { samplesOf, sheetsOf, workbookRows } from './read-workbook.ts';

/** A file on this computer, or a text that was pasted. */
export type TableSource = { path: string } | { text: string };

export interface TableRow {
  /** Trimmed at the ends; a cell may have line breaks inside. */
  cells: string[];
  /** On which it begins, counted from 1 as an editor or a spreadsheet shows it. */
  line: number;
  /** Why nothing of the row can be taken. */
  problem?: string;
  /** A filter or a person has hidden it in the workbook. */
  isHidden?: true;
  /** The columns, from 0, whose cells are numbers in the workbook: nobody has to say what their point is. */
  numbers?: readonly number[];
}

export interface Table {
  format: TableFormat;
  /** Null for a workbook. Known for sure when all rows were read. */
  readonly encoding: Encoding | null;
  /** Of a workbook; null for a text. */
  sheet: string | null;
  /** All sheets of a workbook. */
  sheets: string[];
  /** Call it once. @throws ConsoleError `bad-input` while it is read, for a broken file */
  rows: () => AsyncIterable<TableRow>;
}

export interface OpenOptions {
  /** Says what has not happened when the file cannot be used, such as "Nothing was sent." */
  nothing: string;
  /** The sheet of a workbook. */
  sheet?: string | undefined;
  /** Whether a sheet has what is looked for, by its first rows. */
  isWanted: (sample: readonly TableRow[]) => boolean;
}

/** @throws ConsoleError `bad-input` that names what is wrong with the file; `choose-sheet` when a person has to say which sheet */
export async function openTable(source: TableSource, options: OpenOptions): Promise<Table> {
  const { nothing } = options;
  if ('text' in source) {
    if (source.text.trim() === '') throw new ConsoleError('bad-input', 'The list is empty.', nothing);
    return {
      format: 'text',
      encoding: null,
      sheet: null,
      sheets: [],
      rows: () => textRows([source.text.replace(/^\ufeff/, '')], nothing),
    };
  }
  const { path } = source;
  try {
    const { size } = await stat(path);
    checkFileSize(size, nothing);
    const format = await formatOf(path, nothing);
    if (format === 'xlsx') {
      const sheets = await sheetsOf(path, nothing);
      const sheet = await sheetOf(path, sheets, options);
      return { format, encoding: null, sheet, sheets, rows: () => workbookRows(path, sheet, nothing) };
    }
  } catch (error) {
    const words = errnoWords(error);
    throw words === undefined
      ? error
      : new ConsoleError('bad-input', `The file cannot be read: ${words}.`, nothing, error);
  }
  const decoding = new TextDecoding();
  return {
    format: 'text',
    get encoding() {
      return decoding.encoding;
    },
    sheet: null,
    sheets: [],
    rows: () => textRows(decoding.decode(createReadStream(path) as AsyncIterable<Buffer>, nothing), nothing),
  };
}

/** The one sheet that has what is wanted; the first when none has, so that the message speaks of it. */
async function sheetOf(
  path: string,
  names: readonly string[],
  { nothing, sheet: named, isWanted }: OpenOptions,
): Promise<string> {
  if (named !== undefined) {
    if (names.includes(named)) return named;
    throw new ConsoleError('bad-input', `The workbook has no sheet "${named}" (it has ${quoted(names)}).`, nothing);
  }
  const [first] = names;
  if (first === undefined) throw new ConsoleError('bad-input', 'The workbook has no sheet.', nothing);
  if (names.length === 1) return first;
  const wanted: string[] = [];
  for await (const { sheet, rows } of samplesOf(path, names, nothing)) if (isWanted(rows)) wanted.push(sheet);
  const [only, second] = wanted;
  if (second !== undefined) throw new ChooseSheet(wanted, nothing);
  return only ?? first;
}
