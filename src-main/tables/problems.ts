/** What is wrong with the lines of a file, and the errors that say so. */
import { ConsoleError } from '../domain/errors.ts';
import { shownText } from '../domain/shown-text.ts';

/** What has not happened when a list or file cannot be used. */
export const NOT_SENT = 'Nothing was sent.';
export const NOT_IMPORTED = 'Nothing was imported.';

export interface Problem {
  /** Counted from 1, as a text editor or a spreadsheet shows it. */
  line: number;
  message: string;
}

/** Only the first of many problems are kept; all are counted. */
export class Problems {
  static readonly KEPT = 100;
  readonly first: Problem[] = [];
  count = 0;

  add(line: number, message: string): void {
    this.count++;
    if (this.first.length < Problems.KEPT) this.first.push({ line, message });
  }
}

/** The error for a file with bad lines: it names the first ones and says that nothing was taken over. */
export function refusedLines(problems: Problems, what: string, nothing: string): ConsoleError {
  const shown = problems.first.slice(0, 10).map((problem) => `line ${String(problem.line)}: ${problem.message}`);
  const more = problems.count > shown.length ? ` (and ${String(problems.count - shown.length)} more)` : '';
  return new ConsoleError(
    'bad-input',
    `${problems.count === 1 ? 'One line' : `${String(problems.count)} lines`} of the ${what} cannot be used: ${shown.map((text) => text.replace(/\.$/, '')).join('; ')}${more}.`,
    `${nothing} Mend these lines and try again.`,
  );
}

/** The error for a table without a column that is needed; it names what was found instead. */
export function missingColumn(needed: string, headers: readonly string[], nothing: string): ConsoleError {
  const found = headers
    .slice(0, 8)
    .map((header) => `"${shownText(header).slice(0, 40)}"`)
    .join(', ');
  return new ConsoleError(
    'bad-input',
    `The file has no column ${needed} (its first row is ${found}).`,
    `${nothing} Name the columns in the first row and try again.`,
  );
}
