/** Finds the devices that a person named: by a pasted column, a file, or the command line. Every line is accounted for. */
import { setImmediate } from 'node:timers/promises';
import { badLines, columnOf, CsvProblems, missingColumn, readRows, type CsvSource } from '../csv/read.ts';
import {
  IDENTIFIER_KINDS,
  identityKey,
  isWholeImei,
  looksLikeIdentifier,
  looksRounded,
  readIdentifier,
  roundedExplanation,
  type DeviceIdentifier,
  type IdentifierKind,
  type LineVerdict,
} from '../domain/identifiers.ts';
import { ConsoleError } from '../domain/errors.ts';
import { MAX_DEVICES } from '../domain/jobs.ts';
import type { DeviceRepository } from '../store/devices.ts';

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
  counts: Record<LineVerdict, number>;
  warnings: number;
  /** Lines that are not simply found; the first of them. */
  notable: IdentifiedLine[];
}

export const IDENTIFIER_COLUMNS = {
  iccid: ['sim', 'sim id', 'sim number', 'simcard', 'icc', 'icc id', 'ccid'],
  imei: ['device imei', 'imei number'],
  mdn: ['phone', 'phone number', 'mobile number', 'mobile directory number'],
  msisdn: [],
  meid: [],
  esn: [],
  eid: [],
} as const satisfies Record<IdentifierKind, readonly string[]>;

/** As many lines as a person may want to look through or hand on; the counts are always of all. */
const NOTABLE_KEPT = 100_000;
const CANDIDATES_KEPT = 20;
/** A few milliseconds' worth. */
const LINES_AT_ONCE = 500;

/** A list that names the devices of a change is imported nowhere. */
const NOT_TAKEN = 'Nothing was sent.';

/** Sorts lines into what they are; feed it with {@link add} and read {@link result}. */
export class Identifier {
  readonly #devices: DeviceRepository;
  readonly #providerId: number;
  readonly #found = new Set<number>();
  readonly #unknown = new Map<string, DeviceIdentifier>();
  readonly #counts: Record<LineVerdict, number> = {
    found: 0,
    unknown: 0,
    duplicate: 0,
    ambiguous: 0,
    mangled: 0,
    malformed: 0,
  };
  readonly #notable: IdentifiedLine[] = [];
  #warnings = 0;

  constructor(devices: DeviceRepository, providerId: number) {
    this.#devices = devices;
    this.#providerId = providerId;
  }

  add(text: string, line: number, kind?: IdentifierKind): void {
    const reading = readIdentifier(text, kind);
    if (!reading.ok) {
      if (reading.problem !== 'empty') this.#note(line, text, reading.problem, reading.explanation);
      return;
    }
    const { identifier } = reading;
    const matches = this.#devices.idsByIdentifier(this.#providerId, identifier, CANDIDATES_KEPT);
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
    } else if (device !== undefined) {
      if (isNamed || this.#found.has(device))
        this.#note(line, text, 'duplicate', 'It stands on an earlier line already and counts once.');
      else {
        this.#found.add(device);
        this.#counts.found++;
        if (reading.warning !== undefined) this.#warn(line, text, 'found', reading.warning);
      }
    } else if (looksRounded(identifier.id)) {
      this.#note(line, text, 'mangled', roundedExplanation(identifier.id));
    } else if (this.#unknown.has(identityKey(identifier))) {
      this.#note(line, text, 'duplicate', 'It stands on an earlier line already and counts once.');
    } else {
      if (this.#unknown.size + this.#found.size >= MAX_DEVICES) throw tooMany(line);
      this.#unknown.set(identityKey(identifier), identifier);
      const warning = reading.warning === undefined ? '' : ` Also, ${reading.warning}.`;
      this.#note(line, text, 'unknown', `No device of the inventory has it; the carrier may know it.${warning}`, {
        identifier,
      });
    }
  }

  result(): Identified {
    return {
      deviceIds: [...this.#found],
      unknown: [...this.#unknown.values()],
      counts: this.#counts,
      warnings: this.#warnings,
      notable: this.#notable,
    };
  }

  #note(
    line: number,
    text: string,
    verdict: LineVerdict,
    note: string,
    about: Partial<Pick<IdentifiedLine, 'identifier' | 'candidates'>> = {},
  ): void {
    this.#counts[verdict]++;
    this.#keep({ line, text, verdict, note, identifier: null, candidates: [], ...about });
  }

  #warn(line: number, text: string, verdict: LineVerdict, note: string): void {
    this.#warnings++;
    this.#keep({ line, text, verdict, note, identifier: null, candidates: [] });
  }

  #keep(line: IdentifiedLine): void {
    if (this.#notable.length < NOTABLE_KEPT) this.#notable.push({ ...line, text: line.text.trim().slice(0, 80) });
  }
}

function tooMany(line: number): ConsoleError {
  return new ConsoleError(
    'bad-input',
    `The list names more than ${MAX_DEVICES.toLocaleString('en-US')} different devices (at line ${line.toLocaleString('en-US')}).`,
    'Split it; nothing was taken from it.',
  );
}

/** A pasted column: one identifier a line; of a line with several cells the first that reads as an identifier counts. */
export async function identifyText(devices: DeviceRepository, providerId: number, text: string): Promise<Identified> {
  const identifier = new Identifier(devices, providerId);
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    const cells = line.split(/[\t,;|]/);
    const cell =
      cells.find((candidate) => readIdentifier(candidate).ok) ??
      cells.find((candidate) => candidate.trim() !== '') ??
      '';
    // A heading over the column is no identifier and no mistake.
    if (index === 0 && columnOf(cell, IDENTIFIER_COLUMNS) !== undefined) continue;
    identifier.add(cell, index + 1);
    // Jobs, the lock and other windows go on meanwhile.
    if (index % LINES_AT_ONCE === LINES_AT_ONCE - 1) await setImmediate();
  }
  return identifier.result();
}

/**
 * A file with a column of identifiers, with or without a header.
 * @throws ConsoleError `bad-input` when no column holds identifiers
 */
export async function identifyFile(
  devices: DeviceRepository,
  providerId: number,
  source: CsvSource,
): Promise<Identified> {
  const identifier = new Identifier(devices, providerId);
  let place: { column: number; kind: IdentifierKind | undefined } | undefined;
  for await (const { cells, line } of readRows(source, NOT_TAKEN)) {
    if (place === undefined) {
      const header = cells.map((cell) => columnOf(cell, IDENTIFIER_COLUMNS));
      const kind = IDENTIFIER_KINDS.find((candidate) => header.includes(candidate));
      if (kind !== undefined) {
        place = { column: header.indexOf(kind), kind };
        continue;
      }
      // No header: the first cell that looks like an identifier, even a mangled one, shows which column it is.
      const column = cells.findIndex(looksLikeIdentifier);
      if (column < 0) throw missingColumn('of identifiers (ICCID, IMEI or MDN)', cells, NOT_TAKEN);
      place = { column, kind: undefined };
    }
    identifier.add(cells[place.column] ?? '', line, place.kind);
  }
  return identifier.result();
}

/** @throws ConsoleError when lines are mangled or malformed: nobody should find out afterwards that a device was left out */
export function refuseBadLines(identified: Identified): void {
  const bad = identified.counts.mangled + identified.counts.malformed + identified.counts.ambiguous;
  if (bad === 0) return;
  const problems = new CsvProblems();
  for (const { line, verdict, note } of identified.notable) {
    if (verdict === 'mangled' || verdict === 'malformed' || verdict === 'ambiguous')
      problems.add(line, note ?? verdict);
  }
  problems.count = bad;
  throw badLines(problems, 'list of devices', NOT_TAKEN);
}
