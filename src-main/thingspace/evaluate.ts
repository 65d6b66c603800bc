/** Reads an HTTP answer: either the wanted shape, or a CarrierError that says what is to be done. */
import type { z } from 'zod';
import { CarrierError } from './carrier-error.ts';
import { meaningOf } from './error-table.ts';
import type { HttpAnswer } from './http.ts';
import { describeMismatch, errorAnswer } from './schemas.ts';

/**
 * @throws CarrierError also for a success status whose body is an error, unreadable or of another shape
 */
export function evaluate<T extends z.ZodType>(answer: HttpAnswer, schema: T): z.output<T> {
  if (answer.status === 429) {
    throw new CarrierError('throttled', 'The carrier asks to slow down (429).', {
      ...shared(answer),
      code: '429',
      retryAfterMs: answer.retryAfterMs,
    });
  }
  const body = parseJson(answer.text);
  const known = errorAnswer.safeParse(body);
  if (known.success) throw fromErrorBody(known.data, answer);
  if (answer.status >= 200 && answer.status < 300) {
    if (body === undefined)
      throw new CarrierError('ambiguous', `The answer cannot be read (${excerpt(answer.text)}).`, {
        ...shared(answer),
        code: 'UNREADABLE',
      });
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    throw new CarrierError('ambiguous', `The answer has an unexpected shape: ${describeMismatch(parsed.error)}.`, {
      ...shared(answer),
      code: 'UNEXPECTED_SHAPE',
      nextStep: 'Check the address in Settings; if it is right, the API has changed.',
    });
  }
  throw withoutErrorBody(answer);
}

function fromErrorBody(body: z.output<typeof errorAnswer>, answer: HttpAnswer): CarrierError {
  if ('errorCode' in body) {
    const { kind, code, meaning, nextStep } = meaningOf(body.errorCode);
    const words = kind === 'unknown' && body.message !== '' ? `${meaning} Its words: “${body.message}”` : meaning;
    return new CarrierError(kind, words, { ...shared(answer), code, nextStep: nextStep ?? undefined });
  }
  if ('faultCode' in body) {
    if (answer.status === 401 || body.faultCode === '900901' || body.faultCode === '900902') {
      return new CarrierError('bearer', 'The access token is missing or has expired.', {
        ...shared(answer),
        code: body.faultCode,
      });
    }
    if (answer.status >= 500) return withoutErrorBody(answer);
    return new CarrierError('configuration', `The gateway refused the call (${body.faultCode} ${body.message}).`, {
      ...shared(answer),
      code: body.faultCode,
      nextStep: 'Check the address and the paths in Settings.',
    });
  }
  if (answer.status >= 500) return withoutErrorBody(answer);
  return new CarrierError(
    answer.status === 401 ? 'bearer' : 'configuration',
    `The carrier refused the call (${body.oauthError}).`,
    { ...shared(answer), code: body.oauthError },
  );
}

function withoutErrorBody(answer: HttpAnswer): CarrierError {
  const { status } = answer;
  const details = { ...shared(answer), code: `HTTP ${String(status)}` };
  if (status === 401) return new CarrierError('bearer', 'The carrier does not accept the access token (401).', details);
  if (status === 408 || status >= 500)
    return new CarrierError(
      'ambiguous',
      `The carrier or a gateway before it failed (HTTP ${String(status)}).`,
      details,
    );
  if (status === 403 || status === 404 || status === 407 || (status >= 300 && status < 400)) {
    return new CarrierError('configuration', `The call was turned away (HTTP ${String(status)}).`, {
      ...details,
      nextStep: 'Check the address, the account’s access and any proxy between.',
    });
  }
  return new CarrierError('unknown', `The carrier refused the request (HTTP ${String(status)}).`, details);
}

function shared(answer: HttpAnswer): { httpStatus: number; answer: string } {
  return { httpStatus: answer.status, answer: answer.text };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line === '' ? 'it is empty' : `it begins with "${line.slice(0, 60)}"`;
}
