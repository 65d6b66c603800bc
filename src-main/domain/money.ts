/** Amounts of money, exact: prices keep four decimals, and sums over a million devices stay within safe integers. */
import { toCurrency, writtenFor } from './currency.ts';

export interface Money {
  /** Ten-thousandths of the currency's unit, always an integer: 12500 is 1.25. */
  amount: number;
  /** ISO 4217 code, such as USD. */
  currency: string;
}

/** How many parts a currency's unit has here. */
export const PARTS = 10_000;
const DECIMALS = 4;

/** The largest price of a device: a million of them still sum up to a safe integer (900,000 × 10,000 × 1,000,000 < 2^53). */
export const LARGEST_PRICE = 900_000;

/** What a price's text may leave open. */
export interface PriceContext {
  /** The currency that is named beside the text, such as in a column; the text must not say another one. */
  named?: string | undefined;
  /** The currency of a text that names none. */
  otherwise?: string;
}

/**
 * Reads a price such as `1.25`, `1,25`, `$1.25`, `1.25 EUR` or `1,234.50`.
 * @throws RangeError with a sentence for people when it is no price, is negative, or could be read in two ways
 */
export function parsePrice(text: string, { named, otherwise = 'USD' }: PriceContext = {}): Money {
  const { number, mark } = split(text);
  return { amount: parseAmount(number, text), currency: currencyOf(text, mark, named, otherwise) };
}

/**
 * `{amount: 12500000, currency: 'USD'}` → `$1,250.00`. Two decimals where they are exact, otherwise four; currencies that
 * have none or three keep theirs. A currency that is no code (old stores hold some) is written behind the number.
 */
export function formatMoney({ amount, currency }: Money): string {
  const text = decimalText(amount);
  try {
    return formatterOf(currency, decimalsNeeded(amount, currency)).format(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return `${plain(decimalsNeeded(amount, '')).format(text)} ${currency}`.trimEnd();
  }
}

/** For a text field: `1.25`, `0.0049`, without currency and groups, so that it is read back as it was. */
export function formatAmount({ amount, currency }: Money): string {
  return plain(decimalsNeeded(amount, currency), false).format(decimalText(amount));
}

/** @throws RangeError for what must not be stored */
export function checkMoney({ amount, currency }: Money): void {
  if (!Number.isSafeInteger(amount) || amount < 0 || amount > LARGEST_PRICE * PARTS)
    throw new RangeError(tooLarge(String(amount / PARTS)));
  if (toCurrency(currency) !== currency) throw new RangeError(noCurrency(currency));
}

/** Takes the currency off a price's text: a code or symbol before or behind the number. */
function split(text: string): { number: string; mark: string } {
  const [, before = '', number = '', behind = ''] = /^(\D*?)\s*(-?\d.*?)\s*([^\d.,]*)$/su.exec(text.trim()) ?? [];
  if (number === '' || (before !== '' && behind !== '')) throw noPrice(text);
  return { number, mark: before + behind };
}

function currencyOf(text: string, mark: string, named: string | undefined, otherwise: string): string {
  const beside = named === undefined || named.trim() === '' ? undefined : toCurrency(named);
  if (named !== undefined && named.trim() !== '' && beside === undefined) throw new RangeError(noCurrency(named));
  if (mark === '') return beside ?? otherwise;
  if (beside !== undefined && writtenFor(mark, beside)) return beside;
  const said = toCurrency(mark);
  if (said === undefined && !/\p{Sc}|^[a-z]{3}$/iu.test(mark)) throw noPrice(text);
  if (said === undefined)
    throw new RangeError(
      /\p{Sc}/u.test(mark)
        ? `"${mark}" is the sign of several currencies; write the code, such as JPY`
        : noCurrency(mark),
    );
  if (beside !== undefined && said !== beside)
    throw new RangeError(`"${text.trim()}" is in ${said}, but the currency beside it is ${beside}`);
  return said;
}

function parseAmount(number: string, text: string): number {
  const normal = plainNumber(number, text);
  const [, whole = '', decimals = ''] = /^(\d+)(?:\.(\d+))?$/.exec(normal) ?? [];
  if (whole === '') throw noPrice(text);
  const exact = decimals.replace(/0+$/, '');
  if (exact.length > DECIMALS)
    throw new RangeError(
      `"${text.trim()}" has ${String(exact.length)} decimals, and a price has at most ${String(DECIMALS)}`,
    );
  const amount = Number(whole) * PARTS + Number(exact.padEnd(DECIMALS, '0'));
  if (amount > LARGEST_PRICE * PARTS) throw new RangeError(tooLarge(text.trim()));
  return amount;
}

/** Digits with a point at most, whatever way of writing them it was. @throws RangeError when two ways would fit */
function plainNumber(number: string, text: string): string {
  // Blanks and apostrophes divide thousands and nothing else.
  const joined = /^\d{1,3}(?:[\s'’]\d{3})+(?:[.,]\d+)?$/u.test(number) ? number.replace(/[\s'’]/gu, '') : number;
  if (/^\d{1,3}(?:,\d{3})+\.\d+$/.test(joined) || /^\d{1,3}(?:,\d{3}){2,}$/.test(joined))
    return joined.replaceAll(',', '');
  if (/^\d{1,3}(?:\.\d{3})+,\d+$/.test(joined) || /^\d{1,3}(?:\.\d{3}){2,}$/.test(joined))
    return joined.replaceAll('.', '').replace(',', '.');
  if (/^[1-9]\d{0,2},\d{3}$/.test(joined))
    throw new RangeError(
      `"${text.trim()}" can be ${joined.replace(',', '.')} or ${joined.replace(',', '')}: write it with a point for the decimals, and no comma`,
    );
  return joined.replace(/^(\d+),(\d+)$/, '$1.$2');
}

/** How many decimals say exactly what the amount is: those of the currency, two or four. */
function decimalsNeeded(amount: number, currency: string): number {
  const usual = decimalsOf(currency);
  return [usual, 2].find((decimals) => decimals >= usual && amount % 10 ** (DECIMALS - decimals) === 0) ?? DECIMALS;
}

const knownDecimals = new Map<string, number>();

/** 2 for USD, 0 for JPY, 3 for KWD, and 2 for what is no currency. */
function decimalsOf(currency: string): number {
  const known = knownDecimals.get(currency);
  if (known !== undefined) return known;
  const valid = toCurrency(currency) === currency;
  const decimals = valid
    ? (new Intl.NumberFormat('en-US', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2)
    : 2;
  knownDecimals.set(currency, decimals);
  return decimals;
}

const formatters = new Map<string, Intl.NumberFormat>();

/** @throws RangeError for a currency that is not even three letters */
function formatterOf(currency: string, decimals: number): Intl.NumberFormat {
  const key = `${currency} ${String(decimals)}`;
  const known = formatters.get(key);
  if (known !== undefined) return known;
  const formatter = new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency,
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  formatters.set(key, formatter);
  return formatter;
}

function plain(decimals: number, useGrouping = true): Intl.NumberFormat {
  return new Intl.NumberFormat('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
    useGrouping,
  });
}

/** The amount in units as text: a number would lose digits of large sums. */
function decimalText(amount: number): Intl.StringNumericLiteral {
  const size = Math.abs(amount);
  const whole = Math.floor(size / PARTS);
  return `${amount < 0 ? '-' : ''}${whole}.${String(size % PARTS).padStart(DECIMALS, '0')}` as Intl.StringNumericLiteral;
}

function noPrice(text: string): RangeError {
  return new RangeError(`"${text}" is not a price such as 1.25`);
}

function noCurrency(text: string): string {
  return `"${text.trim()}" is no currency; use a code of ISO 4217 such as USD or EUR`;
}

function tooLarge(text: string): string {
  return `"${text}" is too large for the price of a device; the largest is ${LARGEST_PRICE.toLocaleString('en-US')}`;
}
