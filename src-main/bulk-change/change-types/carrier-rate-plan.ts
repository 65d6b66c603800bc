/** The carrier's rate plan: the change that bills money, four times a month at most. */
import { planComparison, planProblems } from '../../domain/plans.ts';
import type { Store } from '../../store/index.ts';
import type { ChangeTypeRules } from './change-type.ts';

export function carrierRatePlan(planCode: string, store: Store, providerId: number): ChangeTypeRules {
  const plan = store.plans.find(providerId, planCode);
  const { isSame } = planComparison(store.plans.list(providerId));
  return {
    order: { type: 'carrier-rate-plan', planCode },
    // Looked up anew: somebody may have disallowed the plan, or the carrier retired it, since these rules were made.
    problems: () => planProblems(planCode, store.plans.find(providerId, planCode)),
    title: (devices) => `${plan?.name ?? planCode} for ${devices}`,
    update: (effectiveAt) => ({
      CarrierRatePlan: planCode,
      CommPlan: null,
      EffectiveDate: effectiveAt,
      PlanUuid: plan?.uuid ?? null,
      RatePlanId: plan?.id ?? null,
    }),
    detail: { CarrierRatePlan: planCode },
    // A text that may mean this plan, as a name that two plans share, proves nothing: what the device has is not known then.
    valueOf: ({ planCode: shown }) => (shown !== planCode && isSame(shown, planCode) ? null : shown),
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
