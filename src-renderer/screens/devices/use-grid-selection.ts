import { useState } from 'react';
import type { CallInput } from '../../../src-preload/contract';
import type { Device } from '../../../src-main/store/devices';
import { api } from '../../app/api';
import { attempt } from '../../app/failures';
import { useSelection } from '../../state/selection';

/** The table's view of the selection: rows, ranges, and everything that matches the filter. */
export function useGridSelection(
  providerId: number,
  filter: CallInput<'devices.page'>['filter'],
  total: number,
  row: (index: number) => Device | undefined,
) {
  const { ids, toggle, add, remove } = useSelection();
  const [everyone, setEveryone] = useState<{ key: string; ids: number[] } | null>(null);
  const key = JSON.stringify([providerId, filter, total]);
  const matching = everyone?.key === key ? everyone.ids : null;
  const all: 'none' | 'some' | 'all' =
    ids.size === 0 ? 'none' : matching?.every((id) => ids.has(id)) === true ? 'all' : 'some';
  return {
    has: (id: number) => ids.has(id),
    toggle,
    all: all,
    addRange: (from: number, to: number) => {
      const range: number[] = [];
      for (let index = from; index <= to; index++) {
        const device = row(index);
        if (device !== undefined) range.push(device.id);
      }
      add(range);
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
