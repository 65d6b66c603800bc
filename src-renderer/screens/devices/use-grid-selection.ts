import { useState } from 'react';
import type { CallInput } from '../../../src-preload/contract';
import { api } from '../../lib/api';
import { attempt } from '../../lib/failures';
import type { GridSelection } from '../../components/grid/DataGrid';
import type { Device } from '../../../src-main/store/devices';
import { useSelection } from '../../state/selection';
import type { DeviceFilter } from '../../state/device-view';

/** The table's view of the selection: rows, ranges, and everything that matches the filter. */
export function useGridSelection(
  providerId: number,
  filter: DeviceFilter,
  sort: CallInput<'devices.page'>['sort'],
  total: number,
): GridSelection {
  const { ids, toggle, add, remove, clear } = useSelection();
  const [everyone, setEveryone] = useState<{ key: string; ids: number[] } | null>(null);
  const key = JSON.stringify([providerId, filter, total]);
  const matching = everyone?.key === key ? everyone.ids : null;
  const all: GridSelection['all'] =
    ids.size === 0 ? 'none' : matching?.every((id) => ids.has(id)) === true ? 'all' : 'some';
  return {
    has: (id: number) => ids.has(id),
    toggle,
    all,
    clear,
    addRange: (from: number, to: number) => {
      attempt('Not selected', async () => {
        add(await api('devices.ids', { providerId, filter, range: { sort, offset: from, limit: to - from + 1 } }));
      });
    },
    toggleAll: () => {
      if (all === 'all' && matching !== null) {
        remove(matching);
        return;
      }
      attempt('Not selected', async () => {
        const found = await api('devices.ids', { providerId, filter });
        setEveryone({ key, ids: found });
        add(found);
      });
    },
  };
}

const AT_ONCE = 5000;

/** The selected devices in the table's order, read in pages: most of them were never loaded. */
export async function selectedRows(
  providerId: number,
  deviceIds: number[],
  sort: CallInput<'devices.page'>['sort'],
): Promise<Device[]> {
  const ids = await api('devices.inOrder', { providerId, deviceIds, sort });
  const rows: Device[] = [];
  for (let at = 0; at < ids.length; at += AT_ONCE)
    rows.push(...(await api('devices.byIds', { providerId, deviceIds: ids.slice(at, at + AT_ONCE) })));
  return rows;
}
