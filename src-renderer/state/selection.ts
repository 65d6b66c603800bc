import { create } from 'zustand';
import type { DeviceIdentifier } from '../../src-main/domain/identifiers';
import { devices } from '../app/format';
import { remember } from './undo';

interface Selected {
  /** Devices of the inventory, by their number. Replaced, never changed in place. */
  ids: ReadonlySet<number>;
  /** Identifiers that the inventory does not have. */
  unknown: readonly DeviceIdentifier[];
}

interface Selection extends Selected {
  toggle: (id: number) => void;
  add: (ids: Iterable<number>, unknown?: readonly DeviceIdentifier[]) => void;
  remove: (ids: Iterable<number>) => void;
  clear: () => void;
}

const NONE: Selected = { ids: new Set(), unknown: [] };

export const useSelection = create<Selection>((set, get) => {
  const change = (next: Selected): void => {
    const { ids, unknown } = get();
    const before: Selected = { ids, unknown };
    const more = sizeOf(next) - sizeOf(before);
    if (more === 0 && next.ids.size === ids.size && next.unknown.length === unknown.length) return;
    set(next);
    remember({
      what: `${more > 0 ? 'select' : 'deselect'} ${devices(Math.abs(more))}`,
      undo: () => {
        set(before);
      },
      redo: () => {
        set(next);
      },
    });
  };
  return {
    ...NONE,
    toggle: (id) => {
      const ids = new Set(get().ids);
      if (!ids.delete(id)) ids.add(id);
      change({ ids, unknown: get().unknown });
    },
    add: (added, unknown = []) => {
      const ids = new Set(get().ids);
      for (const id of added) ids.add(id);
      const known = new Set(get().unknown.map((one) => one.id));
      change({ ids, unknown: [...get().unknown, ...unknown.filter((one) => !known.has(one.id))] });
    },
    remove: (removed) => {
      const ids = new Set(get().ids);
      for (const id of removed) ids.delete(id);
      change({ ids, unknown: get().unknown });
    },
    clear: () => {
      change(NONE);
    },
  };
});

function sizeOf({ ids, unknown }: Selected): number {
  return ids.size + unknown.length;
}

export function useSelectionSize(): number {
  return useSelection(sizeOf);
}
