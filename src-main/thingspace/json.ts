/** JSON of the carrier, without the loss of digits that JavaScript's numbers bring. */

/** A number that may not fit: 16 digits and more, or an exponent. It may stand in a text too; then the slower way is taken for nothing. */
const LONG_NUMBER = /[:[,]\s*-?(?:\d[\d.]{15,}|[\d.]+[eE])/;

/** What TypeScript's library does not know yet: the number as it stands in the text. */
type Reviver = (key: string, value: unknown, context?: { source?: string }) => unknown;

/**
 * Numbers that JavaScript would round become texts with all their digits. A number in exponent form has lost its digits
 * before it came here: it becomes NaN, which no field takes.
 * @returns undefined for what is no JSON
 */
export function parseJson(text: string): unknown {
  const json = text.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(json, LONG_NUMBER.test(json) ? keepDigits : undefined) as unknown;
  } catch {
    return undefined;
  }
}

const keepDigits: Reviver = (_key, value, context) => {
  if (typeof value !== 'number') return value;
  const source = context?.source ?? String(value);
  if (/[eE]/.test(source)) return NaN;
  if (Number.isSafeInteger(value) || (source.includes('.') && Math.abs(value) < Number.MAX_SAFE_INTEGER)) return value;
  return context?.source !== undefined && /^-?\d+$/.test(source) ? source : NaN;
};
