/** Signing in on the command line: from the environment, or asked for on a terminal. */
import input from '@inquirer/input';
import password from '@inquirer/password';
import type { Console } from '../console.ts';
import { ConsoleError } from '../domain/errors.ts';

/** Does nothing where the console has no operators. @throws ConsoleError `signed-out` or `denied` */
export async function signIn(console: Console): Promise<void> {
  if (console.access.view().state === 'open') return;
  const name = process.env['RATEPLAN_OPERATOR'] ?? (await askFor((ui) => input({ message: 'Operator:' }, ui)));
  await console.access.signIn(name, await readPassword('RATEPLAN_OPERATOR_PASSWORD', 'Password:'));
}

/** @param variable where scripts put it; never an argument, which every user of the computer can read */
export async function readPassword(variable: string, message: string): Promise<string> {
  return takeFromEnvironment(variable) ?? (await askFor((ui) => password({ message, mask: '*' }, ui)));
}

const taken = new Map<string, string>();

/** A secret leaves the environment as soon as it is read: no child process and no report of this one has it. */
export function takeFromEnvironment(variable: string): string | undefined {
  const value = process.env[variable];
  Reflect.deleteProperty(process.env, variable);
  if (value !== undefined) taken.set(variable, value);
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
