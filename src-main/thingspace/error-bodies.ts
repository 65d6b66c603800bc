/** Finds the error in an answer's body, in every form in which the service and the gateways before it write one. */
import { z } from 'zod';
import type { AnswerSource } from './carrier-error.ts';

export interface ErrorBody {
  source: AnswerSource;
  code: string;
  /** The carrier's words; empty when there are none. */
  message: string;
}

const words = z.union([z.string(), z.number().transform(String)]);
const code = words.transform((text) => text.trim()).pipe(z.string().min(1));
const message = words.nullish().catch(null);

const FORMS = z.union([
  z
    .looseObject({ errorCode: code, errorMessage: message })
    .transform((e): ErrorBody => ({ source: 'service', code: e.errorCode, message: e.errorMessage ?? '' })),
  // WSO2.
  z
    .looseObject({ fault: z.looseObject({ code, message }) })
    .transform(({ fault }): ErrorBody => ({ source: 'gateway', code: fault.code, message: fault.message ?? '' })),
  // Apigee.
  z
    .looseObject({ fault: z.looseObject({ faultstring: message, detail: z.looseObject({ errorcode: code }) }) })
    .transform(({ fault }): ErrorBody => ({
      source: 'gateway',
      code: fault.detail.errorcode,
      message: fault.faultstring ?? '',
    })),
  z
    .looseObject({ error: z.string().min(1), error_description: message })
    .transform((e): ErrorBody => ({ source: 'oauth', code: e.error, message: e.error_description ?? '' })),
  // WSO2 again, in newer releases.
  z
    .looseObject({ code, message: words, description: message })
    .transform((e): ErrorBody => ({ source: 'gateway', code: e.code, message: e.message })),
]);

/**
 * @param text the body as it came
 * @param body the same as JSON; undefined when it is none
 * @returns undefined when no form of an error fits
 */
export function readErrorBody(text: string, body: unknown): ErrorBody | undefined {
  if (body === undefined) return readXml(text);
  const found = FORMS.safeParse(body);
  return found.success ? found.data : undefined;
}

/** `<ams:fault><ams:code>900901</ams:code>…`: only the code and the message are looked for. */
function readXml(text: string): ErrorBody | undefined {
  if (!/<(?:\w+:)?fault[\s>]/i.test(text)) return undefined;
  const found = element(text, 'code');
  return found === undefined ? undefined : { source: 'gateway', code: found, message: element(text, 'message') ?? '' };
}

function element(text: string, name: string): string | undefined {
  const found = new RegExp(
    `<(?:\\w+:)?${name}(?:\\s[^>]*)?>\\s*(?:<!\\[CDATA\\[)?\\s*([^<\\]]+?)\\s*(?:\\]\\]>)?\\s*</`,
    'i',
  ).exec(text);
  return found?.[1];
}
