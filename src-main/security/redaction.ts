/**
 * Takes secrets out of text before it reaches a log, the store, a file or a screen. The one place for it: whoever learns a
 * secret tells it with {@link knowSecret}, whoever writes text passes it through {@link redact}.
 */

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\b(Basic|Bearer)\s+[A-Za-z0-9+/=._~-]+/gi, '$1 ***'],
  [
    /("?(?:VZ-M2M-Token|sessionToken|access_token|refresh_token|password|secret|client_secret|authorization)"?\s*[:=]\s*)("[^"]*"|[^\s,;&}]+)/gi,
    '$1"***"',
  ],
  [/(\/\/)[^/\s:@]+:[^/\s@]+@/g, '$1***@'],
];

/** Shorter ones would be found in everything. */
const SHORTEST = 4;
/** Of one character, as two escaped halves: `\\ud83d\\udca5`. */
const LONGEST_ESCAPE = 14;
/** Of a text that comes in pieces: longer than any token that no one has made known. */
const LEAST_HELD = 4096;
/** Tokens come anew every few minutes; of the old ones the last are enough. */
const TOKENS_KEPT = 24;
/** Credentials and passwords: more than any console has, and a bound for whoever tries passwords without end. */
const SECRETS_KEPT = 500;

/** Each known secret with the expression that finds it. A secret is one for the whole process. */
const known = new Map<string, RegExp>();
/** Two rings, oldest first, so that no number of tokens makes a password fall out. */
const rings = { secrets: new Set<string>(), tokens: new Set<string>() };

/** Whatever is written from now on will not hold it. */
export function knowSecret(secret: string): void {
  // What is entered as a password is one, also if a carrier gives it out as a token.
  rings.tokens.delete(secret);
  remember(secret, rings.secrets, SECRETS_KEPT);
}

/** A token of the carrier: like {@link knowSecret}, but the oldest of many are forgotten. */
export function knowToken(token: string): void {
  if (!rings.secrets.has(token)) remember(token, rings.tokens, TOKENS_KEPT);
}

function remember(secret: string, ring: Set<string>, most: number): void {
  if (secret.length < SHORTEST) return;
  if (!known.has(secret)) known.set(secret, finderOf(secret));
  ring.delete(secret);
  ring.add(secret);
  const [oldest] = ring;
  if (ring.size <= most || oldest === undefined) return;
  ring.delete(oldest);
  known.delete(oldest);
}

/**
 * @param text what is about to be written, whole: a secret that is cut in two cannot be found in either half
 * @param secrets more values to take out, beside those that are known
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const finder of known.values()) clean = clean.replace(finder, '***');
  for (const secret of secrets) if (secret.length >= SHORTEST) clean = clean.replace(finderOf(secret), '***');
  for (const [shape, replacement] of PATTERNS) clean = clean.replace(shape, replacement);
  return clean;
}

/**
 * For texts that come in pieces: what is given out is redacted as if the pieces were one text, wherever they were cut.
 * Usage: write what {@link push} returns for each piece, and what {@link end} returns at the end.
 */
export class PieceRedactor {
  #held = '';

  push(piece: string): string {
    this.#held += piece;
    const longest = Math.max(0, ...[...known.keys()].map((secret) => secret.length * LONGEST_ESCAPE));
    const hold = Math.max(LEAST_HELD, longest);
    // Looking through it costs the same for a small step as for a large one.
    if (this.#held.length < 4 * hold) return '';
    // The end may be the beginning of something; so may what reaches over the cut.
    const matches = this.#matches();
    let cut = this.#held.length - hold;
    for (;;) {
      const across = matches.find(([from, to]) => from < cut && to > cut);
      if (across === undefined) break;
      [cut] = across;
    }
    const clean = redact(this.#held.slice(0, cut));
    this.#held = this.#held.slice(cut);
    return clean;
  }

  end(): string {
    const clean = redact(this.#held);
    this.#held = '';
    return clean;
  }

  #matches(): [from: number, to: number][] {
    return [...known.values(), ...PATTERNS.map(([shape]) => shape)].flatMap((finder) =>
      [...this.#held.matchAll(finder)].map(({ index, 0: found }): [number, number] => [index, index + found.length]),
    );
  }
}

/** Finds a secret as it is, in JSON, in a URL or a form, and in base64, alone or as a part of something. */
function finderOf(secret: string): RegExp {
  const alone = literal(Buffer.from(secret).toString('base64').replace(/=+$/, ''));
  const inside = [0, 1, 2].flatMap((offset) => {
    const part = insideBase64(secret, offset);
    return part.length < SHORTEST ? [] : [part, part.replaceAll('+', '-').replaceAll('/', '_')].map(literal);
  });
  // Encoders differ in which characters they escape, so each may be escaped or not.
  const escaped = Array.from(secret, anyEscapeOf).join('');
  return new RegExp([escaped, `${alone}=*`, ...new Set(inside)].join('|'), 'g');
}

/** One character: plain, after a backslash, as `\u00e4`, or in percents as in URLs; a space may be a plus there. */
function anyEscapeOf(character: string): string {
  const percents = [...Buffer.from(character)]
    .map((byte) => `%${eitherCase(byte.toString(16).padStart(2, '0'))}`)
    .join('');
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
    .map((unit) => `\\\\u${eitherCase(unit.toString(16).padStart(4, '0'))}`)
    .join('');
  const short = { '\n': 'n', '\r': 'r', '\t': 't' }[character];
  return `(?:\\\\?${literal(character)}|${percents}|${units}${character === ' ' ? '|\\+' : ''}${short === undefined ? '' : `|\\\\${short}`})`;
}

function eitherCase(hex: string): string {
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/**
 * The characters of a base64 text that stand for this secret alone, when so many bytes stand before it in their group of
 * three: what its neighbours share with it is left out.
 */
function insideBase64(secret: string, before: number): string {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
  const whole = bytes.toString('base64').replace(/=+$/, '');
  const from = Math.ceil((before * 8) / 6);
  const to = Math.floor((bytes.length * 8) / 6);
  return whole.slice(from, to);
}
