/** Signing in on the command line: from the environment, or asked for on a terminal. */
import { readFileSync, statSync } from 'node:fs';
import input from '@inquirer/input';
import password from '@inquirer/password';
import type { Console } from '../console.ts';
import { ConsoleError } from '../domain/errors.ts';

/** Does nothing where the console has no operators. @throws ConsoleError `signed-out` or `denied` */
export async function signIn(console: Console): Promise<void> {
  if (console.access.view().state === 'open') return;
  const name = given('RATEPLAN_OPERATOR') ?? (await askFor((ui) => input({ message: 'Operator:' }, ui)));
  await console.access.signIn(name, await readPassword('RATEPLAN_OPERATOR_PASSWORD', 'Password:'));
}

/** @param variable where scripts put it; never an argument, which every user of the computer can read */
export async function readPassword(variable: string, message: string): Promise<string> {
  return takeFromEnvironment(variable) ?? (await askFor((ui) => password({ message, mask: '*' }, ui)));
}

const taken = new Map<string, string>();

/** What a file of `--password-file` may name. */
const IN_FILE = /^(RATEPLAN_OPERATOR|RATEPLAN_OPERATOR_PASSWORD|RATEPLAN_NEW_PASSWORD|THINGSPACE_[A-Z]+)=(.*)$/;

/**
 * Takes secrets from a file instead of the environment, which more can read: the operator's password alone, or lines such as
 * `THINGSPACE_KEY=…` with the names of the variables.
 * @param path `-` for standard input
 * @throws ConsoleError `bad-input` for a file that cannot be read, that others can read, or that is empty
 */
export function takeSecretsFrom(path: string): void {
  const lines = readSecrets(path)
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .filter((line) => line !== '');
  const named = lines.map((line) => IN_FILE.exec(line));
  const [first] = lines;
  if (first === undefined) throw new ConsoleError('bad-input', `There is no password in ${path}.`);
  if (named.every((found) => found !== null))
    for (const [, variable = '', value = ''] of named) taken.set(variable, value);
  else taken.set('RATEPLAN_OPERATOR_PASSWORD', first);
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
