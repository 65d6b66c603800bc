/** Files that would fill the memory or the day end with a clear error, and the memory stays bounded. */
import { createWriteStream, mkdtempSync, openSync, closeSync, ftruncateSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { openTable } from '../../src-main/tables/table.ts';

const MB = 1024 * 1024;
const GROWTH_MB = 300;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rateplan-large-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Reads the file to its end. @returns the error, and how far the memory grew meanwhile, in MB */
async function read(path: string): Promise<{ error: unknown; grown: number; rows: number }> {
  const before = process.memoryUsage().rss;
  let peak = before;
  let rows = 0;
  const see = (): void => {
    peak = Math.max(peak, process.memoryUsage().rss);
  };
  const watch = setInterval(see, 20);
  try {
    const table = await openTable({ path }, { nothing: 'Nothing was sent.', isWanted: () => true });
    for await (const row of table.rows()) if (row.line > 0) rows++;
    return { error: undefined, grown: 0, rows };
  } catch (error) {
    see();
    return { error, grown: (peak - before) / MB, rows };
  } finally {
    clearInterval(watch);
  }
}

function* repeated(chunk: Buffer, times: number): Generator<Buffer> {
  for (let n = 0; n < times; n++) yield chunk;
}

async function zipped(path: string, parts: Record<string, Iterable<Buffer>>): Promise<void> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(parts)) zip.addReadStream(Readable.from(content), name);
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
}

const PARTS = {
  '[Content_Types].xml': [
    Buffer.from(
      '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
    ),
  ],
  '_rels/.rels': [
    Buffer.from(
      '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    ),
  ],
  'xl/workbook.xml': [
    Buffer.from(
      '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>',
    ),
  ],
  'xl/_rels/workbook.xml.rels': [
    Buffer.from(
      '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    ),
  ],
};
const SHEET = Buffer.from(
  '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>',
);

describe('a file that is too large', () => {
  it('of 2 GB is refused by its size', async () => {
    const path = join(folder, 'large.csv');
    const file = openSync(path, 'w');
    writeSync(file, 'ICCID\n89148000001234510013\n');
    ftruncateSync(file, 2048 * MB);
    closeSync(file);
    const { error, grown } = await read(path);
    expect(String(error)).toMatch(/larger than 1 GB/);
    expect(grown).toBeLessThan(GROWTH_MB);
  });

  it('with one line of a gigabyte ends at that line', async () => {
    const path = join(folder, 'line.csv');
    await pipeline(Readable.from(repeated(Buffer.alloc(MB, '8'), 1000)), createWriteStream(path));
    const { error, grown } = await read(path);
    expect(String(error)).toMatch(/longer than a million characters \(line 1\)/);
    expect(grown).toBeLessThan(GROWTH_MB);
  });

  it('with a quotation mark that swallows all of it ends in bounded memory', async () => {
    const path = join(folder, 'quote.csv');
    const rows = Buffer.from('Acme,89148000001234510013\n'.repeat(40_000));
    await pipeline(
      Readable.from([Buffer.from('Name,ICCID\n"Acme,1\n'), ...repeated(rows, 200)]),
      createWriteStream(path),
    );
    const { error, grown } = await read(path);
    expect(String(error)).toMatch(/longer than a million characters|never closed/);
    expect(grown).toBeLessThan(GROWTH_MB);
  });

  it('a zip bomb in the part that is held in memory is refused', async () => {
    const path = join(folder, 'strings.xlsx');
    await zipped(path, {
      ...PARTS,
      'xl/worksheets/sheet1.xml': [SHEET],
      'xl/sharedStrings.xml': repeated(Buffer.alloc(MB, ' '), 1500),
    });
    const { error, grown } = await read(path);
    expect(String(error)).toMatch(/unpacks to more than the console reads/);
    expect(grown).toBeLessThan(GROWTH_MB);
  }, 60_000);

  it('a zip bomb in a sheet is refused', async () => {
    const path = join(folder, 'sheet.xlsx');
    await zipped(path, {
      ...PARTS,
      'xl/sharedStrings.xml': [Buffer.from('<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>')],
      'xl/worksheets/sheet1.xml': repeated(Buffer.alloc(MB, ' '), 2500),
    });
    const { error, grown } = await read(path);
    expect(String(error)).toMatch(/unpacks to more than the console reads|cannot be read/);
    expect(grown).toBeLessThan(GROWTH_MB);
  }, 60_000);
});
