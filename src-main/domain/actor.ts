/** Who acts: decided once for a call or command, and the same in each record that comes of it. */

export interface Actor {
  /** An operator of the console, the computer's user where nobody signs in, or the engine by itself. */
  kind: 'operator' | 'system' | 'engine';
  /** The operator's number, by which people are told apart; null for the others. */
  id: number | null;
  /** For records; a name alone never proves who somebody is. */
  name: string;
}

/** The engine's name in the audit log; no operator may have it. */
export const ENGINE: Actor = { kind: 'engine', id: null, name: 'engine' };

export function systemUser(name: string): Actor {
  return { kind: 'system', id: null, name };
}

export function operatorActor({ id, name }: { id: number; name: string }): Actor {
  return { kind: 'operator', id, name };
}

/** Where nobody signs in, a name stands for the computer's user. */
export function asActor(by: Actor | string): Actor {
  return typeof by === 'string' ? systemUser(by) : by;
}

/** Names that stand for something else in the records. */
const RESERVED = ['engine', 'system', 'console', 'nobody', 'admin'];
/** Letters of one alphabet, so that no two names look alike; marks that cannot be seen are none of them. */
const NAME = /^[\p{Script=Latin}\d](?:[\p{Script=Latin}\d ._'@-]*[\p{Script=Latin}\d.])?$/u;
export const LONGEST_NAME = 60;

/**
 * @param systemName the computer's user, whose name stands in the records too
 * @returns the name in its one form, or what is wrong with it
 */
export function operatorName(text: string, systemName: string): { name: string } | { problem: string } {
  const name = text.normalize('NFKC').trim().replace(/ +/g, ' ');
  if (name === '' || name.length > LONGEST_NAME)
    return { problem: `The name must have 1 to ${String(LONGEST_NAME)} characters.` };
  if (!NAME.test(name))
    return {
      problem: 'The name may have Latin letters, digits, spaces and . _ - @ only, and begins with a letter or digit.',
    };
  if ([...RESERVED, systemName.normalize('NFKC').toLowerCase()].includes(name.toLowerCase()))
    return { problem: `"${name}" stands for something else in the audit log. Choose another name.` };
  return { name };
}
