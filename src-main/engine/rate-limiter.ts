/**
 * Decides when the next request may leave, for all lanes of a service provider: finds the carrier's limit by itself.
 *
 * A pause that the carrier asks for costs far more than the request that it refused, so refusals must be few and each must
 * teach something. What passed before one shows the limit: {@link RateLimiter} begins with a burst that ends in the first,
 * then holds just below the limit for minutes, far enough that requests which jitter on their way do not crowd a window,
 * and after that rises ever faster until somebody refuses.
 */
import type { Clock } from '../domain/clock.ts';
import type { CarrierError } from '../thingspace/carrier-error.ts';

/** Requests a second to begin with when nothing was learned yet. Assumed: no rate is published for plan changes. */
const FIRST_RATE = 56;
/** Slower than that no carrier is believed to be; one that asks for longer waits says so with each answer. */
const MIN_RATE = 0.1;
/** The first estimate is not below this: a few answers say little, and a slower carrier shows by its next refusal. */
const LEAST_FIRST_ESTIMATE = 1;
const MAX_RATE = 1000;
/** If the first second passes without a refusal, the rate doubles in this time. */
const DOUBLING_MS = 400;
/** The first burst begins in this part of a second or waits for the next: one window, if they follow the clock, then sees all of it. */
const BURST_BEFORE_MS = 200;
/** How long an estimate is held before more is tried: longer each time it proves right, shorter when it is a lower bound. */
const HOLD_MS = 240_000;
const SHORT_HOLD_MS = 60_000;
/** An estimate from few requests may be somebody else's doing, who used up the limit just then: it is held for so long a request. */
const HOLD_A_REQUEST_MS = 12_000;
const LONGEST_HOLD_MS = 960_000;
/** After the hold the rate rises by this share, and by the square of the seconds. */
const RISE = 0.0025;
/** A refusal that soon after a pause means that the estimate was wrong; a later one, that it was touched. */
const TOO_SOON_MS = 8_000;
/** A pause that long is a window's length, and then only what passes from pause to pause counts. */
const LONG_PAUSE_MS = 2_000;
/** How much is taken off at least when a refusal came too soon. */
const BACK_OFF = 0.97;
/** How long to wait after a 429 that names no time; longer from time to time while nothing passes in between. */
const DEFAULT_PAUSE_MS = 1000;
const PAUSE_GROWTH = 1.5;
const LONGEST_DEFAULT_PAUSE_MS = 30_000;
/** However long the carrier asks to wait: after this it is asked again. */
export const LONGEST_WAIT_MS = 15 * 60_000;
/** A limit that was found longer ago is found anew. */
const LEARNED_FOR_MS = 30 * 86_400_000;
/** Refusals within this time after one are answers to requests that had left already; they are one event. */
const SAME_EVENT_MS = 1000;
const SECOND = 1000;
/** How far below an estimate the rate is held: by how much the calls' times spread, and a little; within these bounds. */
const HEADROOM = { least: 0.001, most: 0.05, unknown: 0.015 };
const CALLS_REMEMBERED = 64;

export interface RateLimiterState {
  requestsPerSecond: number;
  /** Milliseconds since the epoch until which the carrier asked to wait; null when it did not. */
  pausedUntil: number | null;
  throttled: number;
  /** The carrier's limit as it is known, requests a second; null while it has never refused: then the lanes are the limit. */
  limit: number | null;
  /** Why nothing leaves at the moment; null while requests leave. */
  waiting: Waiting | null;
}

/** A pause of all lanes; times are milliseconds since the epoch. */
export interface Waiting {
  cause: 'throttled' | 'unreachable';
  until: number;
  /** What the carrier asked for, when that is longer than the console waits before it asks again. */
  askedUntil: number | null;
  /** Since when it has been so, over several pauses; null when that is not known. */
  since: number | null;
}

/** A request that was let go; hand it back with its answer. */
export interface Permit {
  at: number;
}

/** What was seen when the carrier refused. */
interface Refusal {
  at: number;
  pauseMs: number;
  /** How long requests had left again since the pause before it. */
  ranMs: number;
}

export class RateLimiter {
  readonly #clock: Clock;
  readonly #cap: number;
  /** Turns elapsed time into the time of day when the governor began; a clock that is set later does not matter to it. */
  readonly #anchor: number;
  #rate: number;
  /** The estimate of the limit; null until the carrier has refused for the first time. */
  #ceiling: number | null;
  #holdMs = HOLD_MS;
  /** For how long requests have left since the estimate was made; time in which nobody sends does not count. */
  #heldMs = 0;
  #grownAt: number;
  #nextAt = 0;
  #pausedUntil = 0;
  #cause: Waiting['cause'] = 'throttled';
  #askedUntil: number | null = null;
  /** When the carrier began to throttle, or to be out of reach; undefined since it last answered otherwise. */
  #waitingSince: number | undefined;
  /** Throttled that often in a row without a time being named, and nothing passed in between. */
  #inVain = 0;
  /** Wakes those who wait when a person says that the wait is over. */
  #wake = new AbortController();
  #resumedAt: number;
  #throttled = 0;
  /** When requests that passed reached the carrier, as far as their times tell; a few seconds of them. */
  #arrivals: number[] = [];
  /** How long the last calls took, milliseconds. */
  readonly #callMs: number[] = [];
  /** Refused, but not learned from yet: what was on its way counts too, so that is done when the pause is over. */
  #newRefusal: Refusal | undefined;
  #lastRefusal: (Refusal & { inItsSecond: number }) | undefined;
  /** What was believed before the last refusal taught something. */
  #beforeLesson: { ceiling: number | null; holdMs: number; heldMs: number; rate: number } | undefined;

  /**
   * @param learned the limit that an earlier job found, requests a second
   * @param cap a limit set by hand, requests a second; null for none
   */
  constructor(clock: Clock, learned: number | null, cap: number | null) {
    this.#clock = clock;
    this.#anchor = clock.now() - clock.elapsed();
    this.#cap = Math.min(cap ?? MAX_RATE, MAX_RATE);
    this.#ceiling = isPlausible(learned) ? learned : null;
    this.#rate = FIRST_RATE;
    this.#set(this.#ceiling === null ? FIRST_RATE : this.#ceiling * (1 - this.#headroom()));
    this.#resumedAt = this.#time();
    this.#grownAt = this.#time();
  }

  /** Waits for its turn. @returns undefined when the signal aborted first: then nothing may be sent */
  acquire(): Promise<Permit>;
  acquire(signal: AbortSignal): Promise<Permit | undefined>;
  async acquire(signal?: AbortSignal): Promise<Permit | undefined> {
    if (this.#ceiling === null && this.#nextAt === 0) this.#beginBurst();
    for (;;) {
      if (isAborted(signal)) return undefined;
      const now = this.#time();
      if (now < this.#pausedUntil) {
        const { signal: wake } = this.#wake;
        await this.#clock.sleep(this.#pausedUntil - now, signal === undefined ? wake : AbortSignal.any([signal, wake]));
        continue;
      }
      if (this.#newRefusal !== undefined) this.#learn(this.#newRefusal);
      const turn = Math.max(now, this.#nextAt);
      this.#nextAt = turn + SECOND / this.#rate;
      if (turn > now) await this.#clock.sleep(turn - now, signal);
      if (isAborted(signal)) return undefined;
      // The carrier may have asked to wait meanwhile: then everyone queues again.
      const at = this.#time();
      if (this.#pausedUntil <= at) return { at };
    }
  }

  /** The carrier answered without throttling, be it a refusal: every answer is traffic, and counts for its limit. */
  onAnswer(departure: Permit): void {
    const now = this.#time();
    if (departure.at >= this.#resumedAt) this.#waitingSince = undefined;
    this.#inVain = 0;
    this.#arrivals.push((departure.at + now) / 2);
    if (this.#arrivals.length > 4 * MAX_RATE) this.#arrivals.splice(0, 2 * MAX_RATE);
    this.#callMs.push(now - departure.at);
    if (this.#callMs.length > CALLS_REMEMBERED) this.#callMs.shift();
    if (now >= this.#pausedUntil && departure.at >= this.#resumedAt) this.#grow(now);
  }

  /** The call failed: a refusal is an answer, and what never came back is no word on the rate. */
  onError(departure: Permit, { kind, httpStatus, retryAfterMs, isAnswered }: CarrierError): void {
    if (kind === 'throttled' || httpStatus === 429) this.onThrottled(departure, retryAfterMs);
    else if (isAnswered) this.onAnswer(departure);
  }

  /** The carrier throttled the request. @param retryAfterMs what it asked for, if it did */
  onThrottled(departure: Permit, retryAfterMs: number | undefined): void {
    const now = this.#time();
    const at = (departure.at + now) / 2;
    const isNews = departure.at >= this.#resumedAt && at - (this.#lastRefusal?.at ?? -Infinity) > SAME_EVENT_MS;
    const asked = retryAfterMs !== undefined && retryAfterMs > 0 ? retryAfterMs : undefined;
    this.#throttled++;
    if (asked === undefined && isNews && now >= this.#pausedUntil) this.#inVain++;
    const pauseMs = Math.min(asked ?? this.#defaultPauseMs(), LONGEST_WAIT_MS);
    if (now >= this.#pausedUntil && isNews) this.#newRefusal = { at, pauseMs, ranMs: at - this.#resumedAt };
    // A late answer to what left before a pause that is over asks for nothing new, unless it names a time.
    const isLate = asked === undefined && !isNews && now >= this.#pausedUntil;
    this.#begin('throttled', now, isLate ? at + pauseMs : now + pauseMs);
    if (asked !== undefined && asked > LONGEST_WAIT_MS)
      this.#askedUntil = Math.max(this.#askedUntil ?? 0, Math.min(now + asked, LAST_DATE));
  }

  /** Nothing can be reached: everyone waits, without a verdict on the rate. */
  onOutage(waitMs: number): void {
    const now = this.#time();
    this.#begin('unreachable', now, now + Math.min(waitMs, LONGEST_WAIT_MS));
  }

  /** A person says that the wait is over: the next request leaves at once. */
  goOn(): void {
    const now = this.#time();
    if (now >= this.#pausedUntil) return;
    this.#pausedUntil = now;
    this.#nextAt = now;
    this.#resumedAt = now;
    this.#grownAt = now;
    this.#askedUntil = null;
    this.#wake.abort();
    this.#wake = new AbortController();
  }

  state(): RateLimiterState {
    const now = this.#time();
    // The governor's time of day runs on when the computer's clock is set; what people see goes by the latter.
    const shift = this.#clock.now() - now;
    const isPaused = this.#pausedUntil > now && this.#waitingSince !== undefined;
    return {
      requestsPerSecond: this.#rate,
      pausedUntil: this.#pausedUntil > now ? this.#pausedUntil + shift : null,
      throttled: this.#throttled,
      limit: this.#ceiling,
      waiting: isPaused
        ? {
            cause: this.#cause,
            until: this.#pausedUntil + shift,
            askedUntil: this.#askedUntil === null ? null : this.#askedUntil + shift,
            since: this.#waitingSince === undefined ? null : this.#waitingSince + shift,
          }
        : null,
    };
  }

  #time(): number {
    return this.#anchor + this.#clock.elapsed();
  }

  #begin(cause: Waiting['cause'], now: number, until: number): void {
    if (now >= this.#pausedUntil) this.#askedUntil = null;
    if (cause !== this.#cause) this.#waitingSince = undefined;
    this.#cause = cause;
    this.#waitingSince ??= now;
    this.#pauseUntil(until);
  }

  #defaultPauseMs(): number {
    return Math.min(LONGEST_DEFAULT_PAUSE_MS, DEFAULT_PAUSE_MS * PAUSE_GROWTH ** Math.max(0, this.#inVain - 1));
  }

  #pauseUntil(until: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
    this.#nextAt = this.#pausedUntil;
    this.#resumedAt = this.#pausedUntil;
    this.#grownAt = this.#pausedUntil;
  }

  #beginBurst(): void {
    const now = this.#time();
    const phase = now % SECOND;
    this.#pauseUntil(phase < BURST_BEFORE_MS ? now : now + SECOND - phase);
  }

  #grow(now: number): void {
    // A console that was idle has learned nothing meanwhile; one that sends seldom has not been idle.
    const elapsed = Math.max(0, Math.min(now - this.#grownAt, Math.max(SECOND, SECOND / this.#rate)));
    this.#grownAt = now;
    this.#heldMs += elapsed;
    if (this.#ceiling === null) {
      // The lanes, not the carrier, may be what limits: then a higher rate would only be a guess.
      const bound = Math.max(this.#rate, 2 * this.#arrived(now - SECOND, now));
      if (now - this.#resumedAt >= SECOND) this.#set(Math.min(this.#rate * 2 ** (elapsed / DOUBLING_MS), bound));
      return;
    }
    const risingS = Math.max(0, this.#heldMs - this.#holdMs) / SECOND;
    this.#set(this.#ceiling * (1 - this.#headroom() + RISE * risingS ** 2));
  }

  /** Takes a new estimate from a refusal, once everything that was on its way has come back. */
  #learn(seen: Refusal): void {
    const before = this.#lastRefusal;
    if (this.#arrived(seen.at - seen.ranMs, seen.at) === 0) {
      // Nothing passed since the pause before: it is no matter of the rate, and the refusal before it taught nothing either.
      this.#newRefusal = undefined;
      this.#forgetLastLesson();
      this.#lastRefusal = { inItsSecond: 0, ...before, ...seen, pauseMs: (before?.pauseMs ?? 0) + seen.pauseMs };
      return;
    }
    this.#beforeLesson = { ceiling: this.#ceiling, holdMs: this.#holdMs, heldMs: this.#heldMs, rate: this.#rate };
    const inItsSecond = this.#arrived(seen.at - (seen.at % SECOND), seen.at);
    const inASecond = this.#arrived(seen.at - SECOND, seen.at);
    this.#newRefusal = undefined;
    this.#lastRefusal = { ...seen, inItsSecond };
    if (this.#ceiling === null) {
      // All that passed in the second before it: the limit of a window, and more than that of a bucket, which shows soon.
      this.#hold(Math.max(LEAST_FIRST_ESTIMATE, inASecond), Math.min(HOLD_MS, inASecond * HOLD_A_REQUEST_MS));
    } else if (this.#heldMs > TOO_SOON_MS) {
      // Touched from below: the estimate is good, or there was more and what passed shows how much.
      if (this.#rate > this.#ceiling * 1.01) this.#hold(Math.min(this.#rate, inASecond), HOLD_MS);
      else this.#hold(this.#ceiling * 0.998, Math.min(LONGEST_HOLD_MS, this.#holdMs * 2));
    } else if (
      before !== undefined &&
      inItsSecond > 0.4 * this.#rate &&
      Math.abs(inItsSecond - before.inItsSecond) <= 1
    ) {
      // As many in this second of the clock as in the one that was refused before: it counts by those.
      this.#hold(Math.max(inItsSecond, before.inItsSecond), HOLD_MS);
    } else if (seen.ranMs < SECOND && seen.pauseMs < LONG_PAUSE_MS) {
      // The pause had emptied every window, so what passed since then is what one holds.
      this.#hold(Math.min(this.#ceiling * BACK_OFF, inASecond), Math.min(HOLD_MS, inASecond * HOLD_A_REQUEST_MS));
    } else {
      // A bucket that was empty both times, or a long window: so much flows in, in the pause and since then.
      const since = this.#arrivals.find((at) => at > seen.at - seen.ranMs) ?? seen.at;
      const passed = this.#arrived(since - 1, seen.at);
      const inflow = ((passed + 1) * SECOND) / ((before?.pauseMs ?? 0) + seen.at - since);
      this.#hold(Math.min(this.#ceiling * BACK_OFF, inflow), seen.pauseMs < LONG_PAUSE_MS ? HOLD_MS : SHORT_HOLD_MS);
    }
  }

  #forgetLastLesson(): void {
    if (this.#beforeLesson === undefined) return;
    const { ceiling, holdMs, heldMs, rate } = this.#beforeLesson;
    this.#ceiling = ceiling;
    this.#holdMs = holdMs;
    this.#heldMs = heldMs;
    this.#set(rate);
    this.#beforeLesson = undefined;
  }

  #hold(ceiling: number, holdMs: number): void {
    this.#ceiling = Math.max(MIN_RATE, ceiling);
    this.#holdMs = holdMs;
    this.#heldMs = 0;
    this.#set(this.#ceiling * (1 - this.#headroom()));
  }

  #set(rate: number): void {
    this.#rate = Math.min(this.#cap, Math.max(MIN_RATE, rate));
  }

  /** Calls that take longer and shorter crowd together by half of the difference, in a window of a second. */
  #headroom(): number {
    if (this.#callMs.length < CALLS_REMEMBERED / 2) return HEADROOM.unknown;
    const sorted = [...this.#callMs].sort((a, b) => a - b);
    const shortest = sorted[1] ?? 0;
    const longest = sorted[sorted.length - 2] ?? 0;
    return Math.min(HEADROOM.most, HEADROOM.least + (longest - shortest) / 2 / SECOND);
  }

  #arrived(after: number, until: number): number {
    return this.#arrivals.reduce((count, at) => count + (at > after && at <= until ? 1 : 0), 0);
  }
}

/** The last moment that a date can name. */
const LAST_DATE = 8.64e15;

function isPlausible(rate: number | null): rate is number {
  return rate !== null && rate > MIN_RATE && rate <= MAX_RATE;
}

/**
 * What an earlier job has learned, if it is still worth something.
 * @param learnedAt UTC ISO 8601; null when nobody knows
 * @param now milliseconds since the epoch
 * @returns null for a limit that is too old, or so low that only an accident can have taught it
 */
export function plausibleRate(rate: number | null, learnedAt: string | null, now: number): number | null {
  const ageMs = learnedAt === null ? NaN : now - Date.parse(learnedAt);
  return isPlausible(rate) && ageMs <= LEARNED_FOR_MS ? rate : null;
}

/** A signal aborts while one waits, which the compiler does not see. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
