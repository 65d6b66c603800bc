import { useDebouncedValue } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import { seenBounds, type DeviceView } from '../../../src-main/domain/device-view';
import { monthStart } from '../../../src-main/domain/plans';
import type { CallInput } from '../../../src-preload/contract';

const SEARCH_DELAY_MS = 60;
const HOUR_MS = 3_600_000;

/** A view as the query that it stands for. Relative times count from the hour in which the screen was opened. */
export function useDeviceFilter(view: DeviceView): CallInput<'devices.page'>['filter'] {
  const [search] = useDebouncedValue(view.search, SEARCH_DELAY_MS);
  const { planCodes, states, customers, groups, seen, changedThisMonth, drifted, fieldName, fieldValue } = view;
  const [hour] = useState(() => Math.floor(Date.now() / HOUR_MS) * HOUR_MS);
  return useMemo(() => {
    return {
      search,
      planCodes,
      states,
      customers,
      groups,
      drifted,
      ...seenBounds(seen, hour),
      ...(changedThisMonth ? { planChangedSince: monthStart(hour) } : {}),
      ...(fieldName !== '' ? { customFields: { [fieldName]: fieldValue } } : {}),
    };
  }, [search, planCodes, states, customers, groups, seen, changedThisMonth, drifted, fieldName, fieldValue, hour]);
}

/** How many conditions a view has beside its search. */
export function conditionsOf(view: DeviceView): number {
  const lists = [view.planCodes, view.states, view.customers, view.groups].filter((list) => list.length > 0).length;
  const flags = [view.changedThisMonth, view.drifted, view.seen !== 'any', view.fieldName !== ''].filter(
    Boolean,
  ).length;
  return lists + flags;
}
