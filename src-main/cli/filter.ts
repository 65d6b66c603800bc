/** Device filters as they are typed: `--filter plan=CODE --filter state=active`. */
import { InvalidArgumentError } from 'commander';
import type { DeviceFilter } from '../store/device-query.ts';
import type { Store } from '../store/index.ts';

export const FILTER_HELP = 'plan=CODE, state=STATE, customer=NAME or search=TEXT; may be given more than once';

/** Adds one `key=value` to the filters before it. */
export function parseFilter(text: string, before: DeviceFilter = {}): DeviceFilter {
  const at = text.indexOf('=');
  const key = text.slice(0, at).trim().toLowerCase();
  const value = text.slice(at + 1).trim();
  if (at < 1 || value === '') throw new InvalidArgumentError(`Write it as ${FILTER_HELP}.`);
  switch (key) {
    case 'plan':
      return { ...before, planCodes: [...(before.planCodes ?? []), value] };
    case 'state':
      return { ...before, states: [...(before.states ?? []), value.toLowerCase()] };
    case 'customer':
      return { ...before, customers: [...(before.customers ?? []), value] };
    case 'search':
      return { ...before, search: value };
    default:
      throw new InvalidArgumentError(`There is no filter "${key}"; use ${FILTER_HELP}.`);
  }
}

/** The same filter with the catalog's own codes: a plan may be typed as its name, or in other letters. */
export function withPlanCodes(filter: DeviceFilter, store: Store, providerId: number): DeviceFilter {
  if (filter.planCodes === undefined) return filter;
  const read = store.plans.reader(providerId);
  return { ...filter, planCodes: filter.planCodes.map((plan) => read(plan) ?? plan) };
}
