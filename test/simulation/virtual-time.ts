/** Time that passes only when everyone waits: hours in seconds, and the same each time. */
import { install } from '@sinonjs/fake-timers';

const realSetImmediate = setImmediate;

export interface VirtualTime {
  /** Lets time pass, timer by timer, until then (milliseconds since the epoch). */
  until(end: number): Promise<void>;
  /** Sets the computer's clock, in milliseconds since the epoch; how long things take does not change. */
  setClock(now: number): void;
  /** Lets time pass until the promise has settled. @throws Error when nobody waits for time any more, and it never will */
  whenSettled<T>(promise: Promise<T>): Promise<T>;
}

/** Runs `work` with this process's clock and timers replaced; they are put back when it is done. */
export async function inVirtualTime<T>(start: number, work: (time: VirtualTime) => Promise<T>): Promise<T> {
  const clock = install({
    now: start,
    toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
  });
  // Node never waits less than a millisecond, and there is code that counts on it.
  globalThis.setTimeout = new Proxy(setTimeout, {
    apply: (fake, self: unknown, [callback, ms, ...args]: [unknown, number | undefined, ...unknown[]]): unknown =>
      Reflect.apply(fake, self, [callback, Math.max(1, ms ?? 1), ...args]),
  });
  try {
    return await work({
      setClock: (now) => {
        clock.setSystemTime(now);
      },
      until: async (end) => {
        const until = { reached: false };
        setTimeout(() => {
          until.reached = true;
        }, end - Date.now());
        while (!(await isReached(until))) clock.next();
      },
      whenSettled: async (promise) => {
        const until = { reached: false };
        const seen = promise.finally(() => {
          until.reached = true;
        });
        seen.catch(() => undefined);
        while (!(await isReached(until))) {
          if (clock.countTimers() === 0) throw new Error('Everything has stopped, and it is not done.');
          clock.next();
        }
        return seen;
      },
    });
  } finally {
    clock.uninstall();
  }
}

/** Lets everything that is ready run, then looks. Files are written in real time: meanwhile none passes here. */
async function isReached(until: { reached: boolean }): Promise<boolean> {
  do await new Promise((resolve) => realSetImmediate(resolve));
  while (process.getActiveResourcesInfo().some((resource) => /^(FSReq|CloseReq)/.test(resource)));
  return until.reached;
}
