import { create } from 'zustand';
import type { DeviceIdentifier } from '../../src-main/domain/identifiers';

interface Selection {
  /** Devices of the inventory, by their number. Replaced, never changed in place. */
  ids: ReadonlySet<number>;
  /** Identifiers that the inventory does not have. */
  unknown: readonly DeviceIdentifier[];
  toggle: (id: number) => void;
  add: (ids: Iterable<number>, unknown?: readonly DeviceIdentifier[]) => void;
  remove: (ids: Iterable<number>) => void;
  clear: () => void;
}

export const useSelection = create<Selection>((set) => ({
  ids: new Set(),
  unknown: [],
  toggle: (id) => {
    set(({ ids }) => {
      const next = new Set(ids);
      if (!next.delete(id)) next.add(id);
      return { ids: next };
    });
  },
  add: (added, unknown = []) => {
    set((state) => {
      const ids = new Set(state.ids);
      for (const id of added) ids.add(id);
      const known = new Set(state.unknown.map((one) => one.id));
      return { ids, unknown: [...state.unknown, ...unknown.filter((one) => !known.has(one.id))] };
    });
  },
  remove: (removed) => {
    set((state) => {
      const ids = new Set(state.ids);
      for (const id of removed) ids.delete(id);
      return { ids };
    });
  },
  clear: () => {
    set({ ids: new Set(), unknown: [] });
  },
}));

export function useSelectionSize(): number {
  return useSelection(({ ids, unknown }) => ids.size + unknown.length);
}
