import { create } from 'zustand';
import { identityKey, type DeviceIdentifier } from '../../src-main/domain/identifiers.ts';
import type { Selection as ChangeSelection } from '../../src-main/bulk-change/plan-changes.ts';
import { devices } from '../lib/format.ts';
import { remember } from './undo.ts';

export interface Selected {
  /** Devices of the inventory, by their number. Replaced, never changed in place. */
  ids: ReadonlySet<number>;
  /** Identifiers of lists that the inventory does not have. */
  unknown: readonly DeviceIdentifier[];
  /** A person wants the unknown ones sent to the carrier; otherwise they are left out. */
  sendUnknown: boolean;
}

interface Selection extends Selected {
  toggle: (id: number) => void;
  /** @param sendUnknown for all that are unknown; as it was when it is not said */
  add: (ids: Iterable<number>, unknown?: readonly DeviceIdentifier[], sendUnknown?: boolean) => void;
  remove: (ids: Iterable<number>) => void;
  setSendUnknown: (send: boolean) => void;
  clear: () => void;
}

const NONE: Selected = { ids: new Set(), unknown: [], sendUnknown: false };

export const useSelection = create<Selection>((set, get) => {
  const change = (next: Selected): void => {
    const { ids, unknown, sendUnknown } = get();
    const before: Selected = { ids, unknown, sendUnknown };
    const more = namedSize(next) - namedSize(before);
    if (more === 0 && next.ids.size === ids.size) {
      if (next.sendUnknown !== sendUnknown) set({ sendUnknown: next.sendUnknown });
      return;
    }
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
      const { unknown, sendUnknown } = get();
      change({ ids, unknown, sendUnknown });
    },
    add: (added, unknown = [], sendUnknown = get().sendUnknown) => {
      const ids = new Set(get().ids);
      for (const id of added) ids.add(id);
      const all = new Map([...get().unknown, ...unknown].map((one) => [identityKey(one), one]));
      change({ ids, unknown: [...all.values()], sendUnknown });
    },
    remove: (removed) => {
      const ids = new Set(get().ids);
      for (const id of removed) ids.delete(id);
      const { unknown, sendUnknown } = get();
      change({ ids, unknown, sendUnknown });
    },
    setSendUnknown: (sendUnknown) => {
      set({ sendUnknown });
    },
    clear: () => {
      change(NONE);
    },
  };
});

/** All that is named, be it sent or left out. */
export function namedSize({ ids, unknown }: Selected): number {
  return ids.size + unknown.length;
}

/** Devices that a change would concern. */
export function sizeOf({ ids, unknown, sendUnknown }: Selected): number {
  return ids.size + (sendUnknown ? unknown.length : 0);
}

/** What a bulk change is asked for. */
export function requestOf({ ids, unknown, sendUnknown }: Selected): {
  deviceIds: number[];
  identifiers: DeviceIdentifier[];
  leftOut: DeviceIdentifier[];
} {
  return {
    deviceIds: [...ids],
    identifiers: sendUnknown ? [...unknown] : [],
    leftOut: sendUnknown ? [] : [...unknown],
  };
}

/** The unknown identifiers of a request, and whether they are sent: those that it leaves out are never taken in. */
export function unknownOf({ identifiers, leftOut = [] }: Omit<ChangeSelection, 'deviceIds'>): {
  unknown: readonly DeviceIdentifier[];
  sendUnknown: boolean;
} {
  return identifiers.length > 0
    ? { unknown: identifiers, sendUnknown: true }
    : { unknown: leftOut, sendUnknown: false };
}

export function useSelectionSize(): number {
  return useSelection(sizeOf);
}
