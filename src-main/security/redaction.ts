/**
 * Takes secrets out of text before it reaches a log, the store, a file or a screen. The one place for it: whoever learns a
 * secret tells it with {@link knowSecret}, whoever writes text passes it through {@link redact}.
 */

import { findSecrets, formsOf, LONGEST_DISGUISE, SHORTEST_SECRET, type Range, type SecretForms } from './disguises.ts';

/** A quotation mark as JSON in JSON and web pages write it. */
const ESCAPED_MARK = String.raw`(?:\\{1,8}["']|&(?:amp;){0,2}(?:quot|apos|#0*3[49]|#x0*2[27]);)`;

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\b(Basic|Bearer)\s+[A-Za-z0-9+/=._~-]+/gi, '$1 ***'],
  [
    new RegExp(
      String.raw`((?:VZ-M2M-Token|sessionToken|access_token|refresh_token|(?:old|new)?password|secret|client_secret|authorization)(?:["']|${ESCAPED_MARK})?\s*[:=]\s*)(?:(")(?:\\.|[^"\\])*"|(${ESCAPED_MARK})(?:(?!(?<!\\)\3).)*(?<!\\)\3|[^\s,;&}"'<\\]+)`,
      'gi',
    ),
    // In the same quotation marks, if there were any: what was JSON stays so.
    '$1$2$3***$2$3',
  ],
  [/(\/\/)[^/\s:@]+:[^/\s@]+@/g, '$1***@'],
];

/** Of a text that comes in pieces: longer than any token that no one has made known. */
const LEAST_HELD = 4096;
/** Tokens come anew every few minutes; of the old ones the last are enough. */
const TOKENS_KEPT = 24;
/** Passwords that somebody typed: a bound for whoever tries them without end. */
const TYPED_KEPT = 500;

/** Each known secret with the forms to look for. A secret is one for the whole process. */
const known = new Map<string, SecretForms>();
/** Credentials stay as long as the process lives; of the others the oldest go, each ring for itself. */
const credentials = new Set<string>();
const rings = { typed: new Set<string>(), tokens: new Set<string>() };

/** An account's credentials: whatever is written from now on will not hold it. */
export function knowSecret(secret: string): void {
  if (secret.length < SHORTEST_SECRET) return;
  credentials.add(secret);
  if (!known.has(secret)) known.set(secret, formsOf(secret));
}

/** A password that somebody typed, right or wrong: like {@link knowSecret}, but the oldest of hundreds are forgotten. */
export function knowTyped(password: string): void {
  remember(password, rings.typed, TYPED_KEPT);
}

/** A token of the carrier: like {@link knowSecret}, but the oldest of many are forgotten. */
export function knowToken(token: string): void {
  remember(token, rings.tokens, TOKENS_KEPT);
}

function remember(secret: string, ring: Set<string>, most: number): void {
  if (secret.length < SHORTEST_SECRET) return;
  if (!known.has(secret)) known.set(secret, formsOf(secret));
  ring.delete(secret);
  ring.add(secret);
  const [oldest] = ring;
  if (ring.size <= most || oldest === undefined) return;
  ring.delete(oldest);
  // It may be known for another reason as well.
  if (![credentials, rings.typed, rings.tokens].some((kept) => kept.has(oldest))) known.delete(oldest);
}

/**
 * @param text what is about to be written, whole: a secret that is cut in two cannot be found in either half
 * @param secrets more values to take out, beside those that are known
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  const more = secrets.filter((secret) => secret.length >= SHORTEST_SECRET).map(formsOf);
  let clean = without(text, findSecrets(text, [...known.values(), ...more]));
  for (const [shape, replacement] of PATTERNS) clean = clean.replace(shape, replacement);
  return clean;
}

function without(text: string, ranges: readonly Range[]): string {
  let clean = '';
  let done = 0;
  for (const [from, to] of ranges) {
    clean += `${text.slice(done, from)}***`;
    done = to;
  }
  return clean + text.slice(done);
}

/** Of an answer so much is looked at: no error of the carrier is longer, and a page of 64 MB is not worth the time. */
const LONGEST_LOOKED_AT = 64 * 1024;

/**
 * The beginning of a long text, as it may be kept.
 * @param text whole: what is cut first can be found in neither half
 * @param most characters to keep
 */
export function redactedStart(text: string, most: number): string {
  if (text.length <= LONGEST_LOOKED_AT) return redact(text).slice(0, most);
  const redactor = new PieceRedactor();
  // What it holds back may be the beginning of something.
  return redactor.push(text.slice(0, LONGEST_LOOKED_AT)).slice(0, most);
}

/**
 * For texts that come in pieces: what is given out is redacted as if the pieces were one text, wherever they were cut.
 * Usage: write what {@link push} returns for each piece, and what {@link end} returns at the end.
 */
export class PieceRedactor {
  #held = '';

  push(piece: string): string {
    this.#held += piece;
    const longest = Math.max(0, ...[...known.keys()].map((secret) => secret.length * LONGEST_DISGUISE));
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

  #matches(): Range[] {
    const shapes = PATTERNS.flatMap(([shape]) =>
      [...this.#held.matchAll(shape)].map(({ index, 0: found }): Range => [index, index + found.length]),
    );
    return [...findSecrets(this.#held, [...known.values()]), ...shapes];
  }
}
