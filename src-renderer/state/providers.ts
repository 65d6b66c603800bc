import { create } from 'zustand';
import type { ProviderView } from '../../src-preload/contract';
import { api } from '../lib/api';
import { useSelection } from './selection';
import { forgetSteps } from './undo';

interface Providers {
  /** Undefined until they were loaded. */
  list: ProviderView[] | undefined;
  currentId: number | null;
  load: () => Promise<void>;
  choose: (id: number) => void;
}

export const useProviders = create<Providers>((set, get) => ({
  list: undefined,
  currentId: null,
  load: async () => {
    const list = await api('providers.list');
    const { currentId } = get();
    set({ list, currentId: list.some((provider) => provider.id === currentId) ? currentId : (list[0]?.id ?? null) });
  },
  choose: (id) => {
    if (get().currentId === id) return;
    // A selection belongs to one account; it must never reach another.
    useSelection.getState().clear();
    forgetSteps();
    set({ currentId: id });
  },
}));

/** They were entered once and cannot be read any more. The demo enters its own at each start. */
export function credentialsAreGone({ hasCredentials, secretsBackend, isDemo }: ProviderView): boolean {
  return !hasCredentials && secretsBackend !== null && !isDemo;
}

/** The service provider that the window works on. */
export function useCurrentProvider(): ProviderView | undefined {
  return useProviders(({ list, currentId }) => list?.find((provider) => provider.id === currentId));
}
