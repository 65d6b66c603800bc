/** What a line of a list of devices turned out to be, in the words of window, command line and files. */
export const LINE_VERDICTS = {
  found: 'found',
  unknown: 'not in the inventory',
  duplicate: 'repeated',
  none: 'names no device',
  contradiction: 'names two devices',
  ambiguous: 'ambiguous',
  mangled: 'damaged by a spreadsheet',
  malformed: 'not an identifier',
} as const;
export type LineVerdict = keyof typeof LINE_VERDICTS;

/** A tally to begin with. */
export function noVerdicts(): Record<LineVerdict, number> {
  return {
    found: 0,
    unknown: 0,
    duplicate: 0,
    none: 0,
    contradiction: 0,
    ambiguous: 0,
    mangled: 0,
    malformed: 0,
  };
}

/** Nothing of these lines can be taken, and a person has to look at them: nobody should find out later that one was left out. */
export const REFUSED_VERDICTS = [
  'contradiction',
  'ambiguous',
  'mangled',
  'malformed',
] as const satisfies readonly LineVerdict[];

export function isRefused(verdict: LineVerdict): boolean {
  return (REFUSED_VERDICTS as readonly LineVerdict[]).includes(verdict);
}
