/** Amounts of money in minor units, so that sums over a million devices stay exact. */

export interface Money {
  /** Hundredths of the currency's unit (cents). */
  minor: number;
  /** ISO 4217 code, such as USD. */
  currency: string;
}

/**
 * Reads a price such as `1.25`, `1,25`, `$1.25` or `1,234.50`.
 * @throws RangeError with a message for people when it is not a price or is negative
 */
export function parsePrice(text: string, currency = 'USD'): Money {
  const cleaned = text.trim().replace(/^[$€£]\s*/, '');
  const normal = /^\d+,\d{1,2}$/.test(cleaned) ? cleaned.replace(',', '.') : cleaned.replace(/,(?=\d{3}(\D|$))/g, '');
  if (!/^\d+(\.\d{1,4})?$/.test(normal)) throw new RangeError(`"${text}" is not a price such as 1.25`);
  return { minor: Math.round(Number(normal) * 100), currency };
}

/** `{minor: 125000, currency: 'USD'}` → `$1,250.00`. */
export function formatMoney(money: Money): string {
  return new Intl.NumberFormat('en-US', { style: 'currency', currency: money.currency }).format(money.minor / 100);
}
