/** The simulated M2M calls: what each takes, refuses and answers. Codes and shapes are those of the API page. */
import { PLAN_CHANGES_A_MONTH } from '../domain/plans.ts';
import type { Fleet } from './fleet.ts';
import type { Effect, Ledger } from './ledger.ts';
import type { SimulatorOptions } from './options.ts';
import { SIMULATED_PLANS } from './plans.ts';
import { seededGuid, type Random } from './random.ts';

export interface Answer {
  status: number;
  body: unknown;
}

/** The name before the first dot of an error code. Any service's name can stand there. */
const SERVICE = 'UnifiedWebService';

/** How the carrier refuses a fifth plan change in a month is not established; this code is assumed. */
const ASSUMED_QUOTA_CODE = 'REQUEST_FAILED.ServicePlan.ChangeLimitExceeded';

export function refusal(code: string, message: string, status = 400): Answer {
  return { status, body: { errorCode: `${SERVICE}.${code}`, errorMessage: message } };
}

const EVENT_TYPES: Readonly<Record<Effect['what'], string>> = {
  plan: 'Change Service Plan',
  state: 'Change State',
  'custom fields': 'Change Custom Fields',
};

interface DeviceId {
  id?: unknown;
  kind?: unknown;
}

export class Api {
  readonly #options: SimulatorOptions;
  readonly #fleet: Fleet;
  readonly #ledger: Ledger;
  readonly #random: Random;

  constructor(options: SimulatorOptions, fleet: Fleet, ledger: Ledger, random: Random) {
    this.#options = options;
    this.#fleet = fleet;
    this.#ledger = ledger;
    this.#random = random;
  }

  changePlan(body: Record<string, unknown>, now: number): Answer {
    const planCode = body['servicePlan'];
    if (typeof planCode !== 'string') return missingElement();
    const plan = SIMULATED_PLANS.findIndex((p) => p.code === planCode);
    if (plan < 0 || planCode === 'M2M_CPN')
      return refusal(`REQUEST_FAILED.ServicePlan.NotFound`, `Service plan ${planCode} not found.`);
    return this.#accept(body, now, { what: 'plan', plan }, (device) => {
      if (this.#fleet.state(device) !== 'active') return wrongState();
      return this.#fleet.changesThisMonth(device) >= PLAN_CHANGES_A_MONTH
        ? refusal(ASSUMED_QUOTA_CODE, 'The device has had four plan changes this month.')
        : undefined;
    });
  }

  changeState(body: Record<string, unknown>, now: number, state: 'suspend' | 'active'): Answer {
    const before = state === 'suspend' ? 'active' : 'suspend';
    return this.#accept(body, now, { what: 'state', state }, (device) =>
      this.#fleet.state(device) === before ? undefined : wrongState(),
    );
  }

  changeFields(body: Record<string, unknown>, now: number): Answer {
    const wanted = body['customFieldsToUpdate'];
    if (!Array.isArray(wanted) || wanted.length === 0) return missingElement();
    const fields = Object.fromEntries(
      (wanted as { key?: unknown; value?: unknown }[]).map(({ key, value }) => [textOf(key), textOf(value)]),
    );
    return this.#accept(body, now, { what: 'custom fields', fields }, () => undefined);
  }

  /** @param refuse what speaks against one of the devices; then the whole request is refused */
  #accept(
    body: Record<string, unknown>,
    now: number,
    effect: Effect,
    refuse: (device: number) => Answer | undefined,
  ): Answer {
    const devices = body['devices'];
    if (!Array.isArray(devices) || devices.length === 0) return missingElement();
    if (devices.length > this.#options.maxDevicesPerRequest) {
      return refusal(
        'INPUT_INVALID.MaxRequestsExceeded',
        `No more than ${String(this.#options.maxDevicesPerRequest)} devices.`,
      );
    }
    const numbers: number[] = [];
    for (const device of devices as { deviceIds?: DeviceId[] }[]) {
      const identifier = device.deviceIds?.[0];
      if (typeof identifier?.kind !== 'string' || !/^(iccid|imei|mdn|msisdn|esn|meid|eid)$/i.test(identifier.kind)) {
        return refusal('INPUT_INVALID.Device.Kind.Invalid', 'Invalid device identifier kind.');
      }
      if (typeof identifier.id !== 'string' || !/^[0-9a-f]{10,32}$/i.test(identifier.id)) {
        return refusal('INPUT_INVALID.Device.Identifier.Invalid', 'Invalid device identifier.');
      }
      const number = this.#fleet.find(identifier.kind, identifier.id);
      if (number < 0) return refusal('REQUEST_FAILED.DeviceNotFound', 'A device could not be found.');
      const refused = refuse(number);
      if (refused !== undefined) return refused;
      numbers.push(number);
    }
    const requestId = seededGuid(this.#random);
    const { min, max } = this.#options.applyDelayMs;
    this.#ledger.accept(requestId, numbers, effect, () => now + min + this.#random() * (max - min));
    return { status: 200, body: { requestId } };
  }

  listDevices(body: Record<string, unknown>): Answer {
    const account = body['accountName'];
    if (account !== undefined && account !== this.#options.accountName) return unknownAccount(account);
    const asked = body['deviceId'] as DeviceId | undefined;
    if (asked !== undefined) {
      const number = this.#fleet.find(String(asked.kind), String(asked.id));
      if (number < 0) return refusal('REQUEST_FAILED.DeviceNotFound', 'The device could not be found.');
      return { status: 200, body: { hasMoreData: false, devices: [this.#fleet.describe(number)] } };
    }
    const matches = this.#matcher(body);
    const limit = Math.min(Number(body['maxNumberOfDevices'] ?? this.#options.maxPageSize), this.#options.maxPageSize);
    const found: number[] = [];
    let index = Number(body['largestDeviceIdSeen'] ?? 0);
    for (; index < this.#fleet.size && found.length < limit; index++) if (matches(index)) found.push(index);
    let hasMoreData = false;
    for (; index < this.#fleet.size && !hasMoreData; index++) hasMoreData = matches(index);
    return {
      status: hasMoreData ? 202 : 200,
      body: { hasMoreData, devices: found.map((i) => this.#fleet.describe(i)) },
    };
  }

  plans(accountName: string): Answer {
    if (accountName !== this.#options.accountName) return unknownAccount(accountName);
    return {
      status: 200,
      body: SIMULATED_PLANS.map((p) => ({
        name: p.name,
        code: p.code,
        sizeKb: p.sizeKb,
        carrierServicePlanCode: p.carrierServicePlanCode,
        extendedAttributes: [],
      })),
    };
  }

  account(accountName: string): Answer {
    if (accountName !== this.#options.accountName) return unknownAccount(accountName);
    return {
      status: 200,
      body: {
        accountName,
        organizationName: 'Simulated Service Provider',
        isProvisioningAllowed: true,
        carriers: ['Verizon Wireless'],
      },
    };
  }

  groups(accountName: string): Answer {
    if (accountName !== this.#options.accountName) return unknownAccount(accountName);
    return {
      status: 200,
      body: this.#fleet
        .groups()
        .map((name) => ({ name, description: '', isDefaultGroup: false, extendedAttributes: [] })),
    };
  }

  history(body: Record<string, unknown>): Answer {
    const asked = body['deviceId'] as DeviceId | undefined;
    const number = asked === undefined ? -1 : this.#fleet.find(String(asked.kind), String(asked.id));
    if (number < 0) return refusal('REQUEST_FAILED.DeviceNotFound', 'The device could not be found.');
    const earliest = Date.parse(textOf(body['earliest'])) || 0;
    const latest = Date.parse(textOf(body['latest'])) || Infinity;
    const events = this.#ledger
      .ofDevice(number)
      .filter((entry) => Date.parse(entry.at) >= earliest && Date.parse(entry.at) <= latest)
      .map((entry) => ({
        occurredAt: entry.at,
        status: 'Success',
        eventBy: 'simulator',
        eventType: EVENT_TYPES[entry.what],
        servicePlan: this.#fleet.planCode(number),
        mdn: this.#fleet.mdn(number),
        msisdn: `1${this.#fleet.mdn(number)}`,
        extendedAttributes: [],
      }));
    return { status: 200, body: events };
  }

  #matcher(body: Record<string, unknown>): (index: number) => boolean {
    const plan = body['servicePlan'];
    const state = body['currentState'];
    const group = body['groupName'];
    const fields = Array.isArray(body['customFields'])
      ? (body['customFields'] as { key?: unknown; value?: unknown }[])
      : [];
    const identifierFilters = (
      (body['filter'] as { deviceIdentifierFilters?: Record<string, unknown>[] } | undefined)
        ?.deviceIdentifierFilters ?? []
    ).map((filter) => ({
      kind: String(filter['kind']).toLowerCase(),
      contains: textOf(filter['contains']),
      start: textOf(filter['startswith']),
      end: textOf(filter['endswith']),
    }));
    return (index) => {
      if (typeof plan === 'string' && this.#fleet.planCode(index) !== plan) return false;
      if (typeof state === 'string' && this.#fleet.state(index) !== state.toLowerCase()) return false;
      if (typeof group === 'string' && this.#fleet.groupOf(index) !== group) return false;
      const present = this.#fleet.fields(index);
      if (fields.some(({ key, value }) => (present[textOf(key)] ?? '') !== value)) return false;
      return identifierFilters.every((f) => {
        const value =
          f.kind === 'iccid'
            ? this.#fleet.iccid(index)
            : f.kind === 'imei'
              ? this.#fleet.imei(index)
              : this.#fleet.mdn(index);
        return value.includes(f.contains) && value.startsWith(f.start) && value.endsWith(f.end);
      });
    };
  }
}

function missingElement(): Answer {
  return refusal('REQUEST_FAILED.UnexpectedError', 'A required element is missing.');
}

function wrongState(): Answer {
  return refusal('INPUT_INVALID.DeviceState.Invalid', 'The device is not in a valid state.');
}

function unknownAccount(account: unknown): Answer {
  return refusal('REQUEST_FAILED.AccountNotFound', `Account ${String(account)} not found.`);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
