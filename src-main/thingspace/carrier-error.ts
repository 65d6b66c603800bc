/** What can go wrong in a call to the carrier, told apart by what is to be done about it. */

export type CarrierErrorKind =
  /** HTTP 429, or a gateway that says so: nothing was done; wait, all lanes. */
  | 'throttled'
  /** The request never left this machine (no connection): safe to send again. */
  | 'not-sent'
  /** It left and no readable answer came: it may have been done. Read back before sending again. */
  | 'ambiguous'
  /** The M2M session is gone: log in once for everyone and repeat. */
  | 'session'
  /** The bearer token is gone: fetch it once for everyone and repeat. */
  | 'bearer'
  /** Key, secret, user or password were refused. Never tried again by itself. */
  | 'credentials'
  /** Account, plan, address or access is wrong: every further request would fail too. */
  | 'configuration'
  /** A device of the request was refused; with it the whole request. */
  | 'device'
  /** Too many devices in one request. */
  | 'too-many'
  /** Waiting for an approval at the carrier. */
  | 'on-hold'
  /** An approver at the carrier refused it. */
  | 'refused-by-approval'
  /** `UnexpectedError`: missing element or unknown. Retry with care, then fail. */
  | 'unexpected'
  /** An error code that the table does not know, or a refusal without one. */
  | 'unknown';

/** Where an error answer came from: the M2M service, the gateway before it, or the token endpoint. */
export type AnswerSource = 'service' | 'gateway' | 'oauth';

export interface CarrierErrorDetails {
  code?: string | undefined;
  httpStatus?: number | undefined;
  retryAfterMs?: number | undefined;
  answer?: string | undefined;
  source?: AnswerSource | undefined;
  nextStep?: string | undefined;
  /** Whether a change request may have been carried out in spite of this error; derived from the kind if it is not given. */
  mayBeDone?: boolean | undefined;
  cause?: unknown;
}

/** Kinds that say by themselves that nobody knows what the carrier did. */
const OPEN_KINDS: ReadonlySet<CarrierErrorKind> = new Set(['ambiguous', 'unexpected', 'unknown']);

export class CarrierError extends Error {
  override readonly name = 'CarrierError';
  readonly kind: CarrierErrorKind;
  /** The carrier's code without the service's name, such as `REQUEST_FAILED.DeviceNotFound`. */
  readonly code: string | undefined;
  readonly httpStatus: number | undefined;
  readonly retryAfterMs: number | undefined;
  /** The beginning of the answer's text, without secrets. */
  readonly answer: string | undefined;
  /** Undefined when no answer came, or one that is no error of a known form. */
  readonly source: AnswerSource | undefined;
  readonly nextStep: string | undefined;
  /**
   * False only when the request was surely not carried out: it never left, or a known refusal came back. A change is read
   * back otherwise.
   */
  readonly mayBeDone: boolean;

  constructor(kind: CarrierErrorKind, message: string, details: CarrierErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.code = details.code;
    this.httpStatus = details.httpStatus;
    this.retryAfterMs = details.retryAfterMs;
    this.answer = details.answer;
    this.source = details.source;
    this.nextStep = details.nextStep;
    this.mayBeDone = kind !== 'not-sent' && (details.mayBeDone ?? OPEN_KINDS.has(kind));
  }

  /**
   * Whether the request itself was answered, be it by a refusal. What failed before it left, as a login, may have a status
   * too: nothing was reached by that.
   */
  get isAnswered(): boolean {
    return this.httpStatus !== undefined && this.kind !== 'not-sent';
  }
}
