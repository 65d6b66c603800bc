/** What the reader of rows does not tell: rows that are hidden, and formulas whose result is not in the file. */
import { parseCellRef } from 'hucre/xlsx';
import { ConsoleError } from '../domain/errors.ts';
import { tagsOf, withArchive, worksheetsIn } from './workbook-parts.ts';

export interface SheetMarks {
  /** @param line counted from 1 */
  isHidden: (line: number) => boolean;
  /** Whether a cell that came out blank has a formula. @param column counted from 0 */
  lacksResult: (line: number, column: number) => boolean;
  /** Whether the reader would put the reading aid of a text behind it. */
  hasReadingAid: (line: number, column: number) => boolean;
}

/** Excel has no more. */
const MOST_ROWS = 1_048_576;
const MOST_COLUMNS = 16_384;
/** Of formulas without a result; more are a workbook that was never calculated. */
const MOST_LACKING = 200_000;

/** Reads the sheet once more, only its tags: hucre does not tell of them. */
export async function marksOf(path: string, sheet: string, nothing: string): Promise<SheetMarks> {
  const hidden = new Uint8Array(MOST_ROWS + 1);
  const lacking = new Set<number>();
  const aided = new Set<number>();
  await withArchive(path, nothing, async (archive) => {
    const part = (await worksheetsIn(archive)).get(sheet);
    const cell = { line: 0, column: -1, isText: false, isFormula: false, hasResult: false };
    await tagsOf(archive, part, {
      open: (local, attribute) => {
        if (local === 'row') {
          cell.line = Number(attribute('r') ?? cell.line + 1);
          cell.column = -1;
          if (['1', 'true'].includes(attribute('hidden') ?? '') && cell.line < hidden.length) hidden[cell.line] = 1;
        } else if (local === 'c') {
          const place = attribute('r');
          cell.column = place === undefined ? cell.column + 1 : parseCellRef(place).col;
          cell.isText = attribute('t') === 'str';
          cell.isFormula = false;
          cell.hasResult = false;
        } else if (local === 'f') cell.isFormula = true;
        else if (local === 'rPh' && aided.size < MOST_LACKING) aided.add(placeOf(cell.line, cell.column));
        // An empty text is a result.
        else if (local === 'v' && cell.isText) cell.hasResult = true;
      },
      text: (text) => {
        if (text !== '') cell.hasResult = true;
      },
      textOf: ['v', 't'],
      close: (local) => {
        if (local !== 'c' || !cell.isFormula || cell.hasResult) return;
        lacking.add(placeOf(cell.line, cell.column));
        if (lacking.size > MOST_LACKING) throw neverCalculated(nothing);
      },
    });
  });
  return {
    isHidden: (line) => hidden[line] === 1,
    lacksResult: (line, column) => lacking.has(placeOf(line, column)),
    hasReadingAid: (line, column) => aided.has(placeOf(line, column)),
  };
}

function placeOf(line: number, column: number): number {
  return line * MOST_COLUMNS + column;
}

function neverCalculated(nothing: string): ConsoleError {
  return new ConsoleError(
    'bad-input',
    'The workbook has formulas everywhere, and their results are not in the file.',
    `${nothing} Open it in Excel, save it there, and take it again.`,
  );
}
