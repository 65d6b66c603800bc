/**
 * The life of one device's change. The inner states say how far it got; the four words of the field (QUEUED, PROCESSING,
 * PROCESSED, ERROR) are derived from them, so the two can never disagree.
 */

export const CHANGE_STATES = [
  'checking',
  'queued',
  'submitting',
  'uncertain',
  'accepted',
  'confirmed',
  'rejected',
  'failed',
  'unconfirmed',
  'cancelled',
  'skipped',
] as const;
/**
 * - `checking`: its device's record is read at the carrier first: it is not known well enough to send anything for it
 * - `queued`: waiting to be sent
 * - `submitting`: intent is on disk, the request may have left
 * - `uncertain`: it left and its answer was lost; read back before anything is sent again
 * - `accepted`: the carrier took the request; nothing is known of the device yet
 * - `confirmed`: the carrier's own record shows the new plan
 * - `rejected`: the carrier refused this device; `failed`: it could not be delivered
 * - `unconfirmed`: accepted, but the record did not show it before the deadline, or cannot be read
 * - `cancelled`: a person stopped it before it left; `skipped`: nothing was sent for it; the reason says why
 */
export type ChangeState = (typeof CHANGE_STATES)[number];

const TRANSITIONS: Readonly<Record<ChangeState, readonly ChangeState[]>> = {
  checking: ['queued', 'skipped', 'rejected', 'cancelled'],
  queued: ['submitting', 'checking', 'cancelled', 'skipped'],
  submitting: ['queued', 'uncertain', 'accepted', 'rejected'],
  uncertain: ['queued', 'confirmed', 'failed', 'unconfirmed'],
  accepted: ['confirmed', 'rejected', 'unconfirmed'],
  unconfirmed: ['accepted', 'confirmed', 'rejected'],
  confirmed: [],
  rejected: [],
  failed: [],
  cancelled: [],
  skipped: [],
};

/** Whether a change may go from one state to the other. `unconfirmed` is left only by a later re-check. */
export function canMove(from: ChangeState, to: ChangeState): boolean {
  return TRANSITIONS[from].includes(to);
}

/** States from which the engine still has something to do. */
export const OPEN_STATES = [
  'checking',
  'queued',
  'submitting',
  'uncertain',
  'accepted',
] as const satisfies readonly ChangeState[];

export type ChangeStatus = 'QUEUED' | 'PROCESSING' | 'PROCESSED' | 'ERROR' | 'SKIPPED' | 'CANCELLED' | 'UNCONFIRMED';

/** The word that people see for a state, the same in the console, the command line and the reports. */
export const STATUS_OF: Readonly<Record<ChangeState, ChangeStatus>> = {
  checking: 'QUEUED',
  queued: 'QUEUED',
  submitting: 'PROCESSING',
  uncertain: 'PROCESSING',
  accepted: 'PROCESSING',
  confirmed: 'PROCESSED',
  rejected: 'ERROR',
  failed: 'ERROR',
  unconfirmed: 'UNCONFIRMED',
  cancelled: 'CANCELLED',
  skipped: 'SKIPPED',
};

export type StateCounts = Readonly<Record<ChangeState, number>>;

/** A count for every state, zero where the argument names none. */
export function stateCounts(partial: Partial<Record<ChangeState, number>> = {}): StateCounts {
  return Object.fromEntries(CHANGE_STATES.map((s) => [s, partial[s] ?? 0])) as Record<ChangeState, number>;
}

/** How many of a job's changes have left, whatever became of them. */
export function sentSoFar(counts: StateCounts): number {
  const { checking, queued, skipped, cancelled } = counts;
  return Object.values(counts).reduce((sum, count) => sum + count, 0) - checking - queued - skipped - cancelled;
}
