/**
 * The call behind each change type. The rate plan's is documented on the API page; suspend, restore and custom fields are
 * as the carrier's public reference and its client library have them.
 */
import type { ChangeOrder, ChangeType, CustomFields } from '../domain/change-order.ts';

interface ChangeCall {
  method: 'POST' | 'PUT';
  path: string;
  /** What the body says beside the devices. */
  wanted: (order: ChangeOrder) => Record<string, unknown>;
}

export const CHANGE_CALLS: Readonly<Record<ChangeType, ChangeCall>> = {
  'carrier-rate-plan': {
    method: 'PUT',
    path: '/devices/actions/plan',
    wanted: (order) => (order.type === 'carrier-rate-plan' ? { servicePlan: order.planCode } : {}),
  },
  suspend: { method: 'POST', path: '/devices/actions/suspend', wanted: () => ({}) },
  restore: { method: 'POST', path: '/devices/actions/restore', wanted: () => ({}) },
  'custom-fields': {
    method: 'PUT',
    path: '/devices/actions/customFields',
    wanted: (order) => (order.type === 'custom-fields' ? { customFieldsToUpdate: keyValues(order.fields) } : {}),
  },
};

/** Fields as the API writes them. */
export function keyValues(fields: CustomFields): { key: string; value: string }[] {
  return Object.entries(fields).map(([key, value]) => ({ key, value }));
}
