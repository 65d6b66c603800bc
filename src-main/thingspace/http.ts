/** One network stack for every call: TLS except to loopback, keep-alive, proxy from the environment, bounded time and size. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios, { type AxiosInstance } from 'axios';
import { ProxyAgent } from 'proxy-agent';
import { ConsoleError } from '../domain/errors.ts';
import { CarrierError } from './carrier-error.ts';
import { trustedContext } from './trust.ts';

/** No answer of the API comes near it: a page of 500 devices is about one megabyte. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  headers: Record<string, string>;
  body?: string;
}

export interface HttpAnswer {
  status: number;
  text: string;
  retryAfterMs: number | undefined;
  /** The answer came from a proxy that made no connection: not one byte of the request left for the carrier. */
  neverLeft?: true;
}

export interface Http {
  send(request: HttpRequest): Promise<HttpAnswer>;
  close(): void;
}

/**
 * @param baseUrl where the API is; plain http only to this machine's loopback
 * @param timeoutMs for a whole call, from sending to the last byte of the answer
 * @param ownCertificates authorities to trust besides the usual ones, in PEM
 * @throws ConsoleError `configuration` when the address is none, or not protected by TLS
 */
export function createHttp(baseUrl: string, timeoutMs: number, ownCertificates = ''): Http {
  const url = checkedUrl(baseUrl);
  const direct = isLoopback(url.hostname);
  const keep = { keepAlive: true, maxSockets: 64, scheduling: 'lifo' as const };
  const secure = url.protocol === 'https:' ? { ...keep, secureContext: trustedContext(ownCertificates) } : keep;
  const proxied = new ProxyAgent(secure);
  const httpAgent = direct ? new HttpAgent(keep) : proxied;
  const httpsAgent = direct ? new HttpsAgent(secure) : proxied;
  const client: AxiosInstance = axios.create({
    baseURL: url.origin + url.pathname.replace(/\/$/, ''),
    httpAgent,
    httpsAgent,
    // The agents above look at the environment themselves; axios must not do it again.
    proxy: false,
    // A redirect could carry the credentials to another host.
    maxRedirects: 0,
    maxContentLength: MAX_ANSWER_BYTES,
    maxBodyLength: MAX_ANSWER_BYTES,
    responseType: 'text',
    transformResponse: (data: unknown) => data,
    validateStatus: () => true,
  });
  return {
    send: async (request) => {
      try {
        const response = await client.request<unknown>({
          method: request.method,
          url: request.path,
          headers: request.headers,
          ...(request.body === undefined ? {} : { data: request.body }),
          signal: AbortSignal.timeout(timeoutMs),
        });
        const text = typeof response.data === 'string' ? response.data : '';
        const header: unknown = response.headers['retry-after'];
        return {
          status: response.status,
          text,
          retryAfterMs: parseRetryAfter(typeof header === 'string' ? header : undefined, Date.now()),
        };
      } catch (error) {
        throw networkError(error, url.host, timeoutMs);
      }
    },
    close: () => {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function checkedUrl(baseUrl: string): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined)
    throw new ConsoleError(
      'configuration',
      `"${baseUrl}" is not an address.`,
      'Enter one such as https://thingspace.verizon.com.',
    );
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw new ConsoleError(
      'configuration',
      `${url.origin} is not protected by TLS.`,
      'Use https; plain http is for a simulator on this machine only.',
    );
  }
  return url;
}

/** `Retry-After` comes as seconds or as an HTTP date. @returns milliseconds from now, or undefined when there is none */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Codes of failures before a connection stood: the request cannot have been done. */
const BEFORE_SENDING = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EPROTO',
]);

function networkError(error: unknown, host: string, timeoutMs: number): CarrierError {
  const { code, cause } = error as { code?: string; cause?: { code?: string; syscall?: string } };
  const name = cause?.code ?? code ?? '';
  if (/^(CERT_|ERR_TLS|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED)/.test(name)) {
    return new CarrierError('configuration', `The connection to ${host} is not trusted (${name}).`, {
      code: name,
      nextStep:
        'If your network inspects TLS, enter the certificate of its authority in Settings, or set NODE_EXTRA_CA_CERTS.',
      cause: error,
    });
  }
  // Other breaks of the protocol may pass; this one will not.
  if (/protocol[ _]version|unsupported[ _]protocol/i.test(`${name} ${error instanceof Error ? error.message : ''}`)) {
    return new CarrierError('configuration', `No protected connection to ${host} could be agreed on (${name}).`, {
      code: name,
      nextStep: 'The console takes TLS 1.2 or newer; a proxy or an old server in between may offer less.',
      cause: error,
    });
  }
  if (BEFORE_SENDING.has(name) || cause?.syscall === 'connect') {
    return new CarrierError('not-sent', `${host} cannot be reached (${name}).`, {
      code: name,
      nextStep: 'Check the network, the proxy and the address in Settings.',
      cause: error,
    });
  }
  const timedOut = name === 'ERR_CANCELED' || name === 'ECONNABORTED' || name === 'ETIMEDOUT';
  const what = timedOut
    ? `${host} did not answer within ${String(timeoutMs / 1000)} s.`
    : `The connection to ${host} broke before the answer came (${name || 'no code'}).`;
  return new CarrierError('ambiguous', what, { code: timedOut ? 'TIMEOUT' : name, cause: error });
}
