/** Finds the devices that a person named: by a pasted list, a file, or the command line. Every line is accounted for. */
import { setImmediate } from 'node:timers/promises';
import { ConsoleError } from '../domain/errors.ts';
import { CHECK_DIGIT_WARNING } from '../domain/identifier-text.ts';
import {
  identityKey,
  isWholeImei,
  looksRounded,
  namedKeys,
  roundedExplanation,
  shownKeys,
  type DeviceIdentifier,
} from '../domain/identifiers.ts';
import { MAX_DEVICES } from '../domain/jobs.ts';
import { isRefused, noVerdicts, type LineVerdict } from '../domain/list-lines.ts';
import { shownText } from '../domain/shown-text.ts';
import type { DeviceRepository } from '../store/devices.ts';
import { NOT_SENT, Problems, refusedLines } from '../tables/problems.ts';
import { ChooseColumn } from '../tables/questions.ts';
import { openTable, type Table, type TableSource } from '../tables/table.ts';
import { AheadFinder, type DeviceFinder } from './ahead-finder.ts';
import { hasIdentifiers, UnclearColumns, type ChosenColumns } from './list-columns.ts';
import { ListReader, type ListRow } from './list-reader.ts';
import { badReading, contradictionOf, devicesNamed, namedIn } from './resolve.ts';

export interface IdentifiedLine {
  line: number;
  text: string;
  verdict: LineVerdict;
  /** An explanation, or a warning on a line that was found. */
  note: string | null;
  /** What an unknown line names. */
  identifier: DeviceIdentifier | null;
  /** The devices that an ambiguous line may mean; the first of them. */
  candidates: { id: number; iccid: string | null }[];
}

export interface Identified {
  /** Devices of the inventory, each once. */
  deviceIds: number[];
  /** Well-formed identifiers that the inventory does not have, each once. The carrier may know them. */
  unknown: DeviceIdentifier[];
  /** Of the unknown ones: their check digit does not fit either. */
  doubtful: number;
  /** Rows that are no header, title or blank line. */
  rows: number;
  /** Of what the rows name: a row can name several devices. */
  counts: Record<LineVerdict, number>;
  warnings: number;
  /** What is not simply found; the first of it. With `allLines` also what is. */
  lines: IdentifiedLine[];
  format: Table['format'];
  encoding: Table['encoding'];
  /** Of a workbook. */
  sheet: string | null;
  /** All sheets of a workbook. */
  sheets: string[];
  /** Rows that a filter or a person has hidden in the workbook; they are read all the same. */
  hiddenRows: number;
}

export interface IdentifyOptions {
  /** The sheet of a workbook. */
  sheet?: string | undefined;
  /** The columns of identifiers; otherwise they are found. */
  deviceColumns?: ChosenColumns | undefined;
  /** Keep the lines that are found as well. */
  allLines?: boolean | undefined;
}

/** As many lines as a person may want to look through or hand on; the counts are always of all. */
const LINES_KEPT = 100_000;
/** For whoever has to say which column it is: the header and some rows. */
const SHOWN_ROWS = 5;
/** A few milliseconds' worth. */
const ROWS_AT_ONCE = 500;

type About = Partial<Pick<IdentifiedLine, 'identifier' | 'candidates'>>;

/** Sorts what rows name into what it is; feed it with {@link add} and read {@link result}. */
class Identifier {
  readonly #devices: DeviceFinder;
  readonly #providerId: number;
  readonly #keepsFound: boolean;
  readonly #found = new Set<number>();
  readonly #unknown = new Map<string, DeviceIdentifier>();
  /** Every name of an unknown device, by the keys of {@link shownKeys}. */
  readonly #unknownNames = new Set<string>();
  readonly #counts = noVerdicts();
  /** What a person has to decide or mend; it must not be crowded out. */
  readonly #problems: IdentifiedLine[] = [];
  readonly #others: IdentifiedLine[] = [];
  #rows = 0;
  #hiddenRows = 0;
  /** The row that is sorted now. */
  #isHidden = false;
  #warnings = 0;
  #doubtful = 0;

  constructor(devices: DeviceFinder, providerId: number, keepsFound: boolean) {
    this.#devices = devices;
    this.#providerId = providerId;
    this.#keepsFound = keepsFound;
  }

  add(row: ListRow): void {
    this.#rows++;
    this.#isHidden = row.isHidden === true;
    if (this.#isHidden) this.#hiddenRows++;
    const { line, text } = row;
    if (row.problem !== undefined) {
      this.#note(line, text, 'malformed', row.problem);
      return;
    }
    const { kind, devices, others, bad, good } = namedIn(row);
    if (kind === undefined) {
      const [first] = bad;
      if (first === undefined) this.#note(line, text, 'none', 'Nothing in it names a device.');
      else this.#note(line, text, first.problem, first.explanation);
      return;
    }
    // Beside what a cell names, what is damaged in it is another device.
    for (const readings of row.cells)
      if (readings.some(({ ok }) => ok))
        for (const reading of readings.flatMap((one) => badReading(one) ?? []))
          this.#note(line, text, reading.problem, reading.explanation);
    const warningOf = new Map(good.map(({ identifier, warning }) => [identityKey(identifier), warning]));
    const damaged = row.cells
      .filter((readings) => !readings.some(({ ok }) => ok))
      .flatMap((readings) => readings.flatMap((reading) => badReading(reading) ?? []));
    // Without a header nobody has said that it is another name of the same device.
    if (!row.isNamed) for (const { problem, explanation } of damaged) this.#note(line, text, problem, explanation);
    const against = contradictionOf(this.#devices, this.#providerId, row, { devices, others });
    if (against !== undefined) {
      this.#note(line, text, 'contradiction', against);
      return;
    }
    for (const identifier of devices) {
      const shown = devices.length === 1 ? text : identifier.id;
      const warning = [
        ...(row.isNamed ? damaged : []).map(({ explanation }) => `taken by its ${kind.toUpperCase()}: ${explanation}`),
        warningOf.get(identityKey(identifier)) ?? '',
      ]
        .filter((text) => text !== '')
        .join(' Also, ');
      this.#device(line, shown, identifier, devices.length === 1 ? others : [], warning === '' ? undefined : warning);
    }
    // What belongs to none of several devices is one of its own.
    if (devices.length > 1)
      for (const other of others)
        if (devicesNamed(this.#devices, this.#providerId, other, []).ids.length === 0)
          this.#device(line, other.id, other, [], warningOf.get(identityKey(other)));
  }

  result(table: Table): Identified {
    const room = Math.max(0, LINES_KEPT - this.#problems.length);
    const lines = [...this.#problems, ...this.#others.slice(0, room)].sort((a, b) => a.line - b.line);
    return {
      deviceIds: [...this.#found],
      unknown: [...this.#unknown.values()],
      doubtful: this.#doubtful,
      rows: this.#rows,
      counts: this.#counts,
      warnings: this.#warnings,
      lines,
      format: table.format,
      encoding: table.encoding,
      sheet: table.sheet,
      sheets: table.sheets,
      hiddenRows: this.#hiddenRows,
    };
  }

  #device(
    line: number,
    text: string,
    identifier: DeviceIdentifier,
    others: readonly DeviceIdentifier[],
    warning: string | undefined,
  ): void {
    const { ids: matches, note = warning } = devicesNamed(this.#devices, this.#providerId, identifier, others);
    const [device, second] = matches;
    // Without its check digit, or with a software version, an IMEI can be of several; the list has said already which one.
    const isNamed = identifier.kind === 'imei' && !isWholeImei(identifier) && matches.some((id) => this.#found.has(id));
    if (second !== undefined && !isNamed) {
      this.#note(
        line,
        text,
        'ambiguous',
        `More than one device has this ${identifier.kind.toUpperCase()}; choose one by its ICCID.`,
        { candidates: matches.map((id) => ({ id, iccid: this.#devices.get(id)?.iccid ?? null })) },
      );
    } else if (device !== undefined) this.#known(line, text, device, isNamed, note);
    else this.#notKnown(line, text, identifier, others, warning);
  }

  #known(line: number, text: string, device: number, isNamed: boolean, warning: string | undefined): void {
    if (isNamed || this.#found.has(device)) {
      this.#note(line, text, 'duplicate', REPEATED);
      return;
    }
    this.#found.add(device);
    this.#counts.found++;
    if (warning !== undefined) this.#warnings++;
    const notes = [warning, this.#isHidden ? HIDDEN : undefined].filter((note) => note !== undefined);
    if (notes.length > 0 || this.#keepsFound) {
      const note = notes.length === 0 ? null : notes.join(' Also, ');
      this.#keep({ line, text, verdict: 'found', note, identifier: null, candidates: [] });
    }
  }

  #notKnown(
    line: number,
    text: string,
    identifier: DeviceIdentifier,
    others: readonly DeviceIdentifier[],
    warning: string | undefined,
  ): void {
    if (looksRounded(identifier.id)) {
      this.#note(line, text, 'mangled', roundedExplanation(identifier.id));
      return;
    }
    if (namedKeys(identifier).some((key) => this.#unknownNames.has(key))) {
      this.#note(line, text, 'duplicate', REPEATED);
      return;
    }
    if (this.#unknown.size + this.#found.size >= MAX_DEVICES) throw tooMany(line);
    for (const { kind, id } of [identifier, ...others])
      for (const key of shownKeys({ [kind]: id })) this.#unknownNames.add(key);
    this.#unknown.set(identityKey(identifier), identifier);
    if (warning?.includes(CHECK_DIGIT_WARNING) === true) this.#doubtful++;
    const filler = /F\s*$/i.test(text) && identifier.kind === 'iccid' ? ' The filler F at its end was taken off.' : '';
    this.#note(
      line,
      text,
      'unknown',
      `No device of the inventory has it; the carrier may know it.${warning === undefined ? '' : ` Also, ${warning}.`}${filler}`,
      { identifier },
    );
  }

  #note(line: number, text: string, verdict: LineVerdict, note: string, about: About = {}): void {
    this.#counts[verdict]++;
    this.#keep({ line, text, verdict, note, identifier: null, candidates: [], ...about });
  }

  #keep(line: IdentifiedLine): void {
    const lines = isRefused(line.verdict) || line.verdict === 'none' ? this.#problems : this.#others;
    if (lines.length < LINES_KEPT) lines.push({ ...line, text: shownText(line.text) });
  }
}

const HIDDEN = 'the row is hidden in the workbook';
const REPEATED = 'It stands on an earlier line already and counts once.';

function tooMany(line: number): ConsoleError {
  return new ConsoleError(
    'bad-input',
    `The list names more than ${MAX_DEVICES.toLocaleString('en-US')} different devices (at line ${line.toLocaleString('en-US')}).`,
    'Split it; nothing was taken from it.',
  );
}

/**
 * A list of devices, whatever form it has.
 * @throws ConsoleError `bad-input` when it cannot be read, `choose-column` when no row has anything like an identifier,
 *   `choose-sheet` when several sheets of a workbook have some
 */
export async function identifyList(
  devices: DeviceRepository,
  providerId: number,
  source: TableSource,
  options: IdentifyOptions = {},
): Promise<Identified> {
  const table = await openTable(source, { nothing: NOT_SENT, sheet: options.sheet, isWanted: hasIdentifiers });
  const finder = new AheadFinder(devices, providerId);
  const identifier = new Identifier(finder, providerId, options.allLines === true);
  const reader = new ListReader(options.deviceColumns);
  const first: (readonly string[])[] = [];
  let waiting: ListRow[] = [];
  const unlessUnclear = (read: () => ListRow[]): ListRow[] => {
    try {
      return read();
    } catch (error) {
      throw error instanceof UnclearColumns ? new ChooseColumn('several', first, table, NOT_SENT) : error;
    }
  };
  const sort = (): void => {
    finder.lookUp(waiting);
    for (const row of waiting) identifier.add(row);
    waiting = [];
  };
  for await (const row of table.rows()) {
    if (first.length < SHOWN_ROWS && row.cells.some((cell) => cell !== '')) first.push(row.cells);
    waiting.push(...unlessUnclear(() => reader.add(row)));
    if (waiting.length < ROWS_AT_ONCE) continue;
    sort();
    // Jobs, the lock and other windows go on meanwhile.
    await setImmediate();
  }
  waiting.push(...unlessUnclear(() => reader.end()));
  sort();
  const result = identifier.result(table);
  if (first.length === 0) throw new ConsoleError('bad-input', 'The list is empty.', NOT_SENT);
  const { none, contradiction, found } = result.counts;
  if (reader.hasAdopted && contradiction > found) throw new ChooseColumn('several', first, table, NOT_SENT);
  if (!('text' in source) && (result.rows === 0 || none === result.rows) && reader.columns === null)
    throw new ChooseColumn('none', first, table, NOT_SENT);
  return result;
}

/** @throws ConsoleError when lines cannot be taken: nobody should find out afterwards that a device was left out */
export function refuseBadLines(identified: Identified): void {
  const error = badLinesError(identified);
  if (error !== undefined) throw error;
}

/** @returns the refusal, with the lines; undefined when every line can be taken */
export function badLinesError(identified: Identified): ConsoleError | undefined {
  const problems = new Problems();
  for (const { line, verdict, note } of identified.lines) if (isRefused(verdict)) problems.add(line, note ?? verdict);
  problems.count = refusedCount(identified);
  return problems.count > 0 ? refusedLines(problems, 'list of devices', NOT_SENT) : undefined;
}

/** How many of what the list names cannot be taken. */
export function refusedCount({ counts }: Identified): number {
  return (Object.keys(counts) as LineVerdict[]).reduce((sum, one) => sum + (isRefused(one) ? counts[one] : 0), 0);
}
