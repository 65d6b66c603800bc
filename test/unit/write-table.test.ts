import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { readXlsx } from 'hucre/xlsx';
import { openPromise } from 'yauzl';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileFormat } from '../../src-main/domain/file-formats.ts';
import { writeTable, type TableColumn, type WriteOptions } from '../../src-main/tables/write-table.ts';
import { createWriteStream } from 'node:fs';
import { writeXlsx } from '../../src-main/tables/write-xlsx.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rateplan-write-'));
  file = join(folder, 'table');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

interface Row {
  id: string;
  text: string;
  count: number;
}

const COLUMNS: readonly TableColumn<Row>[] = [
  { header: 'ICCID', is: 'identifier', value: ({ id }) => id },
  { header: 'Text', value: ({ text }) => text },
  { header: 'Attempts', is: 'number', value: ({ count }) => count },
];

const write = (format: FileFormat, rows: Iterable<Row> | AsyncIterable<Row>, options?: WriteOptions) =>
  writeTable(file, format, { name: 'Devices', columns: COLUMNS, rows }, options);

function csvRows(): string[][] {
  return parse(readFileSync(file), { bom: true });
}

async function xlsxRows(): Promise<unknown[][][]> {
  const { sheets } = await readXlsx(readFileSync(file));
  return sheets.map(({ rows }) => rows);
}

async function partOf(name: string): Promise<string> {
  const zip = await openPromise(file, { lazyEntries: true, autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName !== name) continue;
      const pieces: Buffer[] = [];
      for await (const piece of await zip.openReadStreamPromise(entry)) pieces.push(piece as Buffer);
      return Buffer.concat(pieces).toString('utf8');
    }
  } finally {
    zip.close();
  }
  throw new Error(`there is no ${name}`);
}

const identifiers = fc.oneof(
  fc.stringMatching(/^\d{1,32}$/),
  fc.stringMatching(/^\+1\d{10}$/),
  fc.stringMatching(/^[0-9A-F]{14}$/),
  // Numbers that a spreadsheet would shorten or turn into dates.
  fc.constantFrom('0012', '1E5', '12E10', '89148000000000123456', '+15550000001', '2E308'),
);
/** Without control characters: XML does not have them. */
const texts = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    'a,b',
    'say "x"',
    'two\nlines',
    ' blanks ',
    '_x000D_',
    '_x005F_x0041_',
    '<&>\'"',
    'a\rb\r\nc',
    '\t',
    '',
  ),
);
const rows = fc.array(fc.record({ id: identifiers, text: texts, count: fc.nat() }), { maxLength: 40 });

describe('every identifier comes back byte for byte', () => {
  it('from plain CSV', async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (list) => {
        await write('csv', list);
        expect(csvRows().map(([id]) => id)).toEqual(['ICCID', ...list.map(({ id }) => id)]);
      }),
      { numRuns: 60 },
    );
  });

  it('from CSV that is guarded for Excel', async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (list) => {
        await write('csv-excel', list);
        const [head, ...cells] = csvRows().map(([id = '']) => id);
        expect(head).toBe('ICCID');
        expect(cells.map((cell) => /^="(.*)"$/.exec(cell)?.[1])).toEqual(list.map(({ id }) => id));
      }),
      { numRuns: 60 },
    );
  });

  it('from XLSX, and every text with it', async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (list) => {
        await write('xlsx', list);
        const [sheet = []] = await xlsxRows();
        expect(sheet[0]).toEqual(['ICCID', 'Text', 'Attempts']);
        expect(sheet.slice(1).map((row) => row[0])).toEqual(list.map(({ id }) => id));
        expect(sheet.slice(1).map((row) => row[2])).toEqual(list.map(({ count }) => count));
        const inXml = (text: string): string =>
          text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '');
        expect(sheet.slice(1).map((row) => row[1] ?? '')).toEqual(list.map(({ text }) => inXml(text)));
      }),
      { numRuns: 60 },
    );
  });
});

describe('CSV', () => {
  it('has a mark, ends its lines with CR LF, and defuses what is no identifier', async () => {
    await write('csv', [
      { id: '=1+1', text: '@SUM(A1)', count: 1 },
      { id: '+15550000001', text: ' =cmd', count: 2 },
    ]);
    expect(readFileSync(file, 'utf8')).toBe(
      "\uFEFFICCID,Text,Attempts\r\n'=1+1,'@SUM(A1),1\r\n+15550000001,' =cmd,2\r\n",
    );
    await write('csv-excel', [{ id: '=1+1', text: '', count: 1 }]);
    expect(csvRows()[1]).toEqual(["'=1+1", '', '1']);
  });
});

describe('XLSX', () => {
  it('freezes the header, filters the used range, and fits the widths', async () => {
    await write('xlsx', [{ id: '89148000000000123456', text: 'x', count: 3 }]);
    const sheet = await partOf('xl/worksheets/sheet1.xml');
    expect(sheet).toContain('<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>');
    expect(sheet).toContain('<autoFilter ref="A1:C2"/>');
    expect(sheet).toContain('<col min="1" max="1" width="22" customWidth="1"/>');
    expect(sheet).toContain('<c r="A2" s="1" t="inlineStr"><is><t>89148000000000123456</t></is></c>');
    expect(sheet).toContain('<c r="C2"><v>3</v></c>');
    expect(await partOf('xl/workbook.xml')).toContain(`hidden="1">'Devices'!$A$1:$C$2</definedName>`);
  });

  it('goes on in further sheets with the header again', async () => {
    const numbered = Array.from({ length: 7 }, (_, n): Row => ({ id: String(n), text: '', count: n }));
    const batches = async function* (): AsyncGenerator<Row[]> {
      yield numbered.slice(0, 4);
      yield await Promise.resolve(numbered.slice(4));
    };
    await writeXlsx(createWriteStream(file), { name: "Ada's [list]", columns: COLUMNS, rows: [] }, batches(), 4);
    const { sheets } = await readXlsx(readFileSync(file));
    expect(sheets.map(({ name }) => name)).toEqual(["Ada's  list", "Ada's  list 2", "Ada's  list 3"]);
    expect(sheets.map(({ rows: of }) => of.map(([id]) => id))).toEqual([
      ['ICCID', '0', '1', '2'],
      ['ICCID', '3', '4', '5'],
      ['ICCID', '6'],
    ]);
    expect(await partOf('xl/workbook.xml')).toContain('$A$1:$C$2</definedName></definedNames>');
  });

  it('has its header when there is no row, and no second sheet when the rows just fit', async () => {
    expect(await write('xlsx', [])).toBe(0);
    expect(await xlsxRows()).toEqual([[['ICCID', 'Text', 'Attempts']]]);
    const three = Array.from({ length: 3 }, (_, n): Row => ({ id: String(n), text: '', count: n }));
    const batches = async function* (): AsyncGenerator<Row[]> {
      yield await Promise.resolve(three);
    };
    await writeXlsx(createWriteStream(file), { name: 'x', columns: COLUMNS, rows: [] }, batches(), 4);
    expect(await xlsxRows()).toHaveLength(1);
  });

  it('drops what XML does not have, and shortens what Excel would call damage', async () => {
    await write('xlsx', [{ id: '1', text: `a\u0000b\u000bc\ud800d\ufffe${'x'.repeat(40_000)}`, count: 0 }]);
    const [sheet = []] = await xlsxRows();
    const text = String(sheet[1]?.[1]);
    expect(text.startsWith('abcdxxx')).toBe(true);
    expect(text.endsWith('x…')).toBe(true);
    expect(text.length).toBeLessThanOrEqual(32_767);
  });
});

const many = (length: number): Row[] => Array.from({ length }, (_, n) => ({ id: String(n), text: 'x', count: n }));

describe.each(['csv', 'xlsx'] as const)('writing %s', (format) => {
  it('leaves no file when it is cancelled, and keeps an older one', async () => {
    writeFileSync(file, 'older');
    const cancel = new AbortController();
    const cancelling = function* (): Generator<Row> {
      for (const row of many(5000)) {
        if (row.count === 4000) cancel.abort();
        yield row;
      }
    };
    await expect(write(format, cancelling(), { signal: cancel.signal })).rejects.toThrow(/aborted/);
    expect(readFileSync(file, 'utf8')).toBe('older');
    expect(readdirSync(folder)).toEqual(['table']);
  });

  it('leaves none when its rows fail, and says why', async () => {
    const failing = async function* (): AsyncGenerator<Row> {
      yield* many(300);
      await Promise.resolve();
      throw new Error('the rows broke off');
    };
    await expect(write(format, failing())).rejects.toThrow('the rows broke off');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('lets others have their turn, and tells how far it is', async () => {
    let turns = 0;
    const tick = (): void => {
      turns++;
      timer = setImmediate(tick);
    };
    let timer = setImmediate(tick);
    const told: number[] = [];
    try {
      const written = await write(format, many(100_000), { onProgress: (done) => told.push(done) });
      expect(written).toBe(100_000);
    } finally {
      clearImmediate(timer);
    }
    expect(turns).toBeGreaterThan(3);
    expect(told.at(-1)).toBe(100_000);
    expect(told).toEqual([...told].sort((a, b) => a - b));
  });

  it('never writes through a link that lies in its way', async () => {
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'untouched');
    symlinkSync(victim, `${file}.partial`);
    await write(format, many(3));
    expect(readFileSync(victim, 'utf8')).toBe('untouched');
    expect(existsSync(`${file}.partial`)).toBe(false);
  });

  it('does not give the name to a file that somebody else put in its place', async () => {
    const swapping = function* (): Generator<Row> {
      yield* many(300);
      rmSync(`${file}.partial`);
      writeFileSync(`${file}.partial`, 'of somebody else');
    };
    await expect(write(format, swapping())).rejects.toThrow(/Another program has put its own file/);
    expect(readFileSync(`${file}.partial`, 'utf8')).toBe('of somebody else');
    expect(existsSync(file)).toBe(false);
  });

  it('is refused for a file that is being written', async () => {
    const first = write(format, many(2000));
    await expect(write(format, many(1))).rejects.toThrow(/is being written already/);
    expect(await first).toBe(2000);
  });
});
