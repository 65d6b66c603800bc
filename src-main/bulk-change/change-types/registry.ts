/** The change type router: whose rules an order follows. A new type is one file of rules and one line here. */
import type { ChangeOrder } from '../../domain/change-order.ts';
import type { Store } from '../../store/index.ts';
import { carrierRatePlan } from './carrier-rate-plan.ts';
import type { ChangeTypeRules } from './change-type.ts';
import { customFields } from './custom-fields.ts';
import { deviceState } from './device-state.ts';

export function routeChange(order: ChangeOrder, store: Store, providerId: number): ChangeTypeRules {
  switch (order.type) {
    case 'carrier-rate-plan':
      return carrierRatePlan(order.planCode, store, providerId);
    case 'suspend':
    case 'restore':
      return deviceState(order.type);
    case 'custom-fields':
      return customFields(order.fields);
  }
}
