/** Signing in on the command line: from the environment, or asked for on a terminal. */
import { readFileSync, statSync } from 'node:fs';
import input from '@inquirer/input';
import password from '@inquirer/password';
import type { App } from '../app.ts';
import { ConsoleError } from '../domain/errors.ts';

/** Does nothing where the console has no operators. @throws ConsoleError `signed-out` or `denied` */
export async function signIn(app: App): Promise<void> {
  if (app.access.view().state === 'open') return;
  const name = given('RATEPLAN_OPERATOR') ?? (await askFor((ui) => input({ message: 'Operator:' }, ui)));
  await app.access.signIn(name, await readPassword('RATEPLAN_OPERATOR_PASSWORD', 'Password:'));
}

/** @param variable where scripts put it; never an argument, which every user of the computer can read */
export async function readPassword(variable: string, message: string): Promise<string> {
  return takeFromEnvironment(variable) ?? (await askFor((ui) => password({ message, mask: '*' }, ui)));
}

const taken = new Map<string, string>();

/** What a file of `--password-file` may name: what `--help` lists, and the new password of `password` and `operators`. */
const IN_FILE: ReadonlySet<string> = new Set([
  'RATEPLAN_HOME',
  'RATEPLAN_OPERATOR',
  'RATEPLAN_OPERATOR_PASSWORD',
  'RATEPLAN_NEW_PASSWORD',
  'THINGSPACE_BASE_URL',
  'THINGSPACE_KEY',
  'THINGSPACE_SECRET',
  'THINGSPACE_USERNAME',
  'THINGSPACE_PASSWORD',
  'THINGSPACE_ACCOUNT',
]);
const NAMED_LINE = /^([A-Z_]+)=(.*)$/;
/** Also what is meant as a named line, and is none: `export …`, spaces, small letters, a name that there is not. */
const LOOKS_NAMED = /^\s*(?:(?:export|set)\s+)?(?:[A-Z][A-Z0-9_]+|(?:rateplan|thingspace)_\w+)\s*=/;

/**
 * Takes secrets from a file instead of the environment, which more can read: the operator's password alone, or lines such as
 * `THINGSPACE_KEY=…` with the names of the variables.
 * @param path `-` for standard input
 * @throws ConsoleError `bad-input` for a file that cannot be read, that others can read, that is empty, or that has named
 *   lines and others: taken for a password, it would let the run go on with another account
 */
export function takeSecretsFrom(path: string): void {
  const lines = readSecrets(path)
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .map((text, index) => ({ text, number: index + 1 }))
    .filter(({ text }) => text !== '');
  const [first] = lines;
  if (first === undefined) throw new ConsoleError('bad-input', `There is no password in ${path}.`);
  if (!lines.some(({ text }) => LOOKS_NAMED.test(text))) {
    taken.set('RATEPLAN_OPERATOR_PASSWORD', first.text);
    return;
  }
  for (const { text, number } of lines) {
    const [, variable = '', value = ''] = NAMED_LINE.exec(text) ?? [];
    if (!IN_FILE.has(variable)) throw notNamed(path, number);
    taken.set(variable, value);
  }
  // Not a secret, and read where the data folder is looked for.
  const home = taken.get('RATEPLAN_HOME');
  if (home !== undefined) process.env['RATEPLAN_HOME'] ||= home;
}

/** Never with what the line says: it may be a password. */
function notNamed(path: string, line: number): ConsoleError {
  return new ConsoleError(
    'bad-input',
    `Line ${String(line)} of ${path} does not begin with the name of a variable that can be given there, such as THINGSPACE_KEY=.`,
    `Known: ${[...IN_FILE].join(', ')}. A password that looks like NAME=… is given as the value of RATEPLAN_OPERATOR_PASSWORD.`,
  );
}

function readSecrets(path: string): string {
  try {
    if (path !== '-' && process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
      throw new ConsoleError('bad-input', `Others can read ${path}.`, `Make it yours alone first: chmod 600 ${path}`);
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    if (error instanceof ConsoleError) throw error;
    throw new ConsoleError(
      'bad-input',
      `The password file ${path} cannot be read.`,
      'Check its name and its rights.',
      error,
    );
  }
}

/** A variable's value, from the environment or a file; it stays where it is. */
export function given(variable: string): string | undefined {
  const here = process.env[variable];
  return here === undefined || here === '' ? taken.get(variable) : here;
}

/** A secret leaves the environment as soon as it is read: no child process and no report of this one has it. */
export function takeFromEnvironment(variable: string): string | undefined {
  const value = process.env[variable];
  Reflect.deleteProperty(process.env, variable);
  if (value !== undefined && value !== '') taken.set(variable, value);
  return taken.get(variable);
}

/** Asks on the terminal, and leaves standard output to what the command has to say. */
async function askFor(ask: (ui: { output: NodeJS.WritableStream }) => Promise<string>): Promise<string> {
  if (process.stdin.isTTY && process.stderr.isTTY) return ask({ output: process.stderr });
  throw new ConsoleError(
    'signed-out',
    'This console has operators, and nobody is signed in.',
    'Set RATEPLAN_OPERATOR and RATEPLAN_OPERATOR_PASSWORD, or run the command in a terminal.',
  );
}
