/** What to do when a request did not go through; one rule for each kind of error, as the carrier's error table has it. */
import type { CarrierError } from '../thingspace/carrier-error.ts';

export type Verdict =
  /** Back to the queue; nothing was done. */
  | { do: 'requeue' }
  /** Back to the queue, and all lanes wait: the carrier cannot be reached. */
  | { do: 'wait-for-network' }
  /** It may have been done: read back before anything else. */
  | { do: 'read-back' }
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

/** @param size how many devices the refused request had */
export function verdictOn(error: CarrierError, size: number): Verdict {
  switch (error.kind) {
    case 'throttled':
      return { do: 'requeue' };
    case 'not-sent':
      return { do: 'wait-for-network' };
    case 'ambiguous':
    case 'unexpected':
      return { do: 'read-back' };
    case 'device':
    case 'unknown':
      return size > 1 ? { do: 'split' } : { do: 'reject' };
    case 'too-many':
      return size > 1 ? { do: 'shrink', to: Math.ceil(size / 2) } : { do: 'reject' };
    case 'refused-by-approval':
      return { do: 'reject' };
    case 'on-hold':
      return { do: 'hold' };
    case 'credentials':
    case 'configuration':
    case 'session':
    case 'bearer':
      return { do: 'stop' };
  }
}

/** Full jitter: a random wait up to a growing bound, so that lanes and consoles do not come back together. */
export function backOffMs(attempt: number, random: () => number): number {
  const bound = Math.min(60_000, 1000 * 2 ** Math.min(attempt, 10));
  return 250 + random() * bound;
}

/** What happened and what to do next, as one text for people. */
export function sentence(error: CarrierError): string {
  return error.nextStep === undefined ? error.message : `${error.message} ${error.nextStep}`;
}
