/** Reads identifiers as people type, paste and export them: what a cell of a list names, and why it names nothing. */
import {
  IDENTIFIER_KINDS,
  identityKey,
  isPlaceholder,
  looksScientific,
  normalIdentifier,
  passesLuhn,
  type DeviceIdentifier,
  type IdentifierKind,
} from './identifiers.ts';
import { shownText } from './shown-text.ts';

export type IdentifierReading =
  | { ok: true; identifier: DeviceIdentifier; warning?: string }
  | { ok: false; problem: 'empty' | 'mangled' | 'malformed'; explanation: string };

/** What is checked when no kind was given. MSISDN and decimal ESN have the same shape; MSISDN is the common one. */
const GUESS_ORDER: readonly IdentifierKind[] = ['iccid', 'eid', 'imei', 'mdn', 'msisdn', 'meid'];

/** Marks without a shape of their own that come along when a number is copied: joiners, direction marks, soft hyphens. */
const UNSEEN =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]/gu;
/** Everything that ends a line, also inside a cell. */
const LINE_ENDS = /[\n\r\v\f\u0085\u2028\u2029]+/u;
/** What stands between several identifiers of a cell. A bar or a slash is never part of one. */
const SEPARATORS = /[,;|/\\\t&]+(?=\s*\S)/u;
const BLANKS = /\s+/u;
/** `2. ` before a line of a list. */
const NUMBERED = /^\s*\d{1,5}[.)]\s+(?=\S)/u;
/** Characters; longer lines are read word by word. */
const LONGEST_LINE = 1000;
const MOST_WORDS = 100_000;
const LONGEST_WORD = 60;
/** Between the first and the last of several. */
const RANGE = /^(?:-+|to|through|thru|until|bis|à|hasta|\.\.+)$/iu;
/** A label before the value, as modems, portals and mails write it: `+CCID: 8914…`, `IMEI=35…`, `tel:+1555…`. */
const LABEL =
  /^[+^*#]*(?:q?ccid|iccid|icc[ -]?id|sim(?: card)?(?: (?:no|number|id))?|imei ?sv|imei|mdn|msisdn|meid|esn|eid|phone|tel|mobile|min)(?:\s*(?:no|number|nr|id))?\.?\s*[:=#]?\s+|^[+^*#]*(?:q?ccid|iccid|icc[ -]?id|imei ?sv|imei|mdn|msisdn|meid|esn|eid|phone|tel|mobile|sim)\s*[:=#]\s*/iu;
const LABELLED: readonly [RegExp, IdentifierKind][] = [
  [/^(?:q?ccid|iccid|icc[ -]?id)/i, 'iccid'],
  [/^imei/i, 'imei'],
  [/^msisdn/i, 'msisdn'],
  [/^meid/i, 'meid'],
  [/^esn/i, 'esn'],
  [/^eid/i, 'eid'],
];
/** A number of North America in any of its usual forms. */
const PHONE = /(?:\+?1[ .-]?)?(?:\([2-9]\d{2}\)|[2-9]\d{2})[ .-]?\d{3}[ .-]?\d{4}(?!\d)/gu;
/** Before a line of a log: `[2026-11-24 10:15:30]`, `Nov 24 10:15:30`. */
const LOG_TIME =
  /^\W*(?:\d{4}[-/]\d\d[-/]\d\d[T ]+\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?|[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d)(?=\W)[\])\s:-]*/u;
const ANY_IDENTIFIER = /(?:\+?1[ .-]?)?\(?[2-9]\d{2}\)?[ .-]?\d{3}[ .-]?\d{4}(?!\d)|\d{11,22}F?/giu;
/**
 * With `#` for an identifier and `@` for an IMEI, behind which a software version may stand: `# to #`, `# - 05`,
 * `between # and #`, `# +5`, `# and next 4`, `# (x5)`, `#/02/03`. A plan, a date or an address behind a dash is none.
 */
const RANGES =
  /[#@]\W*(?<!\w)(?:-+|–|~|→|->|\.{2,3}|up to|to|through|thru|until|till|bis|au|à|hasta)(?!\w)\W*(?:[#@]|\d{1,4}(?=\s*(?:$|[,;)])))|between\W*[#@]\W*and\W*[#@]|[#@]\s*\+\s*\d{1,4}\s*$|[#@]\W*(?:and )?next \d|[#@]\s*\(x ?\d{1,4}\)|#\/\d{1,4}(?![\w/])|#(?:\/\d{1,9}){2,}(?!\w)/iu;

/** So many characters a group of an identifier has at most: `8914 8000 0012 …`, `35-420906-123456-7`. */
const GROUP = 8;

/** What stands in a cell whose formula has no result in the file. */
export const FORMULA_WITHOUT_RESULT = '=?';

export const NO_RESULT_EXPLANATION =
  'The cell has a formula, and its result is not in the file. Open the file in Excel, save it there, and take it again.';

/** Reads exactly one identifier. @param kind the kind if it is known; otherwise it is guessed from the shape */
export function readIdentifier(raw: string, kind?: IdentifierKind): IdentifierReading {
  const [first, second] = readCell(raw, kind);
  if (first === undefined) return EMPTY;
  if (second === undefined) return first;
  return { ok: false, problem: 'malformed', explanation: `"${shownText(raw)}" holds several values, not one.` };
}

const EMPTY = { ok: false, problem: 'empty', explanation: 'empty' } as const;

/**
 * Everything that a cell names. Digits are never joined over a line break, and over blanks and dashes only when the whole is
 * one identifier in groups: two phone numbers would make an ICCID.
 * @param kind the kind that the column says
 * @returns a reading for each identifier, and for what was meant to be one; empty for a blank cell
 */
export function readCell(raw: string, kind?: IdentifierKind): IdentifierReading[] {
  // The usual case, and there are a million of them.
  if (/^\d{10,20}$/.test(raw)) return [readOne(raw, raw, kind)];
  if (raw === FORMULA_WITHOUT_RESULT) return [{ ok: false, problem: 'mangled', explanation: NO_RESULT_EXPLANATION }];
  const text = plainCharacters(raw);
  return text
    .split(LINE_ENDS)
    .flatMap((line) => readLine(line, kind))
    .filter((reading) => reading.ok || reading.problem !== 'empty');
}

/** Other spellings of digits, blanks and dashes become the usual ones; what nobody sees goes. */
function plainCharacters(raw: string): string {
  return (
    raw
      .replace(UNSEEN, '')
      // A footnote's mark is no digit.
      .replace(/\p{No}/gu, '^')
      .normalize('NFKC')
      .replace(/[\p{Pd}\u2212\u00af\u02d7]/gu, '-')
      .replace(/[\u2018\u2019\u201a\u201b\u02bc\u00b4`]/gu, "'")
      .replace(/[\u201c-\u201f\u00ab\u00bb]/gu, '"')
      .replace(/(?!\d)\p{Nd}/gu, (digit) => asciiDigit(digit))
  );
}

/** Digits of a script stand in a row of ten that begins with its zero. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let zero = code;
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  return String(code - zero);
}

function readLine(raw: string, kind?: IdentifierKind): IdentifierReading[] {
  if (raw.length > LONGEST_LINE) {
    const words = raw.trim().split(/\s+/u);
    // A column that was pasted as one line.
    const isList =
      words.length <= MOST_WORDS && words.every((word) => /\d{8}/.test(word) && word.length <= LONGEST_WORD);
    return isList ? words.flatMap((word) => readPart(word, kind)) : [notOne(raw, kind)];
  }
  // `"iccid":"8914…"`
  const line = raw
    .replace(/["']\s*:\s*["']?/gu, ': ')
    .replace(LOG_TIME, '')
    .replace(NUMBERED, '');
  if (saysRange(line)) return [aRange(raw)];
  if (looksScientific(withoutGuards(line))) return [readOne(withoutGuards(line), line, kind)];
  const thousands = /^\s*\d{1,3}(?:,\d{3}){2,}\s*$/.test(line);
  if (thousands) return [readOne(line.replace(/\D/g, ''), line, kind)];
  const parts = line.split(SEPARATORS).filter((part) => part.trim() !== '');
  if (parts.length <= 1) return readPart(line, kind);
  const readings = parts.map((part) => ({ part, read: readPart(part, kind) }));
  // A separator inside a remark is no separator of identifiers. A word beside an identifier is a remark.
  const named = readings.flatMap(({ part, read }) =>
    read.filter(
      (reading) => reading.ok || reading.problem === 'mangled' || part.replace(/\D/g, '').length >= REMARK_DIGITS,
    ),
  );
  return named.length === 0 ? readings.flatMap(({ read }) => read).slice(0, 1) : named;
}

function readPart(raw: string, columnKind?: IdentifierKind): IdentifierReading[] {
  const { text, kind = columnKind } = withoutLabel(withoutGuards(raw));
  if (text === '') return [EMPTY];
  const words = text.split(BLANKS);
  if (words.length === 1) return [readGroups(text, raw, kind)];
  // Each word by itself, two phone numbers, one identifier in groups; then an identifier among words.
  const single = words.map((word) => {
    const { text: bare, kind: said = kind } = withoutLabel(withoutGuards(word));
    return readGroups(bare, word, said);
  });
  if (words.some((word, at) => RANGE.test(word) && single[at - 1]?.ok === true && single[at + 1]?.ok === true))
    return [aRange(raw)];
  if (single.every((reading) => reading.ok)) {
    const joined = compact(text);
    // Two halves of an ICCID look like two phone numbers.
    return words.length === 2 && /^89\d{17,18}$/.test(joined) ? [notOne(raw, kind)] : single;
  }
  const phones = text.match(PHONE) ?? [];
  if (phones.length > 0 && text.replace(PHONE, '').trim() === '' && (kind === undefined || isNumber(kind)))
    return phones.map((phone) => readOne(compact(phone), phone, kind));
  const among = single.filter((reading) => reading.ok);
  const others = words.filter((_, index) => single[index]?.ok === false);
  const isRemark = others.join('').replace(/\D/g, '').length < REMARK_DIGITS;
  if (among.length > 0) return isRemark ? among : [notOne(raw, kind)];
  return [readGroups(text, raw, kind)];
}

/** A house or line number has fewer digits. */
const REMARK_DIGITS = 8;

function aRange(raw: string): IdentifierReading {
  return {
    ok: false,
    problem: 'malformed',
    explanation: `"${shownText(raw)}" is a range. List each device of it.`,
  };
}

function isNumber(kind: IdentifierKind): boolean {
  return kind === 'mdn' || kind === 'msisdn';
}

function withoutGuards(raw: string): string {
  return (
    raw
      .trim()
      .replace(/^=\s*"?|^["'<[{>\s]+/gu, '')
      // A list's mark, or what stands around it in code: never the brackets of a phone number.
      .replace(/^[#•*·(]+["']?(?=\d{12})/u, '')
      .replace(/(?<=\d{12}F?["']?)[!*)?.]+$/iu, '')
      .replace(/["'>\]},;:]+$/gu, '')
      .replace(/^"+/u, '')
      .trim()
  );
}

function withoutLabel(text: string): { text: string; kind?: IdentifierKind } {
  const [label] = LABEL.exec(text) ?? [];
  if (label === undefined) return { text };
  const name = label.replace(/^[+^*#]+/u, '');
  const kind = LABELLED.find(([pattern]) => pattern.test(name))?.[1];
  const rest = withoutGuards(text.slice(label.length));
  return kind === undefined ? { text: rest } : { text: rest, kind };
}

/** One identifier, perhaps in groups between blanks, dashes, dots and brackets. */
function readGroups(text: string, raw: string, kind?: IdentifierKind): IdentifierReading {
  const bare = text.replace(/^(\d+)[.,]0+$/, '$1');
  if (looksScientific(bare)) return readOne(bare, raw, kind);
  // Something was left out of it: `8914…0013`.
  if (/[.-]\s*[.-]/.test(bare)) return notOne(raw, kind);
  const groups = bare.split(/[\s().-]+/u).filter((group) => group !== '');
  const joined = groups.join('');
  if (groups.length <= 1) return readOne(joined, raw, kind);
  if (groups.some((group) => group.length > GROUP)) {
    // The filler of an ICCID, or its check digit, after a blank.
    const [most = '', last = '', ...more] = groups;
    const isTail = more.length === 0 && /^89\d{16,18}$/.test(most) && /^[\dF]$/i.test(last);
    return isTail ? readOne(joined, raw, kind) : notOne(raw, kind);
  }
  const reading = readOne(joined, raw, kind);
  return reading.ok && !isInGroups(reading.identifier, bare, kind) ? notOne(raw, kind) : reading;
}

/** Whether groups may be put together to this: dates, addresses and two numbers have as many digits. */
function isInGroups({ kind, id }: DeviceIdentifier, text: string, columnKind: IdentifierKind | undefined): boolean {
  switch (kind) {
    case 'iccid':
      return id.startsWith('89');
    case 'imei':
      return (
        /^\d{2}[ -]\d{6}[ -]\d{6}[ -]\d{1,2}$/.test(text) ||
        (id.length === 15 && (columnKind === 'imei' || passesLuhn(id)))
      );
    case 'mdn':
    case 'msisdn':
      return text.replace(PHONE, '').trim() === '' || /^\+[\d ()-]+$/.test(text);
    case 'meid':
      // `Dec 24 2026 10` has as many characters.
      return columnKind === 'meid';
    default:
      return true;
  }
}

function compact(text: string): string {
  return text.replace(/[\s().-]/gu, '');
}

/** @param text without anything around it or between its digits */
function readOne(text: string, raw: string, kind?: IdentifierKind): IdentifierReading {
  if (text === '') return EMPTY;
  if (looksScientific(text))
    return {
      ok: false,
      problem: 'mangled',
      explanation: `"${shownText(raw)}" was turned into a number by a spreadsheet and lost digits. Format the column as text in the source file and export it again.`,
    };
  const placeholder = placeholderIn(text, kind);
  if (placeholder !== undefined)
    return {
      ok: false,
      problem: 'malformed',
      explanation: `"${shownText(raw)}" is a placeholder, not a real ${placeholder.toUpperCase()}: it names no device.`,
    };
  const found = kind ?? guessKind(text);
  const identifier = (found && normalIdentifier({ kind: found, id: text })) ?? otherKind(text, kind);
  if (identifier === undefined) return notOne(raw, kind);
  const warnings = [
    ...(kind !== undefined && identifier.kind !== kind
      ? [`it is an ${identifier.kind.toUpperCase()} in a column of ${kind.toUpperCase()}s`]
      : []),
    ...(hasCheckDigit(identifier) && !passesLuhn(identifier.id) ? [CHECK_DIGIT_WARNING] : []),
  ];
  return warnings.length === 0 ? { ok: true, identifier } : { ok: true, identifier, warning: warnings.join(', and ') };
}

export const CHECK_DIGIT_WARNING = 'the check digit does not fit; compare it with the label';

/** Most likely a typing mistake. */
export function failsCheckDigit(identifier: DeviceIdentifier): boolean {
  return hasCheckDigit(identifier) && !passesLuhn(identifier.id);
}

function hasCheckDigit({ kind, id }: DeviceIdentifier): boolean {
  return kind === 'iccid' || (kind === 'imei' && id.length === 15);
}

/** A column named for one kind may hold another one that cannot be mistaken for it. */
function otherKind(text: string, kind: IdentifierKind | undefined): DeviceIdentifier | undefined {
  if (kind === undefined) return undefined;
  const isSure = /^89\d{16,18}F?$/i.test(text) || (/^\d{15}$/.test(text) && passesLuhn(text));
  const guess = isSure ? guessKind(text) : undefined;
  return guess && normalIdentifier({ kind: guess, id: text });
}

function notOne(raw: string, kind: IdentifierKind | undefined): IdentifierReading {
  const expected =
    kind === undefined ? 'an ICCID (18–20 digits), IMEI (15), MDN (10) or other identifier' : SHAPES[kind];
  return {
    ok: false,
    problem: 'malformed',
    explanation: `"${shownText(raw)}" is not ${expected}${oddCharacters(raw)}.`,
  };
}

/** Names what does not belong: an O for a zero is not seen by looking. */
function oddCharacters(raw: string): string {
  if ((raw.match(/\d/g) ?? []).length < 6) return '';
  const odd = new Set(plainCharacters(raw).match(/[^\dA-Fa-f\s().,"'=+-]/gu));
  const shown = [...odd].slice(0, 3).map(nameOf);
  return shown.length === 0 ? '' : `; it holds ${shown.join(', ')}${odd.size > shown.length ? ' and more' : ''}`;
}

const LOOK_ALIKES: Readonly<Record<string, string>> = {
  O: 'the letter O (not a zero)',
  o: 'the letter o (not a zero)',
  l: 'the letter l (not a one)',
  I: 'the letter I (not a one)',
};

function nameOf(character: string): string {
  const known = LOOK_ALIKES[character];
  if (known !== undefined) return known;
  if (/[A-Za-z]/.test(character)) return `the letter ${character}`;
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  return /[\p{C}\p{Z}\p{M}]/u.test(character) ? `the character ${code}` : `the character "${character}" (${code})`;
}

/** Whether a cell holds an identifier, or what was meant to be one: the column that it stands in is one of identifiers. */
export function looksLikeIdentifier(cell: string): boolean {
  return readCell(cell).some(
    (reading) => reading.ok || reading.problem === 'mangled' || reading.explanation.includes('placeholder'),
  );
}

/** Whether a cell holds an identifier that nothing else looks like: an account or phone number is none. */
export function isSureIdentifier({ kind, id }: DeviceIdentifier): boolean {
  if (kind === 'iccid') return id.startsWith('89');
  return kind === 'eid' || kind === 'meid' || (kind === 'imei' && id.length === 15 && passesLuhn(id));
}

/** Identifiers that a cell repeats count once. */
export function eachOnce(identifiers: readonly DeviceIdentifier[]): DeviceIdentifier[] {
  return [...new Map(identifiers.map((identifier) => [identityKey(identifier), identifier])).values()];
}

/** Whether a text means all devices from one to another: only the two would be taken. */
export function saysRange(text: string): boolean {
  if (
    !/[-–~→.+/x]|\b(?:to|through|thru|until|till|bis|au|à|hasta|and|next)\b/iu.test(text) ||
    text.length > LONGEST_LINE
  )
    return false;
  return RANGES.test(text.replace(ANY_IDENTIFIER, (one) => (/^\d{14,16}$/.test(one) ? '@' : '#')));
}

/**
 * Whether a cell was an identifier until somebody typed letters for digits.
 * @param digits how many it had at least
 */
export function looksDamaged(cell: string, digits = 10): boolean {
  const typed = cell.replace(/[\s().-]/g, '');
  const letters = typed.replace(/\d/g, '').length;
  if (letters === 0 || letters > 4 || typed.length < digits || typed.length > 24) return false;
  const meant = typed
    .replace(/[oO]/g, '0')
    .replace(/[lIi|]/g, '1')
    .replace(/[zZ]/g, '2')
    .replace(/[sS]/g, '5')
    .replace(/B/g, '8');
  return /^\d+$/.test(meant) && readCell(meant).some(({ ok }) => ok);
}

/** The kind of which the text is a placeholder, if it is one. */
function placeholderIn(text: string, kind?: IdentifierKind): IdentifierKind | undefined {
  // A word such as "bbbbbbbb" is a word.
  if (kind === undefined && !/\d/.test(text)) return undefined;
  const kinds = kind === undefined ? GUESS_ORDER : [kind];
  return kinds.find((candidate) => isPlaceholder({ kind: candidate, id: text }));
}

/** The kind whose shape the text has. A word is no MEID: one without a digit is left out. */
function guessKind(text: string): IdentifierKind | undefined {
  if (/^\+?1\d{10}$/.test(text)) return 'msisdn';
  if (!/\d/.test(text) || /^\d{12,13}$/.test(text)) return undefined;
  // No number of North America begins with 0 or 1.
  if (/^[01]\d{9}$/.test(text)) return undefined;
  return GUESS_ORDER.find((kind) => normalIdentifier({ kind, id: text }) !== undefined);
}

const SHAPES: Readonly<Record<IdentifierKind, string>> = {
  iccid: 'an ICCID (18–20 digits)',
  imei: 'an IMEI (14 to 16 digits)',
  mdn: 'an MDN (10 digits)',
  msisdn: 'an MSISDN (11 to 15 digits)',
  esn: 'an ESN (11 digits or 8 hexadecimal ones)',
  meid: 'a MEID (14 hexadecimal digits)',
  eid: 'an EID (32 digits)',
};

/** The kinds in the order in which a device is named by them. */
export function firstKind(identifiers: readonly DeviceIdentifier[]): IdentifierKind | undefined {
  return IDENTIFIER_KINDS.find((kind) => identifiers.some((identifier) => identifier.kind === kind));
}
