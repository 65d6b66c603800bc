/** Measures work in a process of its own, so that none inherits the memory of another. */
import { fork } from 'node:child_process';
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface Figures {
  seconds: number;
  /** Megabytes that the whole process had at most (RSS). */
  most: number;
  /** Megabytes above what the process had before. */
  grown: number;
  /** Milliseconds for which nothing else had its turn, at most. */
  longestTurn: number;
}

const MEGABYTE = 1_048_576;
const SAMPLE_EVERY_MS = 20;

export async function measured(work: () => Promise<unknown>): Promise<Figures> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const before = process.memoryUsage.rss();
  let most = before;
  const sampler = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, SAMPLE_EVERY_MS);
  delay.enable();
  const started = performance.now();
  await work();
  const seconds = (performance.now() - started) / 1000;
  delay.disable();
  clearInterval(sampler);
  most = Math.max(most, process.memoryUsage.rss());
  return { seconds, most: most / MEGABYTE, grown: (most - before) / MEGABYTE, longestTurn: delay.max / 1e6 };
}

/** Runs a script of `test/bench/` that sends its figures, one for each time that it measured. */
export function inOwnProcess(script: string, ...args: string[]): Promise<Figures[]> {
  return new Promise((resolve, reject) => {
    const child = fork(script, args);
    const all: Figures[] = [];
    child.on('message', (message) => {
      all.push(message as Figures);
    });
    child.on('exit', (code) => {
      if (code !== 0) reject(new Error(`${args.join(' ')} failed`));
      else resolve(all);
    });
  });
}

/** The arguments, where this script is the process that {@link inOwnProcess} has started. */
export function ownArguments(script: string): string[] | undefined {
  return process.argv[1] === script && process.send !== undefined ? process.argv.slice(2) : undefined;
}
