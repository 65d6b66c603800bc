/** The wire between a console and the carrier: slow, sometimes broken, and cut when the console crashes. */
import { systemClock } from '../../src-main/domain/clock.ts';
import { answerText } from '../../src-main/simulator/answers.ts';
import type { SimulatedCarrier } from '../../src-main/simulator/carrier.ts';
import { CarrierError } from '../../src-main/thingspace/carrier-error.ts';
import { parseRetryAfter, type Http, type HttpRequest } from '../../src-main/thingspace/http.ts';
import type { Dice } from './dice.ts';

const TIMEOUT_MS = 5000;
const NOT_SENT_SHARE = 0.01;

/** Hears what goes over the wire. */
export interface WireTap {
  /** Something leaves the console. @returns called around the carrier's answer, when the request has arrived there */
  leaves(request: HttpRequest): <T>(arrives: () => T) => T;
  /** What the console got: whether the carrier throttled it, failed, or answered. */
  answered(how: 'throttled' | 'failed' | 'answered'): void;
}

export class Wire {
  isCut = false;
  readonly http: Http;

  constructor(carrier: SimulatedCarrier, dice: Dice, tap: WireTap) {
    this.http = { close: () => undefined, send: (request) => this.#send(request, carrier, dice, tap) };
  }

  async #send(
    request: HttpRequest,
    carrier: SimulatedCarrier,
    dice: Dice,
    tap: WireTap,
  ): Promise<Awaited<ReturnType<Http['send']>>> {
    const latency = dice.between(5, 120);
    if (dice.chance(NOT_SENT_SHARE)) {
      tap.answered('failed');
      throw new CarrierError('not-sent', 'refused', { code: 'ECONNREFUSED' });
    }
    const arriving = tap.leaves(request);
    await systemClock.sleep(latency);
    this.#refuseIfCut();
    const answer = arriving(() =>
      carrier.answer({
        method: request.method,
        path: request.path,
        authorization: request.headers['Authorization'],
        sessionToken: request.headers['VZ-M2M-Token'],
        text: request.body ?? '',
      }),
    );
    await systemClock.sleep(Math.min(TIMEOUT_MS, latency + (answer.delayMs ?? 0)));
    this.#refuseIfCut();
    const isLate = (answer.delayMs ?? 0) + latency > TIMEOUT_MS;
    const text = answerText(answer);
    const isThrottle = answer.status === 429 || (answer.status === 503 && /90080\d/.test(text));
    tap.answered(
      isThrottle ? 'throttled' : answer.breaks === true || isLate || answer.status >= 500 ? 'failed' : 'answered',
    );
    if (answer.breaks === true) throw lost();
    if (isLate) throw new CarrierError('ambiguous', 'no answer in time', { code: 'TIMEOUT' });
    return {
      status: answer.status,
      text,
      retryAfterMs: parseRetryAfter(answer.headers?.['retry-after'], carrier.now()),
    };
  }

  #refuseIfCut(): void {
    if (this.isCut) throw lost();
  }
}

function lost(): CarrierError {
  return new CarrierError('ambiguous', 'the connection broke', { code: 'ECONNRESET' });
}
