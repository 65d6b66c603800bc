/**
 * The simulated account's devices. Identifiers are computed from a device's number and state is kept in typed arrays, so
 * that a million devices take a few megabytes; only what differs from that, such as a replaced SIM, is kept by itself.
 */
import { luhnDigit } from '../domain/identifiers.ts';
import { PLAN_CHANGES_A_MONTH } from '../domain/plans.ts';
import type { SimulatorOptions } from './options.ts';
import { SIMULATED_PLANS } from './plans.ts';
import { seededRandom } from './random.ts';

export const DEVICE_STATES = ['active', 'suspend', 'deactive'] as const;
export type SimulatedState = (typeof DEVICE_STATES)[number];

const ICCID_PREFIX = '89148000';
/** Of SIMs that replaced another one. */
const REPLACED_ICCID_PREFIX = '89148009';
const IMEI_PREFIX = '35';
/** Of modems that a SIM was moved into. */
const MOVED_IMEI_PREFIX = '86';
const GROUPS = ['Fleet North', 'Fleet South', 'Metering', 'Point of sale', 'Trial'];
const DAY_MS = 86_400_000;
const OLDEST_MS = 400 * DAY_MS;

export class Fleet {
  readonly size: number;
  /** When the account was set up as it is, for dates in records. */
  readonly createdAt: number;
  readonly #plan: Uint8Array;
  readonly #state: Uint8Array;
  readonly #changes: Uint8Array;
  /** Only of devices whose fields were changed. */
  readonly #fields = new Map<number, Readonly<Record<string, string>>>();
  /** Identifiers that are not the computed ones any more, and whose they are. */
  readonly #iccids = new Map<number, string>();
  readonly #imeis = new Map<number, string>();
  readonly #replaced = new Map<string, number>();
  readonly #away = new Set<number>();
  #month: number;

  constructor(options: SimulatorOptions, now: number) {
    this.size = options.devices;
    this.#plan = new Uint8Array(options.devices);
    this.#state = new Uint8Array(options.devices);
    this.#changes = new Uint8Array(options.devices);
    this.createdAt = now;
    this.#month = monthOf(now);
    const random = seededRandom(options.seed);
    for (let i = 0; i < options.devices; i++) {
      this.#plan[i] = drawPlan(random());
      const fate = random();
      if (fate < options.suspendedShare) this.#state[i] = fate < options.suspendedShare / 4 ? 2 : 1;
      else if (fate > 1 - options.quotaUsedShare) this.#changes[i] = PLAN_CHANGES_A_MONTH;
    }
  }

  iccid(index: number): string {
    return this.#iccids.get(index) ?? withCheckDigit(ICCID_PREFIX, index, 11);
  }

  imei(index: number): string {
    return this.#imeis.get(index) ?? withCheckDigit(IMEI_PREFIX, index, 12);
  }

  mdn(index: number): string {
    return `5${String(index).padStart(9, '0')}`;
  }

  /** The device's number, or -1 when the account never had such a device. */
  find(kind: string, id: string): number {
    const lower = kind.toLowerCase();
    const replaced = lower === 'iccid' || lower === 'imei' ? this.#replaced.get(id) : undefined;
    const index = replaced ?? guess(lower, id);
    if (!Number.isInteger(index) || index < 0 || index >= this.size) return -1;
    return this.identifier(index, lower) === id ? index : -1;
  }

  /** An identifier of the device; undefined for a kind that it has not. */
  identifier(index: number, kind: string): string | undefined {
    switch (kind) {
      case 'iccid':
        return this.iccid(index);
      case 'imei':
        return this.imei(index);
      case 'mdn':
        return this.mdn(index);
      case 'msisdn':
        return `1${this.mdn(index)}`;
      default:
        return undefined;
    }
  }

  /** The device gets another SIM: IMEI and MDN stay. @returns the new ICCID */
  replaceSim(index: number): string {
    const fresh = withCheckDigit(REPLACED_ICCID_PREFIX, this.#replaced.size, 11);
    this.#iccids.set(index, fresh);
    this.#replaced.set(fresh, index);
    return fresh;
  }

  /** The SIM goes into another modem: ICCID and MDN stay. @returns the new IMEI */
  moveSim(index: number): string {
    const fresh = withCheckDigit(MOVED_IMEI_PREFIX, this.#replaced.size, 12);
    this.#imeis.set(index, fresh);
    this.#replaced.set(fresh, index);
    return fresh;
  }

  /** The device belongs to another account from now on. */
  moveAway(index: number): void {
    this.#away.add(index);
  }

  isAway(index: number): boolean {
    return this.#away.has(index);
  }

  planIndex(index: number): number {
    return this.#plan[index] ?? 0;
  }

  planCode(index: number): string {
    return SIMULATED_PLANS[this.planIndex(index)]?.code ?? '';
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
    this.#changes[index] = Math.min(255, this.changesThisMonth(index) + 1);
  }

  /** With the first moment of a later month (UTC) everyone's quota is free again. */
  enterMonth(now: number): void {
    const month = monthOf(now);
    if (month <= this.#month) return;
    this.#month = month;
    this.resetQuota();
  }

  /** Everyone's quota is free again. */
  resetQuota(): void {
    this.#changes.fill(0);
  }

  groupOf(index: number): string {
    return GROUPS[(index * 7) % GROUPS.length] ?? 'Trial';
  }

  groups(): readonly string[] {
    return GROUPS;
  }

  /** When the device came to the account: one a second, in an order that is not that of their numbers. */
  addedAt(index: number): number {
    return this.createdAt - OLDEST_MS + this.byDate(index) * 1000;
  }

  /** The place of a device in the order of the dates, and the device at a place: blocks of eight, each backwards. */
  byDate(index: number): number {
    return (index | 7) < this.size ? index ^ 7 : index;
  }

  /** When the device was on the network last. */
  lastSeenAt(index: number): number {
    return this.createdAt - ((index * 7919) % 90) * DAY_MS - ((index * 104_729) % DAY_MS);
  }
}

function withCheckDigit(prefix: string, number: number, digits: number): string {
  const body = prefix + String(number).padStart(digits, '0');
  return body + luhnDigit(body);
}

/** The number that a computed identifier would belong to. */
function guess(kind: string, id: string): number {
  if (kind === 'iccid') return Number(id.slice(ICCID_PREFIX.length, -1));
  if (kind === 'imei') return Number(id.slice(IMEI_PREFIX.length, -1));
  if (kind === 'mdn') return Number(id.slice(1));
  return kind === 'msisdn' ? Number(id.slice(2)) : -1;
}

function monthOf(now: number): number {
  const date = new Date(now);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function drawPlan(at: number): number {
  let sum = 0;
  for (const [index, plan] of SIMULATED_PLANS.entries()) {
    sum += plan.share;
    if (at < sum) return index;
  }
  return 0;
}
