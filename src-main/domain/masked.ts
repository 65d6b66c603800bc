/** Takes out what names a device, for texts that go to people who are to see none: support, and a failed screen's details. */

/** Digits, or hexadecimal with a digit, that are long enough to be an ICCID, IMEI, MDN, MEID, key or token. */
const LONG_NUMBER = /(?<![0-9a-z])(?=[a-f]*\d)[0-9a-f]{9,}(?![0-9a-z])/gi;
/** Digits in the middle of letters, as in a code that holds a number. */
const DIGITS = /\d{10,}/g;

/** @returns the text with `[number]` for ICCIDs, IMEIs, phone numbers, keys and tokens, wherever they stand */
export function withoutIdentifiers(text: string): string {
  return text.replace(LONG_NUMBER, '[number]').replace(DIGITS, '[number]');
}
