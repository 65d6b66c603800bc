/** The calls that change devices, and what became of a request. */
import { PLAN_CHANGES_A_MONTH } from '../../domain/plans.ts';
import { missingElement, refusal, textOf, unknownAccount, wrongState, type Answer, type Body } from '../answers.ts';
import type { Fleet } from '../fleet.ts';
import type { Effect, Ledger } from '../ledger.ts';
import type { SimulatorOptions } from '../options.ts';
import { SIMULATED_PLANS } from '../plans.ts';
import { seededGuid, type Random } from '../random.ts';
import type { DeviceId } from './devices.ts';

/** How the carrier refuses a fifth plan change in a month is not established; this code is assumed. */
const ASSUMED_QUOTA_CODE = 'REQUEST_FAILED.ServicePlan.ChangeLimitExceeded';
/** Nor how it refuses a request that it does not know. */
const ASSUMED_NO_REQUEST = 'REQUEST_FAILED.RequestNotFound';

const KNOWN_KIND = /^(iccid|imei|mdn|msisdn|esn|meid|eid)$/i;

export class ChangeApi {
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

  /** `PUT /devices/actions/plan` */
  plan(body: Body, now: number): Answer {
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

  /** `POST /devices/actions/suspend` and `/restore` */
  state(body: Body, now: number, state: 'suspend' | 'active'): Answer {
    const before = state === 'suspend' ? 'active' : 'suspend';
    return this.#accept(body, now, { what: 'state', state }, (device) =>
      this.#fleet.state(device) === before ? undefined : wrongState(),
    );
  }

  /** `PUT /devices/actions/customFields` */
  fields(body: Body, now: number): Answer {
    const wanted = body['customFieldsToUpdate'];
    if (!Array.isArray(wanted) || wanted.length === 0) return missingElement();
    const fields = Object.fromEntries(
      (wanted as { key?: unknown; value?: unknown }[]).map(({ key, value }) => [textOf(key), textOf(value)]),
    );
    return this.#accept(body, now, { what: 'custom fields', fields }, () => undefined);
  }

  /** `GET /accounts/{account}/requests/{requestId}/status` */
  status(accountName: string, requestId: string): Answer {
    if (accountName !== this.#options.accountName) return unknownAccount(accountName);
    const request = this.#ledger.request(requestId);
    const known =
      request !== undefined &&
      (this.#options.statusKnows === 'all' || (request.devices === 1 && request.what === 'state'));
    if (!known) return refusal(ASSUMED_NO_REQUEST, `Request ${requestId} not found.`);
    const status = request.open > 0 ? 'Pending' : request.failed > 0 ? 'Failure' : 'Success';
    return { status: 200, body: { requestId, status } };
  }

  /** @param refuse what speaks against one of the devices; then the whole request is refused */
  #accept(body: Body, now: number, effect: Effect, refuse: (device: number) => Answer | undefined): Answer {
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
      if (typeof identifier?.kind !== 'string' || !KNOWN_KIND.test(identifier.kind)) {
        return refusal('INPUT_INVALID.Device.Kind.Invalid', 'Invalid device identifier kind.');
      }
      if (typeof identifier.id !== 'string' || !/^[0-9a-f]{10,32}$/i.test(identifier.id)) {
        return refusal('INPUT_INVALID.Device.Identifier.Invalid', 'Invalid device identifier.');
      }
      const number = this.#fleet.find(identifier.kind, identifier.id);
      if (number < 0) return refusal('REQUEST_FAILED.DeviceNotFound', 'A device could not be found.');
      if (this.#fleet.isAway(number))
        return refusal('INPUT_INVALID.Device.Account.Invalid', 'A device does not belong to the account.');
      const refused = refuse(number);
      if (refused !== undefined) return refused;
      numbers.push(number);
    }
    const requestId = seededGuid(this.#random);
    const { min, max } = this.#options.applyDelayMs;
    this.#ledger.accept(requestId, numbers, effect, () => now + min + this.#random() * (max - min));
    return { status: 200, body: { requestId } };
  }
}
