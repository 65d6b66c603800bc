/** What a spreadsheet would run as a formula when somebody opens or pastes it. */

/** What no spreadsheet can run, whatever it is taken for: an MDN such as `+15550000001` is no formula. */
const IDENTIFIER = /^\+?[0-9A-Za-z]+$/;
/** A spreadsheet trims a cell before it looks for a formula, and some take the full-width signs for the same. */
const FORMULA = /^\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/u;

export function isIdentifierText(text: string): boolean {
  return IDENTIFIER.test(text);
}

/** The text with an apostrophe before it where a spreadsheet would compute it. */
export function defused(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}
