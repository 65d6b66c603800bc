import { create } from 'zustand';
import type { ChangeOrder, ChangeType, CustomFields } from '../../src-main/domain/change-order';
import type { Priority } from '../../src-main/domain/jobs';
import type { BulkChangeRequest } from '../../src-main/bulk-change/plan-changes';
import { namedSize, unknownOf, useSelection } from './selection';

/** A change that is being prepared, as far as it is more than the selection. */
interface Draft {
  type: ChangeType;
  planCode: string;
  fields: CustomFields;
  step: 'choice' | 'review';
  effectiveAt: string | null;
  parent: BulkChangeRequest['parent'];
  /** Pause when more than this share of the outcomes are errors, in percent; null for never. */
  abortPercent: number | null;
  /** Devices of the trial; null for none. */
  canary: number | null;
  ignoreQuota: boolean;
  priority: Priority;
  set: (change: Partial<Omit<Draft, 'set' | 'begin'>>) => void;
  /** Begins anew with another job's request, at its review. */
  begin: (request: BulkChangeRequest) => void;
}

const EMPTY = {
  type: 'carrier-rate-plan',
  planCode: '',
  fields: {},
  step: 'choice',
  effectiveAt: null,
  parent: undefined,
  abortPercent: 20,
  canary: null,
  ignoreQuota: false,
  priority: 'normal',
} as const;

export const useDraft = create<Draft>((set) => ({
  ...EMPTY,
  set: (change) => {
    set(change);
  },
  begin: ({ selection, order, parent }) => {
    const { clear, add } = useSelection.getState();
    clear();
    const { unknown, sendUnknown } = unknownOf(selection);
    add(selection.deviceIds, unknown, sendUnknown);
    set({ ...EMPTY, ...choiceOf(order), parent, step: 'review' });
  },
}));

/** What the draft asks of the carrier. */
export function orderOfDraft({ type, planCode, fields }: Pick<Draft, 'type' | 'planCode' | 'fields'>): ChangeOrder {
  if (type === 'carrier-rate-plan') return { type, planCode };
  return type === 'custom-fields' ? { type, fields } : { type };
}

function choiceOf(order: ChangeOrder): Pick<Draft, 'type' | 'planCode' | 'fields'> {
  return {
    type: order.type,
    planCode: order.type === 'carrier-rate-plan' ? order.planCode : '',
    fields: order.type === 'custom-fields' ? order.fields : {},
  };
}

/** What is left when the change was started or given up. */
export function clearDraft(): void {
  useDraft.setState(EMPTY);
}

// Another selection is another change: what was prepared for the old one must not reach it.
useSelection.subscribe((now, before) => {
  if (namedSize(now) === 0 && namedSize(before) > 0) clearDraft();
});
