/**
 * Lists that nobody has thought of: files made at random, of which each identifier has to turn up exactly once, as found,
 * unknown, repeated or refused, with its line. 0 lost, 0 invented. One of them again: `LIST_SEED=… npx vitest run <this file>`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { writeXlsx } from 'hucre/xlsx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { luhnDigit } from '../../src-main/domain/identifiers.ts';
import { isRefused } from '../../src-main/domain/list-lines.ts';
import { identifyList, type Identified } from '../../src-main/inventory/identify.ts';
import { openStore, type Store } from '../../src-main/store/index.ts';
import { PROVIDER_DEFAULTS } from '../../src-main/domain/provider-settings.ts';
import { isoTime } from '../../src-main/domain/clock.ts';

const SEED = Number(process.env.LIST_SEED ?? Date.now() % 2 ** 31);
const FILES = 10_000;
const WORKBOOKS = 300;
const KNOWN = 60;

const withLuhn = (digits: string): string => digits + luhnDigit(digits);
const iccid = (n: number): string => withLuhn(`8914800000${String(n * 7919 + 100_000_003).padStart(9, '1')}`);
const imei = (n: number): string => withLuhn(`35${String(n * 104_729 + 209_060_000_017).slice(-12)}`);
const mdn = (n: number): string => `${String(212 + (n % 700))}${String(n * 131 + 2_000_019).padStart(7, '2')}`;

type Kind = 'iccid' | 'imei' | 'mdn';
const VALUE: Readonly<Record<Kind, (n: number) => string>> = { iccid, imei, mdn };

let store: Store;
let home: string;
let providerId: number;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'rateplan-generated-'));
  store = openStore(home);
  providerId = store.providers.create(
    { ...PROVIDER_DEFAULTS, name: 'Lists', accountName: '0000123456-00001', baseUrl: 'https://carrier.test' },
    false,
    isoTime(Date.now()),
  ).id;
  store.devices.saveFromCarrier(
    providerId,
    Array.from({ length: KNOWN }, (_, n) => ({
      identifiers: { iccid: iccid(n), imei: imei(n), mdn: mdn(n) },
      accountName: '0000123456-00001',
      planCode: 'M2M1MB',
      state: 'active',
      customFields: {},
      groupName: null,
      connected: null,
      lastConnectedAt: null,
      billingCycleEnds: null,
    })),
    isoTime(Date.now()),
  );
});
afterAll(() => {
  store.close();
  rmSync(home, { recursive: true, force: true });
});

/** What a row says, and what has to come of it. Numbers from {@link KNOWN} on are unknown devices. */
type Entry =
  | { is: 'device'; n: number; kind: Kind; wear: number }
  | { is: 'bad'; text: string }
  | { is: 'nameless' }
  | { is: 'blank' };

const entry: fc.Arbitrary<Entry> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      is: fc.constant('device' as const),
      n: fc.nat({ max: KNOWN + 20 }),
      kind: fc.constantFrom<Kind>('iccid', 'iccid', 'imei', 'mdn'),
      wear: fc.nat({ max: 40 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      is: fc.constant('bad' as const),
      text: fc.constantFrom('8.91480000008008E+19', '891480000', '12', '8914800O00001234510013', '123456789012'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('nameless' as const) }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('blank' as const) }) },
);

/** How an identifier is dressed: none of it may lose or change the device. */
const WEAR: readonly ((id: string, kind: Kind) => string)[] = [
  (id) => id,
  (id) => ` ${id} `,
  (id) => `'${id}`,
  (id) => `="${id}"`,
  (id) => `\u200b${id}\u200e`,
  (id) => `${id}\u00a0`,
  (id, kind) => (kind === 'iccid' ? `${id}F` : id),
  (id, kind) => (kind === 'iccid' ? (id.match(/.{1,4}/g) ?? []).join(' ') : id),
  (id, kind) => (kind === 'iccid' ? (id.match(/.{1,5}/g) ?? []).join('‑') : id),
  (id, kind) => (kind === 'mdn' ? `(${id.slice(0, 3)}) ${id.slice(3, 6)}-${id.slice(6)}` : id),
  (id, kind) => (kind === 'mdn' ? `+1 ${id.slice(0, 3)} ${id.slice(3, 6)} ${id.slice(6)}` : id),
  (id, kind) => (kind === 'mdn' ? `${id.slice(0, 3)}.${id.slice(3, 6)}.${id.slice(6)}` : id),
  (id, kind) => (kind === 'imei' ? `${id.slice(0, 2)}-${id.slice(2, 8)}-${id.slice(8, 14)}-${id.slice(14)}` : id),
  (id, kind) => (kind === 'imei' ? `${id.slice(0, 14)}02` : id),
];

const shape = fc.record({
  entries: fc.array(entry, { minLength: 1, maxLength: 14 }),
  header: fc.constantFrom('none', 'kinds', 'words', 'any'),
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  ends: fc.array(fc.constantFrom('\n', '\r\n', '\r'), { minLength: 1, maxLength: 4 }),
  quoted: fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
  titles: fc.nat({ max: 3 }),
  sep: fc.boolean(),
  remark: fc.constantFrom('x', 'Müller, Söhne; GmbH', 'say "hi"', 'two\nlines', '7" screen', '2026-11-24'),
  remarkFirst: fc.boolean(),
  bytes: fc.constantFrom('text', 'utf8', 'mark', 'windows', 'utf16le', 'utf16be'),
});
type Shape = typeof shape extends fc.Arbitrary<infer T> ? T : never;

interface Expected {
  found: Set<number>;
  unknown: Set<number>;
  /** The line and what must be said of it. */
  lines: [number, string][];
}

const HEADERS = {
  kinds: ['ICCID', 'IMEI', 'MDN'],
  words: ['SIM Card Number (ICCID)', 'Device IMEI', 'Phone #'],
} as const;

/** The cells of a file, and what has to come of each line. */
function cellsOf({ entries, header, remark, remarkFirst, titles }: Shape): {
  rows: string[][];
  expected: [Entry, number][];
} {
  const rows: string[][] = [];
  const place = (cells: string[]): string[] => (remarkFirst ? [remark, ...cells] : [...cells, remark]);
  if (header !== 'none')
    for (let n = 0; n < titles; n++) rows.push(n === 1 ? [' '] : [`Report ${'abc'[n] ?? ''}`, 'all sites']);
  if (header === 'any') rows.push(remarkFirst ? ['Remark', 'Identifier'] : ['Identifier', 'Remark']);
  else if (header !== 'none') {
    const names = [...HEADERS[header]];
    rows.push(remarkFirst ? ['Remark', ...names] : [...names, 'Remark']);
  }
  const expected: [Entry, number][] = [];
  for (const one of entries) {
    expected.push([one, rows.length]);
    // A line that is empty between CR and LF would be no line.
    if (one.is === 'blank') rows.push([' ']);
    else if (header === 'kinds' || header === 'words') {
      const at = one.is === 'device' ? ['iccid', 'imei', 'mdn'].indexOf(one.kind) : 0;
      rows.push(place(['', '', ''].map((_, index) => (index === at && one.is !== 'nameless' ? textOf(one) : ''))));
    } else rows.push(place([one.is === 'nameless' ? '' : textOf(one)]));
  }
  return { rows, expected };
}

function textOf(one: Extract<Entry, { is: 'device' | 'bad' }>): string {
  if (one.is === 'bad') return one.text;
  const id = VALUE[one.kind](one.n);
  return WEAR[one.wear % WEAR.length]?.(id, one.kind) ?? id;
}

/** Writes the cells as a text; gives the line on which each row begins. */
function textFile(
  { delimiter, ends, quoted, sep }: Shape,
  rows: readonly string[][],
): { text: string; lines: number[] } {
  let text = '';
  let line = 1;
  let count = 0;
  const lines: number[] = [];
  const end = (): string => ends[count++ % ends.length] ?? '\n';
  if (sep) {
    text += `sep=${delimiter}${end()}`;
    line++;
  }
  for (const [index, row] of rows.entries()) {
    lines.push(line);
    const cells = row.map((cell, column) => {
      const needs = cell.includes(delimiter) || /["\n]/.test(cell);
      return needs || quoted[(index + column) % quoted.length] === true ? `"${cell.replaceAll('"', '""')}"` : cell;
    });
    text += cells.join(delimiter) + end();
    line += 1 + row.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);
  }
  return { text, lines };
}

function expectedOf(entries: readonly [Entry, number][], lineOf: (row: number) => number): Expected {
  const expected: Expected = { found: new Set(), unknown: new Set(), lines: [] };
  const seen = new Set<string>();
  for (const [one, row] of entries) {
    const line = lineOf(row);
    if (one.is === 'bad') expected.lines.push([line, 'refused']);
    else if (one.is === 'nameless') expected.lines.push([line, 'none']);
    else if (one.is === 'device') {
      const isKnown = one.n < KNOWN;
      // Nobody can know that an ICCID and an IMEI are one device when the inventory has neither.
      const key = isKnown ? String(one.n) : `${one.kind} ${String(one.n)}`;
      if (seen.has(key)) expected.lines.push([line, 'duplicate']);
      else if (isKnown) expected.found.add(one.n);
      else {
        expected.unknown.add(one.n * 10 + ['iccid', 'imei', 'mdn'].indexOf(one.kind));
        expected.lines.push([line, 'unknown']);
      }
      seen.add(key);
    }
  }
  return expected;
}

function check(result: Identified, expected: Expected): void {
  const numbers = new Map(Array.from({ length: KNOWN }, (_, n) => [iccid(n), n]));
  const found = result.deviceIds.map((id) => numbers.get(store.devices.get(id)?.iccid ?? '') ?? -1);
  expect(new Set(found)).toEqual(expected.found);
  expect(result.unknown).toHaveLength(expected.unknown.size);
  const lines = result.lines
    .filter(({ verdict }) => verdict !== 'found')
    .map(({ line, verdict }): [number, string] => [line, isRefused(verdict) ? 'refused' : verdict]);
  expect(lines).toEqual(expected.lines);
}

function encoded(how: Shape['bytes'], text: string): Buffer {
  switch (how) {
    case 'windows':
      // What Windows-1252 has of these files: no zero-width marks.
      return Buffer.from(text.replaceAll('‑', '-').replaceAll(/[\u200b\u200e]/g, ''), 'latin1');
    case 'utf16le':
      return Buffer.from(text, 'utf16le');
    case 'utf16be':
      return Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
    default:
      return Buffer.from(how === 'mark' ? `\ufeff${text}` : text);
  }
}

/** A file in which nothing can be told apart: no row has an identifier, or only damaged ones without a header. */
function isTelling({ entries, header }: Shape): boolean {
  const devices = entries.filter(({ is }) => is === 'device').length;
  return header === 'none' ? devices * 2 > entries.filter(({ is }) => is !== 'blank').length : devices > 0;
}

describe('generated lists', () => {
  it(`${String(FILES)} text files of seed ${String(SEED)}: no identifier is lost or invented`, async () => {
    console.log(`generated lists: seed ${String(SEED)}`);
    const path = join(home, 'list.csv');
    await fc.assert(
      fc.asyncProperty(shape.filter(isTelling), async (made) => {
        const { rows, expected } = cellsOf(made);
        const { text, lines } = textFile(made, rows);
        if (made.bytes !== 'text') writeFileSync(path, encoded(made.bytes, text));
        const source = made.bytes === 'text' ? { text } : { path };
        const result = await identifyList(store.devices, providerId, source, { allLines: true });
        check(
          result,
          expectedOf(expected, (row) => lines[row] ?? 0),
        );
      }),
      { numRuns: FILES, seed: SEED },
    );
  }, 300_000);

  it(`${String(WORKBOOKS)} workbooks of seed ${String(SEED)}: no identifier is lost or invented`, async () => {
    const path = join(home, 'list.xlsx');
    await fc.assert(
      fc.asyncProperty(shape.filter(isTelling), async (made) => {
        const { rows, expected } = cellsOf(made);
        writeFileSync(path, await writeXlsx({ sheets: [{ name: 'List', rows }] }));
        const result = await identifyList(store.devices, providerId, { path }, { allLines: true });
        check(
          result,
          expectedOf(expected, (row) => row + 1),
        );
      }),
      { numRuns: WORKBOOKS, seed: SEED },
    );
  }, 300_000);
});
