/** How the devices of each account are looked at now; it stays while one is on another screen. */
import { create } from 'zustand';
import { EVERY_DEVICE, seenBounds, type DeviceView } from '../../src-main/domain/device-view';
import { quotaMonth } from '../../src-main/domain/plans';
import type { CallInput } from '../../src-preload/contract';
import { remember } from './undo';

interface DeviceViews {
  views: Readonly<Record<number, DeviceView>>;
  change: (providerId: number, change: Partial<DeviceView>) => void;
}

export const useDeviceViews = create<DeviceViews>((set, get) => ({
  views: {},
  change: (providerId, change) => {
    const before = viewOf(get(), providerId);
    const next = { ...before, ...change };
    const put = (view: DeviceView) => (): void => {
      set(({ views }) => ({ views: { ...views, [providerId]: view } }));
    };
    put(next)();
    const [what, ...others] = Object.keys(change);
    const name =
      others.length > 0 ? 'the view' : what === 'sort' ? 'the sorting' : what === 'search' ? 'the search' : 'a filter';
    remember({
      what: `change ${name}`,
      undo: put(before),
      redo: put(next),
      ...(others.length === 0 && what === 'search' ? { burst: `search ${providerId.toString()}` } : {}),
    });
  },
}));

export function viewOf({ views }: Pick<DeviceViews, 'views'>, providerId: number): DeviceView {
  return views[providerId] ?? EVERY_DEVICE;
}

export type DeviceFilter = CallInput<'devices.page'>['filter'];

const HOUR_MS = 3_600_000;

/** A view as the query that it stands for. Relative times count from the full hour, so that the query stays the same. */
export function filterOf(view: DeviceView): DeviceFilter {
  const { search, planCodes, states, customers, groups, seen, changedThisMonth, drifted, fieldName, fieldValue } = view;
  const hour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  return {
    search,
    planCodes,
    states,
    customers,
    groups,
    drifted,
    ...seenBounds(seen, hour),
    ...(changedThisMonth ? { planChangedSince: quotaMonth(hour).start } : {}),
    ...(fieldName !== '' ? { customFields: { [fieldName]: fieldValue } } : {}),
  };
}
