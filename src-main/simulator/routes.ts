/** The calls of the platform: their paths, what each is about, and who answers. */
import { parseBody, type SimulatedAnswer } from './answers.ts';
import type { AccountApi } from './api/account.ts';
import type { ChangeApi } from './api/changes.ts';
import type { DeviceApi } from './api/devices.ts';
import type { HistoryApi } from './api/history.ts';
import type { Endpoint } from './options.ts';

export interface SimulatedCall {
  method: string;
  path: string;
  /** What stands behind the question mark. */
  query?: string;
  authorization: string | undefined;
  sessionToken: string | undefined;
  text: string;
}

export interface Apis {
  devices: DeviceApi;
  changes: ChangeApi;
  history: HistoryApi;
  account: AccountApi;
  logout: () => SimulatedAnswer;
}

export interface Route {
  endpoint: Endpoint;
  answer: (apis: Apis, now: number) => SimulatedAnswer;
}

export const TOKEN_PATH = '/api/ts/v1/oauth2/token';
export const LOGIN_PATH = '/api/m2m/v1/session/login';
const V1 = '/api/m2m/v1';
const V2 = '/api/m2m/v2';

/** The calls that change devices. */
export const CHANGES: readonly Endpoint[] = ['plan', 'state', 'fields'];

/** @returns undefined for a call that the platform does not have */
export function routeOf({ method, path, query, text }: SimulatedCall): Route | undefined {
  const body = (): Record<string, unknown> => parseBody(text);
  if (path.startsWith(V2)) return triggersRoute(method, path.slice(V2.length));
  switch (`${method} ${path.startsWith(V1) ? path.slice(V1.length) : path}`) {
    case 'PUT /devices/actions/plan':
      return { endpoint: 'plan', answer: ({ changes }, now) => changes.plan(body(), now) };
    case 'POST /devices/actions/suspend':
      return { endpoint: 'state', answer: ({ changes }, now) => changes.state(body(), now, 'suspend') };
    case 'POST /devices/actions/restore':
      return { endpoint: 'state', answer: ({ changes }, now) => changes.state(body(), now, 'active') };
    case 'PUT /devices/actions/customFields':
      return { endpoint: 'fields', answer: ({ changes }, now) => changes.fields(body(), now) };
    case 'POST /devices/actions/list':
      return { endpoint: 'list', answer: ({ devices }) => devices.list(body()) };
    case 'POST /devices/history/actions/list':
      return { endpoint: 'history', answer: ({ history }) => history.provisioning(body()) };
    case 'POST /devices/usage/actions/list':
      return { endpoint: 'usage', answer: ({ history }, now) => history.usage(body(), now) };
    case 'POST /session/logout':
      return { endpoint: 'logout', answer: ({ logout }) => logout() };
    case 'PUT /session/password/actions/reset':
      return { endpoint: 'password', answer: ({ account }) => account.resetPassword(body()) };
    default:
      return method === 'GET' ? accountRoute(path.slice(V1.length), new URLSearchParams(query ?? '')) : undefined;
  }
}

function triggersRoute(method: string, path: string): Route | undefined {
  return method === 'GET' && /^\/triggers(\/accounts\/[^/]+)?$/.test(path)
    ? { endpoint: 'triggers', answer: ({ account }) => account.triggers() }
    : undefined;
}

function accountRoute(path: string, query: URLSearchParams): Route | undefined {
  const [, what, name = '', rest = ''] = /^\/(plans|accounts|groups)\/([^/]+)(?:\/(.+))?$/.exec(path) ?? [];
  const [, requestId] = /^requests\/([^/]+)\/status$/.exec(rest) ?? [];
  const [, group] = /^name\/([^/]+)\/?$/.exec(rest) ?? [];
  if (what === 'accounts' && requestId !== undefined)
    return { endpoint: 'status', answer: ({ changes }) => changes.status(name, requestId) };
  if (what === 'groups' && group !== undefined)
    return { endpoint: 'groups', answer: ({ devices }) => devices.group(name, group, query) };
  if (rest !== '') return undefined;
  switch (what) {
    case 'plans':
      return { endpoint: 'catalog', answer: ({ account }) => account.plans(name) };
    case 'accounts':
      return { endpoint: 'account', answer: ({ account }) => account.account(name) };
    case 'groups':
      return { endpoint: 'groups', answer: ({ account }) => account.groups(name) };
    default:
      return undefined;
  }
}
