/** The cells of a list's row that name something without a header saying so. */
import {
  isSureIdentifier,
  looksDamaged,
  readCell,
  saysRange,
  type IdentifierReading,
} from '../domain/identifier-text.ts';

/** Cells that hold what can be nothing but an identifier, or an ICCID with a letter among its digits. */
export function sureCells(cells: readonly string[]): IdentifierReading[][] {
  return readingsThat(
    cells,
    (reading, cell) =>
      (reading.ok && isSureIdentifier(reading.identifier)) || (!reading.ok && looksDamaged(cell, ICCID_DIGITS)),
  );
}

export const ICCID_DIGITS = 18;

export function isSure(cell: string): boolean {
  return sureCells([cell]).length > 0;
}

/** Whether all of the cell is one ICCID: a note may name one, too. */
export function isIccidAlone(cell: string): boolean {
  return /^\W*89[\d\s-]{16,24}F?\W*$/i.test(cell) && isSure(cell);
}

/**
 * Beyond the header nobody has said what a cell is: it counts when it names a device as the others do, or was meant to.
 * @param kinds by which the header names devices; undefined for any
 */
export function beyond(cell: string, kinds: ReadonlySet<string> | undefined): IdentifierReading[][] {
  return readingsThat([cell], (reading) =>
    reading.ok
      ? kinds === undefined || kinds.has(reading.identifier.kind)
      : reading.problem === 'mangled' || saysRange(cell) || looksDamaged(cell, ICCID_DIGITS),
  );
}

/** Of each cell that has some. */
export function readingsThat(
  cells: readonly string[],
  isWanted: (reading: IdentifierReading, cell: string) => boolean,
): IdentifierReading[][] {
  return cells
    .map((cell) => readCell(cell).filter((reading) => isWanted(reading, cell)))
    .filter((readings) => readings.length > 0);
}

const RANGE_WORD = /^(?:to|through|thru|until|till|bis|hasta)\W*/i;

/** A million rows have none. */
export function hasRangeWord(cells: readonly string[]): boolean {
  return cells.some((cell) => RANGE_WORD.test(cell));
}

/** Whether a word such as "to", alone or before the second one, stands between two identifiers of one kind. */
export function isRangeInCells(cells: readonly string[]): boolean {
  const kindOf = (text = ''): string | undefined => {
    const cell = text.replace(/^(?:from|von|desde)\W*/i, '');
    const [only, second] = readCell(cell);
    return only?.ok === true && second === undefined && WHOLE.test(cell) ? only.identifier.kind : undefined;
  };
  return cells.some((cell, at) => {
    if (at === 0 || !RANGE_WORD.test(cell)) return false;
    const before = kindOf(cells[at - 1]);
    const rest = cell.replace(RANGE_WORD, '');
    return before !== undefined && before === kindOf(rest === '' ? cells[at + 1] : rest);
  });
}

/** Nothing but a number, as people write it. */
export const WHOLE = /^[\d\s().,+'"=-]+F?["']?$/i;
