/** The cells of a list's row that name something without a header saying so. */
import {
  isSureIdentifier,
  looksDamaged,
  looksLikeIdentifier,
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

const ICCID_DIGITS = 18;

export function isSure(cell: string): boolean {
  return sureCells([cell]).length > 0;
}

/** Beyond the header nobody has said what a cell is: it counts when it names something, or was meant to. */
export function beyond(cells: readonly string[]): IdentifierReading[][] {
  return readingsThat(
    cells,
    (reading, cell) => reading.ok || reading.problem === 'mangled' || saysRange(cell) || looksDamaged(cell),
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

const RANGE_CELL = /^(?:to|through|thru|until|till|bis|hasta)(?:$|\W)/i;

export function isRangeInCells(cells: readonly string[]): boolean {
  const holds = (at: number): boolean => looksLikeIdentifier(cells[at] ?? '');
  return cells.some((cell, at) => RANGE_CELL.test(cell) && holds(at - 1) && (holds(at) || holds(at + 1)));
}
