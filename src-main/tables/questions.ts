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
      `Several sheets of the workbook have identifiers: ${quoted(sheets)}.`,
      `${nothing} Say which one to read (on the command line with --sheet).`,
    );
    this.sheets = sheets;
  }
}

/** A column as it is shown to whoever has to say what it is. */
export interface ColumnToChoose {
  /** Of the first row. */
  header: string;
  /** Of the rows after it. */
  samples: string[];
}

/** No column names devices, neither by its header nor by what its cells are. */
export class ChooseColumn extends ConsoleError {
  readonly columns: readonly ColumnToChoose[];

  /** @param rows the first ones that are not blank */
  constructor(rows: readonly (readonly string[])[], needed: string, nothing: string) {
    const [first = [], ...others] = rows;
    super(
      'choose-column',
      missingColumn(needed, first, nothing).message,
      `${nothing} Say which column has them (on the command line with --column), or name the columns in the first row.`,
    );
    const width = Math.max(...rows.map(({ length }) => length));
    this.columns = Array.from({ length: width }, (_, index) => ({
      header: shownText(first[index] ?? ''),
      samples: others.map((cells) => shownText(cells[index] ?? '')),
    }));
  }
}

export function quoted(names: readonly string[]): string {
  return names.map((name) => `"${shownText(name)}"`).join(', ');
}
