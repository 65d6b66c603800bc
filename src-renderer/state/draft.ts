import { create } from 'zustand';
import type { BulkChangeRequest } from '../../src-main/engine/planning';
import { useSelection } from './selection';

/** A change that is being prepared, as far as it is more than the selection. */
interface Draft {
  planCode: string;
  step: 'plan' | 'review';
  effectiveAt: string | null;
  parent: BulkChangeRequest['parent'];
  /** Pause when more than this share of the outcomes are errors, in percent; null for never. */
  abortPercent: number | null;
  /** Devices of the trial; null for none. */
  canary: number | null;
  ignoreQuota: boolean;
  set: (change: Partial<Omit<Draft, 'set' | 'begin'>>) => void;
  /** Begins anew with another job's request, at its review. */
  begin: (request: BulkChangeRequest) => void;
}

const EMPTY = {
  planCode: '',
  step: 'plan',
  effectiveAt: null,
  parent: undefined,
  abortPercent: 20,
  canary: null,
  ignoreQuota: false,
} as const;

export const useDraft = create<Draft>((set) => ({
  ...EMPTY,
  set: (change) => {
    set(change);
  },
  begin: ({ selection, planCode, parent }) => {
    const { clear, add } = useSelection.getState();
    clear();
    add(selection.deviceIds, selection.identifiers);
    set({ ...EMPTY, planCode, parent, step: 'review' });
  },
}));

/** What is left when the change was started or given up. */
export function clearDraft(): void {
  useDraft.setState(EMPTY);
}

// Another selection is another change: what was prepared for the old one must not reach it.
useSelection.subscribe((now, before) => {
  if (now.ids.size + now.unknown.length === 0 && before.ids.size + before.unknown.length > 0) clearDraft();
});
