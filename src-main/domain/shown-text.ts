/** How a piece of a file is shown in a message: short, on one line, without characters that a terminal would act on. */

const SHOWN_CHARACTERS = 80;

/** @returns the text on one line, with a dot for each control character */
export function shownText(text: string): string {
  const line = text
    .trim()
    .replace(/\s+/gu, ' ')
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '·');
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line;
}
