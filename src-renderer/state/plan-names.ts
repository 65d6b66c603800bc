import { useCallback } from 'react';
import { api } from '../lib/api';
import { useLive } from './live';
import { useLoad } from './use-load';

/** @returns the name to a plan's code; the code itself where the catalog has none */
export function usePlanNames(providerId: number | null): (code: string | null) => string {
  const tick = useLive((state) => state.inventoryTick);
  const { value: plans } = useLoad(
    providerId === null ? null : `plans ${providerId.toString()} ${tick.toString()}`,
    () => api('plans.list', { providerId: providerId ?? 0 }),
  );
  return useCallback((code) => plans?.find((plan) => plan.code === code)?.name ?? code ?? '', [plans]);
}
