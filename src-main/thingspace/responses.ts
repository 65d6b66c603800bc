/**
 * Reads an HTTP answer: either the wanted shape, or a CarrierError that says what is to be done.
 *
 * One rule decides whether a change may have been carried out in spite of an error: see {@link mayBeDone}.
 */
import type { z } from 'zod';
import { redactedStart } from '../security/redaction.ts';
import { CarrierError, type CarrierErrorDetails, type CarrierErrorKind } from './carrier-error.ts';
import { readErrorBody, type ErrorBody } from './error-bodies.ts';
import { gatewayMeaning, meaningOf } from './error-codes.ts';
import type { HttpAnswer } from './http.ts';
import { parseJson } from './json.ts';
import { describeMismatch } from './schemas.ts';

const CHECK_ADDRESS = 'Check the address and the paths in Settings, the account’s access, and any proxy between.';

/**
 * @throws CarrierError also for a success status whose body is an error, unreadable or of another shape
 */
export function readResponse<T extends z.ZodType>(answer: HttpAnswer, schema: T): z.output<T> {
  if (answer.neverLeft === true) throw byProxy(answer);
  const body = parseJson(answer.text);
  const isSuccess = answer.status >= 200 && answer.status < 300;
  const found = withoutSecrets(readErrorBody(answer.text, body));
  if (isThrottle(answer.status, found)) {
    throw new CarrierError('throttled', `The carrier asks to slow down (${String(answer.status)}).`, {
      ...shared(answer),
      code: found?.source === 'gateway' ? found.code : String(answer.status),
      source: found?.source,
      retryAfterMs: answer.retryAfterMs,
      // The status means that nothing was done, unless the service itself says that it does not know.
      mayBeDone: found?.source === 'service' && meaningOf(found.code).kind === 'unexpected',
    });
  }
  // What has the wanted shape is no error, whatever fields it has besides; only the service's own error code is.
  if (isSuccess && found?.source !== 'service') {
    if (body === undefined && found === undefined)
      throw new CarrierError('ambiguous', `The answer cannot be read (${excerpt(answer.text)}).`, {
        ...shared(answer),
        code: 'UNREADABLE',
      });
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    if (found === undefined)
      throw new CarrierError('ambiguous', `The answer has an unexpected shape: ${describeMismatch(parsed.error)}.`, {
        ...shared(answer),
        code: 'UNEXPECTED_SHAPE',
        nextStep: 'Check the address in Settings; if it is right, the API has changed.',
      });
  }
  throw found === undefined ? withoutErrorBody(answer) : fromErrorBody(found, answer);
}

/**
 * The one rule for changes: only a refusal that the console knows and that came with a 4xx status means "not done". After
 * everything else a change is read back.
 */
function mayBeDone(status: number, isKnownRefusal: boolean): boolean {
  return !(isKnownRefusal && status >= 400 && status < 500);
}

/** A gateway may say with its own code, and with 503 or another status, what others say with 429: nothing was done. */
function isThrottle(status: number, found: ErrorBody | undefined): boolean {
  if (status === 429) return true;
  const isRefusing = status === 503 || (status >= 400 && status < 500);
  return isRefusing && found?.source === 'gateway' && gatewayMeaning(found.code) === 'throttled';
}

function fromErrorBody(body: ErrorBody, answer: HttpAnswer): CarrierError {
  if (body.source === 'service') return fromService(body, answer);
  const { status } = answer;
  const details = { ...shared(answer), code: body.code, source: body.source };
  const meaning = body.source === 'gateway' ? gatewayMeaning(body.code) : undefined;
  if (meaning === 'bearer' || status === 401) {
    return new CarrierError('bearer', `The access token is missing or has expired (${said(body)}).`, {
      ...details,
      // A gateway's word that is known for something else, such as that the service did not answer in time.
      mayBeDone: mayBeDone(status, body.source !== 'gateway' || !/^1\d{5}$/.test(body.code)),
    });
  }
  if (status >= 500) return failed(answer, details, ` It says: ${said(body)}.`);
  if (body.source === 'gateway' && meaning === undefined && status >= 200 && status < 300) {
    return new CarrierError('ambiguous', `The answer is an error of the gateway (${said(body)}).`, details);
  }
  return new CarrierError('configuration', `The gateway refused the call (${said(body)}).`, {
    ...details,
    mayBeDone: mayBeDone(status, meaning !== undefined),
    nextStep: CHECK_ADDRESS,
  });
}

function fromService(body: ErrorBody, answer: HttpAnswer): CarrierError {
  const { status } = answer;
  const { kind, code, meaning, nextStep } = meaningOf(body.code);
  const words = kind === 'unknown' && body.message !== '' ? `${meaning} Its words: “${body.message}”` : meaning;
  const details = { ...shared(answer), code, source: body.source, nextStep: nextStep ?? undefined };
  // A failing server's codes are no verdict, apart from those that change what is done next.
  if (status >= 500 && !KEPT_ON_FAILURE.has(kind)) return failed(answer, details, ` It says: ${words}`);
  const isKnownRefusal = isRefusal(kind);
  return new CarrierError(kind, words, { ...details, mayBeDone: mayBeDone(status, isKnownRefusal) });
}

/** Whether the table's word on it is that nothing was done. */
function isRefusal(kind: CarrierErrorKind): boolean {
  return kind !== 'unknown' && kind !== 'unexpected' && kind !== 'on-hold';
}

/** Tokens are renewed, and what waits for an approval is not sent again, whatever the status. */
const KEPT_ON_FAILURE: ReadonlySet<CarrierErrorKind> = new Set(['session', 'on-hold', 'unexpected']);

function withoutErrorBody(answer: HttpAnswer): CarrierError {
  const { status } = answer;
  const details = { ...shared(answer), code: `HTTP ${String(status)}` };
  if (status === 401) {
    return new CarrierError('bearer', 'The carrier does not accept the access token (401).', {
      ...details,
      mayBeDone: mayBeDone(status, true),
    });
  }
  if (status === 408 || status >= 500) return failed(answer, details);
  if (status === 403 || status === 404 || status === 407 || (status >= 300 && status < 400)) {
    return new CarrierError('configuration', `The call was turned away (HTTP ${String(status)}).`, {
      ...details,
      mayBeDone: mayBeDone(status, false),
      nextStep: CHECK_ADDRESS,
    });
  }
  return new CarrierError('unknown', `The carrier refused the request (HTTP ${String(status)}).`, details);
}

function failed(answer: HttpAnswer, details: CarrierErrorDetails, words = ''): CarrierError {
  const { status } = answer;
  return new CarrierError(
    'ambiguous',
    `The carrier or a gateway before it failed (HTTP ${String(status)}).${words}`,
    details,
  );
}

/** A proxy refused to make the connection, so its answer came before the request could leave. */
function byProxy(answer: HttpAnswer): CarrierError {
  const { status } = answer;
  const details = { ...shared(answer), code: `HTTP ${String(status)}` };
  if (status >= 500 || status === 408 || status === 429)
    return new CarrierError('not-sent', `The proxy could not reach the carrier (HTTP ${String(status)}).`, details);
  return new CarrierError('configuration', `The proxy refused the connection (HTTP ${String(status)}).`, {
    ...details,
    mayBeDone: false,
    nextStep: 'Check the proxy of the environment, its user and its rules.',
  });
}

function said(body: ErrorBody): string {
  return body.message === '' ? body.code : `${body.code} ${body.message}`;
}

function shared(answer: HttpAnswer): { httpStatus: number; answer: string } {
  return { httpStatus: answer.status, answer: keepable(answer.text) };
}

/** Of an answer, in characters: enough for every error of the carrier, and bounded when a whole page comes instead. */
const LONGEST_KEPT = 16_384;
const LONGEST_CODE = 200;
const LONGEST_WORDS = 1000;

/**
 * What may be kept of an answer. Here, where it enters, and before anything cuts it: a carrier, a proxy or an error page
 * may say back what it was told.
 */
export function keepable(text: string): string {
  return redactedStart(text, LONGEST_KEPT);
}

function withoutSecrets(body: ErrorBody | undefined): ErrorBody | undefined {
  return (
    body && {
      ...body,
      code: redactedStart(body.code, LONGEST_CODE),
      message: redactedStart(body.message, LONGEST_WORDS),
    }
  );
}

function excerpt(text: string): string {
  const line = keepable(text).replace(/\s+/g, ' ').trim();
  return line === '' ? 'it is empty' : `it begins with "${line.slice(0, 60)}"`;
}
