/** Brings the rate plan catalog up to the carrier's list. Prices and access are the operator's and stay as they are. */
import type { ActionContext } from '../audit/action-context.ts';
import { isoTime } from '../domain/clock.ts';
import type { UnreadableRecord } from '../domain/carrier-device.ts';
import type { CatalogPlan, PlanSpecification } from '../store/plans.ts';

export interface PlanSource {
  /** @throws CarrierError */
  listPlans(): Promise<{ plans: PlanSpecification[]; unreadable: UnreadableRecord[] }>;
}

/**
 * Plans that cannot be read are left out and stand in the audit entry.
 * @throws CarrierError when the list cannot be read; the catalog stays as it was
 */
export async function syncPlans(
  context: ActionContext,
  source: PlanSource,
  providerId: number,
): Promise<CatalogPlan[]> {
  const { store, audit, clock, actor } = context;
  const { plans, unreadable } = await source.listPlans();
  context.askAgain();
  store.transaction(() => {
    const at = isoTime(clock.now());
    store.plans.replaceSpecifications(providerId, plans, at);
    store.plans.normalizeDevices(providerId);
    audit.append({
      at,
      actor,
      action: 'catalog.synced',
      subject: `service provider ${String(providerId)}`,
      detail: { plans: plans.length, ...(unreadable.length === 0 ? {} : { unreadable }) },
    });
  });
  return store.plans.list(providerId);
}
