/** How the gateways before the carrier refuse: a bearer token that is no good, too many requests, and calls that nobody knows. */
import type { SimulatedAnswer } from './answers.ts';
import { GATEWAY_FORMS, type GatewayForm, type RateLimitOptions } from './options.ts';

export interface Fault {
  code: string;
  message: string;
  description: string;
}

export const INVALID_CREDENTIALS: Fault = {
  code: '900901',
  message: 'Invalid Credentials',
  description: 'Access failure for API: make sure you have given the correct access token',
};
export const MISSING_CREDENTIALS: Fault = {
  code: '900902',
  message: 'Missing Credentials',
  description: 'Required OAuth credentials not provided',
};
export const NO_RESOURCE: SimulatedAnswer = {
  status: 400,
  body: { fault: { code: '900906', message: 'No matching resource found in the API for the given request' } },
};

const REAL_FORMS = GATEWAY_FORMS.filter((form) => form !== 'mixed');

/** @param turn which form it is when they are mixed */
export function gatewayAnswer(status: number, form: GatewayForm, fault: Fault, turn: number): SimulatedAnswer {
  const { code, message, description } = fault;
  switch (form) {
    case 'nested':
      return { status, body: { fault: { code, message } } };
    case 'flat':
      return { status, body: { code, message, description } };
    case 'xml':
      return {
        status,
        body: {},
        text: `<ams:fault xmlns:ams="http://wso2.org/apimanager/security"><ams:code>${code}</ams:code><ams:message>${message}</ams:message><ams:description>${description}</ams:description></ams:fault>`,
        type: 'application/xml',
      };
    case 'apigee':
      return { status, body: { fault: { faultstring: message, detail: { errorcode: apigeeCode(status) } } } };
    case 'empty':
      return { status, body: {}, text: '', type: 'text/plain' };
    case 'mixed':
      return gatewayAnswer(status, REAL_FORMS[turn % REAL_FORMS.length] ?? 'nested', fault, turn);
  }
}

/** @param waitMs until the next request would pass */
export function throttled(limit: RateLimitOptions, waitMs: number, now: number, turn: number): SimulatedAnswer {
  const { status = 429, form = 'nested', code = '900803' } = limit;
  const fault = {
    code,
    message: 'Message throttled out',
    description: 'You have exceeded your quota. Try again later.',
  };
  const answer = gatewayAnswer(status, form, fault, turn);
  const retryAfter = retryAfterText(limit.retryAfter, waitMs, now);
  return retryAfter === undefined ? answer : { ...answer, headers: { 'retry-after': retryAfter } };
}

const YEAR_S = 365 * 86_400;

function retryAfterText(form: RateLimitOptions['retryAfter'], waitMs: number, now: number): string | undefined {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  const date = (inSeconds: number): string => new Date(now + inSeconds * 1000).toUTCString();
  switch (form) {
    case 'none':
      return undefined;
    case 'seconds':
      return String(seconds);
    case 'date':
      return date(seconds);
    case 'hours':
      return String(2 * 3600);
    case 'century':
      return String(100 * YEAR_S);
    case 'far-date':
      return date(100 * YEAR_S);
    case 'past-date':
      return date(-3600);
    case 'negative':
      return '-5';
    case 'garbage':
      return 'soon';
  }
}

function apigeeCode(status: number): string {
  return status === 401 ? 'keymanagement.service.invalid_access_token' : 'policies.ratelimit.QuotaViolation';
}
