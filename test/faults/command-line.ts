/** Runs the real command line as a child process, so that it can really be killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { SIMULATOR_CREDENTIALS, SIMULATOR_DEFAULTS } from '../../src-main/simulator/options.ts';

const root = join(import.meta.dirname, '../..');

export interface Run {
  child: ChildProcess;
  /** Resolves when the process has ended, killed or not. */
  done: Promise<{ code: number | null; stdout: string; stderr: string }>;
  /** What it has written to stderr so far. */
  said: () => string;
}

/** How the command line is started. */
export const commandLine = [process.execPath, join(root, 'src-main/cli.ts')] as const;

/** Its whole environment: nothing of this process's own gets in, and no credentials but the simulator's. */
export function rateplanEnvironment(home: string, baseUrl: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    RATEPLAN_HOME: home,
    THINGSPACE_BASE_URL: baseUrl,
    THINGSPACE_KEY: SIMULATOR_CREDENTIALS.key,
    THINGSPACE_SECRET: SIMULATOR_CREDENTIALS.secret,
    THINGSPACE_USERNAME: SIMULATOR_CREDENTIALS.username,
    THINGSPACE_PASSWORD: SIMULATOR_CREDENTIALS.password,
    THINGSPACE_ACCOUNT: SIMULATOR_DEFAULTS.accountName,
  };
}

/** @param input its standard input, whole */
export function rateplan(home: string, baseUrl: string, args: string[], env: NodeJS.ProcessEnv = {}, input = ''): Run {
  const [node, script] = commandLine;
  const child = spawn(node, [script, ...args], {
    cwd: root,
    stdio: 'pipe',
    env: { ...rateplanEnvironment(home, baseUrl), ...env },
  });
  // Whoever does not read it closes it.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const done = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
  return { child, done, said: () => stderr };
}
