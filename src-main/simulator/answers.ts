/** The shapes of the carrier's answers and refusals. Codes are those of the API page. */

export interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** An answer, or how the connection fails instead of one. */
export interface SimulatedAnswer extends Answer {
  /** In place of the body as JSON: a proxy's page, XML, or nothing at all. */
  text?: string;
  /** The content type of that text. */
  type?: string;
  /** The connection breaks; whether the call was carried out before is the carrier's secret. */
  breaks?: true;
  /** How long the answer takes. */
  delayMs?: number;
}

/** The name before the first dot of an error code. Any service's name can stand there. */
const SERVICE = 'UnifiedWebService';

/** What of an answer goes over the wire. */
export function answerText({ text, body }: SimulatedAnswer): string {
  return text ?? JSON.stringify(body);
}

export function refusal(code: string, message: string, status = 400): Answer {
  return { status, body: { errorCode: `${SERVICE}.${code}`, errorMessage: message } };
}

export function missingElement(): Answer {
  return refusal('REQUEST_FAILED.UnexpectedError', 'A required element is missing.');
}

export function wrongState(): Answer {
  return refusal('INPUT_INVALID.DeviceState.Invalid', 'The device is not in a valid state.');
}

export function unknownAccount(account: unknown): Answer {
  return refusal('REQUEST_FAILED.AccountNotFound', `Account ${String(account)} not found.`);
}

export function unknownDevice(): Answer {
  return refusal('REQUEST_FAILED.DeviceNotFound', 'The device could not be found.');
}

/** 202 says that there is more, 200 that this is all. */
export function page(hasMoreData: boolean, body: unknown): Answer {
  return { status: hasMoreData ? 202 : 200, body };
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export type Body = Record<string, unknown>;

export function parseBody(text: string): Body {
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text);
    return typeof value === 'object' && value !== null ? (value as Body) : {};
  } catch {
    return {};
  }
}
