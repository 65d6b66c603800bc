import { describe, expect, it } from 'vitest';
import { knowToken, PieceRedactor, redact } from '../../src-main/security/redaction.ts';
import { seededRandom } from '../../src-main/simulator/random.ts';

const TEXTS = 10_000;
const random = seededRandom(20261125);
const pick = (size: number): number => Math.floor(random() * size);

/** Characters that people and generators put into passwords, those that every encoding has to escape among them. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789 !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~äßé€';

function secretOf(length: number): string {
  return Array.from({ length }, () => ALPHABET[pick(ALPHABET.length)] ?? 'x').join('');
}

/** How a secret may stand in a text that somebody writes. */
const ENCODINGS: readonly [string, (secret: string) => string, (text: string) => string][] = [
  ['as it is', (secret) => secret, (text) => text],
  ['JSON', (secret) => JSON.stringify({ value: secret }), (text) => text.replace(/\\(.)/g, '$1')],
  ['URL', (secret) => `https://x.example/?a=${encodeURIComponent(secret)}&b=1`, decodeSoftly],
  [
    'form',
    (secret) => new URLSearchParams({ q: secret }).toString(),
    (text) => decodeSoftly(text.replaceAll('+', ' ')),
  ],
  ['base64', (secret) => Buffer.from(secret).toString('base64'), everyBase64],
  [
    'base64 after others',
    (secret) => Buffer.from(`${secretOf(pick(9))}:${secret}:tail`).toString('base64'),
    everyBase64,
  ],
  ['base64url', (secret) => Buffer.from(`u:${secret}`).toString('base64url'), everyBase64],
];

function decodeSoftly(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** All runs of base64 in a text, decoded at every alignment. */
function everyBase64(text: string): string {
  return [...text.matchAll(/[A-Za-z0-9+/_-]{6,}/g)]
    .flatMap(([run]) => [0, 1, 2, 3].map((skip) => Buffer.from(run.slice(skip), 'base64').toString('utf8')))
    .join('\n');
}

describe('redaction', () => {
  it(`takes every known secret out of ${String(TEXTS)} texts, however it is encoded`, () => {
    const leaks: string[] = [];
    for (let n = 0; n < TEXTS; n++) {
      const secret = secretOf(8 + pick(30));
      knowToken(secret);
      const [name, encode, decode] = ENCODINGS[n % ENCODINGS.length] ?? ENCODINGS[0] ?? [];
      if (name === undefined || encode === undefined || decode === undefined) throw new Error('no encoding');
      const clean = redact(`before ${encode(secret)} after`);
      if (clean.includes(secret) || decode(clean).includes(secret)) leaks.push(`${name}: ${secret} in ${clean}`);
    }
    expect(leaks).toEqual([]);
  });

  it('takes them out of texts that come in pieces, wherever they are cut', () => {
    const leaks: string[] = [];
    for (let n = 0; n < TEXTS / 50; n++) {
      const secret = secretOf(8 + pick(30));
      knowToken(secret);
      const [name = '', encode = String, decode = String] = ENCODINGS[n % ENCODINGS.length] ?? [];
      const token = `Authorization: Bearer ${'t0ken'.repeat(1 + pick(400))}`;
      const text = Array.from(
        { length: 5 + pick(20) },
        () => `${secretOf(pick(900)).replaceAll('"', '')} ${encode(secret)} ${token}`,
      ).join('\n');
      const redactor = new PieceRedactor();
      let clean = '';
      for (let from = 0; from < text.length;) {
        const to = from + 1 + pick(3000);
        clean += redactor.push(text.slice(from, to));
        from = to;
      }
      clean += redactor.end();
      if (clean.includes(secret) || decode(clean).includes(secret) || clean.includes('t0ken'))
        leaks.push(`${name}: ${secret}`);
    }
    expect(leaks).toEqual([]);
  });

  it('leaves what is no secret as it was', () => {
    knowToken('correct horse battery');
    const text = 'ICCID 89148000000000000012: M2M5MB-S to M2M150MB-A, request 595f5c44-c31c-4552-8670-020a1545a84d';
    expect(redact(text)).toBe(text);
  });
});
