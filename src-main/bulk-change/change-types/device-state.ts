/** Suspending service and restoring it. A suspended device goes on being billed as its contract says. */
import { STATE_AFTER } from '../../domain/change-order.ts';
import type { ChangeTypeRules } from './change-type.ts';

const WORDS = { suspend: 'Suspend', restore: 'Restore' } as const;
/** The state that the carrier wants a device to be in. Source: the carrier's documentation of both calls. */
const STATE_BEFORE = { suspend: 'active', restore: 'suspend' } as const;

export function deviceState(type: 'suspend' | 'restore'): ChangeTypeRules {
  const state = STATE_AFTER[type];
  return {
    order: { type },
    problems: () => [],
    title: (devices) => `${WORDS[type]} ${devices}`,
    update: (effectiveAt) => ({ State: state, EffectiveDate: effectiveAt }),
    detail: { State: state },
    valueOf: (device) => device.state,
    isReached: (device) => device.state === state,
    alreadyReached: `It was in the state "${state}" already when the devices were last synced.`,
    isLikelyRefused: (before) => before !== null && before !== STATE_BEFORE[type],
    usesQuota: false,
    carrierQuery: { state },
    localFilter: { states: [state] },
    devicesWith: (value) => ({ carrierQuery: { state: value }, localFilter: { states: [value] } }),
    localChange: { state },
    undo: (value) =>
      value === STATE_AFTER.restore
        ? { type: 'restore' }
        : value === STATE_AFTER.suspend
          ? { type: 'suspend' }
          : undefined,
  };
}
