/** A simulated carrier without a network, somebody who is logged in at it, and calls that read well in tests. */
import { answerText, type SimulatedAnswer } from '../../src-main/simulator/answers.ts';
import { SimulatedCarrier } from '../../src-main/simulator/carrier.ts';
import { SIMULATOR_CREDENTIALS, SIMULATOR_DEFAULTS, type SimulatorOptions } from '../../src-main/simulator/options.ts';
import { LOGIN_PATH, TOKEN_PATH } from '../../src-main/simulator/routes.ts';

export const EVER = { earliest: '2000-01-01T00:00:00Z', latest: '2100-01-01T00:00:00Z' };

export interface Said {
  status: number;
  /** The answer as it goes over the wire, read as JSON; undefined where it is none. */
  body: Record<string, unknown> | undefined;
  text: string;
  retryAfter: string | undefined;
  answer: SimulatedAnswer;
}

export class Caller {
  readonly carrier: SimulatedCarrier;
  #bearer = '';
  #session = '';

  constructor(options: Partial<SimulatorOptions> = {}) {
    this.carrier = new SimulatedCarrier({
      devices: 1200,
      suspendedShare: 0,
      quotaUsedShare: 0,
      applyDelayMs: { min: 0, max: 0 },
      rateLimit: { ...SIMULATOR_DEFAULTS.rateLimit, kind: 'none' },
      ...options,
    });
    this.token();
    this.login(this.carrier.options.password);
  }

  token(): Said {
    const basic = Buffer.from(`${SIMULATOR_CREDENTIALS.key}:${SIMULATOR_CREDENTIALS.secret}`).toString('base64');
    const said = this.#send('POST', TOKEN_PATH, `Basic ${basic}`, '');
    const token = said.body?.['access_token'];
    if (typeof token === 'string') this.#bearer = `Bearer ${token}`;
    return said;
  }

  login(password: string): Said {
    const said = this.#send('POST', LOGIN_PATH, this.#bearer, { username: SIMULATOR_CREDENTIALS.username, password });
    const token = said.body?.['sessionToken'];
    if (typeof token === 'string') this.#session = token;
    return said;
  }

  call(method: string, path: string, body: unknown = ''): Said {
    return this.#send(method, path.startsWith('/api/') ? path : `/api/m2m/v1${path}`, this.#bearer, body);
  }

  list(body: Record<string, unknown> = {}): Said & { devices: DeviceRecord[] } {
    const said = this.call('POST', '/devices/actions/list', body);
    return { ...said, devices: (said.body?.['devices'] ?? []) as DeviceRecord[] };
  }

  /** Asks for a plan of the devices with these numbers. */
  change(planCode: string, ...numbers: number[]): Said {
    return this.call('PUT', '/devices/actions/plan', {
      devices: numbers.map((number) => ({ deviceIds: [this.id(number)] })),
      servicePlan: planCode,
    });
  }

  id(number: number): { id: string; kind: string } {
    return { id: this.carrier.fleet.iccid(number), kind: 'iccid' };
  }

  /** How many changes were applied because of requests. */
  applied(): number {
    return this.carrier.stats().applied;
  }

  #send(method: string, path: string, authorization: string, body: unknown): Said {
    const [plain = '', query = ''] = path.split('?');
    const answer = this.carrier.answer({
      method,
      path: plain,
      query,
      authorization,
      sessionToken: this.#session,
      text: body === '' ? '' : JSON.stringify(body),
    });
    const text = answerText(answer);
    return { status: answer.status, body: readJson(text), text, retryAfter: answer.headers?.['retry-after'], answer };
  }
}

export interface DeviceRecord {
  deviceIds: { id: unknown; kind: string }[];
  carrierInformations: { servicePlan: unknown }[] | null;
  extendedAttributes: { key: string; value: string }[];
  createdAt: unknown;
  [field: string]: unknown;
}

function readJson(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
