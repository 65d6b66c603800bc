/** What happened to one device: provisioning history and usage. Both are synchronous, a page at a time. */
import { missingElement, page, textOf, unknownDevice, type Answer, type Body } from '../answers.ts';
import type { Fleet } from '../fleet.ts';
import type { Effect, Ledger } from '../ledger.ts';
import type { SimulatorOptions } from '../options.ts';
import { seededRandom } from '../random.ts';
import type { DeviceApi, DeviceId } from './devices.ts';

/** Records in one answer, and how long usage is kept. Source: the carrier's documentation. */
const PAGE = 500;
const KEPT_MONTHS = 12;
const DAY_MS = 86_400_000;
/** Rated usage comes about two days late. */
const RATED_AFTER_MS = 2 * DAY_MS;

/** No type is documented for a plan change; these are assumed. */
const EVENT_TYPES: Readonly<Record<Effect['what'], string>> = {
  plan: 'Change Service Plan',
  state: 'Change State',
  'custom fields': 'Change Custom Fields',
};

interface Asked {
  device: number;
  earliest: number;
  latest: number;
}

export class HistoryApi {
  readonly #options: SimulatorOptions;
  readonly #fleet: Fleet;
  readonly #ledger: Ledger;
  readonly #devices: DeviceApi;

  constructor(options: SimulatorOptions, fleet: Fleet, ledger: Ledger, devices: DeviceApi) {
    this.#options = options;
    this.#fleet = fleet;
    this.#ledger = ledger;
    this.#devices = devices;
  }

  /** `POST /devices/history/actions/list`: oldest first; it is kept by IMEI. */
  provisioning(body: Body): Answer {
    const asked = this.#read(body);
    if ('status' in asked) return asked;
    const { device, earliest, latest } = asked;
    const events = this.#ledger.eventsOf(device).filter(({ at }) => at >= earliest && at <= latest);
    const hasMoreData = events.length > PAGE;
    const provisioningHistory = events.slice(0, PAGE).map(({ at, what, planCode, by }) => ({
      occurredAt: new Date(at).toISOString(),
      status: 'Success',
      eventBy: by,
      eventType: EVENT_TYPES[what],
      servicePlan: planCode,
      mdn: this.#fleet.mdn(device),
      msisdn: `1${this.#fleet.mdn(device)}`,
      extendedAttributes: [],
    }));
    const result = { provisioningHistory, hasMoreData };
    return page(hasMoreData, this.#options.historyShape === 'array' ? [result] : result);
  }

  /** `POST /devices/usage/actions/list`: a raw and a rated row for each day. */
  usage(body: Body, now: number): Answer {
    const asked = this.#read(body);
    if ('status' in asked) return asked;
    const { device, earliest, latest } = asked;
    const oldest = new Date(now);
    oldest.setUTCMonth(oldest.getUTCMonth() - KEPT_MONTHS);
    const planAt = this.#ledger.plansOf(device);
    const rows: unknown[] = [];
    let day = Math.ceil(Math.max(earliest, oldest.getTime()) / DAY_MS) * DAY_MS;
    for (; day <= Math.min(latest, now) && rows.length <= PAGE; day += DAY_MS) {
      const drawn = seededRandom(this.#options.seed + device * 401 + day / DAY_MS);
      const usage = { bytesUsed: Math.floor(drawn() * 2_000_000), smsUsed: Math.floor(drawn() * 3) };
      const row = { ...usage, timestamp: new Date(day).toISOString(), servicePlan: planAt(day) };
      rows.push({ ...row, source: 'Raw Usage', extendedAttributes: [] });
      if (day + RATED_AFTER_MS <= now) rows.push({ ...row, source: 'Rated Usage', extendedAttributes: [] });
    }
    const hasMoreData = rows.length > PAGE;
    return page(hasMoreData, { hasMoreData, usageHistory: rows.slice(0, PAGE) });
  }

  /** Both ends of the time are required. */
  #read(body: Body): Asked | Answer {
    const earliest = Date.parse(textOf(body['earliest']));
    const latest = Date.parse(textOf(body['latest']));
    const asked = body['deviceId'] as DeviceId | undefined;
    if (asked === undefined || Number.isNaN(earliest) || Number.isNaN(latest)) return missingElement();
    const device = this.#devices.find(asked);
    return device < 0 ? unknownDevice() : { device, earliest, latest };
  }
}
