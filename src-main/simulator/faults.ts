/** Answers that go wrong, as the seed decides. */
import { refusal, type SimulatedAnswer } from './answers.ts';
import { FAULT_KINDS, type Endpoint, type FaultKind, type FaultOptions } from './options.ts';
import { pick, type Random } from './random.ts';

/** Codes that no documentation has; the carrier may have done what was asked, or not. */
const UNKNOWN_CODES = [
  'REQUEST_FAILED.PlanChange.InProgress',
  'REQUEST_FAILED.Downstream.Unavailable',
  'INPUT_INVALID.ServicePlan.NotCompatible',
  'PROVISIONING.ORDER_PENDING',
  'GATEWAY_TIMEOUT',
] as const;
/** Codes that are documented as refusals. */
const KNOWN_CODES = [
  'REQUEST_FAILED.UnexpectedError',
  'REQUEST_FAILED.DeviceNotFound',
  'INPUT_INVALID.DeviceState.Invalid',
  'REQUEST_FAILED.ServicePlan.NotFound',
] as const;
const STATUSES_4XX = [400, 404, 409, 422] as const;
const STATUSES_5XX = [500, 502, 503, 504] as const;

const NO_ANSWER = { status: 0, body: {} } as const;

/** Which fault the next call gets; one number is drawn for each call, whatever is switched on. */
export function drawFault(faults: FaultOptions, endpoint: Endpoint, random: Random): FaultKind | undefined {
  const at = random();
  if (faults.only !== undefined && faults.only.length > 0 && !faults.only.includes(endpoint)) return undefined;
  let sum = 0;
  for (const kind of FAULT_KINDS) {
    sum += faults[kind] ?? 0;
    if (at < sum) return kind;
  }
  return undefined;
}

/**
 * What the caller gets instead of the answer.
 * @param carryOut does what was asked, and gives the true answer; not called by faults that come before it
 */
export function faultyAnswer(
  kind: FaultKind,
  carryOut: () => SimulatedAnswer,
  random: Random,
  slowMs: number,
): SimulatedAnswer {
  switch (kind) {
    case 'serverError':
      return { status: 503, body: { fault: { code: '101503', message: 'Service Unavailable' } } };
    case 'htmlError':
      return { ...NO_ANSWER, status: 502, text: BAD_GATEWAY, type: 'text/html' };
    case 'resetBefore':
      return { ...NO_ANSWER, breaks: true };
    case 'resetAfter':
      return { ...carryOut(), breaks: true };
    case 'slow':
      return { ...carryOut(), delayMs: slowMs };
    case 'unknown4xx':
      return unknown(STATUSES_4XX, random);
    case 'unknown5xx':
      return unknown(STATUSES_5XX, random);
    case 'textError':
      return { ...NO_ANSWER, status: 400, text: 'Bad Request', type: 'text/plain' };
    case 'errorIn200':
      return { ...unknown(STATUSES_4XX, random), status: 200 };
    case 'gatewayTimeout':
      return GATEWAY_TIMEOUT;
    case 'unknown4xxApplied':
      return applied(carryOut, () => unknown(STATUSES_4XX, random));
    case 'unknown5xxApplied':
      return applied(carryOut, () => unknown(STATUSES_5XX, random));
    case 'known5xxApplied':
      return applied(carryOut, () => refusal(pick(KNOWN_CODES, random), 'It failed.', pick(STATUSES_5XX, random)));
    case 'errorIn200Applied':
      return applied(carryOut, () => ({ ...unknown(STATUSES_4XX, random), status: 200 }));
    case 'gatewayTimeoutApplied':
      return applied(carryOut, () => GATEWAY_TIMEOUT);
  }
}

export const BAD_GATEWAY = '<html><body><h1>502 Bad Gateway</h1></body></html>';
const GATEWAY_TIMEOUT: SimulatedAnswer = { status: 504, body: {}, text: '', type: 'text/plain' };

/** What the carrier refuses for a reason of its own was not applied, and says so. */
function applied(carryOut: () => SimulatedAnswer, instead: () => SimulatedAnswer): SimulatedAnswer {
  const answer = carryOut();
  return answer.status < 300 ? instead() : answer;
}

function unknown(statuses: readonly number[], random: Random): SimulatedAnswer {
  return refusal(pick(UNKNOWN_CODES, random), 'The request could not be completed.', pick(statuses, random));
}
