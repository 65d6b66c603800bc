/** A device as the list call shows it, in each of the ways in which carriers' records differ. */
import type { Fleet } from './fleet.ts';
import type { ShownOptions, SimulatorOptions } from './options.ts';
import { SIMULATED_PLANS } from './plans.ts';
import { seededRandom } from './random.ts';

const DAY_MS = 86_400_000;
type PlanForm = Exclude<ShownOptions['planShownAs'], 'mixed'>;
const MIXED: readonly PlanForm[] = ['code', 'name', 'carrier-code', 'small-letters', 'blanks'];
/** Spellings of the kinds that were seen. */
const ODD_KINDS: Readonly<Record<string, readonly string[]>> = {
  iccid: ['iccId', 'ICCID', 'Iccid'],
  imei: ['IMEI', 'Imei', 'imeI'],
  mdn: ['MDN', 'Mdn', 'mdN'],
  msisdn: ['MSISDN', 'Msisdn', 'msIsdn'],
};

type DeviceRecord = Record<string, unknown>;

export class Records {
  readonly #options: SimulatorOptions;
  readonly #fleet: Fleet;

  constructor(options: SimulatorOptions, fleet: Fleet) {
    this.#options = options;
    this.#fleet = fleet;
  }

  describe(index: number): DeviceRecord {
    const fleet = this.#fleet;
    const record: DeviceRecord = {
      accountName: this.#options.accountName,
      billingCycleEndDate: new Date(fleet.createdAt + 12 * DAY_MS).toISOString(),
      carrierInformations: this.#carriers(index),
      connected: (index * 31) % 10 < 7,
      createdAt: new Date(fleet.addedAt(index)).toISOString(),
      customFields: Object.entries(fleet.fields(index)).map(([key, value]) => ({ key, value })),
      deviceIds: this.#identifiers(index),
      extendedAttributes: [
        { key: 'DeviceId', value: String(index + 1) },
        { key: 'PrimaryPlaceOfUseState', value: 'GA' },
      ],
      groupNames: [fleet.groupOf(index)],
      ipAddress: `10.${String((index >> 16) & 255)}.${String((index >> 8) & 255)}.${String(index & 255)}`,
      lastActivationBy: 'simulator',
      lastActivationDate: new Date(fleet.addedAt(index)).toISOString(),
      lastConnectionDate: new Date(fleet.lastSeenAt(index)).toISOString(),
    };
    return this.#among(index, this.#options.oddRecords, 1) ? { ...record, ...this.#odd(index, record) } : record;
  }

  #carriers(index: number): unknown[] {
    const own = {
      carrierName: 'Verizon Wireless',
      servicePlan: this.#shownPlan(index),
      state: this.#fleet.state(index),
    };
    return this.#among(index, this.#options.severalCarriers, 2)
      ? [{ carrierName: 'Another Carrier', servicePlan: null, state: null }, own]
      : [own];
  }

  #shownPlan(index: number): string {
    const plan = SIMULATED_PLANS[this.#fleet.planIndex(index)];
    if (plan === undefined) return '';
    const { planShownAs } = this.#options;
    switch (planShownAs === 'mixed' ? (MIXED[index % MIXED.length] ?? 'code') : planShownAs) {
      case 'code':
        return plan.code;
      case 'name':
        return plan.name;
      case 'carrier-code':
        return plan.carrierServicePlanCode;
      case 'small-letters':
        return plan.code.toLowerCase();
      case 'blanks':
        return ` ${plan.code}  `;
    }
  }

  #identifiers(index: number): { id: unknown; kind: string }[] {
    const { kindsShownAs, unknownKinds, identifiersAsNumbers } = this.#options;
    const ids = ['iccid', 'imei', 'mdn', 'msisdn'].map((kind) => ({
      id: this.#fleet.identifier(index, kind) ?? '',
      kind: kindsShownAs === 'odd-case' ? (ODD_KINDS[kind]?.[index % 3] ?? kind) : kind,
    }));
    if (unknownKinds) ids.push({ id: `311480${String(index).padStart(9, '0')}`, kind: 'imsi' });
    return identifiersAsNumbers ? ids.map(({ id, kind }) => ({ id: rawNumber(id), kind })) : ids;
  }

  /** Nulls and wrong types. What a walk through the pages needs, the `DeviceId`, is always there. */
  #odd(index: number, record: DeviceRecord): DeviceRecord {
    switch (index % 4) {
      case 0:
        return {
          carrierInformations: null,
          connected: null,
          customFields: null,
          groupNames: null,
          ipAddress: null,
          lastConnectionDate: null,
        };
      case 1:
        return { billingCycleEndDate: '', connected: 'true', createdAt: 1_732_500_000_000, groupNames: 'Metering' };
      case 2:
        return {
          deviceIds: [...(record['deviceIds'] as unknown[]), { id: null, kind: 'eid' }, { id: '', kind: 'meid' }],
        };
      default:
        return {
          carrierInformations: [{ carrierName: null, servicePlan: 84_001, state: null }],
          customFields: {},
          lastConnectionDate: 'never',
        };
    }
  }

  /** Whether the device is one of a share; the same each time: what it looks like must not change from page to page. */
  #among(index: number, share: number, salt: number): boolean {
    return share > 0 && seededRandom(this.#options.seed * 31 + index * 7 + salt)() < share;
  }
}

/** A number in the JSON text with all its digits, which a JavaScript number has not beyond 2^53. */
function rawNumber(digits: string): unknown {
  // In the language since 2025, not yet in TypeScript's library.
  const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => unknown };
  return rawJSON(digits.replace(/^0+(?=\d)/, ''));
}
