/** Device identifiers as the carrier names them: kinds, what a valid value looks like, and what spreadsheets do to them. */

/** Identifier kinds of the ThingSpace API; the order is the order in which the console prefers them. */
export const IDENTIFIER_KINDS = ['iccid', 'imei', 'mdn', 'msisdn', 'meid', 'esn', 'eid'] as const;
export type IdentifierKind = (typeof IDENTIFIER_KINDS)[number];

export interface DeviceIdentifier {
  kind: IdentifierKind;
  /** Always text: an ICCID has more digits than a number can hold. */
  id: string;
}

/** Source: the carrier's identifier table (ICCID up to 20 digits, IMEI 15 and 16 accepted, MEID 14 hex, …). */
const PATTERNS: Readonly<Record<IdentifierKind, RegExp>> = {
  iccid: /^\d{18,20}$/,
  imei: /^\d{14,16}$/,
  mdn: /^\d{10}$/,
  msisdn: /^\d{11,15}$/,
  esn: /^(\d{11}|[0-9A-F]{8})$/,
  meid: /^[0-9A-F]{14}$/,
  eid: /^\d{32}$/,
};

/** The kind that a carrier's record or a column names, in whatever case: `iccId`, `ICCID`; undefined for one that the console does not use. */
export function identifierKind(text: string): IdentifierKind | undefined {
  const plain = text.trim().toLowerCase();
  return IDENTIFIER_KINDS.find((kind) => kind === plain);
}

/** What tells one device of a kind from another: without a country code, a check digit, a software version, the 89 of all SIMs. */
function tellingPart({ kind, id }: DeviceIdentifier): string {
  if (kind === 'imei' || kind === 'meid') return id.slice(0, IMEI_BODY);
  if (kind === 'msisdn') return id.replace(/^1(?=\d{10}$)/, '');
  return kind === 'iccid' ? id.replace(/^89/, '') : id;
}

/**
 * True for what somebody or something filled in because a value was needed: one digit all the way, or digits counted up from 0
 * or 1. Many devices have the same, so it names none of them.
 */
export function isPlaceholder(identifier: DeviceIdentifier): boolean {
  const shaped = shapedIdentifier(identifier);
  return shaped !== undefined && isFilledIn(shaped);
}

function isFilledIn(shaped: DeviceIdentifier): boolean {
  const part = tellingPart(shaped);
  return /^(.)\1*$/.test(part) || COUNTED_UP.has(part);
}

/** No number of North America begins with 0 or 1, so none of these is a real one. */
const COUNTED_UP: ReadonlySet<string> = new Set(
  [10, 11, 12, 13, 14, 15, 16, 17, 18, 20, 32].flatMap((length) =>
    [0, 1].map((first) => Array.from({ length }, (_, index) => (first + index) % 10).join('')),
  ),
);

/**
 * One device has one form of each identifier, however it was written: an ICCID without the filler F of modems, a MEID in
 * capitals, an MDN without the country code 1. An IMEI stays as it is (14 digits, with check digit, or 16 with a software
 * version): {@link namedKeys} and {@link shownKeys} compare what both have of it.
 * @returns undefined for a text that no identifier of that kind can have, and for a placeholder
 */
export function normalIdentifier(identifier: DeviceIdentifier): DeviceIdentifier | undefined {
  const shaped = shapedIdentifier(identifier);
  return shaped === undefined || isFilledIn(shaped) ? undefined : shaped;
}

/** The normal form, be it a placeholder or not. */
function shapedIdentifier({ kind, id }: DeviceIdentifier): DeviceIdentifier | undefined {
  const value = NORMAL_FORM[kind](id.trim().toUpperCase());
  return PATTERNS[kind].test(value) ? { kind, id: value } : undefined;
}

/**
 * Two identifiers of a list with the same key name the same device. MDN and MSISDN are one number, and a MEID of digits only
 * is the beginning of an IMEI. Two whole IMEIs that differ are two: some records have such, whatever the check digit says.
 * @param identifier in the form of {@link normalIdentifier}
 */
export function identityKey({ kind, id }: DeviceIdentifier): string {
  if (isWholeImei({ kind, id })) return `imei ${id}`;
  const body = imeiBody({ kind, id });
  if (body !== undefined) return `imei ${body}`;
  if (kind === 'mdn' || (kind === 'msisdn' && /^1\d{10}$/.test(id))) return `number ${id.slice(-10)}`;
  return `${kind} ${id}`;
}

/** The first 14 digits of an IMEI in whatever form; undefined for everything else. */
export function imeiBody({ kind, id }: DeviceIdentifier): string | undefined {
  return kind === 'imei' || (kind === 'meid' && /^\d+$/.test(id)) ? id.slice(0, IMEI_BODY) : undefined;
}

/** With its check digit, so that it can be compared with another one digit by digit. */
export function isWholeImei({ kind, id }: DeviceIdentifier): boolean {
  return kind === 'imei' && id.length === IMEI_BODY + 1;
}

/** The keys under which a named device is looked for among {@link shownKeys}. */
export function namedKeys(identifier: DeviceIdentifier): string[] {
  const normal = normalIdentifier(identifier) ?? identifier;
  return [identityKey(normal), ...(isWholeImei(normal) ? [`part of imei ${normal.id.slice(0, IMEI_BODY)}`] : [])];
}

/** The keys of a record: one of them is among the {@link namedKeys} of what names its device. */
export function shownKeys(identifiers: Partial<Record<IdentifierKind, string>>): Set<string> {
  return new Set(
    IDENTIFIER_KINDS.flatMap((kind) => {
      const id = identifiers[kind];
      const normal = id === undefined ? undefined : normalIdentifier({ kind, id });
      if (normal === undefined) return [];
      const body = imeiBody(normal);
      if (body === undefined) return [identityKey(normal)];
      return isWholeImei(normal) ? [identityKey(normal), `imei ${body}`] : [`imei ${body}`, `part of imei ${body}`];
    }),
  );
}

/** Digits of an IMEI that name the device; the check digit or a software version follows. Source: 3GPP TS 23.003. */
export const IMEI_BODY = 14;

const asItIs = (text: string): string => text;
const NORMAL_FORM: Readonly<Record<IdentifierKind, (text: string) => string>> = {
  iccid: (text) => text.replace(/F+$/, ''),
  imei: asItIs,
  mdn: (text) => text.replace(/^\+?1(?=\d{10}$)/, ''),
  msisdn: (text) => text.replace(/^\+/, ''),
  // 15 hexadecimal digits are a MEID with its check digit. Source: 3GPP2 S.R0048.
  meid: (text) => text.replace(/^([0-9A-F]{14})[0-9A-F]$/, '$1'),
  esn: asItIs,
  eid: asItIs,
};

const SCIENTIFIC = /^\d(?:[.,]\d+)?e\+?\d+$/i;

/** True for text that a spreadsheet wrote as a number, such as `8.91480000008008E+19`. */
export function looksScientific(text: string): boolean {
  return SCIENTIFIC.test(text.trim());
}

/**
 * True for more than 15 digits that end in a run of zeros: what is left of an ICCID that went through a spreadsheet cell
 * (which keeps 15 digits). A real one can look like this too, so the caller refuses it only when no known device has it.
 */
export function looksRounded(digits: string): boolean {
  return /^\d{16,}$/.test(digits) && /^0+$/.test(digits.slice(15));
}

/** Luhn check digit of a decimal identifier. Warn on `false`, never reject: the carrier's own examples fail it. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const doubled = digit * 2;
    sum += i % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** The digit that makes `digits` followed by it pass {@link passesLuhn}. */
export function luhnDigit(digits: string): string {
  for (let d = 0; d < 10; d++) if (passesLuhn(`${digits}${d}`)) return String(d);
  throw new Error(`no check digit for "${digits}"`);
}

/** The explanation for a value that {@link looksRounded} and that no known device has. */
export function roundedExplanation(id: string): string {
  return `"${id}" ends in zeros after the 15th digit and no known device has it: a spreadsheet has rounded it. Format the column as text and export it again.`;
}
