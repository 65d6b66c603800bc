/** A list of devices on the command line: reading it, saying what was found, and what becomes of what is not known. */
import type { App } from '../app.ts';
import { counted } from '../domain/counted.ts';
import { ConsoleError } from '../domain/errors.ts';
import { isRefused, type LineVerdict } from '../domain/list-lines.ts';
import type { Selection } from '../bulk-change/plan-changes.ts';
import type { ChosenColumns } from '../inventory/list-columns.ts';
import { identifyList, refusedCount, type Identified } from '../inventory/identify.ts';
import type { Provider } from '../store/providers.ts';
import { NOT_SENT } from '../tables/problems.ts';
import { quoted } from '../tables/questions.ts';
import { note } from './output.ts';
import { withInput } from './session.ts';

/** What becomes of identifiers that the inventory does not have. */
export const UNKNOWN_CHOICES = ['exclude', 'send', 'refuse'] as const;
export type UnknownChoice = (typeof UNKNOWN_CHOICES)[number];

/** @throws ConsoleError `bad-input` when it is no list; bad lines are in the result */
export async function readList(
  app: App,
  provider: Provider,
  path: string,
  { sheet, column, unknown }: { sheet?: string; column?: string[]; unknown: UnknownChoice },
): Promise<Identified> {
  const identified = await withInput(app, path, NOT_SENT, (source) =>
    identifyList(app.store.devices, provider.id, source, {
      sheet,
      deviceColumns: column === undefined ? undefined : columnsNamed(column),
      allLines: true,
    }),
  );
  if (unknown === 'refuse' && identified.unknown.length > 0)
    throw new ConsoleError(
      'bad-input',
      `${counted(identified.unknown.length, 'identifier')} of the list ${identified.unknown.length === 1 ? 'is' : 'are'} not in the inventory: ${firstUnknown(identified)}.`,
      'Nothing was sent. Sync the devices, or say --unknown exclude or --unknown send.',
    );
  tell(identified, unknown);
  return identified;
}

/** @param said headers, or numbers from 1 */
function columnsNamed(said: readonly string[]): ChosenColumns {
  return said.every((one) => /^\s*\d{1,5}\s*$/.test(one)) ? said.map(Number) : said;
}

/** Unknown identifiers are left out unless they are to be sent: a typing mistake would be somebody else's device. */
export function selectionOf({ deviceIds, unknown }: Identified, choice: UnknownChoice): Selection {
  return choice === 'send' ? { deviceIds, identifiers: unknown } : { deviceIds, identifiers: [], leftOut: unknown };
}

/** For other programs: what became of each line. */
export function listJson(identified: Identified): Record<string, unknown> {
  const { counts, rows, encoding, format, sheet, hiddenRows, lines } = identified;
  return {
    rows,
    found: counts.found,
    unknown: counts.unknown,
    duplicate: counts.duplicate,
    refused: refusedCount(identified),
    none: counts.none,
    encoding,
    format,
    ...(sheet === null ? {} : { sheet, hiddenRows }),
    lines: lines.map(({ line, text, verdict, note: why }) => ({
      line,
      text,
      verdict: isRefused(verdict) ? 'refused' : verdict,
      why,
    })),
  };
}

function tell(
  { counts, warnings, unknown, doubtful, encoding, hiddenRows, sheet, sheets, lines }: Identified,
  choice: UnknownChoice,
): void {
  if (encoding?.includes('Windows') === true) note(`The file is written in ${encoding}.`);
  if (sheets.length > 1)
    note(`Read: sheet "${sheet ?? ''}". Not read: ${quoted(sheets.filter((one) => one !== sheet))}.`);
  if (hiddenRows > 0)
    note(
      `${counted(hiddenRows, 'row')} ${hiddenRows === 1 ? 'is' : 'are'} hidden in the workbook, and read all the same.`,
    );
  if (counts.duplicate > 0)
    note(
      `${counted(counts.duplicate, 'line')} ${counts.duplicate === 1 ? 'repeats an earlier one and counts' : 'repeat an earlier one and count'} once.`,
    );
  if (warnings > 0)
    note(`${counted(warnings, 'identifier')} with a doubt, taken as entered: ${firstOf(lines, 'found', true)}.`);
  if (counts.none > 0)
    note(
      `${counted(counts.none, 'row')} ${counts.none === 1 ? 'names' : 'name'} no device: ${firstOf(lines, 'none')}.`,
    );
  if (unknown.length === 0) return;
  const fate =
    choice === 'send'
      ? 'each is read at the carrier before anything is sent'
      : 'left out (--unknown send sends them to the carrier)';
  note(`${counted(unknown.length, 'identifier')} not in the inventory: ${fate}.`);
  if (choice === 'send' && doubtful > 0)
    note(`Careful: for ${doubtful.toLocaleString('en-US')} of them the check digit does not fit either.`);
}

const SHOWN = 5;

function firstOf(lines: Identified['lines'], verdict: LineVerdict, withWhy = false): string {
  const of = lines.filter((line) => line.verdict === verdict && line.note !== null);
  const shown = of
    .slice(0, SHOWN)
    .map(({ line, text, note: why }) => `line ${String(line)} "${text}"${withWhy ? ` (${why ?? ''})` : ''}`);
  return `${shown.join(', ')}${of.length > SHOWN ? ' and more' : ''}`;
}

function firstUnknown({ lines }: Identified): string {
  return firstOf(lines, 'unknown');
}
