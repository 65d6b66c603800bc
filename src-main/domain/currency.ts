/** Currencies by their ISO 4217 codes, as the JavaScript engine knows them (Unicode CLDR). */

const CODES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** Symbols that are taken for one currency. Others, such as ¥ or kr, are of several. */
const SYMBOLS: Readonly<Record<string, string>> = { $: 'USD', US$: 'USD', '€': 'EUR', '£': 'GBP' };

/** @returns the code for `eur`, ` EUR ` or `€`; undefined when it is no currency, or several */
export function toCurrency(text: string): string | undefined {
  const trimmed = text.trim();
  const code = SYMBOLS[trimmed] ?? trimmed.toUpperCase();
  return CODES.has(code) ? code : undefined;
}

/** Whether the currency's people write it with this mark: the dollar sign beside CAD is no dollar of the United States. */
export function writtenFor(mark: string, currency: string): boolean {
  const symbol = new Intl.NumberFormat('en-US', { style: 'currency', currency, currencyDisplay: 'narrowSymbol' })
    .formatToParts(0)
    .find(({ type }) => type === 'currency')?.value;
  return symbol === mark.trim() || toCurrency(mark) === currency;
}
