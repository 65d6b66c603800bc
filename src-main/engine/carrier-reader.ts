/** Reading while a job runs: each read waits for its turn, and is made again when the network stumbles: it changes nothing. */
import { CarrierError } from '../thingspace/carrier-error.ts';
import { SEVERAL_RECORDS } from '../thingspace/client.ts';
import { backOffMs, sentence, verdictOn } from './error-policy.ts';
import type { RunContext } from './run-context.ts';

/** How often one read is made again before its round is given up. */
const READ_RETRIES = 4;
/** Rounds may fail for so long before an alert tells of it. */
const ALERT_AFTER_MS = 10_000;
/** So long, whatever the deadline of a confirmation is, before the job stops. */
const SHORTEST_LIMIT_MS = 30_000;
const LONGEST_LIMIT_MS = 15 * 60_000;

export class CarrierReader {
  readonly #run: Omit<RunContext, 'reader'>;
  #failingSince: number | undefined;
  #cause: 'unreachable' | 'unreadable' = 'unreachable';
  #failures = 0;
  #alerted = false;

  constructor(run: Omit<RunContext, 'reader'>) {
    this.#run = run;
  }

  /**
   * @returns undefined when the run ended first
   * @throws CarrierError when the read fails again and again
   */
  async read<T>(call: () => Promise<T>): Promise<T | undefined> {
    const { rateLimiter, ended, clock, random } = this.#run;
    for (let failures = 0; ;) {
      const departure = await rateLimiter.acquire(ended);
      if (departure === undefined) return undefined;
      try {
        const result = await call();
        rateLimiter.onAnswer(departure);
        this.#failingSince = undefined;
        this.#failures = 0;
        return result;
      } catch (error) {
        if (!(error instanceof CarrierError)) throw error;
        rateLimiter.onError(departure, error);
        if (error.kind === 'throttled') continue;
        // One device's record says nothing about the others.
        if (!isUnreadable(error)) this.#note(error);
        if (error.kind !== 'ambiguous' || isUnreadable(error) || failures >= READ_RETRIES) throw error;
        await clock.sleep(100 * 2 ** failures++ * (0.5 + random()), ended);
      }
    }
  }

  /** Why nothing can be read now, and since when, in milliseconds of `Clock.elapsed`; undefined after a read that went well. */
  get trouble(): { cause: 'unreachable' | 'unreadable'; since: number } | undefined {
    return this.#failingSince === undefined ? undefined : { cause: this.#cause, since: this.#failingSince };
  }

  #note(error: CarrierError): void {
    const hasAnswer = error.httpStatus !== undefined && error.httpStatus < 500;
    this.#cause = hasAnswer || isUnreadable(error) ? 'unreadable' : 'unreachable';
    this.#failingSince ??= this.#run.clock.elapsed();
  }

  /**
   * A round of reads was given up. Says so after a while, and ends the run when it goes on: nobody waits in silence.
   * @returns how long to wait before the next round, milliseconds
   */
  failed(error: CarrierError): number {
    const { stop, rateLimiter, random, clock, alert, provider, onAnswer } = this.#run;
    const verdict = verdictOn(error, 1);
    const now = clock.elapsed();
    this.#note(error);
    this.#failures++;
    onAnswer();
    const failingMs = now - (this.#failingSince ?? now);
    const limitMs = Math.min(LONGEST_LIMIT_MS, Math.max(SHORTEST_LIMIT_MS, provider.confirmDeadlineS * 1000));
    if (verdict.do === 'stop' || (verdict.do === 'read-back' && verdict.thenStop === true)) {
      stop(sentence(error));
    } else if (failingMs >= limitMs) {
      stop(
        `The carrier has not let devices be read for ${String(Math.round(failingMs / 1000))} s: ${sentence(error)} What was sent is still open; resume the job to read it back.`,
      );
    } else if (failingMs >= ALERT_AFTER_MS && !this.#alerted) {
      this.#alerted = true;
      alert(`Devices cannot be read back at the carrier: ${sentence(error)} The console keeps trying.`);
    }
    if (error.kind === 'not-sent') rateLimiter.onOutage(backOffMs(this.#failures, random));
    return Math.min(15_000, 1000 * 2 ** this.#failures);
  }
}

/** One device's record cannot be read: that is its own trouble, and the next one may be fine. */
export function isUnreadable(error: unknown): error is CarrierError {
  return error instanceof CarrierError && (error.code === 'UNEXPECTED_SHAPE' || error.code === SEVERAL_RECORDS);
}
