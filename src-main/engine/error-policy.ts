/**
 * What to do when a request did not go through: one rule for each kind of error, and one for all of them, that a change which
 * may have been done is read back.
 */
import type { CarrierError, CarrierErrorKind } from '../thingspace/carrier-error.ts';
import { WITHDRAWN } from '../thingspace/client.ts';

export type Verdict =
  /** Back to the queue; nothing was done. */
  | { do: 'requeue' }
  /** Back to the queue, and all lanes wait: the carrier cannot be reached. */
  | { do: 'wait-for-network' }
  /** It may have been done: read back before anything else, and send nothing more when a person must act. */
  | { do: 'read-back'; thenStop?: true }
  /** Back to the queue in two halves, until the device at fault stands alone. */
  | { do: 'split' }
  /** Back to the queue in smaller requests from now on. */
  | { do: 'shrink'; to: number }
  /** The carrier's word on these devices is final. */
  | { do: 'reject' }
  /** The carrier has it and will decide later. */
  | { do: 'hold' }
  /** Nothing more may be sent: a person must act. The changes stay queued. */
  | { do: 'stop' };

/**
 * @param size how many devices the refused request had
 * @param isLearnedRefusal whether a read-back on this account has shown that an answer with that {@link refusalKey} means
 *   "not done"
 */
export function verdictOn(
  error: CarrierError,
  size: number,
  isLearnedRefusal: (key: string) => boolean = () => false,
): Verdict {
  const key = refusalKey(error);
  const isOpen = error.mayBeDone && !(key !== undefined && isLearnedRefusal(key));
  switch (error.kind) {
    case 'throttled':
      return { do: 'requeue' };
    case 'not-sent':
      return { do: error.code === WITHDRAWN ? 'requeue' : 'wait-for-network' };
    case 'on-hold':
      return { do: 'hold' };
    case 'ambiguous':
    case 'unexpected':
      return { do: 'read-back' };
    case 'device':
    case 'unknown':
      if (isOpen) return { do: 'read-back' };
      return size > 1 ? { do: 'split' } : { do: 'reject' };
    case 'too-many':
      if (isOpen) return { do: 'read-back' };
      return size > 1 ? { do: 'shrink', to: Math.ceil(size / 2) } : { do: 'reject' };
    case 'refused-by-approval':
      return isOpen ? { do: 'read-back' } : { do: 'reject' };
    case 'credentials':
    case 'configuration':
    case 'session':
    case 'bearer':
      return isOpen ? { do: 'read-back', thenStop: true } : { do: 'stop' };
  }
}

/**
 * What to remember an answer by, once a read-back has shown that nothing was done after it: `400 REQUEST_FAILED.Foo`.
 * @returns undefined for what can never be learned: a status other than 4xx, since the same code with 200 may come after the
 *   change was made as well as before; time-outs, broken connections, answers without a code
 */
export function refusalKey(error: CarrierError): string | undefined {
  const { httpStatus, kind, code } = error;
  if (httpStatus === undefined || httpStatus < 400 || httpStatus >= 500 || httpStatus === 408) return undefined;
  if (!LEARNABLE.has(kind)) return undefined;
  // Without a code nobody can tell one such answer from the next.
  return code === undefined || code.startsWith('HTTP ') ? undefined : `${String(httpStatus)} ${code}`;
}

const LEARNABLE: ReadonlySet<CarrierErrorKind> = new Set([
  'device',
  'unknown',
  'too-many',
  'refused-by-approval',
  'configuration',
]);

/** Full jitter: a random wait up to a growing bound, so that lanes and consoles do not come back together. */
export function backOffMs(attempt: number, random: () => number): number {
  const bound = Math.min(60_000, 1000 * 2 ** Math.min(attempt, 10));
  return 250 + random() * bound;
}

/** What happened and what to do next, as one text for people. */
export function sentence(error: CarrierError): string {
  return error.nextStep === undefined ? error.message : `${error.message} ${error.nextStep}`;
}
