/**
 * Finds a secret in a text, whichever way an encoder has written it: escaped for programs, URLs, forms, mails and web pages,
 * also several times over, in capitals, in UTF-16, in base64 and in hex, also one in the other. Both are brought into one
 * plain form and compared there, so that no encoding needs an expression of its own. What may be base64 or hex is decoded,
 * and looked through like the text itself.
 */

/** From the first character to the one after the last. */
export type Range = readonly [from: number, to: number];

/** Shorter secrets would be found in everything. */
export const SHORTEST_SECRET = 4;
/** From here on a secret is found in capitals and small letters too; a shorter one would be found by chance. */
const SHORTEST_IN_ANY_CASE = 8;
/** Encoders one after the other. */
const MOST_LAYERS = 8;
/** Base64 and hex in one another. */
const DEEPEST = 4;
/**
 * Of one character, how much text may stand for it: four bytes in percents that were escaped six times more, or base64 of
 * base64 of UTF-16.
 */
export const LONGEST_DISGUISE = 64;

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
  /** In the plain form, also with its accents written otherwise or read wrongly; none when too little is left of it. */
  plain: readonly string[];
  anyCase: boolean;
  base64: readonly string[];
  hex: readonly string[];
}

export function formsOf(secret: string): SecretForms {
  const utf8 = Buffer.from(secret);
  const utf16 = Buffer.from(secret, 'utf16le');
  const latin1 = /^[\0-\xff]*$/.test(secret) ? [Buffer.from(secret, 'latin1')] : [];
  const encoded = [utf8, utf16, Buffer.from(utf16).swap16(), ...latin1];
  const alone = encoded.map((bytes) => bytes.toString('base64').replace(/=+$/, ''));
  const once = encoded.flatMap(base64Parts);
  const long = (text: string): boolean => text.length >= SHORTEST_SECRET + 1;
  const anyCase = secret.length >= SHORTEST_IN_ANY_CASE;
  const plain = spellings(secret, utf8)
    .flatMap((text) => [plainForm(text).text, withoutNothing(text)])
    .filter((text) => text.length >= SHORTEST_SECRET)
    .map((text) => (anyCase ? lowerCase(text) : text));
  return {
    raw: secret,
    plain: [...new Set(plain)],
    anyCase,
    base64: [...new Set([...alone, ...once])].filter(long),
    hex: [
      ...new Set(
        encoded.flatMap((bytes) =>
          ['', ' ', ':', '-'].map((between) =>
            Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(between),
          ),
        ),
      ),
    ],
  };
}

/** Accents in one character or in two, and the bytes of UTF-8 read as if they were of another encoding. */
function spellings(secret: string, utf8: Buffer): string[] {
  return [
    secret,
    secret.normalize('NFC'),
    secret.normalize('NFD'),
    utf8.toString('latin1'),
    new TextDecoder('windows-1252').decode(utf8),
  ];
}

/**
 * @param depth how often what is given here was decoded before
 * @returns where secrets stand in the text, in order; ranges that touch are one
 */
export function findSecrets(text: string, secrets: readonly SecretForms[], depth = 0): Range[] {
  if (secrets.length === 0 || text.length < SHORTEST_SECRET) return [];
  const found = secrets.flatMap(({ raw }) => occurrences(text, raw));
  const mail = withoutMail(text);
  const runs = new Map<string, Run>();
  for (const start of mail === undefined ? [asItIs(text)] : [asItIs(text), mail]) {
    const layers = layersOf(start);
    found.push(...findPlain(layers.at(-1) ?? start, secrets));
    if (depth < DEEPEST) for (const layer of layers) collectRuns(layer, runs);
  }
  for (const kind of [BASE64, HEX])
    found.push(
      ...carriers(
        kind,
        [...runs.values()].filter((run) => run.kind === kind),
        secrets,
        depth,
      ),
    );
  return merged(found);
}

function findPlain(plain: Plain, secrets: readonly SecretForms[]): Range[] {
  const small = lowerCase(plain.text);
  const base64 = plain.text.replace(/[ -]/g, '+').replaceAll('_', '/');
  const found: Range[] = [];
  const look = (view: string, wanted: string, padding?: string): void => {
    for (const [from, end] of occurrences(view, wanted)) {
      let to = end;
      while (padding !== undefined && view[to] === padding) to++;
      found.push(inOriginal(plain, from, to));
    }
  };
  for (const secret of secrets) {
    for (const wanted of secret.plain) look(secret.anyCase ? small : plain.text, wanted);
    for (const part of secret.base64) look(base64, part, '=');
    for (const hex of secret.hex) look(small, hex);
  }
  return found;
}

function inOriginal({ from, to }: Plain, start: number, end: number): Range {
  return [from?.[start] ?? start, to?.[end - 1] ?? end];
}

/** A kind of text that stands for bytes. */
interface Encoding {
  runs: RegExp;
  /** What stands in a run and means nothing. */
  between: RegExp;
  shortest: number;
  /** Characters that stand for whole bytes; a run may have been cut, or begin with something else, at any place in them. */
  group: number;
  /** To put between runs: bytes that no text has. */
  noText: string;
  filler: string;
  name: 'base64' | 'hex';
}

/** Lines may be broken in it, also in JSON. */
const BASE64: Encoding = {
  runs: /[A-Za-z0-9+/_-]+(?:(?:\\{1,8}[rn]){1,2}[A-Za-z0-9+/_-]+)*={0,2}/g,
  between: /\\{1,8}[rn]|=/g,
  shortest: 12,
  group: 4,
  noText: '////',
  filler: 'A',
  name: 'base64',
};

const HEX: Encoding = {
  runs: /(?:(?:0x)?[0-9a-fA-F]{2}[ :,-]{0,2}){7,}(?:0x)?[0-9a-fA-F]{2,3}/g,
  between: /0x|[ :,-]/g,
  shortest: 16,
  group: 2,
  noText: 'ff',
  filler: '0',
  name: 'hex',
};

interface Run {
  kind: Encoding;
  /** In the original text. */
  range: Range;
  text: string;
}

/** Longer runs are looked at in parts that overlap by half, so that no more than that is taken out around a secret. */
const LONGEST_RUN = 4096;

function collectRuns(plain: Plain, runs: Map<string, Run>): void {
  for (const kind of [BASE64, HEX])
    for (const { 0: whole, index } of plain.text.matchAll(kind.runs)) {
      if (whole.length < kind.shortest) continue;
      for (let at = 0; at === 0 || at + LONGEST_RUN / 2 < whole.length; at += LONGEST_RUN / 2) {
        const part = whole.length <= LONGEST_RUN ? whole : whole.slice(at, at + LONGEST_RUN);
        const range = inOriginal(plain, index + at, index + at + part.length);
        // Most runs are the same in all layers.
        const key = `${kind.name} ${String(range[0])} ${part}`;
        if (!runs.has(key)) runs.set(key, { kind, range, text: part.replace(kind.between, '') });
        if (part === whole) break;
      }
    }
}

/**
 * The runs that stand for a text with a secret in it. All are decoded together: most texts have none. Inside of what was
 * decoded it does not matter which one it is.
 */
function carriers(kind: Encoding, runs: readonly Run[], secrets: readonly SecretForms[], depth: number): Range[] {
  const readable = readableIn(kind, runs);
  if (readable === undefined || findSecrets(readable, secrets, depth + 1).length === 0) return [];
  if (runs.length === 1 || depth > 0) return runs.map(({ range }) => range);
  const half = runs.length >> 1;
  return [...carriers(kind, runs.slice(0, half), secrets, depth), ...carriers(kind, runs.slice(half), secrets, depth)];
}

/** What may be text. Of shorter pieces bytes that mean something else are full, and the secret alone was looked for. */
const READABLE = /[\0\t\n\r -~\u00a0-\ufffc]{6,}/g;

function readableIn({ name, group, noText, filler }: Encoding, runs: readonly Run[]): string | undefined {
  const parts: string[] = [];
  for (const { text } of runs)
    for (let skip = 0; skip < group; skip++) {
      const missing = (group - ((text.length - skip) % group)) % group;
      parts.push(text.slice(skip) + filler.repeat(missing));
    }
  return Buffer.from(parts.join(noText), name).toString('utf8').match(READABLE)?.join('\uFFFD');
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

/** What no one sees, and what only breaks lines. */
const NOTHING = String.raw`[\\\0\r\n\u00ad\u200b-\u200f\u2060-\u2064\ufeff]+|<wbr ?/?>`;

/** Something that an encoder may have written; where none is, the text is plain already. */
const ESCAPE = new RegExp(`[%&+]|${NOTHING}`);

/** A text before anything is taken off. */
function asItIs(text: string): Plain {
  return { text, from: undefined, to: undefined };
}

/** All layers of escapes off, backslashes and line ends left out, a plus taken for the space that it is in forms. */
function plainForm(text: string): Plain {
  return layersOf(asItIs(text)).at(-1) ?? asItIs(text);
}

/** The text, and what it is with each layer of escapes taken off; the last is plain. */
function layersOf(start: Plain): Plain[] {
  const layers = [start];
  for (let plain = start; layers.length <= MOST_LAYERS && ESCAPE.test(plain.text);) {
    const next = withoutOneLayer(plain, PIECE);
    if (next.text === plain.text) break;
    layers.push(next);
    plain = next;
  }
  return layers;
}

/** The plain form of who wrote characters apart from one another: no escape in it was seen as one. */
function withoutNothing(text: string): string {
  return text.replace(new RegExp(NOTHING, 'g'), '').replaceAll('+', ' ');
}

/** Read as quoted-printable, as mails are; undefined when nothing in it is. `password=Ab` is, so it is a view of its own. */
function withoutMail(text: string): Plain | undefined {
  const next = withoutOneLayer(asItIs(text), MAIL_PIECE);
  return next.text === text ? undefined : next;
}

/** One piece of a text: an escape and what it stands for. Bytes come in runs, for a character may take several. */
const PIECE = new RegExp(
  [
    String.raw`(?:\\+|%)u(?<unit>[0-9a-fA-F]{4})`,
    String.raw`\\+u\{(?<braced>[0-9a-fA-F]{1,6})\}`,
    String.raw`\\+U(?<long>[0-9a-fA-F]{8})`,
    String.raw`&#(?<decimal>\d{1,8});?`,
    String.raw`&#[xX](?<hex>[0-9a-fA-F]{1,8});?`,
    String.raw`&(?<name>[A-Za-z]{2,6});`,
    String.raw`(?<bytes>(?:%[0-9a-fA-F]{2}|\\+x[0-9a-fA-F]{2}|\\+[0-3][0-7]{2})+)`,
    `(?<nothing>${NOTHING})`,
    String.raw`(?<plus>\+)`,
  ].join('|'),
  'g',
);
const MAIL_PIECE = /(?<bytes>(?:=[0-9a-fA-F]{2})+)|(?<nothing>=[ \t]*(?:\r\n|\r|\n))/g;

/** The groups of the two, as far as they are in what was found. */
type Groups = Partial<
  Record<'unit' | 'braced' | 'long' | 'decimal' | 'hex' | 'name' | 'bytes' | 'nothing' | 'plus', string>
>;

function withoutOneLayer({ text, from, to }: Plain, shape: RegExp): Plain {
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
  for (const piece of text.matchAll(shape)) {
    const start = piece.index;
    const end = start + piece[0].length;
    copy(done, start);
    done = end;
    const groups: Groups = piece.groups ?? {};
    if (groups.nothing !== undefined) continue;
    if (groups.plus !== undefined) put(' ', start, end);
    else if (groups.bytes !== undefined)
      decodeBytes(groups.bytes, (characters, first, last) => {
        put(characters, start + first, start + last);
      });
    else {
      const stands = characterOf(groups);
      if (stands === undefined) copy(start, end);
      else put(stands, start, end);
    }
  }
  if (done === 0) return { text, from, to };
  copy(done, text.length);
  return { text: pieces.join(''), from: starts.subarray(0, length), to: ends.subarray(0, length) };
}

/** What one escape stands for; undefined when it is none after all. */
function characterOf({ unit, braced, long, decimal, hex, name }: Groups): string | undefined {
  if (name !== undefined) return HTML_NAMES.get(name);
  if (unit !== undefined) return String.fromCharCode(parseInt(unit, 16));
  const point = decimal === undefined ? parseInt(braced ?? long ?? hex ?? '', 16) : Number(decimal);
  return point <= 0x10ffff ? String.fromCodePoint(point) : undefined;
}

/** One byte, as PIECE and MAIL_PIECE have them. */
const BYTE = /\\+x(..)|\\+(\d{3})|[%=](..)/g;

/** Bytes as UTF-8; one that does not fit stands for itself. */
function decodeBytes(run: string, put: (characters: string, start: number, end: number) => void): void {
  const places: number[] = [];
  const values: number[] = [];
  for (const { 0: whole, 1: x, 2: octal, 3: hex, index } of run.matchAll(BYTE)) {
    places.push(index);
    values.push(octal === undefined ? parseInt(x ?? hex ?? '', 16) : parseInt(octal, 8));
    if (index + whole.length === run.length) places.push(run.length);
  }
  const bytes = Buffer.from(values);
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at] ?? 0;
    const size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const decoded = bytes.subarray(at, at + size).toString('utf8');
    const fits = !decoded.includes('\uFFFD') && Array.from(decoded).length === 1;
    const next = at + (fits ? size : 1);
    put(fits ? decoded : String.fromCharCode(first), places[at] ?? 0, places[next] ?? run.length);
    at = next;
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
    .concat([
      ['nbsp', ' '],
      ['shy', ''],
    ]),
);
