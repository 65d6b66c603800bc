import { describe, expect, it } from 'vitest';
import {
  canMove,
  CHANGE_STATES,
  OPEN_STATES,
  stateCounts,
  STATUS_OF,
  type ChangeState,
} from '../../src-main/domain/changes.ts';
import { orderOf, valueText } from '../../src-main/domain/change-order.ts';
import { bulkStatus, jobCounts, type JobState } from '../../src-main/domain/jobs.ts';
import { planComparison, planProblems, planReader, type RatePlan } from '../../src-main/domain/plans.ts';

describe('a change', () => {
  it('is processed only by way of the carrier’s record', () => {
    expect(CHANGE_STATES.filter((from) => canMove(from, 'confirmed'))).toEqual([
      'uncertain',
      'accepted',
      'unconfirmed',
    ]);
    expect(CHANGE_STATES.filter((state) => STATUS_OF[state] === 'PROCESSED')).toEqual(['confirmed']);
  });

  it('is never sent again once it was accepted', () => {
    const reach = (from: ChangeState, seen = new Set<ChangeState>()): Set<ChangeState> => {
      for (const to of CHANGE_STATES) {
        if (canMove(from, to) && !seen.has(to)) {
          seen.add(to);
          reach(to, seen);
        }
      }
      return seen;
    };
    expect(reach('accepted').has('submitting')).toBe(false);
  });

  it('has no way out of a final state, but for unconfirmed', () => {
    for (const state of CHANGE_STATES) {
      const isOpen = (OPEN_STATES as readonly ChangeState[]).includes(state);
      const ways = CHANGE_STATES.filter((to) => canMove(state, to));
      expect(ways.length > 0, state).toBe(isOpen || state === 'unconfirmed');
    }
  });
});

describe('a bulk change', () => {
  it('that was cancelled and could not be read back to the end is no ERROR without an error', () => {
    for (const state of ['stopped', 'ready', 'interrupted'] as const)
      expect(bulkStatus(state, jobCounts(stateCounts({ uncertain: 3 })), true)).toBe('PROCESSING');
    expect(bulkStatus('finished', jobCounts(stateCounts({ cancelled: 3 })), true)).toBe('PARTIAL');
  });

  const status = (state: JobState, states: Partial<Record<ChangeState, number>>) =>
    bulkStatus(state, jobCounts(stateCounts(states)));

  it.each<[JobState, Partial<Record<ChangeState, number>>, string]>([
    ['ready', { queued: 5 }, 'QUEUED'],
    ['scheduled', { queued: 5, skipped: 2 }, 'QUEUED'],
    ['running', { queued: 5 }, 'PROCESSING'],
    ['paused', { queued: 1, confirmed: 4 }, 'PROCESSING'],
    ['interrupted', { accepted: 1 }, 'PROCESSING'],
    ['finished', { confirmed: 5, skipped: 1 }, 'PROCESSED'],
    ['finished', { skipped: 3 }, 'PROCESSED'],
    ['finished', { confirmed: 5, rejected: 1 }, 'PARTIAL'],
    ['finished', { confirmed: 5, unconfirmed: 1 }, 'PARTIAL'],
    ['finished', { unconfirmed: 5 }, 'PARTIAL'],
    ['finished', { cancelled: 5 }, 'PARTIAL'],
    ['finished', { rejected: 5 }, 'ERROR'],
    ['finished', { failed: 2, skipped: 1 }, 'ERROR'],
    ['stopped', { queued: 5 }, 'ERROR'],
    ['stopped', { queued: 5, confirmed: 1 }, 'PARTIAL'],
  ])('that is %s with %j is %s', (state, states, expected) => {
    expect(status(state, states)).toBe(expected);
  });

  it('has counts that sum to its total', () => {
    const counts = jobCounts(stateCounts(Object.fromEntries(CHANGE_STATES.map((state, index) => [state, index + 1]))));
    const { total, processed, error, skipped, unconfirmed, cancelled, open } = counts;
    expect(processed + error + skipped + unconfirmed + cancelled + open).toBe(total);
    expect(total).toBe(66);
  });
});

describe('custom fields that were edited in the store from outside', () => {
  it.each(['LTE-M-500KB', '[1]', '{"CustomField1":1}', 'null', ''])('are told of, not thrown about: %s', (target) => {
    expect(() => orderOf({ type: 'custom-fields', target })).toThrow(/edited from outside/);
    expect(valueText('custom-fields', target)).toBe(target);
  });
});

describe('a plan', () => {
  const plan: RatePlan = {
    code: 'A-1',
    name: 'Plan A',
    sizeKb: 1,
    carrierCode: '77',
    price: null,
    allowed: true,
    retiredAt: null,
  };

  it('is refused with every reason', () => {
    const codes = (code: string, known: RatePlan | undefined) =>
      planProblems(code, known).map((problem) => problem.code);
    expect(codes('A-1', plan)).toEqual([]);
    expect(codes('', undefined)).toEqual(['no-plan']);
    expect(codes('M2M_CPN', plan)).toEqual(['reserved-plan']);
    expect(codes("A'1", undefined)).toEqual(['invalid-character', 'unknown-plan']);
    expect(codes('A-1', { ...plan, allowed: false, retiredAt: '2026-01-01' })).toEqual([
      'plan-not-allowed',
      'retired-plan',
    ]);
  });

  it('is one plan by code, name, carrier code, small letters and blanks, unless another one has the alias too', () => {
    const other = { code: 'B', name: 'Plan B', carrierCode: '77' };
    const read = planReader([plan, other]);
    for (const text of ['A-1', 'a-1', ' A-1 ', 'Plan A', 'PLAN  a']) expect(read(text)).toBe('A-1');
    for (const text of ['B', ' b', 'plan b']) expect(read(text)).toBe('B');
    // Both have the carrier's code 77: nobody can tell them apart by it.
    expect(read('77')).toBe('77');
    expect(read(' Gone ')).toBe('Gone');
    expect([read(null), read(undefined), read('  ')]).toEqual([null, null, null]);
    expect(planReader([])('Plan A')).toBe('Plan A');
    // A code that reads like another plan's name is the code.
    const twins = [
      { code: 'gold', name: 'Silver', carrierCode: null },
      { code: 'S', name: 'Gold', carrierCode: null },
    ];
    expect(planReader(twins)('GOLD')).toBe('gold');
  });

  it('may be meant by a name that another one has too and by other capitals, never by nothing or by another one’s code', () => {
    const other = { code: 'B', name: 'Plan A', carrierCode: 'A-1' };
    const { isSame } = planComparison([plan, other]);
    for (const text of ['A-1', 'Plan A', ' plan  a', '77', 'a-1 ']) expect(isSame(text, 'A-1'), text).toBe(true);
    for (const text of [null, '', '  ', 'B', 'b', 'Plan B', 'Gone'])
      expect(isSame(text, 'A-1'), String(text)).toBe(false);
    // Of a plan that the catalog does not have, only other capitals are known.
    expect([isSame('gone', 'Gone'), isSame('Gone too', 'Gone')]).toEqual([true, false]);
  });
});
