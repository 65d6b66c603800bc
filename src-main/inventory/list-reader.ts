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
import { ALIAS, columnsOf, EXACT, meaningOf, saysAbout, saysFormer } from '../tables/columns.ts';
import type { TableRow } from '../tables/table.ts';
import {
  beyond,
  hasRangeWord,
  ICCID_DIGITS,
  isIccidAlone,
  isRangeInCells,
  isSure,
  readingsThat,
  sureCells,
  WHOLE,
} from './list-cells.ts';
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
  #hasAdopted = false;
  #first: TableRow[] = [];
  /** The later header under which the rows are read now. */
  #again: TableRow | undefined;
  readonly #chosen: ChosenColumns | undefined;
  /** Columns under a header that names no identifier, and in which none was seen so far. */
  #unread: readonly number[] = [];
  /** The columns of what a device had before. */
  #former: readonly boolean[] = [];
  /** The kinds by which the header names devices; undefined for any. */
  #kinds: ReadonlySet<string> | undefined;
  /** The columns are the first and the last of each range. */
  #isRange = false;

  /** @param chosen those of identifiers, where a person has said it */
  constructor(chosen?: ChosenColumns) {
    this.#chosen = chosen;
  }

  /** @returns what the row names, and rows before it that waited for the columns */
  add(row: TableRow): ListRow[] {
    if (this.#columns !== undefined) return marked(row, this.#read(row));
    this.#first.push(row);
    return this.#first.length < LOOK_AHEAD ? [] : this.#begin();
  }

  /** No more rows come. */
  end(): ListRow[] {
    const rows: ListRow[] = [];
    while (this.#columns === undefined) rows.push(...this.#begin());
    return rows;
  }

  /** A column of ICCIDs that the header does not name was taken for that. */
  get hasAdopted(): boolean {
    return this.#hasAdopted;
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
    this.#former = [];
    this.#unread = [];
    this.#kinds = undefined;
    this.#isRange = false;
    const [top] = data;
    if (this.#chosen !== undefined) return [...titles, ...data.flatMap((row) => this.add(row))];
    if (header?.row !== undefined) this.#readHeader(header.row.cells, data);
    // Words such as "From" and "To" alone.
    else if (top !== undefined && !isSomeData(top)) this.#isRange = namesRange(top.cells, kindsIn(data.slice(1)));
    return [...titles, ...data.flatMap((row) => this.add(row))];
  }

  /**
   * Looks at what stands under the header.
   * @throws UnclearColumns when a column that it does not name has other identifiers of a kind that it names
   */
  #readHeader(headers: readonly string[], data: readonly TableRow[]): void {
    const columns = [...(this.#columns ?? [])];
    const kindOf = kindsIn(data);
    this.#isRange = namesRange(headers, kindOf);
    const quiet = new Set<number>();
    this.#former = headers.map(saysFormer);
    const unclear: number[] = [];
    const adopted: number[] = [];
    for (const [at, header] of headers.entries()) {
      if (columns[at] !== undefined) continue;
      if (this.#former[at] === true || saysAbout(header)) {
        quiet.add(at);
        continue;
      }
      const others = data.filter(({ cells }) => isAnother(cells, at, columns, header));
      if (others.length > 0)
        (columns.includes('iccid') || meaningOf(header, IDENTIFIER_COLUMNS) !== undefined ? unclear : adopted).push(at);
      else if (data.some(({ cells }) => isIccidAlone(cells[at] ?? ''))) quiet.add(at);
    }
    // The ICCIDs of a list that the header names by other kinds have to belong to the same devices.
    const [only, more] = adopted;
    if (only !== undefined && more === undefined && columns.some((column) => column !== undefined)) {
      columns[only] = 'iccid';
      this.#hasAdopted = true;
    } else unclear.push(...adopted);
    this.#columns = columns;
    this.#unread = columns.flatMap((column, at) => (column === undefined && !quiet.has(at) ? [at] : []));
    const kinds = columns.filter((column) => column !== undefined);
    this.#kinds = kinds.includes('any') ? undefined : new Set(kinds);
    if (unclear.length > 0 && !this.#isRange) throw new UnclearColumns();
  }

  /** A title is no row; one that has an identifier all the same is read for what it is. */
  #aboveHeader(row: TableRow): ListRow[] {
    const isAlone = row.cells.filter((cell) => cell !== '').length === 1;
    const cells = readingsThat(row.cells, (reading, cell) =>
      // A number beside other words is an order's, or the support's.
      reading.ok
        ? (isAlone && WHOLE.test(cell)) || (reading.identifier.kind === 'iccid' && isSureIdentifier(reading.identifier))
        : reading.problem === 'mangled' || saysRange(cell) || looksDamaged(cell, isAlone ? undefined : ICCID_DIGITS),
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
        const found = index >= columns.length ? beyond(cell, this.#kinds) : this.#isNamed ? [] : sureCells([cell]);
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
      if (named.length > 0 && row !== this.#again && this.#isLaterHeader(row)) {
        // What is under it is looked at as if it were a list of its own.
        this.#columns = undefined;
        this.#first = [row];
        this.#again = row;
        return [];
      }
      // Words such as "n/a" or "Total" name nothing, and are no mistake in an identifier.
      const isDamaged = named.flat().some((reading) => !reading.ok && reading.problem === 'mangled');
      if (!isDamaged && !/\d/.test(texts.join(''))) return [this.#namesNothing(row)];
    } else if (this.#isRange || (hasRangeWord(cells) && isRangeInCells(this.#readCells(cells))))
      return [{ line, text: texts.join(', '), cells: [], isNamed: true, problem: A_RANGE }];
    return [
      { line, text: texts.length === 0 ? textOf(cells) : texts.join(', '), cells: named, isNamed },
      ...this.#passedOver(row),
    ];
  }

  /** Nobody finds out by "names no device" that an identifier stands in a column that was passed over. */
  #namesNothing({ cells, line }: TableRow): ListRow {
    const row = { line, text: textOf(cells), cells: [], isNamed: this.#isNamed };
    const elsewhere = cells.filter((_, at) => this.#former[at] !== true).find(isSure);
    return elsewhere === undefined ? row : { ...row, problem: notRead(elsewhere) };
  }

  /** An ICCID under a header that names none, further down than was looked ahead. */
  #passedOver({ cells, line }: TableRow): ListRow[] {
    const rows: ListRow[] = [];
    for (const at of this.#unread) {
      const text = cells[at] ?? '';
      if (text.length >= ICCID_DIGITS && isIccidAlone(text))
        rows.push({ line, text, cells: [], isNamed: true, problem: notRead(text) });
    }
    return rows;
  }

  #readCells(cells: readonly string[]): string[] {
    return cells.filter((_, at) => !this.#isNamed || this.#columns?.[at] !== undefined);
  }

  /** The header of a second list under the first one. What a person has said of the columns holds for all of it. */
  #isLaterHeader(row: TableRow): boolean {
    if (this.#chosen !== undefined) return false;
    const isExact = (cell: string): boolean => meaningOf(cell, IDENTIFIER_COLUMNS)?.fit === EXACT;
    return row.cells.some(isExact) && isIdentifierHeader(columnsOf(row.cells, IDENTIFIER_COLUMNS), row);
  }
}

function notRead(cell: string): string {
  return `"${shownText(cell)}" stands in a column that is not read. Say which columns name the devices.`;
}

/** The kind of identifier that a column mostly has, by its rows. */
function kindsIn(data: readonly TableRow[]): (at: number) => string | undefined {
  return (at) => {
    const kinds = data
      .map((row) => row.cells[at] ?? '')
      .filter((cell) => cell !== '')
      .map((cell) => {
        const [only] = readCell(cell);
        return only?.ok === true && WHOLE.test(cell) ? only.identifier.kind : undefined;
      });
    const [first] = kinds.filter((kind) => kind !== undefined);
    return first !== undefined && kinds.filter((kind) => kind === first).length * 2 >= kinds.length ? first : undefined;
  };
}

/**
 * Whether a column that the header does not take for one names another device than the row does: an ICCID alone in its cell,
 * or what a header such as `Second MDN` calls so.
 */
function isAnother(
  cells: readonly string[],
  at: number,
  columns: readonly (IdentifierColumn | undefined)[],
  header: string,
): boolean {
  const cell = cells[at] ?? '';
  const meaning = meaningOf(cell === '' ? '' : header, IDENTIFIER_COLUMNS);
  const isCalled = meaning !== undefined && meaning.fit !== ALIAS && WHOLE.test(cell) && looksLikeIdentifier(cell);
  if (!isIccidAlone(cell) && !isCalled) return false;
  const digits = cell.replace(/\D/g, '');
  // A barcode says the same again, perhaps without the check digit.
  return !cells.some((other, index) => {
    const own = columns[index] === undefined ? '' : other.replace(/\D/g, '');
    return own.length >= 10 && (own.startsWith(digits) || digits.startsWith(own) || own.endsWith(digits));
  });
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
