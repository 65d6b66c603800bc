/** What a seed decides about a life before it begins: how the carrier answers and fails, and how the console is set. */
import { PROVIDER_DEFAULTS, type ProviderSettings } from '../../src-main/domain/provider-settings.ts';
import {
  FAULT_KINDS,
  GATEWAY_FORMS,
  KIND_FORMS,
  NO_FAULTS,
  PLAN_FORMS,
  RETRY_AFTER_FORMS,
  SIMULATOR_DEFAULTS,
  type FaultOptions,
  type RateLimitOptions,
  type SimulatorOptions,
} from '../../src-main/simulator/options.ts';
import type { Dice } from './dice.ts';

/** No accepted change takes longer to show. */
export const LONGEST_APPLY_MS = 4000;
/** Plans that jobs ask for, and that somebody else gives. */
export const TARGETS = ['M2M150MB-A', 'M2M1GB-A', 'M2M5MB-S'] as const;

export interface Temper {
  carrier: Partial<SimulatorOptions>;
  faults: FaultOptions;
  otherUser: SimulatorOptions['otherUser'];
  settings: ProviderSettings;
  /** The inventory is empty when the first jobs are made: nobody has synced yet. */
  startsEmpty: boolean;
  /** Things that happen. */
  events: number;
  /** What people do with jobs that are finished, once all are. */
  afterwards: number;
}

export function drawTemper(dice: Dice, seed: number): Temper {
  const { chance, between, whole } = bound(dice);
  const min = between(20, 300);
  const rateLimit = drawRateLimit(dice);
  // Few devices that are changed again and again use up what a month allows.
  const isBusyMonth = chance(0.08);
  return {
    carrier: {
      devices: isBusyMonth ? whole(1, 3) : whole(6, 24),
      seed,
      applyDelayMs: { min, max: between(min, LONGEST_APPLY_MS) },
      suspendedShare: chance(0.2) ? 0.1 : 0,
      quotaUsedShare: chance(0.1) ? 0.1 : 0,
      maxDevicesPerRequest: chance(0.2) ? 5 : 10_000,
      rateLimit,
      ...drawShown(dice),
    },
    faults: drawFaults(dice),
    otherUser: { requestsPerSecond: chance(0.15) ? between(0, 0.8 * rateLimit.perSecond) : 0 },
    settings: {
      ...PROVIDER_DEFAULTS,
      name: 'Simulated',
      accountName: SIMULATOR_DEFAULTS.accountName,
      baseUrl: 'http://127.0.0.1:1',
      batchSize: whole(1, 12),
      pageSize: whole(5, 60),
      lanes: whole(1, 5),
      // The promise rests on a settling time that is not shorter than the carrier's.
      settleS: (LONGEST_APPLY_MS + 1000) / 1000,
      // Shorter than the carrier may take: what shows later is unconfirmed first.
      confirmDeadlineS: dice.pick([2, 20, 120]),
      requestTimeoutS: 5,
      maxAttempts: dice.pick([2, 4, 30]),
      fourEyesAbove: chance(0.25) ? whole(0, 15) : null,
      maintenanceWindows: '',
    },
    startsEmpty: chance(0.2),
    events: whole(0, 9),
    afterwards: isBusyMonth ? 7 : dice.pick([0, 0, 1, 2]),
  };
}

function drawRateLimit(dice: Dice): RateLimitOptions {
  return {
    kind: dice.pick<RateLimitOptions['kind']>(['none', 'token-bucket', 'fixed-window', 'sliding-window']),
    perSecond: dice.between(3, 30),
    windowS: 1,
    // Two hours or a hundred years cost a quarter of an hour each time: few lives have that patience.
    retryAfter: dice.chance(0.03)
      ? dice.pick(RETRY_AFTER_FORMS)
      : dice.pick(['seconds', 'date', 'none', 'past-date', 'negative', 'garbage']),
    ...(dice.chance(0.3)
      ? {
          status: dice.pick([429, 503] as const),
          form: dice.pick(GATEWAY_FORMS),
          code: `90080${String(dice.whole(0, 7))}`,
        }
      : {}),
  };
}

function drawShown(dice: Dice): Partial<SimulatorOptions> {
  if (dice.chance(0.4)) return {};
  const sometimes = <T>(share: number, value: () => T, otherwise: T): T => (dice.chance(share) ? value() : otherwise);
  return {
    unauthorizedForm: dice.pick(GATEWAY_FORMS),
    planShownAs: sometimes(0.5, () => dice.pick(PLAN_FORMS), 'code'),
    kindsShownAs: dice.pick(KIND_FORMS),
    unknownKinds: dice.chance(0.3),
    identifiersAsNumbers: dice.chance(0.2),
    oddRecords: sometimes(0.25, () => dice.between(0.05, 0.5), 0),
    severalCarriers: sometimes(0.25, () => dice.between(0.1, 1), 0),
    emptyLastPage: dice.chance(0.3),
    maxPageSize: sometimes(0.3, () => dice.whole(3, 20), 500),
    planRules: dice.chance(0.1)
      ? [{ name: 'rule', fromPlan: dice.pick(TARGETS), toPlan: dice.pick(TARGETS), perHour: dice.between(20, 400) }]
      : [],
  };
}

/**
 * A code that nobody documents means the same all life long: it was carried out, or it was not. A carrier that uses one code
 * for both could not be told apart by anyone.
 */
function drawFaults(dice: Dice): FaultOptions {
  const faults: FaultOptions = { ...NO_FAULTS, slowMs: dice.between(500, 8000) };
  const isApplied = { unknown4xx: dice.chance(0.5), errorIn200: dice.chance(0.5) };
  for (const kind of FAULT_KINDS) {
    const isOld = ['serverError', 'resetBefore', 'resetAfter', 'htmlError', 'slow'].includes(kind);
    if (!dice.chance(isOld ? 0.5 : 0.2)) continue;
    if (kind === (isApplied.unknown4xx ? 'unknown4xx' : 'unknown4xxApplied')) continue;
    if (kind === (isApplied.errorIn200 ? 'errorIn200' : 'errorIn200Applied')) continue;
    faults[kind] = dice.between(0, 0.1);
  }
  return dice.chance(0.15) ? { ...faults, only: dice.pick([['plan'], ['list'], ['plan', 'state', 'fields']]) } : faults;
}

function bound(dice: Dice) {
  return {
    chance: (share: number) => dice.chance(share),
    between: (least: number, most: number) => dice.between(least, most),
    whole: (least: number, most: number) => dice.whole(least, most),
  };
}
