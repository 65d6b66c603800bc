/** Rate plans and the rules by which a choice of one is accepted. */
import type { Money } from './money.ts';

export interface RatePlan {
  code: string;
  name: string;
  /** Included data in kilobytes; null when the carrier names none. */
  sizeKb: number | null;
  /** The carrier's code under the platform's own, when it differs. */
  carrierCode: string | null;
  /** Per device and month, from the operator's contract: the API gives no prices. Null when none was entered. */
  price: Money | null;
  /** Whether this service provider may put devices on it. */
  allowed: boolean;
  /** Set when the last plan sync did not list it any more. */
  retiredAt: string | null;
}

/** The platform's own plan codes, no valid target. Source: the carrier's plan list notes. */
export const RESERVED_PLAN_CODES: readonly string[] = ['M2M_CPN'];

/** Plan changes that a device may have in a month. Source: the carrier's documentation. */
export const PLAN_CHANGES_A_MONTH = 4;

/**
 * When the month began in which plan changes are counted, UTC ISO 8601. Whether the carrier counts by calendar month or
 * billing cycle is not established; the calendar month in UTC is assumed.
 */
export function monthStart(now: number): string {
  const date = new Date(now);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)).toISOString();
}

/** Characters that the carrier refuses in any field (`INPUT_INVALID.Request.InvalidCharacter`). */
export const FORBIDDEN_CHARACTERS = /['<\\]/;

export interface PlanProblem {
  code:
    | 'no-plan'
    | 'no-device'
    | 'too-many-devices'
    | 'unknown-plan'
    | 'reserved-plan'
    | 'plan-not-allowed'
    | 'invalid-character'
    | 'writes-disabled'
    | 'retired-plan'
    | 'no-field'
    | 'unknown-field'
    | 'too-long'
    | 'nobody-to-approve';
  message: string;
}

/**
 * Validates the target plan of a bulk change before anything is queued.
 * @param code the plan's code as chosen (not its name)
 * @param plan the catalog's record of it, if there is one
 * @returns every problem found; an empty list means that the plan may be used
 */
export function planProblems(code: string, plan: RatePlan | undefined): PlanProblem[] {
  const problems: PlanProblem[] = [];
  if (code.trim() === '') {
    problems.push({ code: 'no-plan', message: 'No rate plan is chosen.' });
    return problems;
  }
  if (FORBIDDEN_CHARACTERS.test(code)) {
    problems.push({
      code: 'invalid-character',
      message: `The plan code "${code}" holds a character that the carrier refuses (' < or \\).`,
    });
  }
  if (RESERVED_PLAN_CODES.includes(code)) {
    problems.push({
      code: 'reserved-plan',
      message: `"${code}" is the platform's own plan and cannot be given to devices.`,
    });
  } else if (plan === undefined) {
    problems.push({
      code: 'unknown-plan',
      message: `No rate plan has the code "${code}". Sync the plans, and use the code, not the name.`,
    });
  } else {
    if (!plan.allowed)
      problems.push({
        code: 'plan-not-allowed',
        message: `"${plan.name}" is not allowed for this service provider (Plans screen).`,
      });
    if (plan.retiredAt !== null)
      problems.push({ code: 'retired-plan', message: `The carrier no longer lists "${plan.name}" (${code}).` });
  }
  return problems;
}

type PlanNames = Pick<RatePlan, 'code' | 'name' | 'carrierCode'>;

/**
 * Tells whether the plan that a device record shows is the wanted one. The change request takes the plan's code; whether
 * the device list always shows that same code is not established, so a name or carrier code counts too, but only when no
 * other plan of the catalog bears it.
 */
export function planMatcher(
  wanted: string,
  catalog: readonly PlanNames[],
): (shown: string | null | undefined) => boolean {
  const plan = catalog.find((p) => p.code === wanted);
  const aliases = new Set([wanted]);
  for (const alias of [plan?.name, plan?.carrierCode]) {
    if (!alias) continue;
    const others = catalog.some((p) => p.code !== wanted && [p.code, p.name, p.carrierCode].includes(alias));
    if (!others) aliases.add(alias);
  }
  return (shown) => shown !== null && shown !== undefined && aliases.has(shown);
}
