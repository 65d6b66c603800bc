import { expect, it } from 'vitest';
import { failureDetails } from '../../src-renderer/lib/failure-details.ts';

const AT = new Date('2026-11-25T09:00:00Z');

it('the details of a failed screen say where and why', () => {
  const details = failureDetails('plans', new TypeError('plan.name is undefined'), '\n    at PlanRow', AT);
  expect(details).toMatch(/^Screen: plans\nTime: 2026-11-25T09:00:00.000Z\nTypeError: plan.name is undefined/);
  expect(details).toContain('While drawing: at PlanRow');
});

it('the details of a failed screen name no device, key or token', () => {
  const error = new RangeError(
    'no row for 89148000000000000001, 5551234567, A1000049B5C7D2 and 3f2504e0-4f89-11d3-9a0c-0305e82c3301',
  );
  const details = failureDetails('devices', error, 'at Row (row 89148000000000000001)', AT);
  expect(details).not.toMatch(/8914800|5551234|A1000049|0305e82c3301/);
  expect(details).toContain('[number]');
  expect(failureDetails('x', 'a thrown text', '', AT)).toContain('a thrown text');
  expect(failureDetails('x', new Error('y'.repeat(1e6)), '', AT).length).toBeLessThan(10_000);
});
