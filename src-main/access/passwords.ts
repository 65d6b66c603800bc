/** Passwords of operators: kept as Argon2id hashes, in the usual encoded form with their parameters and salt. */
import { randomBytes } from 'node:crypto';
import { argon2id, argon2Verify } from 'hash-wasm';
import { ConsoleError } from '../domain/errors.ts';
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from '../domain/roles.ts';

/**
 * What RFC 9106 names for memory-constrained environments: 64 MiB, three passes, four lanes; about 0.2 s here. A library and
 * not Node's own, because Electron's Node is built on BoringSSL, which has no Argon2.
 */
const PARAMETERS = { memorySize: 65_536, iterations: 3, parallelism: 4, hashLength: 32 };

/** Each takes 64 MiB: one after the other, however many people sign in at once. */
let turn: Promise<unknown> = Promise.resolve();
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = turn.then(work);
  turn = mine.catch(() => undefined);
  return mine;
}

/** @throws ConsoleError `bad-input` for a password that is too easily guessed */
export async function hashPassword(password: string, name: string): Promise<string> {
  const text = normal(password);
  if (text.length < SHORTEST_PASSWORD || text.length > LONGEST_PASSWORD)
    throw new ConsoleError(
      'bad-input',
      `The password must have ${String(SHORTEST_PASSWORD)} to ${String(LONGEST_PASSWORD)} characters.`,
      'A few words in a row are easy to remember.',
    );
  // Made known to the redaction, it would blot out each identifier that holds it.
  if (/^\d+$/.test(text))
    throw new ConsoleError('bad-input', 'A password of digits only is too easily guessed.', 'Add some letters.');
  if (new Set(text).size < 4 || text.toLowerCase().includes(name.toLowerCase()))
    throw new ConsoleError(
      'bad-input',
      'The password is too easily guessed.',
      'It must not hold the name, nor be a few characters over and over.',
    );
  return inTurn(() => argon2id({ ...PARAMETERS, password: text, salt: randomBytes(16), outputType: 'encoded' }));
}

export async function isPassword(password: string, hash: string): Promise<boolean> {
  const text = normal(password);
  if (text === '' || text.length > LONGEST_PASSWORD) return false;
  return inTurn(() => argon2Verify({ password: text, hash }));
}

/** The same characters from every keyboard. */
export function normal(password: string): string {
  return password.normalize('NFKC');
}
