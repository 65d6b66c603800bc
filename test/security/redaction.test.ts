import { describe, expect, it } from 'vitest';
import {
  knowSecret,
  knowToken,
  knowTyped,
  PieceRedactor,
  redact,
  redactedStart,
} from '../../src-main/security/redaction.ts';
import { seededRandom } from '../../src-main/simulator/random.ts';

/** With each encoding once: 10,000 texts and more. */
const SECRETS = 600;
const random = seededRandom(20261125);
const pick = (size: number): number => Math.floor(random() * size);

/** Characters that people and generators put into passwords, those that every encoding has to escape among them. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789 !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~äßé€';

function secretOf(length: number): string {
  return Array.from({ length }, () => ALPHABET[pick(ALPHABET.length)] ?? 'x').join('');
}

/** How a secret may stand in a text that somebody writes, and how a reader gets it back. */
const ENCODINGS: readonly [string, (secret: string) => string, (text: string) => string][] = [
  ['as it is', (secret) => secret, (text) => text],
  ['JSON', (secret) => JSON.stringify({ value: secret }), withoutBackslashes],
  [
    'JSON in JSON in JSON',
    (secret) => JSON.stringify({ body: JSON.stringify({ body: JSON.stringify({ value: secret }) }) }),
    withoutBackslashes,
  ],
  ['URL', (secret) => `https://x.example/?a=${encodeURIComponent(secret)}&b=1`, decodeSoftly],
  [
    'URL in a URL in a URL',
    (secret) => encodeURIComponent(encodeURIComponent(encodeURIComponent(secret))),
    (text) => decodeSoftly(decodeSoftly(decodeSoftly(text))),
  ],
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
  [
    'base64 in base64',
    (secret) => Buffer.from(`a: ${Buffer.from(`u:${secret}:x`).toString('base64')}.`).toString('base64'),
    (text) => everyBase64(everyBase64(text)),
  ],
  ['UTF-16 in base64', (secret) => Buffer.from(`u:${secret}!`, 'utf16le').toString('base64'), everyUtf16],
  [
    'UTF-16 of the other order',
    (secret) => Buffer.from(`u:${secret}!`, 'utf16le').swap16().toString('base64'),
    everyUtf16,
  ],
  ['UTF-16 read as something else', (secret) => Array.from(secret).join('\0'), (text) => text.replaceAll('\0', '')],
  ['hex', (secret) => Buffer.from(secret).toString('hex'), (text) => hexOf(text)],
  ['hex in capitals', (secret) => Buffer.from(secret).toString('hex').toUpperCase(), (text) => hexOf(text)],
  ['a web page', (secret) => `<p>${asHtml(secret)}</p>`, fromHtml],
  [
    'a web page in numbers',
    (secret) => Array.from(secret, (one) => `&#${String(one.codePointAt(0))};`).join(''),
    fromHtml,
  ],
  ['a web page in a web page', (secret) => asHtml(asHtml(secret)), (text) => fromHtml(fromHtml(text))],
  ['capitals', (secret) => `USER ${secret.toUpperCase().replaceAll('SS', 'ß')} UNKNOWN`, (text) => text.toLowerCase()],
];

function asHtml(text: string): string {
  const names: Record<string, string> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": '#39', ä: 'auml' };
  return Array.from(text, (one) => {
    const name = names[one];
    return name === undefined ? (one > '~' ? `&#x${(one.codePointAt(0) ?? 0).toString(16)};` : one) : `&${name};`;
  }).join('');
}

function fromHtml(text: string): string {
  const names: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', auml: 'ä' };
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/g, (_all, hex?: string, decimal?: string, name = '') =>
    hex !== undefined
      ? String.fromCodePoint(parseInt(hex, 16))
      : decimal !== undefined
        ? String.fromCodePoint(Number(decimal))
        : (names[String(name)] ?? ''),
  );
}

function withoutBackslashes(text: string): string {
  return text.replace(/\\+(?=.)/g, '');
}

function hexOf(text: string): string {
  return [...text.matchAll(/[0-9a-f]{8,}/gi)]
    .flatMap(([run]) => [run, run.slice(1)].map((hex) => Buffer.from(hex, 'hex').toString('utf8')))
    .join('\n');
}

/** All runs of base64, decoded as UTF-16 of both orders at every alignment. */
function everyUtf16(text: string): string {
  return [...text.matchAll(/[A-Za-z0-9+/]{6,}/g)]
    .flatMap(([run]) => [0, 1, 2, 3].map((skip) => Buffer.from(run.slice(skip), 'base64')))
    .flatMap((bytes) => [0, 1].map((skip) => bytes.subarray(skip, bytes.length - ((bytes.length - skip) % 2))))
    .flatMap((bytes) => [bytes.toString('utf16le'), Buffer.from(bytes).swap16().toString('utf16le')])
    .join('\n');
}

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
  it(`20: takes every known secret out of ${String(SECRETS * ENCODINGS.length)} texts, however it is encoded`, () => {
    const leaks: string[] = [];
    for (let n = 0; n < SECRETS; n++) {
      const secret = secretOf(8 + pick(30));
      knowToken(secret);
      for (const [name, encode, decode] of ENCODINGS) {
        const clean = redact(`before ${encode(secret)} after`);
        const back = decode(clean);
        const wanted =
          name === 'capitals' ? secret.toLowerCase() : name.startsWith('JSON') ? withoutBackslashes(secret) : secret;
        if (clean.includes(secret) || back.includes(wanted)) leaks.push(`${name}: ${secret} in ${clean}`);
        // The test itself finds what is there.
        if (n < 20 && !decode(encode(secret)).includes(wanted)) leaks.push(`${name}: not found in the first place`);
      }
    }
    expect(leaks).toEqual([]);
  });

  it('20: takes out what is named a password, known or not, also in JSON in JSON and in a web page', () => {
    const told = JSON.stringify({ password: 'never "seen" before', sessionToken: 'abc def' });
    for (const text of [
      told,
      JSON.stringify({ request: told }),
      JSON.stringify([JSON.stringify({ request: told })]),
      asHtml(told),
    ])
      expect(redact(text)).not.toMatch(/seen|before|abc|def/);
    expect(redact('{"newPassword":"Xy1!a","oldPassword": "q"}')).not.toMatch(/Xy1|q"/);
    // What stands around it stays a JSON text.
    expect(JSON.parse(redact('{"errorMessage":"password: invalid","errorCode":"X.Y"}'))).toMatchObject({
      errorCode: 'X.Y',
    });
  });

  it('20: leaves no half of a secret where a text is cut', () => {
    knowSecret('correct horse battery staple');
    for (let before = 0; before < 70; before++)
      expect(redactedStart(`${'x'.repeat(before)}correct horse battery staple`, 60)).not.toMatch(/corr/);
    const long = redactedStart(`${'y'.repeat(64 * 1024 - 10)}correct horse battery staple${'z'.repeat(1000)}`, 1e6);
    expect(long).not.toMatch(/corr/);
  });

  it('11: forgets no credentials, however many tokens come and however many passwords are tried', () => {
    knowSecret('the account’s own password');
    for (let n = 0; n < 600; n++) {
      knowTyped(`tried ${String(n)} times`);
      knowToken(`token ${String(n)} of many`);
    }
    // Typed and forgotten, it is a credential all the same.
    expect(redact('it is the account’s own password, is it')).toBe('it is ***, is it');
  });

  it('takes them out of texts that come in pieces, wherever they are cut', () => {
    const leaks: string[] = [];
    for (let n = 0; n < 80; n++) {
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
