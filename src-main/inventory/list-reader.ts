/** Finds what each row of a list names: by the columns that its header has, or without one by what the cells are. */
import {
  looksDamaged,
  looksLikeIdentifier,
  isSureIdentifier,
  readCell,
  saysRange,
  type IdentifierReading,
} from '../domain/identifier-text.ts';
import { shownText } from '../domain/shown-text.ts';
import { columnsOf, EXACT, meaningOf, saysFormer } from '../tables/columns.ts';
import type { TableRow } from '../tables/table.ts';
import { beyond, isRangeInCells, isSure, readingsThat, sureCells } from './list-cells.ts';
import {
  chosenHeader,
  columnsByShape,
  foundHeader,
  IDENTIFIER_COLUMNS,
  isIdentifierHeader,
  isSomeData,
  namesRange,
  UnclearColumns,
  type ChosenColumns,
  type IdentifierColumn,
} from './list-columns.ts';

const A_RANGE = 'It is a range. List each device of it.';
const WHOLE_NUMBER = /^[\d\s().+-]+$/;

/** What is looked at before the columns of a list without a header are known. */
export const LOOK_AHEAD = 50;

/** What a row names. */
export interface ListRow {
  line: number;
  /** What is shown of the row. */
  text: string;
  /** Of each cell that names something, or was meant to. */
  cells: IdentifierReading[][];
  /** The columns say what they are, so that two identifiers of a row have to belong together. */
  isNamed: boolean;
  /** Why nothing of the row can be taken. */
  problem?: string;
  /** A filter or a person has hidden it in the workbook. */
  isHidden?: true;
}

/** Feed it with the rows in their order; each gives what it names once the columns are known. */
export class ListReader {
  /** What each column holds; undefined before that is known. */
  #columns: (IdentifierColumn | undefined)[] | undefined;
  #isNamed = false;
  readonly #first: TableRow[] = [];
  readonly #chosen: ChosenColumns | undefined;
  /** Of the header, for what is passed over with good reason. */
  #former: readonly boolean[] = [];
  /** The columns are the first and the last of each range. */
  #isRange = false;

  /** @param chosen those of identifiers, where a person has said it */
  constructor(chosen?: ChosenColumns) {
    this.#chosen = chosen;
  }

  /** @returns what the row names, and rows before it that waited for the columns */
  add(row: TableRow): ListRow[] {
    if (this.#columns !== undefined) return this.#rowsOf(row);
    this.#first.push(row);
    return this.#first.length < LOOK_AHEAD ? [] : this.#begin();
  }

  /** No more rows come. */
  end(): ListRow[] {
    return this.#columns === undefined ? this.#begin() : [];
  }

  /** The names of the columns that identifiers are read from; null when the list has no header. */
  get columns(): readonly (IdentifierColumn | undefined)[] | null {
    return this.#isNamed ? (this.#columns ?? null) : null;
  }

  #begin(): ListRow[] {
    const header = this.#chosen === undefined ? foundHeader(this.#first) : chosenHeader(this.#first, this.#chosen);
    const at = header?.row === undefined ? -1 : this.#first.indexOf(header.row);
    const titles = this.#first.slice(0, Math.max(0, at)).flatMap((row) => marked(row, this.#aboveHeader(row)));
    const data = this.#first.slice(at + 1);
    this.#isNamed = header !== undefined;
    this.#columns = header?.columns ?? columnsByShape(data);
    const [top] = data;
    if (header?.row !== undefined) this.#readHeader(header.row, data);
    else if (top !== undefined && !isSomeData(top)) this.#isRange = namesRange(top);
    return [...titles, ...data.flatMap((row) => this.#rowsOf(row))];
  }

  /** @throws UnclearColumns when a column that the header does not name has identifiers as well */
  #readHeader({ cells }: TableRow, data: readonly TableRow[]): void {
    this.#former = cells.map(saysFormer);
    if (this.#chosen !== undefined) return;
    this.#isRange = namesRange({ cells });
    const columns = this.#columns ?? [];
    const holds = (at: number, isOne: (cell: string) => boolean): boolean => {
      const filled = data.map((row) => row.cells[at] ?? '').filter((cell) => cell !== '');
      return filled.length > 0 && filled.filter(isOne).length * 2 >= filled.length;
    };
    const isNamedByIccid = columns.some((column, at) => column === 'iccid' && holds(at, looksLikeIdentifier));
    const unclear = cells.flatMap((cell, at) => {
      if (columns[at] !== undefined || this.#former[at] === true || this.#isRange) return [];
      const meaning = meaningOf(cell, IDENTIFIER_COLUMNS)?.column;
      if (!holds(at, meaning === undefined ? isSure : looksLikeIdentifier)) return [];
      // Beside its ICCID it is one more name of the device.
      const isAnother =
        isNamedByIccid && !holds(at, (text) => readCell(text).some((one) => one.ok && one.identifier.kind === 'iccid'));
      return isAnother ? [] : [at];
    });
    if (unclear.length > 0) throw new UnclearColumns();
  }

  #rowsOf(row: TableRow): ListRow[] {
    return marked(row, this.#read(row));
  }

  /** A title is no row; one that has an identifier all the same is read for what it is. */
  #aboveHeader(row: TableRow): ListRow[] {
    const cells = readingsThat(
      row.cells,
      (reading, cell) =>
        // A phone number that is not all of its cell is the support's.
        (reading.ok && (isSureIdentifier(reading.identifier) || WHOLE_NUMBER.test(cell))) ||
        (!reading.ok && (reading.problem === 'mangled' || saysRange(cell) || looksDamaged(cell))),
    );
    if (cells.length === 0 && row.problem === undefined && !row.cells.some(looksLikeIdentifier)) return [];
    return [{ line: row.line, text: textOf(row.cells), cells, isNamed: false, ...problemOf(row) }];
  }

  #read(row: TableRow): ListRow[] {
    const { cells, line } = row;
    if (row.problem !== undefined) return [{ line, text: '', cells: [], isNamed: false, problem: row.problem }];
    if (cells.every((cell) => cell === '')) return [];
    const columns = this.#columns ?? [];
    const named: IdentifierReading[][] = [];
    const texts: string[] = [];
    let isNamed = this.#isNamed;
    for (const [index, cell] of cells.entries()) {
      const column = columns[index];
      if (cell === '') continue;
      if (column === undefined) {
        const found = index >= columns.length ? beyond([cell]) : this.#isNamed ? [] : sureCells([cell]);
        named.push(...found);
        if (found.length > 0) {
          texts.push(cell);
          isNamed = false;
        }
        continue;
      }
      named.push(readCell(cell, column === 'any' ? undefined : column));
      texts.push(cell);
    }
    if (!named.flat().some(({ ok }) => ok)) {
      const again = named.length === 0 ? undefined : this.#laterHeader(row);
      if (again !== undefined) {
        this.#columns = again;
        this.#isNamed = true;
        return [];
      }
      // Words such as "n/a" or "Total" name nothing, and are no mistake in an identifier.
      const isDamaged = named.flat().some((reading) => !reading.ok && reading.problem === 'mangled');
      if (!isDamaged && !/\d/.test(texts.join(''))) return [this.#namesNothing(row)];
    } else if (this.#isRange || isRangeInCells(cells))
      return [{ line, text: texts.join(', '), cells: [], isNamed: true, problem: A_RANGE }];
    return [{ line, text: texts.length === 0 ? textOf(cells) : texts.join(', '), cells: named, isNamed }];
  }

  /** Nobody finds out by "names no device" that an identifier stands in a column that was passed over. */
  #namesNothing({ cells, line }: TableRow): ListRow {
    const row = { line, text: textOf(cells), cells: [], isNamed: this.#isNamed };
    const elsewhere = cells.filter((_, at) => this.#former[at] !== true).find(isSure);
    return elsewhere === undefined
      ? row
      : {
          ...row,
          problem: `"${shownText(elsewhere)}" stands in a column that is not read. Say which columns name the devices.`,
        };
  }

  /** The header of a second list under the first one. What a person has said of the columns holds for all of it. */
  #laterHeader(row: TableRow): (IdentifierColumn | undefined)[] | undefined {
    if (this.#chosen !== undefined) return undefined;
    const isExact = (cell: string): boolean => {
      const meaning = meaningOf(cell, IDENTIFIER_COLUMNS);
      // "Any" is a word like others.
      return meaning?.fit === EXACT && meaning.column !== 'any';
    };
    const again = columnsOf(row.cells, IDENTIFIER_COLUMNS);
    return isIdentifierHeader(again, row) && row.cells.some(isExact) ? again : undefined;
  }
}

/** What is known of a row holds for all that it names. */
function marked(row: TableRow, read: ListRow[]): ListRow[] {
  return row.isHidden === true ? read.map((one) => ({ ...one, isHidden: true })) : read;
}

function textOf(cells: readonly string[]): string {
  return cells.filter((cell) => cell !== '').join(', ');
}

function problemOf({ problem }: TableRow): { problem?: string } {
  return problem === undefined ? {} : { problem };
}
