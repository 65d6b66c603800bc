/** The carrier's rate plan: the change that bills money, four times a month at most. */
import { planProblems, unclearNamesOf } from '../../domain/plans.ts';
import type { Store } from '../../store/index.ts';
import type { ChangeTypeRules } from './change-type.ts';

export function carrierRatePlan(planCode: string, store: Store, providerId: number): ChangeTypeRules {
  const plan = store.plans.find(providerId, planCode);
  const isUnclear = unclearNamesOf(planCode, store.plans.list(providerId));
  return {
    order: { type: 'carrier-rate-plan', planCode },
    problems: () => planProblems(planCode, plan),
    title: (devices) => `${plan?.name ?? planCode} for ${devices}`,
    update: (effectiveAt) => ({
      CarrierRatePlan: planCode,
      CommPlan: null,
      EffectiveDate: effectiveAt,
      PlanUuid: plan?.uuid ?? null,
      RatePlanId: plan?.id ?? null,
    }),
    detail: { CarrierRatePlan: planCode },
    // A name that two plans of the catalog share may be this one: what the device has is not known then.
    valueOf: (device) => (isUnclear(device.planCode) ? null : device.planCode),
    isReached: (device) => device.planCode === planCode,
    alreadyReached: 'It was on this plan already when the devices were last synced.',
    isLikelyRefused: (state) => state !== null && state !== 'active',
    usesQuota: true,
    carrierQuery: { planCode },
    localFilter: { planCodes: [planCode] },
    devicesWith: (value) => ({ carrierQuery: { planCode: value }, localFilter: { planCodes: [value] } }),
    localChange: { planCode },
    undo: (value) => ({ type: 'carrier-rate-plan', planCode: value }),
  };
}
