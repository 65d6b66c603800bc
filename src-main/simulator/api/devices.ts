/** The device list: pages, filters, one device, and several by their identifiers. */
import {
  missingElement,
  page,
  refusal,
  textOf,
  unknownAccount,
  unknownDevice,
  type Answer,
  type Body,
} from '../answers.ts';
import type { Fleet } from '../fleet.ts';
import type { SimulatorOptions } from '../options.ts';
import type { Records } from '../records.ts';

export interface DeviceId {
  id?: unknown;
  kind?: unknown;
}

type Matches = (index: number) => boolean;

export class DeviceApi {
  readonly #options: SimulatorOptions;
  readonly #fleet: Fleet;
  readonly #records: Records;

  constructor(options: SimulatorOptions, fleet: Fleet, records: Records) {
    this.#options = options;
    this.#fleet = fleet;
    this.#records = records;
  }

  /** `POST /devices/actions/list` */
  list(body: Body): Answer {
    const account = body['accountName'];
    if (account !== undefined && account !== this.#options.accountName) return unknownAccount(account);
    const asked = body['deviceId'] as DeviceId | undefined;
    if (asked !== undefined) {
      const number = this.find(asked);
      return number < 0
        ? unknownDevice()
        : page(false, { hasMoreData: false, devices: [this.#records.describe(number)] });
    }
    if (body['deviceList'] !== undefined && this.#options.deviceList !== 'ignored')
      return this.#several(body['deviceList']);
    const seen = body['largestDeviceIdSeen'];
    const limit = Math.min(Number(body['maxNumberOfDevices'] ?? this.#options.maxPageSize), this.#options.maxPageSize);
    // Without the number that was seen last, the list is in the order of the dates and goes on by `earliest`.
    return seen === undefined
      ? this.#walk(0, limit, this.#matcher(body), (place) => this.#fleet.byDate(place))
      : this.#walk(Number(seen), limit, this.#matcher(body), (place) => place);
  }

  /** `GET /groups/{account}/name/{group}`: like the list, a page at a time. */
  group(accountName: string, name: string, query: URLSearchParams): Answer {
    if (accountName !== this.#options.accountName) return unknownAccount(accountName);
    if (!this.#fleet.groups().includes(name)) return refusal(ASSUMED_NO_GROUP, `Device group ${name} not found.`);
    const from = Number(query.get('next') ?? 0) || 0;
    const matches: Matches = (index) => !this.#fleet.isAway(index) && this.#fleet.groupOf(index) === name;
    const { status, body } = this.#walk(from, this.#options.maxPageSize, matches, (place) => place);
    const { devices, hasMoreData } = body as { devices: unknown[]; hasMoreData: boolean };
    const answer: Answer = { status, body: { name, hasMoreData, devices } };
    const next = lastDeviceId(devices);
    return hasMoreData && next !== undefined
      ? { ...answer, headers: { location: `/groups/${accountName}/name/${encodeURIComponent(name)}/?next=${next}` } }
      : answer;
  }

  /** The number of a device that is on the account; -1 when there is none. */
  find({ id, kind }: DeviceId): number {
    const number = this.#fleet.find(String(kind), String(id));
    return number >= 0 && this.#fleet.isAway(number) ? -1 : number;
  }

  /** Those of the identifiers that the account has; about the others nothing is said. Source: none, it is assumed. */
  #several(list: unknown): Answer {
    if (!Array.isArray(list) || list.length === 0) return missingElement();
    if (this.#options.deviceList === 'refused')
      return refusal('DeserializationFailed', 'The field deviceList is not known.');
    if (list.length > this.#options.largestDeviceList)
      return refusal(
        'INPUT_INVALID.NumberofDevices',
        `No more than ${String(this.#options.largestDeviceList)} devices.`,
      );
    const numbers = new Set((list as DeviceId[]).map((one) => this.find(one)).filter((number) => number >= 0));
    return page(false, { hasMoreData: false, devices: [...numbers].map((number) => this.#records.describe(number)) });
  }

  /** @param at which device stands at a place of the order */
  #walk(from: number, limit: number, matches: Matches, at: (place: number) => number): Answer {
    const found: number[] = [];
    let place = from;
    for (; place < this.#fleet.size && found.length < limit; place++) {
      const index = at(place);
      if (matches(index)) found.push(index);
    }
    let hasMoreData = this.#options.emptyLastPage;
    for (; place < this.#fleet.size && !hasMoreData; place++) hasMoreData = matches(at(place));
    return page(hasMoreData, { hasMoreData, devices: found.map((index) => this.#records.describe(index)) });
  }

  #matcher(body: Body): Matches {
    const fleet = this.#fleet;
    const { servicePlan: plan, currentState: state, groupName: group } = body;
    const earliest = Date.parse(textOf(body['earliest'])) || -Infinity;
    const latest = Date.parse(textOf(body['latest'])) || Infinity;
    const byDate = earliest > -Infinity || latest < Infinity;
    const fields = Array.isArray(body['customFields'])
      ? (body['customFields'] as { key?: unknown; value?: unknown }[])
      : [];
    const identifiers = identifierMatchers(body, fleet);
    return (index) => {
      if (fleet.isAway(index)) return false;
      if (typeof plan === 'string' && fleet.planCode(index) !== plan) return false;
      if (typeof state === 'string' && fleet.state(index) !== state.toLowerCase()) return false;
      if (typeof group === 'string' && fleet.groupOf(index) !== group) return false;
      if (byDate && (fleet.addedAt(index) < earliest || fleet.addedAt(index) > latest)) return false;
      const present = fleet.fields(index);
      if (fields.some(({ key, value }) => (present[textOf(key)] ?? '') !== value)) return false;
      return identifiers.every((fits) => fits(index));
    };
  }
}

/** How the carrier refuses a group that it has not is not established; this code is assumed. */
const ASSUMED_NO_GROUP = 'REQUEST_FAILED.DeviceGroupNotFound';

function identifierMatchers(body: Body, fleet: Fleet): Matches[] {
  const filter = body['filter'] as { deviceIdentifierFilters?: Body[] } | undefined;
  return (filter?.deviceIdentifierFilters ?? []).map((wanted) => {
    const kind = String(wanted['kind']).toLowerCase();
    const contains = textOf(wanted['contains']);
    const start = textOf(wanted['startswith']);
    const end = textOf(wanted['endswith']);
    return (index) => {
      const value = fleet.identifier(index, kind) ?? '';
      return value.includes(contains) && value.startsWith(start) && value.endsWith(end);
    };
  });
}

function lastDeviceId(devices: readonly unknown[]): string | undefined {
  const last = devices.at(-1) as { extendedAttributes?: { key: string; value: string }[] } | undefined;
  return last?.extendedAttributes?.find(({ key }) => key === 'DeviceId')?.value;
}
