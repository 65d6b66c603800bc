import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { costText, reviewCost } from '../../src-main/domain/cost.ts';
import { toCurrency } from '../../src-main/domain/currency.ts';
import {
  checkMoney,
  formatAmount,
  formatMoney,
  LARGEST_PRICE,
  PARTS,
  parsePrice,
  type Money,
} from '../../src-main/domain/money.ts';
import { migrate, MIGRATIONS } from '../../src-main/store/migrations/index.ts';

const usd = (amount: number): Money => ({ amount, currency: 'USD' });

describe('a price', () => {
  it.each([
    ['1.25', 12_500],
    ['1,25', 12_500],
    ['1,234.50', 12_345_000],
    ['1.234,50', 12_345_000],
    ['1 234,50', 12_345_000],
    ["1'234.50", 12_345_000],
    ['1,234.567', 12_345_670],
    ['1,234,567.00'.slice(2), 2_345_670_000],
    ['3', 30_000],
    [' 0.855 ', 8550],
    ['0.0049', 49],
    ['0,005', 50],
    ['1.005', 10_050],
    ['1,2345', 12_345],
    ['1.250000', 12_500],
    ['0', 0],
  ])('reads %s exactly', (text, amount) => {
    expect(parsePrice(text)).toEqual(usd(amount));
  });

  it.each(['', 'free', '-1', '1.2.3', '1e3', '1.25 a month', '1,2,3', '.', '$', '1.25.', '$1.25 USD'])(
    'is not %j',
    (text) => {
      expect(() => parsePrice(text)).toThrow(/is not a price/);
    },
  );

  it('with more than four decimals is refused, never rounded', () => {
    expect(() => parsePrice('0.00049')).toThrow('"0.00049" has 5 decimals, and a price has at most 4');
    expect(() => parsePrice('1,234.56789')).toThrow('at most 4');
  });

  it('that can be read in two ways is refused with both', () => {
    expect(() => parsePrice('1,234')).toThrow(/can be 1\.234 or 1234/);
    expect(() => parsePrice('$12,500')).toThrow(/can be 12\.500 or 12500/);
  });

  it('is bounded so that a million of them sum up exactly', () => {
    expect(Number.isSafeInteger(LARGEST_PRICE * PARTS * 1_000_000)).toBe(true);
    expect(parsePrice('900000').amount).toBe(LARGEST_PRICE * PARTS);
    expect(() => parsePrice('900000.0001')).toThrow('too large');
    expect(() => parsePrice('9'.repeat(30))).toThrow('too large');
  });
});

describe('a currency', () => {
  it.each([
    ['$1.25', undefined, 'USD'],
    ['€1.25', undefined, 'EUR'],
    ['1,25 €', undefined, 'EUR'],
    ['£ 1.25', undefined, 'GBP'],
    ['1.25 eur', undefined, 'EUR'],
    ['CAD 1.25', undefined, 'CAD'],
    ['1.25', ' eur ', 'EUR'],
    ['1.25', '€', 'EUR'],
    ['1.25', '', 'USD'],
    ['$1.25', 'CAD', 'CAD'],
    ['€1.25', 'EUR', 'EUR'],
  ])('of %s beside %s is %s', (text, named, currency) => {
    expect(parsePrice(text, { named })).toEqual({ amount: 12_500, currency });
  });

  it('is an ISO 4217 code, or named as what it is not', () => {
    expect(() => parsePrice('1.25', { named: 'Euro' })).toThrow('"Euro" is no currency');
    expect(() => parsePrice('1.25 XQZ')).toThrow('"XQZ" is no currency');
    expect(() => parsePrice('¥5')).toThrow('the sign of several currencies');
    expect(() => parsePrice('€1.25', { named: 'USD' })).toThrow('is in EUR, but the currency beside it is USD');
    expect([toCurrency('usd'), toCurrency('Dollar'), toCurrency('')]).toEqual(['USD', undefined, undefined]);
  });

  it('is asked for at the store’s door too', () => {
    expect(() => {
      checkMoney({ amount: 1, currency: 'Euro' });
    }).toThrow(RangeError);
    expect(() => {
      checkMoney(usd(0.5));
    }).toThrow(RangeError);
  });
});

describe('money is written', () => {
  it.each([
    [usd(12_500_000), '$1,250.00'],
    [usd(49), '$0.0049'],
    [usd(10_050), '$1.0050'],
    [usd(-39_000), '-$3.90'],
    [{ amount: 12_500, currency: 'EUR' }, '€1.25'],
    [{ amount: 1_500_000, currency: 'JPY' }, '¥150'],
    [{ amount: 15_000, currency: 'JPY' }, '¥1.50'],
    [{ amount: 12_500, currency: 'KWD' }, 'KWD 1.250'],
    [{ amount: 12_345, currency: 'KWD' }, 'KWD 1.2345'],
    [usd(LARGEST_PRICE * PARTS * 1_000_000 + 93), '$900,000,000,000.0093'],
  ])('%j as %s', (money, text) => {
    expect(formatMoney(money).replaceAll('\u00a0', ' ')).toBe(text);
  });

  it('behind the number when an old store holds a currency that is none: no screen dies of it', () => {
    expect(formatMoney({ amount: 12_500, currency: 'Euro' })).toBe('1.25 Euro');
    expect(formatMoney({ amount: 12_500, currency: 'EURO' })).toBe('1.25 EURO');
    expect(formatMoney({ amount: 12_500, currency: '' })).toBe('1.25');
  });

  it('for a field so that it is read back as it was', () => {
    for (const amount of [49, 10_050, 12_500, 12_345_000])
      expect(parsePrice(formatAmount({ amount, currency: 'EUR' }), { otherwise: 'EUR' })).toEqual({
        amount,
        currency: 'EUR',
      });
  });
});

describe('the cost of a change', () => {
  it('says for how many devices it stands', () => {
    const review = reviewCost(
      [
        { devices: 16, price: usd(27_800) },
        { devices: 32, price: null },
      ],
      usd(12_500),
    );
    expect(costText(review, 48)).toBe('$44.48 → $20.00 for 16 of 48 devices, 32 have no price');
    expect(costText(reviewCost([{ devices: 2, price: usd(10_000) }], usd(5000)), 2)).toBe(
      '$2.00 → $1.00 for all 2 devices',
    );
  });

  it('never adds up two currencies', () => {
    const review = reviewCost(
      [
        { devices: 3, price: { amount: 90_000, currency: 'EUR' } },
        { devices: 1, price: usd(10_000) },
      ],
      usd(5000),
    );
    expect(review).toMatchObject({ devicesInOtherCurrency: 3, devicesWithoutPrice: 0 });
    expect(costText(review, 4)).toBe('$1.00 → $0.50 for 1 of 4 devices, 3 have a price in another currency');
  });

  it('is not known without a price of the new plan, or of any old one', () => {
    expect(costText(reviewCost([{ devices: 3, price: usd(1) }], null), 3)).toBe('not known: the new plan has no price');
    expect(costText(reviewCost([{ devices: 1, price: null }], usd(1)), 1)).toBe('not known: 1 has no price');
  });
});

describe('stored prices', () => {
  it('become ten-thousandths, and what was no price is taken out', () => {
    const db = new Database(':memory:');
    migrate(db, MIGRATIONS.slice(0, 11));
    db.exec(`
      INSERT INTO service_provider (id, name, account_name, base_url, oauth_path, m2m_path, batch_size, page_size, lanes, max_attempts, request_timeout_s, settle_s, confirm_deadline_s, created_at)
        VALUES (1, 'Old', '0001', 'https://x', '/o', '/m', 100, 500, 4, 6, 60, 30, 300, '2026-01-01T00:00:00.000Z');
      INSERT INTO rate_plan (uuid, provider_id, code, name, price_minor, price_currency)
        VALUES ('a', 1, 'A', 'A', 125, 'EURO'), ('b', 1, 'B', 'B', NULL, NULL), ('c', 1, 'C', 'C', 9007199254740000, 'USD');
    `);
    migrate(db);
    expect(
      db.prepare('SELECT price_amount AS amount, price_currency AS currency FROM rate_plan ORDER BY code').all(),
    ).toEqual([
      { amount: 12_500, currency: 'EURO' },
      { amount: null, currency: null },
      { amount: null, currency: null },
    ]);
    db.close();
  });
});
