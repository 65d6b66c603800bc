/** Lists of the field: every device of a list is found, or its line says why not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeXlsx, type CellValue } from 'hucre/xlsx';
import { ZipFile } from 'yazl';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRefused, type LineVerdict } from '../../../src-main/domain/list-lines.ts';
import { identifyList, type Identified } from '../../../src-main/inventory/identify.ts';
import {
  contentTypes,
  ROOT_RELATIONS,
  sheetEnd,
  sheetStart,
  STYLES,
  textCell,
  workbook as workbookXml,
  workbookRelations,
} from '../../../src-main/tables/xlsx-parts.ts';
import { CREDENTIALS, dev, devs, HookedCarrier } from './hooked-carrier.ts';
import { listFile, World } from './world.ts';

let world: World;
let folder: string;
beforeAll(async () => {
  world = new World(await new HookedCarrier(devs(12)).start(), { devices: [] });
  await world.app.credentials.set(world.provider.id, CREDENTIALS);
  await world.sync();
  folder = mkdtempSync(join(tmpdir(), 'rateplan-lists-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await world.close();
});

const identify = (source: { text: string } | { path: string }): Promise<Identified> =>
  identifyList(world.app.store.devices, world.provider.id, source, { allLines: true });

async function ofBytes(name: string, bytes: Uint8Array | string): Promise<Identified> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return identify({ path });
}

/** The numbers of the devices that were found, as `dev(n)` counts them. */
function found({ deviceIds }: Identified): number[] {
  return deviceIds
    .map((id) => world.app.store.devices.get(id)?.iccid)
    .map((iccid) => devs(12).find((device) => device.iccid === iccid)?.n ?? 0)
    .sort((a, b) => a - b);
}

function verdicts({ lines }: Identified): [number, LineVerdict][] {
  return lines.filter(({ verdict }) => verdict !== 'found').map(({ line, verdict }) => [line, verdict]);
}

const { iccid: I1, imei: M1, mdn: N1 } = dev(1);
const { iccid: I2, imei: M2, mdn: N2 } = dev(2);
const { iccid: I3 } = dev(3);

describe('a list of the field', () => {
  it.each<[string, number[]]>([
    ['thingspace-manage-upload.csv', [1, 2, 3, 4]],
    ['blank-iccid-has-imei.csv', [1, 2, 3, 4]],
    ['mixed-eol-header-crlf.csv', [1, 2, 3]],
    ['mixed-eol-customers.csv', [1, 2, 3]],
    ['multiline-cell-mdn.csv', [1, 2, 3]],
    ['ansi-customers.csv', [1, 2]],
    ['sep-line.csv', [1, 2]],
    ['title-lines.csv', [1, 2]],
    ['trailing-f.csv', [1]],
    ['zero-width.csv', [1, 2]],
    ['utf16be.csv', [1, 2]],
    ['imeisv-and-iccid.txt', [1]],
    ['same-device-iccid-imei.txt', [1]],
    ['mdn-after-sim-swap.csv', [1, 2, 3]],
    ['imei-customers.csv', [1]],
  ])('%s: every device', async (name, devices) => {
    const result = await identify({ path: listFile(name) });
    expect(found(result)).toEqual(devices);
    expect(verdicts(result).filter(([, verdict]) => verdict !== 'duplicate')).toEqual([]);
  });

  it('crlf-in-cell-bad-line-5.csv: the bad line is line 5', async () => {
    const result = await identify({ path: listFile('crlf-in-cell-bad-line-5.csv') });
    expect(found(result)).toEqual([1]);
    expect(verdicts(result)).toEqual([[5, 'malformed']]);
  });

  it('imeisv-and-iccid.txt: one device, named twice', async () => {
    expect(verdicts(await identify({ path: listFile('imeisv-and-iccid.txt') }))).toEqual([[2, 'duplicate']]);
  });
});

describe('columns', () => {
  it.each<[string, string, number[]]>([
    ['words around the name', `SIM Card Number (ICCID),Fleet\n${I1},a\n`, [1]],
    ['an underscore', `name;iccid_number\nx;${I1}\n`, [1]],
    ['a dash', `ICC-ID\n${I1}\n`, [1]],
    ['a device word', `Device IMEI,x\n${M1},1\n`, [1]],
    ['SIM with labels beside ICCID', `SIM,ICCID\nVerizon blue,${I1}\nVerizon red,${I2}\n`, [1, 2]],
    ['an old ICCID beside the ICCID', `Old ICCID,ICCID\n${I2},${I1}\n`, [1]],
    ['a status that is none', `ICCID status,ICCID\nactive,${I1}\n`, [1]],
    ['a title that speaks of ICCIDs', `ICCID report\n\nName,ICCID,IMEI\na,${I1},${M1}\n`, [1]],
    [
      'no header, account first',
      `0000123456-00001,${I1},x\n0000123456-00001,${I2},y\n0000123456-00001,${I3},z\n`,
      [1, 2, 3],
    ],
    ['no header, dates', `2026-11-24,${I1}\n2026-11-25,${I2}\n`, [1, 2]],
    ['two lists, each with its header', `ICCID,Name\n${I1},a\nName,ICCID\nb,${I2}\n`, [1, 2]],
    ['a list without a header, then one with', `${I1},a\n${I2},b\nName,ICCID\nb,${I3}\n`, [1, 2, 3]],
    ['a column for all kinds', `Identifier\n${I1}\n${M2}\n`, [1, 2]],
    ['a blank ICCID', `ICCID,MDN\n,${N1}\n${I2},\n`, [1, 2]],
    ['an IMEI in the column of ICCIDs', `ICCID\n${I1}\n${M2}\n`, [1, 2]],
    ['tabs', `Name\tICCID\na\t${I1}\n`, [1]],
    ['bars', `Name|ICCID\na|${I1}\n`, [1]],
    ['quotes and separators inside', `Name,ICCID\n"a, b; c",${I1}\n"d ""e""",${I2}\n`, [1, 2]],
    ['a tab as sep', `sep=\t\nName\tICCID\na\t${I1}\n`, [1]],
    ['only CR', `ICCID\r${I1}\r${I2}\r`, [1, 2]],
    ['CRLF, LF and CR in one', `ICCID\r\n${I1}\n${I2}\r${I3}`, [1, 2, 3]],
  ])('with %s', async (_what, text, devices) => {
    const result = await identify({ text });
    expect(found(result)).toEqual(devices);
    expect(verdicts(result)).toEqual([]);
    expect(found(await ofBytes('list.csv', text))).toEqual(devices);
  });

  it('count and show a row that names none', async () => {
    const result = await identify({ text: `Name,ICCID,IMEI\nA,${I1},\nB,,\nTotal,2,\nn/a,n/a,-\n` });
    expect(found(result)).toEqual([1]);
    expect(verdicts(result)).toEqual([
      [3, 'none'],
      [4, 'malformed'],
      [5, 'none'],
    ]);
    expect(result.rows).toBe(4);
  });
});

describe('a row', () => {
  it('with identifiers of one device is that device', async () => {
    const result = await identify({ text: `ICCID,IMEI,MDN\n${I1},${M1},${N1}\n${I2},${M2.slice(0, 14)},+1 ${N2}\n` });
    expect(found(result)).toEqual([1, 2]);
    expect(verdicts(result)).toEqual([]);
  });

  it.each([
    ['two devices', `ICCID,IMEI\n${I1},${M2}\n`],
    ['a device and another IMEI than it has', `ICCID,IMEI\n${I1},350000000000006\n`],
    ['an unknown ICCID and a device that has another', `ICCID,IMEI\n89148000001234599999,${M2}\n`],
    ['two devices, without a header', `${I1},${M2}\n`],
  ])('with %s is a contradiction', async (_what, text) => {
    const result = await identify({ text });
    expect(found(result)).toEqual([]);
    expect(result.counts.contradiction).toBe(1);
  });

  it.each<[string, string, number[]]>([
    ['several of one kind', `${I1},${I2},${I3}\n`, [1, 2, 3]],
    ['several MDNs', `${N1};${N2}\n`, [1, 2]],
    ['several lines in a cell', `ICCID,Name\n"${I1}\n${I2}",x\n`, [1, 2]],
    ['several between blanks', `MDN\n${N1} ${N2}\n`, [1, 2]],
    ['phone numbers in groups between blanks', `MDN\n(555) 000-0001 (555) 000-0002\n`, [1, 2]],
    ['several between slashes', `${I1} / ${I2}\n`, [1, 2]],
    ['several between and', `ICCID\n${I1} & ${I2}\n`, [1, 2]],
  ])('with %s', async (_what, text, devices) => {
    const result = await identify({ text });
    expect(found(result)).toEqual(devices);
    expect(result.unknown).toEqual([]);
    expect(verdicts(result)).toEqual([]);
  });

  it('of which one value is bad says so beside the good one', async () => {
    const result = await identify({ text: `ICCID\n"${I1}, 8914800000123"\n` });
    expect(found(result)).toEqual([1]);
    expect(verdicts(result)).toEqual([[2, 'malformed']]);
  });

  it('with a damaged ICCID is taken by its IMEI, with a word', async () => {
    const result = await identify({ text: `ICCID,IMEI\n8.91E+19,${M1}\n` });
    expect(found(result)).toEqual([1]);
    expect(result.warnings).toBe(1);
    expect(result.lines[0]?.note).toMatch(/taken by its IMEI.*spreadsheet/);
  });
});

describe('a cell', () => {
  it.each([
    `${I1.slice(0, 4)} ${I1.slice(4, 8)} ${I1.slice(8, 12)} ${I1.slice(12, 16)} ${I1.slice(16)}`,
    `${I1.slice(0, 4)}-${I1.slice(4, 8)}‑${I1.slice(8, 12)}–${I1.slice(12, 16)}—${I1.slice(16)}`,
    `'${I1}`,
    `="${I1}"`,
    `"=""${I1}"""`,
    `\u200b${I1}\u200e`,
    `\u202a${I1}\u202c`,
    `${I1.slice(0, 10)}\u00ad${I1.slice(10)}`,
    `\ufeff${I1}`,
    `${I1}F`,
    `${I1}f`,
    `+CCID: ${I1}`,
    `ICCID=${I1}`,
    `ICCID: ${I1}.`,
    `<${I1}>`,
    `${I1} (blue)`,
    `\u00a0${I1}\u2003`,
    Array.from(I1)
      .map((digit) => String.fromCodePoint(0xff10 + Number(digit)))
      .join(''),
    `IMEI ${M1}`,
    `99-001390-000000-3`,
    `(555) 000-0001`,
    `+1 555 000 0001`,
    `1-555-000-0001`,
    `555.000.0001`,
    `tel:+15550000001`,
    `5550000001.0`,
  ])('%s names the device', async (cell) => {
    const result = await identify({ text: `${cell}\n` });
    expect(found(result)).toEqual([1]);
    expect(result.counts.found).toBe(1);
  });

  it.each([
    ['8914800000123451O013', /the letter O \(not a zero\)/],
    ['89148000001234510013x', /the letter x/],
    ['8914800000123451001…3', /"…" \(U\+2026\)|\.\.\./],
    ['89148000001234510é13', /é/],
    ['5550000001-5550000002', /is a range/],
    ['8.914800E+19', /spreadsheet/],
    ['00000000000000000000', /placeholder/],
  ])('%s is refused and says why', async (cell, why) => {
    const result = await identify({ text: `${cell}\n` });
    expect(found(result)).toEqual([]);
    expect(result.unknown).toEqual([]);
    expect(result.lines[0]?.note).toMatch(why);
  });

  it('never joins two numbers to an ICCID', async () => {
    for (const text of [
      '5550000001\n5550000002\n',
      '"5550000001\r\n5550000002"\n',
      '5550000001 5550000002\n',
      'MDN\n555 000 0001 555 000 0002\n',
    ])
      expect(found(await identify({ text }))).toEqual([1, 2]);
  });

  it('shows no control character in a message', async () => {
    const result = await identify({ text: `ICCID\n\u001b[31m123\u0007456\u0000\n` });
    expect(result.lines.map(({ text, note }) => `${text}${note ?? ''}`).join('')).not.toMatch(/\p{Cc}/u);
  });
});

describe('a stray quotation mark', () => {
  it('hides no rows: they are refused together, with their lines', async () => {
    const result = await identify({ text: `Name,ICCID\n"Acme,${I1}\nB,${I2}\nC",${I3}\n` });
    expect(result.counts.malformed).toBe(1);
    expect(result.lines.find(({ verdict }) => verdict === 'malformed')?.note).toMatch(
      /opens on line 2 and closes on line 4/,
    );
  });

  it('that is never closed is told with its line', async () => {
    await expect(identify({ text: `Name,ICCID\n"Acme,${I1}\nB,${I2}\n` })).rejects.toThrow(/never closed/);
  });

  it('inside a word is a character', async () => {
    expect(found(await identify({ text: `Name,ICCID\n5" antenna,${I1}\nx,${I2}\n` }))).toEqual([1, 2]);
  });
});

describe('an encoding', () => {
  const text = `ICCID,Name\n${I1},Müller\n${I2},Señor\n`;
  const utf16 = (order: 'le' | 'be', mark: boolean): Buffer => {
    const little = Buffer.from((mark ? '\ufeff' : '') + text, 'utf16le');
    return order === 'le' ? little : little.swap16();
  };

  it.each<[string, Uint8Array, string]>([
    ['UTF-8', Buffer.from(text), 'UTF-8'],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`), 'UTF-8'],
    ['Windows-1252', Buffer.from(text, 'latin1'), 'Windows-1252'],
    ['UTF-16LE with a mark', utf16('le', true), 'UTF-16LE'],
    ['UTF-16LE', utf16('le', false), 'UTF-16LE'],
    ['UTF-16BE with a mark', utf16('be', true), 'UTF-16BE'],
    ['UTF-16BE', utf16('be', false), 'UTF-16BE'],
    [
      'two encodings',
      Buffer.concat([Buffer.from(text), Buffer.from(`${I3},Jos\xe9\n`, 'latin1')]),
      'UTF-8 and Windows-1252',
    ],
  ])('%s is read and told', async (_what, bytes, encoding) => {
    const result = await ofBytes('list.csv', bytes);
    expect(found(result).slice(0, 2)).toEqual([1, 2]);
    expect(result.encoding).toBe(encoding);
    expect(verdicts(result)).toEqual([]);
  });
});

describe('a workbook', () => {
  const workbook = async (sheets: Record<string, CellValue[][]>): Promise<Uint8Array> =>
    writeXlsx({ sheets: Object.entries(sheets).map(([name, rows]) => ({ name, rows })) });

  it('gives its text cells as they are, and whole numbers of up to 15 digits', async () => {
    const bytes = await workbook({
      List: [['Title'], [], ['Name', 'ICCID', 'MDN'], ['a', I1, null], ['b', null, Number(N2)]],
    });
    const result = await ofBytes('list.xlsx', bytes);
    expect(found(result)).toEqual([1, 2]);
    expect(result).toMatchObject({ format: 'xlsx', sheet: 'List', encoding: null });
  });

  it('refuses numbers that Excel has rounded, with the row', async () => {
    const result = await ofBytes('list.xlsx', await workbook({ A: [['ICCID'], [Number(I1)], [I2]] }));
    expect(found(result)).toEqual([2]);
    expect(verdicts(result)).toEqual([[2, 'mangled']]);
  });

  it('takes the one sheet that has identifiers, and asks when several have', async () => {
    const notes = [['Notes'], ['nothing here']];
    expect(found(await ofBytes('one.xlsx', await workbook({ Notes: notes, List: [['ICCID'], [I3]] })))).toEqual([3]);
    const two = join(folder, 'two.xlsx');
    writeFileSync(two, await workbook({ North: [['ICCID'], [I1]], South: [['ICCID'], [I2]] }));
    await expect(identify({ path: two })).rejects.toThrow(/"North", "South"/);
    const { devices } = world.app.store;
    expect(found(await identifyList(devices, world.provider.id, { path: two }, { sheet: 'South' }))).toEqual([2]);
    await expect(identifyList(devices, world.provider.id, { path: two }, { sheet: 'West' })).rejects.toThrow(
      /no sheet "West"/,
    );
  });

  it('with several lines in a cell names several devices', async () => {
    expect(found(await ofBytes('lines.xlsx', await workbook({ A: [['ICCID'], [`${I1}\n${I2}`]] })))).toEqual([1, 2]);
  });

  it('that was cut off, or is none, is told so', async () => {
    const bytes = await workbook({ A: [['ICCID'], [I1]] });
    await expect(ofBytes('cut.xlsx', bytes.subarray(0, bytes.length / 2))).rejects.toThrow(/damaged/);
    await expect(ofBytes('zip.xlsx', Buffer.from('PK\u0003\u0004rest'))).rejects.toThrow(/damaged/);
  });
});

describe('a workbook that says more than its cells', () => {
  /** As other programs write it: `<row hidden="1">` by a filter, `<f>` without a result. */
  async function sheetOf(rows: string): Promise<Identified> {
    const zip = new ZipFile();
    const chunks: Buffer[] = [];
    const done = (async () => {
      for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
    })();
    const parts = {
      '[Content_Types].xml': contentTypes(1),
      '_rels/.rels': ROOT_RELATIONS,
      'xl/workbook.xml': workbookXml('List', [4], 3),
      'xl/_rels/workbook.xml.rels': workbookRelations(1),
      'xl/styles.xml': STYLES,
      'xl/worksheets/sheet1.xml': `${sheetStart([20], true)}${rows}${sheetEnd(3, 4)}`,
    };
    for (const [name, text] of Object.entries(parts)) zip.addBuffer(Buffer.from(text), name);
    zip.end();
    await done;
    return ofBytes('marks.xlsx', Buffer.concat(chunks));
  }
  const cell = (place: string, text: string): string => textCell(place, text, 0);

  it('reads hidden rows, and says so of each', async () => {
    const result = await sheetOf(
      `<row r="1">${cell('A1', 'ICCID')}</row><row r="2">${cell('A2', I1)}</row><row r="3" hidden="1">${cell('A3', I2)}</row>`,
    );
    expect(found(result)).toEqual([1, 2]);
    expect(result.hiddenRows).toBe(1);
    expect(result.lines.filter(({ note }) => note?.includes('hidden')).map(({ line }) => line)).toEqual([3]);
  });

  it('takes an empty text for the result of a formula, and a blank cell beside a formula for blank', async () => {
    const result = await sheetOf(
      `<row r="1">${cell('A1', 'ICCID')}${cell('B1', 'Sum')}</row><row r="2">${cell('A2', I1)}<c r="B2"><f>1+1</f></c></row>` +
        `<row r="3"><c r="A3" t="str"><f>IF(B3="","",B3)</f><v></v></c><c r="B3"><f>1+1</f></c></row>` +
        `<row r="4"><c r="B4"><f>1+1</f></c></row>`,
    );
    expect(found(result)).toEqual([1]);
    expect(verdicts(result)).toEqual([
      [3, 'none'],
      [4, 'none'],
    ]);
  });

  it.each([
    ['elements without end', '<a>'.repeat(100_000)],
    ['a text without end', `<row r="1"><c r="A1" t="inlineStr"><is><t>${'x'.repeat(4_000_000)}</t></is></c></row>`],
  ])('ends soon with %s', async (_what, rows) => {
    await expect(sheetOf(rows)).rejects.toThrow(/more than the console reads|damaged/);
  });

  it('does not read the aid of an Asian text as a part of it', async () => {
    const result = await sheetOf(
      `<row r="1">${cell('A1', 'ICCID')}</row><row r="2"><c r="A2" t="inlineStr"><is><t>${I1.slice(0, -1)}</t><rPh sb="0" eb="1"><t>${I1.slice(-1)}</t></rPh></is></c></row>`,
    );
    expect([found(result), result.unknown]).toEqual([[], []]);
    expect(result.rows).toBe(1);
  });

  it('names a formula whose result is not in the file, where it would be a device', async () => {
    const result = await sheetOf(
      `<row r="1">${cell('A1', 'ICCID')}${cell('B1', 'Sum')}</row>` +
        `<row r="2">${cell('A2', I1)}<c r="B2"><f>1+1</f></c></row>` +
        `<row r="3"><c r="A3"><f>B3&amp;C3</f><v></v></c></row>` +
        `<row r="4"><c r="A4" t="str"><f>B4</f><v>${I2}</v></c></row>`,
    );
    expect(found(result)).toEqual([1, 2]);
    expect(verdicts(result)).toEqual([[3, 'mangled']]);
    expect(result.lines.find(({ line }) => line === 3)?.note).toMatch(/formula.*Open the file in Excel/);
  });
});

describe('a column that only a person knows', () => {
  it('is asked for, and read when it was said by its header or its number', async () => {
    const path = join(folder, 'odd.csv');
    writeFileSync(path, `Unit,Tag\nlamp,x\nsign,y\n`);
    await expect(identify({ path })).rejects.toMatchObject({
      code: 'choose-column',
      columns: [
        { header: 'Unit', samples: ['lamp', 'sign'] },
        { header: 'Tag', samples: ['x', 'y'] },
      ],
    });
    const two = join(folder, 'two-columns.csv');
    writeFileSync(two, `Left,Right\n${I1},${I3}\n${I2},${I3}\n`);
    const { devices } = world.app.store;
    for (const columns of [['Left'], ['left'], [1]])
      expect(
        found(await identifyList(devices, world.provider.id, { path: two }, { deviceColumns: columns as string[] })),
      ).toEqual([1, 2]);
    await expect(identifyList(devices, world.provider.id, { path: two }, { deviceColumns: ['Up'] })).rejects.toThrow(
      /no column "Up"/,
    );
    await expect(identifyList(devices, world.provider.id, { path: two }, { deviceColumns: [3] })).rejects.toThrow(
      /no column "3"/,
    );
  });
});

describe('a header', () => {
  it.each<[string, string, number[]]>([
    ['has numbered columns', `ICCID,ICCID 2\n${I1},${I2}\n${I3},\n`, [1, 2, 3]],
    ['has numbered columns without a blank', `Name,IMEI1,IMEI2\na,${M1},${M2}\n`, [1, 2]],
    ['stands under a title of one of its words', `ICCID\nState,SIM\nactive,${I1}\nactive,${I2}\n`, [1, 2]],
    ['has dates', `ICCID,Usage 2026-01-01 to 2026-01-31,as of 11/25/2026 09:30\n${I1},5,6\n`, [1]],
    ['has dates in one run of digits', `Usage 20260101,ICCID\n5,${I1}\n`, [1]],
    ['names labels beside identifiers', `SIM,ICCID\nblue,${I1}\n`, [1]],
  ])('that %s', async (_what, text, devices) => {
    const result = await identify({ text });
    expect(found(result)).toEqual(devices);
    expect(verdicts(result)).toEqual([]);
  });
});

describe('a file that is no list', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['old.xls', Buffer.from('d0cf11e0a1b11ae1000000000000', 'hex'), /\.xls/],
    ['portal.xls', Buffer.from(`<html><table><tr><td>${I1}</td></tr></table>`), /web page/],
    ['a.pdf', Buffer.from('%PDF-1.7\n'), /PDF/],
    ['a.png', Buffer.from('89504e470d0a1a0a00', 'hex'), /picture/],
    ['a.gz', Buffer.from('1f8b0800', 'hex'), /\.gz/],
    ['a.bin', Buffer.from([1, 2, 0, 3, 0, 0, 7]), /no text/],
    ['empty.csv', Buffer.alloc(0), /empty/],
    ['blank.csv', Buffer.from('\n\n  \n'), /empty/],
    ['none.csv', Buffer.from('Name,City\nAda,London\n'), /no column of identifiers/],
  ])('%s is named for what it is', async (name, bytes, what) => {
    await expect(ofBytes(name, bytes)).rejects.toThrow(what);
  });
});

describe('what fresh eyes tried', () => {
  it.each<[string, string, number[]]>([
    ['a type that is a header word', `${N1},Phone\n${N2},Phone\n`, [1, 2]],
    ['a type that is a header word, beside a blank', `Name,MDN,Type\na,${N1},Phone\nb,,Phone\nc,${N2},Phone\n`, [1, 2]],
    ['cells beyond the header', `ICCID\n${I1},${I2},${I3}\n`, [1, 2, 3]],
    ['a list above a better header', `MDN\n${N1}\n${N2}\nName,ICCID,IMEI\na,${I3},\n`, [1, 2, 3]],
    ['prose', `Hi,\nplease move ${I1}, ${I2}, ${I3}\nBye\n`, [1, 2, 3]],
    ['numbered lines', `1. ${N1}\n2. (555) 000-0002\n`, [1, 2]],
    ['an old and a new SIM', `Old SIM,New SIM\n${I2},${I1}\n`, [1]],
    ['labels in a column SIM', `SIM,ICCID Number\nblue,${I1}\nred,${I2}\n`, [1, 2]],
    ['JSON', `{"iccid":"${I1}"}\n{"iccid":"${I2}"}\n`, [1, 2]],
    ['a quoted mail', `> ${I1}\n> ${I2}\n`, [1, 2]],
  ])('finds all in %s', async (_what, text, devices) => {
    expect(found(await identify({ text }))).toEqual(devices);
  });

  it.each([
    '2. 217-555-228',
    '01.11.2026 - 30.11.2026',
    '555-0001 555-0002',
    '10.20.130.140',
    '-122.4194161',
    '40.71277612',
    `${N1}²`,
    `${N1} - ${dev(4).mdn}`,
    `${I1} to ${dev(4).iccid}`,
    `${I1} 8914 8000 0012 3451 0026`,
  ])('invents nothing from %s', async (cell) => {
    const result = await identify({ text: `x\n${cell}\n` });
    expect([result.deviceIds, result.unknown]).toEqual([[], []]);
    expect(result.rows).toBeGreaterThan(0);
  });

  it('says what is damaged beside what is found, and takes what is not known for itself', async () => {
    const result = await identify({ text: `${I1},8914800O001234510039\n${I2},${I3},5559999999\n` });
    expect(found(result)).toEqual([1, 2, 3]);
    expect(verdicts(result)).toEqual([
      [1, 'malformed'],
      [2, 'unknown'],
    ]);
  });

  it('ends with very wide and very long rows', async () => {
    expect(found(await identify({ text: `ICCID${','.repeat(100_000)}\n${I1}\n` }))).toEqual([1]);
    for (const cell of ['F'.repeat(200_000) + '0', ' '.repeat(60_000) + 'x'])
      expect((await identify({ text: `ICCID\n${I1}\n${cell}\n` })).counts.found).toBe(1);
  });
});

describe('what fresh eyes tried the second time', () => {
  const dmg = (text: string): string => text.replace('0', 'O');
  const ask = async (text: string): Promise<string> =>
    identify({ text }).then(
      (result) => `taken: ${found(result).join(' ')}`,
      (error: unknown) => (error as { code: string }).code,
    );

  it.each([
    `ICCID,Name\n${I1},a\nICCID,Second ICCID\n${I2},${I3}\n`,
    `ICCID,Spare\n${I1},${I2}\n${I3},none\n${dev(4).iccid},none\n`,
    `MDN,From ICCID,To ICCID\n${N1},${I2},${I1}\n`,
    `SIM code,Phone\n${I1},${N2}\n${I3},${dev(4).mdn}\n`,
    `Card,Phone\n${I1},${N2}\n`,
    `ICCID,Second ICCID\n${I1},${I2}\n`,
    `ICCID,eSIM ICCID\n${I1},${I2}\n`,
    `ICCID,\n${I1},${I2}\n`,
    `Site,ICCID,,Plan\nA,${I1},${I2},x\n`,
    `MDN,Second MDN (2nd line)\n${N1},${N2}\n`,
  ])('asks which columns count in %j', async (text) => {
    expect(await ask(text)).toBe('choose-column');
  });

  it.each<[string, number[]]>([
    [`ICCID,Old ICCID,Q1 2026 MB\n${I1},${I2},5\n`, [1]],
    ...['2026-01', '01/2026', '202601', '2026-W05', 'Jan 15, 2026', '2026-11-25T09:30:00Z', '46022', 'FY25/26 Q3'].map(
      (period): [string, number[]] => [`ICCID,Old ICCID,Usage ${period}\n${I1},${I2},5\n`, [1]],
    ),
    [`ICCID,Old ICCID,Ticket INC0012345,10,000 MB\n${I1},${I2},a,5\n`, [1]],
    [`MDN,Manager phone,Data 2026-01 to 2026-02\n${N1},${N2},5\n`, [1]],
    [`ICCID (required),Old ICCID\n${I1},${I2}\n`, [1]],
    [`N\u00b0 ICCID;Ancien ICCID\n${I1};${I2}\n`, [1]],
    [`simIccId,oldSimIccId\n${I1},${I2}\n`, [1]],
    [`\uff29\uff23\uff23\uff29\uff24,Contact\n${I1},${N2}\n`, [1]],
    [`Line 1 MDN,Line 2 MDN,Line 3 MDN,Line 4 MDN\n${N1},${N2},${dev(3).mdn},${dev(4).mdn}\n`, [1, 2, 3, 4]],
    [`"ICCID/EID","IMEI/MEID","MDN"\n${I1},${M1},\n,${M2},\n`, [1, 2]],
    [`MDN\n${N1},${N2}\n`, [1, 2]],
    [`${N1}\n${N2}\nMDN\n${dev(3).mdn}\n`, [1, 2, 3]],
    [`${Array.from({ length: 52 }, () => N1).join('\n')}\n${N2}\t${dev(3).mdn}\n`, [1, 2, 3]],
    [`ICCID,Mismatch\n${I1},plan\n,IMEI\n${I2},plan\n${I3},plan\n`, [1, 2, 3]],
    [`ICCID\t${I1}\nIMEI\t\nMDN\t${N2}\nICCID\t${I3}\n`, [1, 2, 3]],
    [`kind,id\niccid,${I1}\nmdn,\nimei,${M2}\niccid,${I3}\n`, [1, 2, 3]],
    [`WHERE iccid IN ('${I1}', '${I2}',\n '${I3}')`, [1, 2, 3]],
    [`[2026-11-24 10:15:30] +CCID: ${I1}\nNov 24 10:15:31 modem: ICCID ${I2}\n`, [1, 2]],
    [`modem0 iccid=${I1} imei=${M1}\n`, [1]],
    [`#${I1}\n\u2022${I2}\n**${I3}**\n`, [1, 2, 3]],
    [`ICCID,Device Other identifier\n${I1},\n`, [1]],
  ])('finds all in %j', async (text, devices) => {
    expect(found(await identify({ text }))).toEqual(devices);
  });

  it.each([
    `${I1} - 05`,
    `${I1} to 0019`,
    `${I1} up to ${I3}`,
    `${I1} ~ ${I3}`,
    `${I1} \u2192 ${I3}`,
    `${I1} (to) ${I3}`,
    `between ${I1} and ${I3}`,
    `from: ${I1}, to: ${I3}`,
    `${I1} +5`,
    `${I1} and next 4`,
    `${I1} (x5)`,
    `${N1} - 09`,
    '555-000-0001 to 09',
    '555-000-0001 thru 0009',
    `${N1}/02/03`,
  ])('takes no device of the range %j', async (cell) => {
    const result = await identify({ text: `x\n${cell}\n` });
    expect([found(result), result.unknown]).toEqual([[], []]);
    expect(verdicts(result)).toContainEqual([2, 'malformed']);
  });

  it.each([
    `First ICCID,Last ICCID\n${I1},${I3}\n`,
    `ICCID,to ICCID\n${I1},${I3}\n`,
    `SIM from,SIM to\n${I1},${I3}\n`,
    `${I1},to,${I3}\n`,
  ])('takes no device of the range in columns %j', async (text) => {
    const result = await identify({ text });
    expect([found(result), result.unknown]).toEqual([[], []]);
    expect(result.counts.malformed).toBe(1);
  });

  it.each<[string, number[], number]>([
    [`${dmg(I1)},${I2}\n`, [2], 1],
    [`${dmg(I1)}\nICCID\n${I2}\n`, [2], 1],
    [`555-000-00O1\nMDN\n${N2}\n`, [2], 1],
    [`${I1} - ${I3}\nICCID\n${dev(5).iccid}\n`, [5], 1],
    [`ICCID\n${I1},8.9148E+19\n${I2},${dmg(I3)}\n`, [1, 2], 2],
    [`ICCID\n8914 8000 0012 3451 2O45 / ${I1}\n`, [1], 1],
    [`ICCID,Name\n${I1},a\nName,SIM Number\nb,${I2}\n`, [1], 1],
  ])('loses nothing of %j', async (text, devices, refused) => {
    const result = await identify({ text });
    expect(found(result)).toEqual(devices);
    expect(result.lines.filter(({ verdict }) => isRefused(verdict))).toHaveLength(refused);
  });

  it.each(['Dec 24 2026 103015', '24-Dec-2026 10.30.15', `${N1}\u2460`, '8914800000 2234512345'])(
    'invents nothing from %j',
    async (cell) => {
      const result = await identify({ text: `${cell}\nICCID\n${I1}\n` });
      expect([found(result), result.unknown]).toEqual([[1], []]);
    },
  );

  it.each([
    `ICCID,Last IMEI\n${I1},${M1}\n`,
    `ICCID,MDN last used\n${I1},12/31/2026\n`,
    `ICCID,ICCID last 4\n${I1},0013\n`,
    `ICCID,Assigned to MDN\n${I1},${N1}\n`,
    `ICCID to activate,Plan\n${I1},x\n`,
    `ICCID,Note,MDN\n${I1},To be replaced,${N1}\n`,
    `${I1},To do,${M1}\n`,
    `ICCID;Notiz;MDN\n${I1};bis auf weiteres;${N1}\n`,
    `${I1} -> 84777\n`,
    `please move ${I1} to 5GB plan\n`,
    `${I1} - 5GB\n`,
    `${I1}/5GB\n`,
    `555-000-0001 - 1 Oak Ave\n`,
    `555-000-0001 x121\n`,
    `IMEI/SV\n${M1}/01\n`,
    `SIM,ICCID\n${I1},${I1}\n`,
    `ICCID,ICCID barcode\n${I1},${I1}\n`,
    `Device name,ICCID,IMEI\n${I1},${I1},${M1}\n`,
    `MDN,Phone\n${N1},555-000-0001\n`,
    `IMEI,MDN,MIN\n${M1},${N1},${N1}\n`,
    `SIM Serial Number,ICCID\n${I1.slice(0, 19)},${I1}\n`,
    `MDN,Plan,Contact name,Phone\n${N1},x,Ann,212-555-0101\n`,
    `N\u00famero de SIM;IMEI;L\u00ednea;Plan\n${I1};${M1};${N1};x\n`,
    `MDN,Chip\n${N1},${I1}\n`,
    `MDN,Router S/N,Plan\n${N1},A1B2C3D4E5F601,x\n`,
    `ICCID,Notes\n${I1},replaces ${dev(7).iccid}\n`,
    `ICCID,Any comments\n${I1},call 555-777-0101\n`,
    `ICCID,Backup IMEI\n${I1},${M2}\n`,
    `ICCID,Old ICCID,Usage Nov 24 2026 - Dec 23 2026\n${I1},${I2},5\n`,
    `ICCID,Old ICCID,Charges 442123456-00001\n${I1},${I2},5\n`,
    `Report generated,20261124103015\nICCID,Plan\n${I1},x\n`,
    `Sales order,SO45012345\nICCID\n${I1}\n`,
  ])('reads the one device of %j as any person would', async (text) => {
    const result = await identify({ text });
    expect([found(result), result.unknown, result.lines.filter(({ verdict }) => isRefused(verdict))]).toEqual([
      [1],
      [],
      [],
    ]);
  });

  it('finds a range in a line that is longer than most', async () => {
    const text = `${Array.from({ length: 120 }, () => N1).join(' ')} ${N1} - ${dev(5).mdn}`;
    expect(found(await identify({ text: `x\n${text}\n` }))).toEqual([]);
  });

  it('keeps to the columns that a person has named, also when a header comes again or a cell is their number', async () => {
    const { devices } = world.app.store;
    const of = async (text: string, deviceColumns: string[] | number[]): Promise<number[]> =>
      found(await identifyList(devices, world.provider.id, { text }, { deviceColumns }));
    const again = `Replacement,ICCID\n${I1},${dev(11).iccid}\nReplacement,ICCID\n${I2},${dev(12).iccid}\n`;
    expect(await of(again, ['Replacement'])).toEqual([1, 2]);
    expect(await of(`No,Tag\n1,${I1}\n2,${I2}\n3,${I3}\n`, [2])).toEqual([1, 2, 3]);
    expect(await of(`SIM,Qty\n${I1},1\n${I2},3\n`, [1])).toEqual([1, 2]);
    expect(await of(`ICCID,Second ICCID\n${I1},${I2}\n`, [1, 2])).toEqual([1, 2]);
  });

  it('names a bad line also when there are more lines than are kept', async () => {
    const many = Array.from({ length: 100_500 }, (_, n) => `8914801${String(n * 10 + 1).padStart(13, '0')}`);
    const result = await identify({ text: `ICCID\n${many.join('\n')}\n8.9148E+19\n` });
    expect(result.lines.filter(({ verdict }) => verdict === 'mangled').map(({ line }) => line)).toEqual([100_502]);
  });

  it('is quick with a wide header', async () => {
    const wide = Array.from({ length: 5000 }, (_, n) => `c${String(n)}`).join(',');
    const text = `${`${wide}\n`.repeat(20)}ICCID\n${I1}\n`;
    expect(found(await identify({ text }))).toEqual([1]);
  });
});
