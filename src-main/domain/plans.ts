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

/** A month in which plan changes are counted, from `start` up to, not including, `end`; UTC ISO 8601. */
export interface QuotaMonth {
  start: string;
  end: string;
}

/**
 * The month that a moment belongs to. Whether the carrier counts by calendar month or billing cycle is not established; the
 * calendar month in UTC is assumed.
 * @param time milliseconds since the epoch: when the change will happen
 */
export function quotaMonth(time: number): QuotaMonth {
  const date = new Date(time);
  const first = (month: number): string => new Date(Date.UTC(date.getUTCFullYear(), month, 1)).toISOString();
  return { start: first(date.getUTCMonth()), end: first(date.getUTCMonth() + 1) };
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
    | 'nobody-to-approve'
    | 'start-in-past'
    | 'nothing-to-do';
  message: string;
}

/**
 * Validates the target plan of a bulk change before anything is queued.
 * @param code the plan's code in the catalog
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
      message: `There is no rate plan "${code}". Sync the plans and choose one of the list.`,
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
 * Reads a plan as somebody writes it: by its code, its name or the carrier's own code, in any case and with blanks around it.
 * Which of them the carrier's device list shows is not established. An alias counts only when no other plan of the catalog
 * has it.
 * @returns a function that gives the catalog's code; the text without the blanks for a plan that the catalog does not have,
 *   and null for none
 */
export function planReader(catalog: readonly PlanNames[]): (shown: string | null | undefined) => string | null {
  const codes = new Set(catalog.map((plan) => plan.code));
  const byAlias = [...catalog.reduce(aliasesOf, new Map<string, Set<string>>())].filter(
    ([, owners]) => owners.size === 1,
  );
  const aliases = new Map(byAlias.map(([alias, owners]) => [alias, [...owners][0] ?? '']));
  const byCode = new Map<string, string | null>();
  for (const code of codes) byCode.set(foldedPlan(code), byCode.has(foldedPlan(code)) ? null : code);
  return (shown) => {
    const text = shown?.trim() ?? '';
    if (text === '') return null;
    if (codes.has(text)) return text;
    // A code says more than a name or a carrier's code that reads the same.
    return byCode.get(foldedPlan(text)) ?? aliases.get(foldedPlan(text)) ?? text;
  };
}

/** Tells whether two texts, as records showed them, mean one plan. */
export interface PlanComparison {
  /** Whether the catalog has a plan of just that code. */
  isCode: (text: string | null) => boolean;
  /** What could be the same plan is no other one: it takes two plans of the catalog, or two texts that differ in their words. */
  isSame: (one: string | null, other: string | null) => boolean;
}

/**
 * For texts that went through a {@link planReader}, perhaps each of them with another catalog: what is left of them beside
 * codes is a plan that the catalog did not have, or a name that two plans had.
 */
export function planComparison(catalog: readonly PlanNames[]): PlanComparison {
  const codes = new Set(catalog.map((plan) => plan.code));
  const owners = catalog.reduce(aliasesOf, new Map<string, Set<string>>());
  const isCode = (text: string | null): boolean => text !== null && codes.has(text);
  return {
    isCode,
    isSame: (one, other) => {
      if (one === other) return true;
      if (one === null || other === null || (codes.has(one) && codes.has(other))) return false;
      if (foldedPlan(one) === foldedPlan(other)) return true;
      return owners.get(foldedPlan(one))?.has(other) === true || owners.get(foldedPlan(other))?.has(one) === true;
    },
  };
}

function aliasesOf(found: Map<string, Set<string>>, plan: PlanNames): Map<string, Set<string>> {
  for (const alias of [plan.code, plan.name, plan.carrierCode]) {
    if (!alias) continue;
    const owners = found.get(foldedPlan(alias)) ?? new Set<string>();
    found.set(foldedPlan(alias), owners.add(plan.code));
  }
  return found;
}

/** Without regard to case and blanks. */
export function foldedPlan(text: string): string {
  return text.trim().replace(/\s+/g, ' ').toLowerCase();
}
