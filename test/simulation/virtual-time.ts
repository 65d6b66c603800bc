/** Time that passes only when everyone waits: hours of a governor's life in seconds, and the same each time. */
import type { Clock } from '../../src-main/domain/clock.ts';

interface Timer {
  at: number;
  order: number;
  fire: () => void;
}

export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #timers: Timer[] = [];

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      this.#timers.push({ at: this.#now + Math.max(0, ms), order: this.#order++, fire: resolve });
    });
  }

  /** Lets time pass, timer by timer, until `end`. */
  async runUntil(end: number): Promise<void> {
    for (;;) {
      await settle();
      let next: Timer | undefined;
      for (const timer of this.#timers)
        if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order))
          next = timer;
      if (next === undefined || next.at > end) {
        this.#now = end;
        return;
      }
      this.#timers.splice(this.#timers.indexOf(next), 1);
      this.#now = next.at;
      next.fire();
    }
  }
}

/** Lets everything that is ready run before time goes on. */
async function settle(): Promise<void> {
  for (let n = 0; n < 12; n++) await Promise.resolve();
}
