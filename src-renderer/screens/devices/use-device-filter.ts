import { useDebouncedValue } from '@mantine/hooks';
import { useMemo } from 'react';
import type { DeviceView } from '../../../src-main/domain/device-view';
import { filterOf, type DeviceFilter } from '../../state/device-view';

const SEARCH_DELAY_MS = 30;
/** The same for the table, a moment after the last key of a search. */
export function useDeviceFilter(view: DeviceView): DeviceFilter {
  const [search] = useDebouncedValue(view.search, SEARCH_DELAY_MS);
  return useMemo(() => filterOf({ ...view, search }), [view, search]);
}

/** How many conditions a view has beside its search. */
export function conditionsOf(view: DeviceView): number {
  const lists = [view.planCodes, view.states, view.customers, view.groups].filter((list) => list.length > 0).length;
  const flags = [view.changedThisMonth, view.drifted, view.seen !== 'any', view.fieldName !== ''].filter(
    Boolean,
  ).length;
  return lists + flags;
}
