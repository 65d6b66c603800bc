/**
 * Decides when the next request may leave, for all lanes of a service provider: finds the carrier's limit by itself.
 *
 * It speeds up until the carrier first refuses, and takes the limit from what the carrier let pass until then; a pause that
 * the carrier asks for costs far more than the refused request, so it must not come often. From there on it holds just
 * below the limit for minutes, creeps over it to see whether there is more, and speeds up again where nobody refuses.
 */
import type { Clock } from '../domain/clock.ts';

/** Requests a second to begin with when nothing was learned yet. Assumed: no rate is published for plan changes. */
const FIRST_RATE = 20;
const MIN_RATE = 0.2;
const MAX_RATE = 1000;
/** While the limit is unknown, the rate doubles in this time. */
const DOUBLING_MS = 600;
/** How far below a first estimate the rate is held: requests jitter on their way, and a window counts each of them. */
const FIRST_HEADROOM = 0.95;
/** How far below an estimate that has held. */
const HEADROOM = 0.985;
/** How long it takes to come back up to the estimate: short while it is a guess, longer each time it proves right. */
const SHORT_HOLD_MS = 6_000;
const FIRST_HOLD_MS = 25_000;
const LONGEST_HOLD_MS = 240_000;
/** After that the rate rises ever faster until somebody refuses: by so much over the estimate in the next such time. */
const RISE = 0.04;
/** A refusal that soon after a pause means that the estimate was wrong; a later one, that it was touched. */
const TOO_SOON_MS = 8_000;
/** A bucket that was filled by the pause is empty again within that time at twice its rate. */
const BUCKET_RUN_MS = 1_700;
/** How much is taken off when nothing better is known. */
const BACK_OFF = 0.93;
/** How long to wait after a 429 that names no time. */
const DEFAULT_PAUSE_MS = 1000;
/** Refusals within this time after one are answers to requests that had left already; they are one event. */
const SAME_EVENT_MS = 1000;
const SECOND = 1000;

export interface GovernorState {
  requestsPerSecond: number;
  /** Milliseconds since the epoch until which the carrier asked to wait; null when it did not. */
  pausedUntil: number | null;
  throttled: number;
  /** Whether the carrier has ever refused: before that the rate is what the lanes managed, and no limit. */
  limitIsKnown: boolean;
}

/** What was seen when the carrier refused. */
interface Refusal {
  at: number;
  /** Requests that had passed by then, in all. */
  passed: number;
  /** Requests that had passed in the clock's current second. */
  inThisSecond: number;
}

export class RateGovernor {
  readonly #clock: Clock;
  readonly #cap: number;
  #rate: number;
  /** The estimate of the limit; null until the carrier has refused for the first time. */
  #ceiling: number | null;
  #heldSince: number;
  #holdMs = LONGEST_HOLD_MS / 4;
  #headroom = HEADROOM;
  #refusals = 0;
  #grownAt: number;
  #nextAt = 0;
  #pausedUntil = 0;
  #throttled = 0;
  #passed = 0;
  /** When the last requests passed, oldest first; a little more than a second of them. */
  #recent: number[] = [];
  #lastRefusal: Refusal | undefined;

  /**
   * @param learned the rate that an earlier job found, requests a second
   * @param cap a limit set by hand, requests a second; null for none
   */
  constructor(clock: Clock, learned: number | null, cap: number | null) {
    this.#clock = clock;
    this.#cap = Math.min(cap ?? MAX_RATE, MAX_RATE);
    this.#rate = Math.min(this.#cap, learned ?? FIRST_RATE);
    this.#ceiling = learned;
    this.#grownAt = clock.now();
    this.#heldSince = clock.now();
  }

  /** Waits for its turn. @returns false when the signal aborted first: then nothing may be sent */
  async acquire(signal: AbortSignal): Promise<boolean> {
    for (;;) {
      if (isAborted(signal)) return false;
      const now = this.#clock.now();
      const turn = Math.max(now, this.#nextAt, this.#pausedUntil);
      this.#nextAt = turn + SECOND / this.#rate;
      if (turn > now) await this.#clock.sleep(turn - now, signal);
      if (isAborted(signal)) return false;
      // The carrier may have asked to wait meanwhile: then everyone queues again.
      if (this.#pausedUntil <= this.#clock.now()) return true;
    }
  }

  /** The carrier answered without throttling. */
  onAnswer(): void {
    const now = this.#clock.now();
    this.#passed++;
    this.#recent.push(now);
    if (this.#recent.length > 64 && (this.#recent[32] ?? now) < now - 2 * SECOND) this.#recent.splice(0, 32);
    if (now >= this.#pausedUntil) this.#grow(now);
  }

  /** HTTP 429. @param retryAfterMs what the carrier asked for, if it did */
  onThrottled(retryAfterMs: number | undefined): void {
    const now = this.#clock.now();
    this.#throttled++;
    const isNewEvent = now >= this.#pausedUntil && now - (this.#lastRefusal?.at ?? -Infinity) > SAME_EVENT_MS;
    if (isNewEvent) this.#learn(now);
    this.#pausedUntil = Math.max(this.#pausedUntil, now + (retryAfterMs ?? DEFAULT_PAUSE_MS));
    this.#nextAt = this.#pausedUntil;
    this.#heldSince = this.#pausedUntil;
    this.#grownAt = this.#pausedUntil;
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
      limitIsKnown: this.#ceiling !== null,
    };
  }

  #grow(now: number): void {
    const elapsed = now - this.#grownAt;
    this.#grownAt = now;
    if (this.#ceiling === null) {
      // The lanes, not the carrier, may be what limits: then a higher rate would only be a guess.
      const bound = Math.max(FIRST_RATE, 2 * this.#passedSince(now - SECOND));
      this.#set(Math.min(this.#rate * 2 ** (elapsed / DOUBLING_MS), Math.max(this.#rate, bound)));
      return;
    }
    const t = (now - this.#heldSince) / this.#holdMs;
    this.#set(this.#ceiling * (t < 1 ? 1 - (1 - this.#headroom) * (1 - t) ** 3 : 1 + RISE * (t - 1) ** 2));
  }

  #learn(now: number): void {
    const seen: Refusal = { at: now, passed: this.#passed, inThisSecond: this.#passedSince(now - (now % SECOND)) };
    const before = this.#lastRefusal;
    this.#lastRefusal = seen;
    this.#refusals++;
    const ran = now - this.#heldSince;
    if (this.#ceiling === null) {
      // What passed in the last second is the limit of a sliding window, and not far from that of the others.
      this.#hold(this.#passedSince(now - SECOND), FIRST_HEADROOM, FIRST_HOLD_MS);
    } else if (ran > TOO_SOON_MS) {
      // Touched from below: the estimate is good, and the longer it held the longer it is trusted.
      const risen = this.#rate > this.#ceiling * 1.02;
      this.#hold(
        this.#rate * (risen ? 0.97 : 0.995),
        HEADROOM,
        risen ? FIRST_HOLD_MS : Math.min(LONGEST_HOLD_MS, this.#holdMs * 2),
      );
    } else if (before !== undefined && countsBySeconds(seen, before, this.#rate)) {
      this.#hold(
        Math.min(this.#rate * 0.99, Math.max(seen.inThisSecond, before.inThisSecond)),
        HEADROOM,
        FIRST_HOLD_MS,
      );
    } else if (before !== undefined && this.#refusals === 2 && ran < BUCKET_RUN_MS) {
      // A bucket that was empty both times: what passed between is what flowed in.
      const inflow = ((seen.passed - before.passed) * SECOND) / (seen.at - before.at);
      this.#hold(Math.min(this.#rate * 0.97, inflow), HEADROOM, SHORT_HOLD_MS);
    } else {
      this.#hold(Math.min(this.#rate, this.#ceiling) * BACK_OFF, HEADROOM, SHORT_HOLD_MS);
    }
  }

  #hold(ceiling: number, headroom: number, holdMs: number): void {
    this.#ceiling = Math.max(MIN_RATE, ceiling);
    this.#headroom = headroom;
    this.#holdMs = holdMs;
    this.#set(this.#ceiling * headroom);
  }

  #set(rate: number): void {
    this.#rate = Math.max(MIN_RATE, Math.min(this.#cap, rate));
  }

  #passedSince(since: number): number {
    let count = 0;
    for (let index = this.#recent.length - 1; index >= 0 && (this.#recent[index] ?? 0) > since; index--) count++;
    return count;
  }
}

/** The same number in two refused seconds, and near the rate: the carrier counts by whole seconds. */
function countsBySeconds(seen: Refusal, before: Refusal, rate: number): boolean {
  const most = Math.max(seen.inThisSecond, before.inThisSecond);
  return most > 0.6 * rate && Math.abs(seen.inThisSecond - before.inThisSecond) <= Math.max(1, 0.04 * most);
}

/** A signal aborts while one waits, which the compiler does not see. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
