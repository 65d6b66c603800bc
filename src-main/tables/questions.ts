/** What only a person knows of a file: the console asks, and reads it again with the answer. */
import { ConsoleError } from '../domain/errors.ts';
import { shownText } from '../domain/shown-text.ts';
import { missingColumn } from './problems.ts';

/** Several sheets of a workbook have what is looked for. */
export class ChooseSheet extends ConsoleError {
  readonly sheets: readonly string[];

  constructor(sheets: readonly string[], nothing: string) {
    super(
      'choose-sheet',
      `Several sheets of the workbook may be meant: ${quoted(sheets)}.`,
      `${nothing} Say which one to read (on the command line with --sheet).`,
    );
    this.sheets = sheets;
  }
}

/** More are not shown to anybody. */
const MOST_COLUMNS = 60;

/** A column as it is shown to whoever has to say what it is. */
export interface ColumnToChoose {
  /** Of the first row. */
  header: string;
  /** Of the rows after it. */
  samples: string[];
}

/** No column names devices, neither by its header nor by what its cells are; or several may, and they are not the same. */
export class ChooseColumn extends ConsoleError {
  readonly why: 'none' | 'several';
  readonly columns: readonly ColumnToChoose[];
  readonly sheet: string | null;
  readonly sheets: readonly string[];

  /** @param rows the first ones that are not blank */
  constructor(
    why: 'none' | 'several',
    rows: readonly (readonly string[])[],
    { sheet, sheets }: { sheet: string | null; sheets: readonly string[] },
    nothing: string,
  ) {
    const [first = [], ...others] = rows;
    super(
      'choose-column',
      why === 'none'
        ? missingColumn('of identifiers (ICCID, IMEI or MDN)', first, nothing).message
        : `Several columns have identifiers, and the header does not say which name the devices (its first row is ${quoted(first.slice(0, 8))}).`,
      `${nothing} Say which columns name the devices (on the command line with --column), or leave only those in the list.`,
    );
    this.why = why;
    this.sheet = sheet;
    this.sheets = sheets;
    const width = Math.min(MOST_COLUMNS, Math.max(...rows.map(({ length }) => length)));
    this.columns = Array.from({ length: width }, (_, index) => ({
      header: shownText(first[index] ?? ''),
      samples: others.map((cells) => shownText(cells[index] ?? '')),
    }));
  }
}

export function quoted(names: readonly string[]): string {
  return names.map((name) => `"${shownText(name)}"`).join(', ');
}
