/**
 * Finds a secret in a text, whichever way an encoder has written it: escaped for JSON, URLs, forms and web pages, also several
 * times over, in capitals, in UTF-16, in base64 and in hex. Both are brought into one plain form and compared there, so
 * that no encoding needs an expression of its own.
 */

/** From the first character to the one after the last. */
export type Range = readonly [from: number, to: number];

/** Shorter secrets would be found in everything. */
export const SHORTEST_SECRET = 4;
/** From here on a secret is found in capitals and small letters too; a shorter one would be found by chance. */
const SHORTEST_IN_ANY_CASE = 8;
/** Encoders one after the other. */
const MOST_LAYERS = 5;
/**
 * Of one character, how much text may stand for it: four bytes in percents that were escaped three times more, or base64 of
 * base64 of UTF-16.
 */
export const LONGEST_DISGUISE = 40;

/** A text in its plain form, with the place in the original text for each of its characters. */
interface Plain {
  text: string;
  /** Undefined as long as each character stands where it stood. */
  from: Int32Array | undefined;
  to: Int32Array | undefined;
}

/** What to look for, made once for each secret. */
export interface SecretForms {
  raw: string;
  /** In the plain form; undefined when too little is left of it. */
  plain: string | undefined;
  anyCase: boolean;
  base64: readonly string[];
  hex: readonly string[];
}

export function formsOf(secret: string): SecretForms {
  const plain = plainForm(secret).text;
  const utf8 = Buffer.from(secret);
  const utf16 = Buffer.from(secret, 'utf16le');
  const encoded = [utf8, utf16, Buffer.from(utf16).swap16()];
  const alone = encoded.map((bytes) => bytes.toString('base64').replace(/=+$/, ''));
  const once = encoded.flatMap(base64Parts);
  const twice = base64Parts(utf8).flatMap((part) => base64Parts(Buffer.from(part)));
  const long = (text: string): boolean => text.length >= SHORTEST_SECRET + 1;
  return {
    raw: secret,
    plain: plain.length >= SHORTEST_SECRET ? plain : undefined,
    anyCase: secret.length >= SHORTEST_IN_ANY_CASE,
    base64: [...new Set([...alone, ...once, ...twice])].filter(long),
    hex: encoded.flatMap((bytes) =>
      ['', ' ', ':', '-'].map((between) =>
        Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(between),
      ),
    ),
  };
}

/** @returns where secrets stand in the text, in order; ranges that touch are one */
export function findSecrets(text: string, secrets: readonly SecretForms[]): Range[] {
  if (secrets.length === 0 || text.length < SHORTEST_SECRET) return [];
  const plain = plainForm(text);
  const small = lowerCase(plain.text);
  const base64 = plain.text.replace(/[ -]/g, '+').replaceAll('_', '/');
  const found: Range[] = [];
  const inPlain = (view: string, wanted: string, padding?: string): void => {
    for (const [from, end] of occurrences(view, wanted)) {
      let to = end;
      while (padding !== undefined && view[to] === padding) to++;
      found.push([plain.from?.[from] ?? from, plain.to?.[to - 1] ?? to]);
    }
  };
  for (const secret of secrets) {
    found.push(...occurrences(text, secret.raw));
    if (secret.plain !== undefined) {
      if (secret.anyCase) inPlain(small, lowerCase(secret.plain));
      else inPlain(plain.text, secret.plain);
    }
    for (const part of secret.base64) inPlain(base64, part, '=');
    for (const hex of secret.hex) inPlain(small, hex);
  }
  return merged(found);
}

function occurrences(text: string, wanted: string): Range[] {
  const found: Range[] = [];
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) found.push([at, at + wanted.length]);
  return found;
}

function merged(ranges: Range[]): Range[] {
  const all: [number, number][] = [];
  for (const [from, to] of ranges.sort((a, b) => a[0] - b[0])) {
    const last = all.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else all.push([from, to]);
  }
  return all;
}

/** As long as before, so that places stay: the few letters that become two stay as they are. */
function lowerCase(text: string): string {
  const small = text.toLowerCase();
  return small.length === text.length
    ? small
    : Array.from(text, (letter) =>
        letter.toLowerCase().length === letter.length ? letter.toLowerCase() : letter,
      ).join('');
}

/** Something that an encoder may have written; where none is, the text is plain already. */
const ESCAPE = /[\\%&+\0\r\n]/;

/** All layers of escapes off, backslashes and line ends left out, a plus taken for the space that it is in forms. */
function plainForm(text: string): Plain {
  let plain: Plain = { text, from: undefined, to: undefined };
  for (let layer = 0; layer < MOST_LAYERS && ESCAPE.test(plain.text); layer++) {
    const next = withoutOneLayer(plain);
    if (next.text === plain.text) break;
    plain = next;
  }
  return plain;
}

/** One piece of a text: an escape and what it stands for. Percents come in runs, for a character may take several. */
const PIECE =
  /\\+u([0-9a-fA-F]{4})|\\+x([0-9a-fA-F]{2})|&#(\d{1,8});?|&#[xX]([0-9a-fA-F]{1,8});?|&([A-Za-z]{2,6});|((?:%[0-9a-fA-F]{2})+)|([\\\0\r\n]+)|(\+)/g;

function withoutOneLayer({ text, from, to }: Plain): Plain {
  const pieces: string[] = [];
  // Never more characters than before: each escape is longer than what it stands for.
  const starts = new Int32Array(text.length);
  const ends = new Int32Array(text.length);
  let length = 0;
  const put = (characters: string, start: number, end: number): void => {
    pieces.push(characters);
    for (let unit = 0; unit < characters.length; unit++, length++) {
      starts[length] = from?.[start] ?? start;
      ends[length] = to?.[end - 1] ?? end;
    }
  };
  const copy = (start: number, end: number): void => {
    pieces.push(text.slice(start, end));
    for (let at = start; at < end; at++, length++) {
      starts[length] = from?.[at] ?? at;
      ends[length] = to?.[at] ?? at + 1;
    }
  };
  let done = 0;
  for (const piece of text.matchAll(PIECE)) {
    const [whole, unit, byte, decimal, hex, name, percents, nothing, plus] = piece;
    const start = piece.index;
    const end = start + whole.length;
    copy(done, start);
    done = end;
    if (nothing !== undefined) continue;
    if (plus !== undefined) put(' ', start, end);
    else if (percents !== undefined)
      decodePercents(percents, (characters, skip, length_) => {
        put(characters, start + skip, start + skip + length_);
      });
    else if (name !== undefined) {
      const stands = HTML_NAMES.get(name);
      if (stands === undefined) copy(start, end);
      else put(stands, start, end);
    } else {
      const point = decimal === undefined ? parseInt(unit ?? byte ?? hex ?? '', 16) : Number(decimal);
      if (point <= 0x10ffff)
        put(unit === undefined ? String.fromCodePoint(point) : String.fromCharCode(point), start, end);
      else copy(start, end);
    }
  }
  if (done === 0) return { text, from, to };
  copy(done, text.length);
  return { text: pieces.join(''), from: starts.subarray(0, length), to: ends.subarray(0, length) };
}

/** Bytes in percents, as UTF-8; a byte that does not fit stands for itself. */
function decodePercents(run: string, put: (characters: string, skip: number, length: number) => void): void {
  const bytes = Buffer.from(run.replaceAll('%', ''), 'hex');
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at] ?? 0;
    const size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const decoded = bytes.subarray(at, at + size).toString('utf8');
    const fits = !decoded.includes('\uFFFD') && Array.from(decoded).length === 1;
    put(fits ? decoded : String.fromCharCode(first), at * 3, (fits ? size : 1) * 3);
    at += fits ? size : 1;
  }
}

/**
 * The characters of a base64 text that stand for these bytes alone, at each place in its groups of three: what their
 * neighbours share with them is left out.
 */
function base64Parts(bytes: Buffer): string[] {
  return [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '')
      .slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6)),
  );
}

/** What web pages have names for among the characters of passwords; all the rest they write as numbers. */
const HTML_NAMES: ReadonlyMap<string, string> = new Map(
  (
    'amp& lt< gt> quot" apos\' excl! num# dollar$ percnt% lpar( rpar) ast* plus+ comma, period. sol/ colon: semi; equals= ' +
    'quest? commat@ lsqb[ lbrack[ bsol\\ rsqb] rbrack] Hat^ lowbar_ grave` lcub{ lbrace{ verbar| vert| rcub} rbrace} tilde~ ' +
    'auml\u00e4 ouml\u00f6 uuml\u00fc Auml\u00c4 Ouml\u00d6 Uuml\u00dc szlig\u00df eacute\u00e9 egrave\u00e8 aacute\u00e1 ' +
    'agrave\u00e0 iacute\u00ed oacute\u00f3 uacute\u00fa ntilde\u00f1 ccedil\u00e7 euro\u20ac pound\u00a3 sect\u00a7 deg\u00b0'
  )
    .split(' ')
    .map((entry): [string, string] => [entry.slice(0, -1), entry.slice(-1)])
    .concat([['nbsp', ' ']]),
);
