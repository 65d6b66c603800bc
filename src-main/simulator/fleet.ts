/**
 * The simulated account's devices. Identifiers are computed from a device's number and state is kept in typed arrays, so
 * that a million devices take a few megabytes.
 */
import { luhnDigit } from '../domain/identifiers.ts';
import { PLAN_CHANGES_A_MONTH } from '../domain/plans.ts';
import type { SimulatorOptions } from './options.ts';
import { SIMULATED_PLANS } from './plans.ts';
import { seededRandom } from './random.ts';

export const DEVICE_STATES = ['active', 'suspend', 'deactive'] as const;
export type SimulatedState = (typeof DEVICE_STATES)[number];

const ICCID_PREFIX = '89148000';
const IMEI_PREFIX = '35';
const GROUPS = ['Fleet North', 'Fleet South', 'Metering', 'Point of sale', 'Trial'];
const DAY_MS = 86_400_000;

export class Fleet {
  readonly size: number;
  readonly #accountName: string;
  readonly #plan: Uint8Array;
  readonly #state: Uint8Array;
  readonly #changes: Uint8Array;
  /** Only of devices whose fields were changed. */
  readonly #fields = new Map<number, Readonly<Record<string, string>>>();
  readonly #createdAt: number;

  constructor(options: SimulatorOptions, now: number) {
    this.size = options.devices;
    this.#accountName = options.accountName;
    this.#plan = new Uint8Array(options.devices);
    this.#state = new Uint8Array(options.devices);
    this.#changes = new Uint8Array(options.devices);
    this.#createdAt = now;
    const random = seededRandom(options.seed);
    for (let i = 0; i < options.devices; i++) {
      this.#plan[i] = drawPlan(random());
      const fate = random();
      if (fate < options.suspendedShare) this.#state[i] = fate < options.suspendedShare / 4 ? 2 : 1;
      else if (fate > 1 - options.quotaUsedShare) this.#changes[i] = PLAN_CHANGES_A_MONTH;
    }
  }

  iccid(index: number): string {
    const body = ICCID_PREFIX + String(index).padStart(11, '0');
    return body + luhnDigit(body);
  }

  imei(index: number): string {
    const body = IMEI_PREFIX + String(index).padStart(12, '0');
    return body + luhnDigit(body);
  }

  mdn(index: number): string {
    return `5${String(index).padStart(9, '0')}`;
  }

  /** The device's number, or -1 when the account has no such device. */
  find(kind: string, id: string): number {
    const index = this.#guess(kind.toLowerCase(), id);
    return Number.isInteger(index) && index >= 0 && index < this.size ? index : -1;
  }

  #guess(kind: string, id: string): number {
    const checked = (index: number, expected: (i: number) => string): number =>
      Number.isInteger(index) && index >= 0 && index < this.size && expected(index) === id ? index : -1;
    if (kind === 'iccid') return checked(Number(id.slice(ICCID_PREFIX.length, -1)), (i) => this.iccid(i));
    if (kind === 'imei') return checked(Number(id.slice(IMEI_PREFIX.length, -1)), (i) => this.imei(i));
    if (kind === 'mdn') return checked(Number(id.slice(1)), (i) => this.mdn(i));
    if (kind === 'msisdn') return checked(Number(id.slice(2)), (i) => `1${this.mdn(i)}`);
    return -1;
  }

  planCode(index: number): string {
    return SIMULATED_PLANS[this.#plan[index] ?? 0]?.code ?? '';
  }

  setPlan(index: number, planIndex: number): void {
    this.#plan[index] = planIndex;
  }

  state(index: number): SimulatedState {
    return DEVICE_STATES[this.#state[index] ?? 0] ?? 'active';
  }

  setState(index: number, state: SimulatedState): void {
    this.#state[index] = DEVICE_STATES.indexOf(state);
  }

  fields(index: number): Readonly<Record<string, string>> {
    return this.#fields.get(index) ?? { CustomField1: `Site ${String((index * 13) % 400)}` };
  }

  setFields(index: number, fields: Readonly<Record<string, string>>): void {
    this.#fields.set(index, { ...this.fields(index), ...fields });
  }

  changesThisMonth(index: number): number {
    return this.#changes[index] ?? 0;
  }

  countChange(index: number): void {
    this.#changes[index] = this.changesThisMonth(index) + 1;
  }

  /** A new month: everyone's quota is free again. */
  resetQuota(): void {
    this.#changes.fill(0);
  }

  groupOf(index: number): string {
    return GROUPS[(index * 7) % GROUPS.length] ?? 'Trial';
  }

  groups(): readonly string[] {
    return GROUPS;
  }

  /** The device as the list call shows it. */
  describe(index: number): Record<string, unknown> {
    const lastSeen = this.#createdAt - ((index * 7919) % 90) * DAY_MS - ((index * 104_729) % DAY_MS);
    return {
      accountName: this.#accountName,
      billingCycleEndDate: new Date(this.#createdAt + 12 * DAY_MS).toISOString(),
      carrierInformations: [
        { carrierName: 'Verizon Wireless', servicePlan: this.planCode(index), state: this.state(index) },
      ],
      connected: (index * 31) % 10 < 7,
      createdAt: new Date(this.#createdAt - 400 * DAY_MS).toISOString(),
      customFields: Object.entries(this.fields(index)).map(([key, value]) => ({ key, value })),
      deviceIds: [
        { id: this.iccid(index), kind: 'iccid' },
        { id: this.imei(index), kind: 'imei' },
        { id: this.mdn(index), kind: 'mdn' },
        { id: `1${this.mdn(index)}`, kind: 'msisdn' },
      ],
      extendedAttributes: [
        { key: 'DeviceId', value: String(index + 1) },
        { key: 'PrimaryPlaceOfUseState', value: 'GA' },
      ],
      groupNames: [this.groupOf(index)],
      ipAddress: `10.${String((index >> 16) & 255)}.${String((index >> 8) & 255)}.${String(index & 255)}`,
      lastActivationBy: 'simulator',
      lastActivationDate: new Date(this.#createdAt - 400 * DAY_MS).toISOString(),
      lastConnectionDate: new Date(lastSeen).toISOString(),
    };
  }
}

function drawPlan(at: number): number {
  let sum = 0;
  for (const [index, plan] of SIMULATED_PLANS.entries()) {
    sum += plan.share;
    if (at < sum) return index;
  }
  return 0;
}
