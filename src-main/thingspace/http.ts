/** One network stack for every call: TLS except to loopback, keep-alive, proxy from the environment, bounded time and size. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios, { type AxiosInstance } from 'axios';
import { ProxyAgent } from 'proxy-agent';
import { normalBaseUrl, type ApiPaths } from '../domain/base-url.ts';
import { ConsoleError } from '../domain/errors.ts';
import { PROVIDER_DEFAULTS } from '../domain/provider-settings.ts';
import { CarrierError } from './carrier-error.ts';
import { DepartureWatch } from './departure-watch.ts';
import { trustedContext } from './tls-trust.ts';

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
 * @param paths the API's own, which an address may end in
 * @throws ConsoleError `configuration` when the address is none, or not protected by TLS
 */
export function createHttp(
  baseUrl: string,
  timeoutMs: number,
  ownCertificates = '',
  paths: ApiPaths = PROVIDER_DEFAULTS,
): Http {
  const url = checkedUrl(baseUrl, paths);
  const direct = isLoopback(url.hostname);
  // Verification stays on, whatever NODE_TLS_REJECT_UNAUTHORIZED says.
  const verified = { rejectUnauthorized: true } as const;
  const keep = { keepAlive: true, maxSockets: 64, scheduling: 'lifo' as const };
  const secure =
    url.protocol === 'https:' ? { ...keep, ...verified, secureContext: trustedContext(ownCertificates) } : keep;
  const proxied = new ProxyAgent(secure);
  const ask = proxied.getProxyForUrl;
  proxied.getProxyForUrl = async (address, request) => checkedProxy(await ask(address, request));
  const httpAgent = direct ? new HttpAgent(keep) : proxied;
  const httpsAgent = direct ? new HttpsAgent(secure) : proxied;
  const client: AxiosInstance = axios.create({
    baseURL: url.origin + url.pathname.replace(/\/$/, ''),
    httpAgent,
    httpsAgent,
    // The agents above look at the environment themselves; axios must not do it again.
    proxy: false,
    // A path that is an address would leave for another host.
    allowAbsoluteUrls: false,
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
      const departure = new DepartureWatch();
      try {
        const response = await client.request<unknown>({
          method: request.method,
          url: request.path,
          headers: request.headers,
          ...(request.body === undefined ? {} : { data: request.body }),
          signal: AbortSignal.timeout(timeoutMs),
          transport: departure.transport,
        });
        const header = (name: string): string | undefined => {
          const value: unknown = response.headers[name];
          return typeof value === 'string' ? value : undefined;
        };
        return {
          status: response.status,
          text: typeof response.data === 'string' ? response.data : '',
          // A date is by the carrier's clock, which need not be this computer's.
          retryAfterMs: parseRetryAfter(header('retry-after'), dateOf(header('date')) ?? Date.now()),
          ...(departure.isProxyAnswer ? { neverLeft: true as const } : {}),
        };
      } catch (error) {
        throw networkError(error, url.host, timeoutMs, departure.hasLeft);
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

function checkedUrl(baseUrl: string, paths: ApiPaths): URL {
  const url = new URL(normalBaseUrl(baseUrl, paths));
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw new ConsoleError(
      'configuration',
      `${url.origin} is not protected by TLS.`,
      'Use https; plain http is for a simulator on this machine only.',
    );
  }
  return url;
}

/** A proxy script (PAC) is a program of whoever can set the environment. @throws Error for other kinds of proxies */
function checkedProxy(proxy: string): string {
  if (proxy === '' || /^(https?|socks\w*):\/\//i.test(proxy)) return proxy;
  throw Object.assign(new Error('only http, https and socks proxies are used'), { code: 'PROXY_KIND' });
}

/** Further ahead than any carrier means it, and still a date. */
const LONGEST_RETRY_AFTER_MS = 1000 * 365 * 86_400_000;

/** `Retry-After` comes as seconds or as an HTTP date. @returns milliseconds from now, or undefined when there is none */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  const until = /^[+-]?\d+(\.\d*)?$/.test(text) ? now + Number(text) * 1000 : dateOf(text);
  return until === undefined ? undefined : Math.min(Math.max(0, until - now), LONGEST_RETRY_AFTER_MS);
}

/** Only what looks like a date with a time: the language reads dates out of nearly everything. */
function dateOf(text: string | undefined): number | undefined {
  if (text === undefined || !/\d:\d\d/.test(text)) return undefined;
  // The oldest of the three forms has no zone, and means GMT.
  const date = Date.parse(/(GMT|UTC|Z|[+-]\d\d:?\d\d)$/i.test(text.trim()) ? text : `${text} GMT`);
  return Number.isNaN(date) ? undefined : date;
}

/** @param hasLeft whether the carrier may have something of the request */
function networkError(error: unknown, host: string, timeoutMs: number, hasLeft: boolean): CarrierError {
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  const name = cause?.code ?? code ?? '';
  const timedOut = name === 'ERR_CANCELED' || name === 'ECONNABORTED' || name === 'ETIMEDOUT';
  if (hasLeft) {
    const what = timedOut
      ? `${host} did not answer within ${String(timeoutMs / 1000)} s.`
      : `The connection to ${host} broke before the answer came (${name || 'no code'}).`;
    return new CarrierError('ambiguous', what, { code: timedOut ? 'TIMEOUT' : name, cause: error });
  }
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
  return new CarrierError('not-sent', `${host} cannot be reached (${timedOut ? 'no connection in time' : name}).`, {
    code: timedOut ? 'TIMEOUT' : name,
    nextStep: 'Check the network, the proxy and the address in Settings.',
    cause: error,
  });
}
