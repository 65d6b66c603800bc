import { createWriteStream, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dispatch } from '../../src-main/ipc/dispatch.ts';
import { createHandlers } from '../../src-main/ipc/handlers/index.ts';
import { deskOf } from '../security/desk.ts';
import { identifyList, refuseBadLines } from '../../src-main/inventory/identify.ts';
import { removeLeftSpools, removeOpenSpools, Spool } from '../../src-main/tables/spool.ts';
import { importDevices, importPrices } from './imports.ts';
import { setUp, sync, type Bench } from './carrier.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await setUp({ devices: 50 });
  await sync(bench);
});
afterEach(() => bench.close());

const A = '89148000000000000001';
const B = '89148000000000000019';
const devices = (text: string) => importDevices(bench.app, bench.provider.id, { text });
const prices = (text: string) =>
  importPrices(
    bench.app,
    bench.provider.id,
    { text },
    { decimal: text.includes(',85') && text.includes(';') ? 'comma' : 'point' },
  );
const customers = () => bench.app.store.devices.facets(bench.provider.id).customers;

describe('importing devices and customers', () => {
  it('takes a BOM, semicolons, other columns in any order, quotes and blank lines', async () => {
    const text = `\uFEFFPlan;Customer Name;SIM\r\n\r\nx;"Mayer; Sons";${A}\r\n;;\r\ny;Blue Mesa;"${B}"\r\n`;
    expect(await devices(text)).toEqual({ lines: 2, added: 0, assigned: 2, duplicates: 0 });
    expect(
      customers()
        .map((customer) => customer.value)
        .sort(),
    ).toEqual(['Blue Mesa', 'Mayer; Sons']);
  });

  it('takes tabs, and counts repeated lines', async () => {
    expect(await devices(`ICCID\tcustomer\n${A}\tX\n${A}\tX\n`)).toMatchObject({
      lines: 2,
      assigned: 1,
      duplicates: 1,
    });
  });

  it('names the lines that a spreadsheet mangled, and imports nothing at all', async () => {
    const text = `ICCID,Customer\n${A},X\n\n8.91E+19,Y\n${B},Z\n89148000000000100000,W\nhello,V\n`;
    await expect(devices(text)).rejects.toThrow(
      /3 lines.*line 4: "8\.91E\+19" was turned into a number.*line 6: .*rounded.*line 7: "hello" is not an ICCID/s,
    );
    expect(customers()).toEqual([]);
  });

  it('refuses a device with two customers, with both lines', async () => {
    await expect(devices(`iccid,customer\n${A},X\n${A},Y\n`)).rejects.toThrow(
      /line 3: .*"Y" here and to "X" on line 2/,
    );
  });

  it('says which columns it found when the needed one is missing', async () => {
    await expect(devices('Serial,Name\n1,2\n')).rejects.toThrow(
      /The file has no column of identifiers.*"Serial", "Name"/,
    );
    await expect(devices('')).rejects.toThrow(/empty/);
    await expect(devices('\n\n')).rejects.toThrow(/empty/);
  });

  it('refuses rows that a stray quotation mark has swallowed, also among the first ones', async () => {
    await expect(devices(`ICCID,Customer\n${A},X\nx,"Acme\n${B},Y\nz,Z"\n`)).rejects.toThrow(
      /line 3: A quotation mark opens on line 3 and closes on line 5/,
    );
    expect(customers()).toEqual([]);
  });

  it('says at which line a quote was never closed', async () => {
    await expect(devices(`ICCID,Customer\n"${A},X\n`)).rejects.toThrow(/never closed \(line/);
    expect(customers()).toEqual([]);
  });
});

describe('importing prices', () => {
  it('takes codes and prices, also with a decimal comma', async () => {
    expect(await prices('Plan Code;Monthly Price\nM2M1MB-S;0,85\nM2M1GB-A;$9.50\n')).toBe(2);
    expect(bench.app.store.plans.find(bench.provider.id, 'M2M1MB-S')?.price).toEqual({
      amount: 8500,
      currency: 'USD',
    });
  });

  it('of customers refuses a comma without quotes, and an error of the spreadsheet', async () => {
    const iccid = '89148000000000000001';
    const take = (text: string) => importDevices(bench.app, bench.provider.id, { text });
    await expect(take(`ICCID,Customer\n${iccid},Acme, Inc.\n`)).rejects.toThrow(/" Inc\."|"Inc\."/);
    await expect(take(`ICCID,Customer\n${iccid},#N/A\n`)).rejects.toThrow(/error of the spreadsheet/);
  });

  it('leaves no list behind when the app ends', async () => {
    const incoming = join(bench.app.home, 'incoming');
    await Spool.create(bench.app.home, 'Nothing was imported.');
    mkdirSync(join(incoming, '999999999-killed'));
    expect(readdirSync(incoming)).toHaveLength(2);
    await removeLeftSpools(bench.app.home);
    expect(readdirSync(incoming)).toHaveLength(1);
    await removeOpenSpools(bench.app.home);
    expect(readdirSync(incoming)).toEqual([]);
  });

  it('reads no price a hundred times too high, whatever marks are mixed in the file', async () => {
    const price = (code: string) => bench.app.store.plans.find(bench.provider.id, code)?.price?.amount;
    expect(await prices('code;price\nM2M1MB-S;1,25\nM2M1GB-A;1.25\n')).toBe(2);
    expect([price('M2M1MB-S'), price('M2M1GB-A')]).toEqual([12_500, 12_500]);
    await expect(prices('code;price\nM2M1MB-S;1.2.34\n')).rejects.toThrow(/line 2/);
    await expect(prices('code,price\nM2M1MB-S,1,25\n')).rejects.toThrow(/more cells than the header/);
    await expect(prices('code,cost,monthly\nM2M1MB-S,1,2\n')).rejects.toThrow(/two prices/);
  });

  it('takes the currency of the header', async () => {
    expect(await prices('code,price \u20ac\nM2M1MB-S,1.25\n')).toBe(1);
    const currency = () => bench.app.store.plans.find(bench.provider.id, 'M2M1MB-S')?.price?.currency;
    expect(currency()).toBe('EUR');
    for (const [header, wanted] of [
      ['Price (CA$)', 'CAD'],
      ['Price ($ CAD)', 'CAD'],
      ['PRICE (ALL SIMS)', 'USD'],
      ['PRICE (GBP)', 'GBP'],
    ]) {
      await prices(`code,${header ?? ''}\nM2M1MB-S,1.25\n`);
      expect(currency()).toBe(wanted);
    }
    await prices('code,Price ($)\nM2M1MB-S,1.25 CAD\n');
    expect(currency()).toBe('CAD');
  });

  it('names bad lines and takes none', async () => {
    await expect(prices('code,price\nM2M1MB-S,0.85\nNOPE,1\nM2M1GB-A,cheap\n')).rejects.toThrow(
      /2 lines.*line 3: the catalog has no plan "NOPE".*line 4: "cheap" is not a price/s,
    );
    expect(bench.app.store.plans.find(bench.provider.id, 'M2M1MB-S')?.price).toBeNull();
  });

  it('names a currency that is none with its line, and imports nothing', async () => {
    await expect(prices('code,price,currency\nM2M1MB-S,0.85,usd\nM2M1GB-A,1.25,Euro\n')).rejects.toThrow(
      /line 3: "Euro" is no currency/,
    );
    expect(bench.app.store.plans.find(bench.provider.id, 'M2M1MB-S')?.price).toBeNull();
    expect(await prices('code,price,currency\nM2M1MB-S,0.0049, eur \nM2M1GB-A,€1.005,\n')).toBe(2);
    expect(bench.app.store.plans.list(bench.provider.id).flatMap(({ price }) => price ?? [])).toEqual([
      { amount: 49, currency: 'EUR' },
      { amount: 10_050, currency: 'EUR' },
    ]);
  });

  it('edited in the window stay in their currency, and are refused when they are none', async () => {
    await prices('code,price,currency\nM2M1MB-S,0.85,EUR\n');
    const handlers = createHandlers(deskOf(bench.app));
    const set = (price: string | null) =>
      dispatch(
        bench.app,
        handlers,
        'plans.setPrice',
        { providerId: bench.provider.id, code: 'M2M1MB-S', price },
        (message) => {
          throw new Error(message);
        },
      );
    const stored = () => bench.app.store.plans.find(bench.provider.id, 'M2M1MB-S')?.price;
    await set('0.9');
    expect(stored()).toEqual({ amount: 9000, currency: 'EUR' });
    for (const price of ['0.00001', '1.25 Euro', '1,234'])
      expect(await set(price)).toMatchObject({ ok: false, error: { code: 'bad-input', next: 'The old price stays.' } });
    expect(stored()).toEqual({ amount: 9000, currency: 'EUR' });
    await set('$1.25');
    expect(stored()).toEqual({ amount: 12_500, currency: 'USD' });
    await set(null);
    expect(stored()).toBeNull();
    expect(() =>
      bench.app.store.plans.setPrice(bench.provider.id, 'M2M1MB-S', { amount: 1, currency: 'Euro' }),
    ).toThrow();
  });
});

describe('selecting devices by a list', () => {
  it('accounts for every pasted line', async () => {
    const { devices: repository } = bench.app.store;
    const result = await identifyList(repository, bench.provider.id, {
      text: `ICCID\n${A}\n${A}\n"${B}"\textra\n89148000099999999998\n8.91E+19\n12345\n\n350000000000022\nwhat\n`,
    });
    expect(result.counts).toEqual({
      found: 3,
      unknown: 1,
      duplicate: 1,
      none: 1,
      contradiction: 0,
      ambiguous: 0,
      mangled: 1,
      malformed: 1,
    });
    expect(result.rows).toBe(8);
    expect(result.lines.filter(({ verdict }) => verdict !== 'found').map((line) => [line.line, line.verdict])).toEqual([
      [3, 'duplicate'],
      [5, 'unknown'],
      [6, 'mangled'],
      [7, 'malformed'],
      [10, 'none'],
    ]);
    expect(() => {
      refuseBadLines(result);
    }).toThrow(/2 lines of the list of devices cannot be used: line 6: .*; line 7: /);
  });

  it('takes a file with or without a header', async () => {
    const { devices: repository } = bench.app.store;
    for (const text of [`Name,ICCID\nx,${A}\ny,${B}\n`, `${A}\n${B}\n`, `x;${A}\ny;${B}\n`]) {
      expect((await identifyList(repository, bench.provider.id, { text })).deviceIds).toHaveLength(2);
    }
    const nothing = await identifyList(repository, bench.provider.id, { text: 'a,b\nc,d\n' });
    expect(nothing.counts).toMatchObject({ found: 0, none: 2 });
  });
});

describe('a file of 200 MB', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rateplan-big-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('is read in bounded memory; its one bad line, the last, is named, and nothing is imported', async () => {
    const file = join(folder, 'big.csv');
    const out = createWriteStream(file);
    out.write('ICCID,Customer,Remark\n');
    const remark = 'r'.repeat(170);
    const lines = 1_000_000;
    for (let n = 0; n < lines; n += 1000) {
      const block = Array.from(
        { length: 1000 },
        (_, k) => `89148${String(10_000_000_000_000 + n + k)}7,Customer ${String((n + k) % 20)},${remark}\n`,
      ).join('');
      if (!out.write(block)) await once(out, 'drain');
    }
    out.end('8.91E+19,Customer 1,x\n');
    await once(out, 'close');
    expect(statSync(file).size).toBeGreaterThan(200_000_000);
    const before = bench.app.store.devices.count(bench.provider.id);
    const { store } = bench.app;
    await expect(importDevices(bench.app, bench.provider.id, { path: file })).rejects.toThrow(
      `line ${String(lines + 2)}: "8.91E+19"`,
    );
    expect(store.devices.count(bench.provider.id)).toBe(before);
    expect(process.memoryUsage().rss).toBeLessThan(2_000_000_000);
  }, 120_000);
});
