/** Decides when the next request may leave, for all lanes of a service provider: finds the carrier's limit by itself. */
import type { Clock } from '../domain/clock.ts';

/** Requests a second to begin with when nothing was learned yet. Assumed: no rate is published for plan changes. */
const FIRST_RATE = 10;
const MIN_RATE = 0.2;
const MAX_RATE = 500;
/** How fast the rate grows each second until the carrier first says no, and after that. */
const DISCOVERY_GROWTH = 1.5;
const STEADY_GROWTH = 1.02;
/** How much is taken off the rate that was refused. */
const BACK_OFF = 0.85;
/** How long to wait after a 429 that names no time. */
const DEFAULT_PAUSE_MS = 1000;
/** Refusals within this time after one are answers to requests that had left already; they are one event. */
const SAME_EVENT_MS = 1000;

export interface GovernorState {
  requestsPerSecond: number;
  /** Milliseconds since the epoch until which the carrier asked to wait; null when it did not. */
  pausedUntil: number | null;
  throttled: number;
}

export class RateGovernor {
  readonly #clock: Clock;
  readonly #cap: number;
  #rate: number;
  #discovering: boolean;
  #nextAt = 0;
  #pausedUntil = 0;
  #grownAt: number;
  #lastThrottleAt = -Infinity;
  #throttled = 0;

  /**
   * @param learned the rate that an earlier job found, requests a second
   * @param cap a limit set by hand, requests a second; null for none
   */
  constructor(clock: Clock, learned: number | null, cap: number | null) {
    this.#clock = clock;
    this.#cap = cap ?? MAX_RATE;
    this.#rate = Math.min(this.#cap, learned ?? FIRST_RATE);
    this.#discovering = learned === null;
    this.#grownAt = clock.now();
  }

  /** Waits for its turn. @returns false when the signal aborted first: then nothing may be sent */
  async acquire(signal: AbortSignal): Promise<boolean> {
    for (;;) {
      if (isAborted(signal)) return false;
      const now = this.#clock.now();
      const turn = Math.max(now, this.#nextAt, this.#pausedUntil);
      this.#nextAt = turn + 1000 / this.#rate;
      if (turn > now) await this.#clock.sleep(turn - now, signal);
      if (isAborted(signal)) return false;
      // The carrier may have asked to wait meanwhile: then everyone queues again.
      if (this.#pausedUntil <= this.#clock.now()) return true;
    }
  }

  /** The carrier answered without throttling: try a little more. */
  onAnswer(): void {
    const now = this.#clock.now();
    if (now - this.#grownAt < 1000 || now < this.#pausedUntil) return;
    this.#grownAt = now;
    this.#rate = Math.min(this.#cap, MAX_RATE, this.#rate * (this.#discovering ? DISCOVERY_GROWTH : STEADY_GROWTH));
  }

  /** HTTP 429. @param retryAfterMs what the carrier asked for, if it did */
  onThrottled(retryAfterMs: number | undefined): void {
    const now = this.#clock.now();
    this.#throttled++;
    this.#pausedUntil = Math.max(this.#pausedUntil, now + (retryAfterMs ?? DEFAULT_PAUSE_MS));
    this.#nextAt = this.#pausedUntil;
    this.#grownAt = this.#pausedUntil;
    if (now - this.#lastThrottleAt > SAME_EVENT_MS) this.#rate = Math.max(MIN_RATE, this.#rate * BACK_OFF);
    this.#lastThrottleAt = now;
    this.#discovering = false;
  }

  /** Nothing can be reached: everyone waits, without a verdict on the rate. */
  onOutage(waitMs: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + waitMs);
    this.#nextAt = this.#pausedUntil;
  }

  state(): GovernorState {
    const paused = this.#pausedUntil > this.#clock.now();
    return {
      requestsPerSecond: this.#rate,
      pausedUntil: paused ? this.#pausedUntil : null,
      throttled: this.#throttled,
    };
  }
}

/** A signal aborts while one waits, which the compiler does not see. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
