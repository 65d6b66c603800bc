/** Plans a bulk change: one new change for each device of a selection, with what is skipped and why. Writes nothing. */
import type { Clock } from '../domain/clock.ts';
import type { DeviceIdentifier } from '../domain/identifiers.ts';
import type { ChangeOrder } from '../domain/change-order.ts';
import type { Priority } from '../domain/jobs.ts';
import { monthStart, PLAN_CHANGES_A_MONTH } from '../domain/plans.ts';
import type { NewChange } from '../store/changes.ts';
import type { Store } from '../store/index.ts';
import type { ChangeTypeRules } from './change-types/change-type.ts';
import { routeChange } from './router.ts';

/** Which devices: known ones by their number, others by an identifier that the inventory does not have. */
export interface Selection {
  deviceIds: readonly number[];
  identifiers: readonly DeviceIdentifier[];
}

export interface BulkChangeRequest {
  providerId: number;
  selection: Selection;
  order: ChangeOrder;
  /** UTC ISO 8601; null for at once. */
  effectiveAt: string | null;
  /** Devices a request; undefined for the service provider's own. */
  batchSize?: number | undefined;
  /** The job that this one retries or undoes. */
  parent?: { jobId: number; kind: 'retry' | 'undo' } | undefined;
  /** When the job is to stop by itself and ask. */
  guards?: Guards | undefined;
  /** A person wants devices sent that had the month's four plan changes. */
  ignoreQuota?: boolean | undefined;
  /** How many devices a person was told will change; when that is no longer so, nothing is queued. */
  confirmed?: number | undefined;
  /** Devices of the whole, when this is one of several changes that belong together, as in an undo. */
  wholeSize?: number | undefined;
  /** Before or after others of the same service provider; normal when it is not given. */
  priority?: Priority | undefined;
}

export interface Guards {
  /** Pause when more than this share of the outcomes are errors, 0 to 1. */
  abortShare?: number | undefined;
  /** How many outcomes there must be before that counts. */
  abortAfter?: number | undefined;
  /** Send only so many devices, then wait for a person. */
  canary?: number | undefined;
}

export type SkipCause = 'reached' | 'held' | 'not-listed' | 'quota-used';

export interface PlannedChange extends NewChange {
  skipped: SkipCause | null;
  /** Plan changes that count against the month's; none for a change type that does not. */
  changesThisMonth: number;
  /** A sync found that its plan had been changed elsewhere. */
  drifted: boolean;
}

export function planChanges(store: Store, clock: Clock, request: BulkChangeRequest): PlannedChange[] {
  const { providerId, selection, order } = request;
  const rules = routeChange(order, store, providerId);
  const changes = new Map<string, PlannedChange>();
  const deviceIds = [...selection.deviceIds];
  for (const identifier of selection.identifiers) {
    // The inventory may have come to know it since the list was read.
    const device = store.devices.findByIdentifier(providerId, identifier.kind, identifier.id)[0];
    if (device === undefined) changes.set(identifier.id, newChange(identifier, rules));
    else deviceIds.push(device.id);
  }
  for (const target of store.devices.targets(providerId, deviceIds, monthStart(clock.now()))) {
    const change: PlannedChange = {
      ...newChange({ kind: target.kind, id: target.identifier }, rules),
      deviceId: target.deviceId,
      fromValue: rules.valueOf(target),
      changesThisMonth: rules.usesQuota ? target.changesThisMonth : 0,
      // Likely to be refused: alone, so that no neighbour has to be sent twice on its account.
      sentAlone: rules.isLikelyRefused(target.state),
      drifted: target.driftedAt !== null,
    };
    changes.set(target.identifier, change);
    if (rules.isReached(target)) skip(change, 'reached', rules.alreadyReached);
    else if (target.missing === 1)
      skip(change, 'not-listed', 'The carrier no longer listed it when the devices were last synced.');
    else if (change.changesThisMonth >= PLAN_CHANGES_A_MONTH && request.ignoreQuota !== true) {
      skip(
        change,
        'quota-used',
        `It had ${String(change.changesThisMonth)} plan changes this month; the carrier allows ${String(PLAN_CHANGES_A_MONTH)}.`,
      );
    }
  }
  for (const [identifier, jobId] of store.changes.held(providerId)) {
    const change = changes.get(identifier);
    if (change !== undefined)
      skip(change, 'held', `Job ${String(jobId)} is changing this device; two jobs never hold the same one.`);
  }
  return [...changes.values()];
}

function skip(change: PlannedChange, cause: SkipCause, reason: string): void {
  if (change.skipped !== null) return;
  change.state = 'skipped';
  change.skipped = cause;
  change.reason = reason;
}

function newChange(identifier: DeviceIdentifier, rules: ChangeTypeRules): PlannedChange {
  return {
    skipped: null,
    changesThisMonth: 0,
    drifted: false,
    deviceId: null,
    identifier,
    detail: { ICCID: identifier.kind === 'iccid' ? [identifier.id] : [], ...rules.detail },
    fromValue: null,
    state: 'queued',
    sentAlone: false,
    reason: null,
  };
}
