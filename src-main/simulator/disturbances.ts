/** What lasts for a time: outages of endpoints, throttle storms, and somebody else who uses the same rate limit. */
import type { SimulatedAnswer } from './answers.ts';
import { BAD_GATEWAY } from './faults.ts';
import type { Endpoint, Outage, ThrottleStorm } from './options.ts';
import type { RateLimit } from './rate-limit.ts';

export class Disturbances {
  readonly #startedAt: number;
  readonly #outages: Outage[];
  readonly #storms: ThrottleStorm[];
  #othersSince: number;
  /** Requests of the other user that were throttled, and come again. */
  #othersWaiting = 0;

  constructor(startedAt: number, outages: readonly Outage[], storms: readonly ThrottleStorm[]) {
    this.#startedAt = startedAt;
    this.#outages = [...outages];
    this.#storms = [...storms];
    this.#othersSince = startedAt;
  }

  /** From now on. */
  addOutage(now: number, endpoint: Outage['endpoint'], forS: number, form: Outage['form']): void {
    this.#outages.push({ endpoint, afterS: this.#seconds(now), forS, form });
  }

  addStorm(now: number, forS: number): void {
    this.#storms.push({ afterS: this.#seconds(now), forS });
  }

  /** What an endpoint that is down answers; undefined while it is up. */
  outage(endpoint: Endpoint, now: number): SimulatedAnswer | undefined {
    const down = this.#outages.find(
      (one) => (one.endpoint === endpoint || one.endpoint === 'all') && this.#during(one, now),
    );
    switch (down?.form) {
      case undefined:
        return undefined;
      case 'reset':
        return { status: 0, body: {}, breaks: true };
      case 'html':
        return { status: 502, body: {}, text: BAD_GATEWAY, type: 'text/html' };
      case '504':
        return { status: 504, body: {}, text: '', type: 'text/plain' };
      case '500':
        return { status: 500, body: { fault: { code: '101500', message: 'Internal Server Error' } } };
      case '503':
        return { status: 503, body: { fault: { code: '101503', message: 'Service Unavailable' } } };
    }
  }

  inStorm(now: number): boolean {
    return this.#storms.some((one) => this.#during(one, now));
  }

  /** The other user's requests since the last call go first. @param windowS longer ago than that makes no difference */
  letOthersPass(limit: RateLimit, perSecond: number, windowS: number, now: number): void {
    if (perSecond <= 0) {
      this.#othersSince = now;
      return;
    }
    const every = 1000 / perSecond;
    this.#othersSince = Math.max(this.#othersSince, now - windowS * 2000);
    for (; this.#othersSince + every <= now; this.#othersSince += every) {
      if (limit.take(this.#othersSince + every) > 0) this.#othersWaiting++;
    }
    this.#othersWaiting = Math.min(this.#othersWaiting, Math.ceil(perSecond * windowS));
    while (this.#othersWaiting > 0 && limit.take(now) === 0) this.#othersWaiting--;
  }

  #seconds(now: number): number {
    return (now - this.#startedAt) / 1000;
  }

  #during({ afterS, forS }: { afterS: number; forS: number }, now: number): boolean {
    const at = this.#seconds(now);
    return at >= afterS && at < afterS + forS;
  }
}
