/** Plans a bulk change: one new change for each device of a selection, with what is skipped and why. Writes nothing. */
import type { Clock } from '../domain/clock.ts';
import { identityKey, normalIdentifier, type DeviceIdentifier } from '../domain/identifiers.ts';
import { typesLike, type ChangeOrder, type ChangeType } from '../domain/change-order.ts';
import type { Priority } from '../domain/jobs.ts';
import { accountOf, isSameAccount } from '../domain/provider-settings.ts';
import { PLAN_CHANGES_A_MONTH, quotaMonth } from '../domain/plans.ts';
import { meaningOf } from '../thingspace/error-codes.ts';
import type { NewChange } from '../store/changes.ts';
import type { ChangeTarget } from '../store/devices.ts';
import type { Store } from '../store/index.ts';
import type { ChangeTypeRules } from './change-types/change-type.ts';
import { routeChange } from './change-types/registry.ts';

/** Which devices: known ones by their number, others by an identifier that the inventory does not have. */
export interface Selection {
  deviceIds: readonly number[];
  identifiers: readonly DeviceIdentifier[];
  /** Named too, and not in the inventory; nothing is sent for them unless the inventory has come to know them. */
  leftOut?: readonly DeviceIdentifier[] | undefined;
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
  /** The digest of the review that a person saw; when the change is another one by now, nothing is queued. */
  confirmed?: string | undefined;
  /** Devices of the whole, when this is one of several changes that belong together, as in an undo. */
  wholeSize?: number | undefined;
  /** The jobs that were made for the other parts of that whole: they count with it, not beside it. */
  siblings?: readonly number[] | undefined;
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

export type SkipCause = 'reached' | 'held' | 'not-listed' | 'quota-used' | 'not-in-inventory';

export interface PlannedChange extends NewChange {
  skipped: SkipCause | null;
  /** Plan changes that count against the month's in which it will happen; none for a change type that does not. */
  changesThisMonth: number;
  /** A sync found that its plan had been changed elsewhere. */
  drifted: boolean;
}

export function planChanges(store: Store, clock: Clock, request: BulkChangeRequest): PlannedChange[] {
  const { providerId, selection, effectiveAt } = request;
  const order = readOrder(store, providerId, request.order);
  const rules = routeChange(order, store, providerId);
  const changes = new Map<string, PlannedChange>();
  const deviceIds = new Set(selection.deviceIds);
  const leftOut = new Set(selection.leftOut);
  for (const named of [...selection.identifiers, ...leftOut]) {
    const identifier = normalIdentifier(named) ?? named;
    // The inventory may have come to know it since the list was read.
    const [device, second] = store.devices.idsByIdentifier(providerId, identifier, 2);
    const key = identityKey(identifier);
    if (device !== undefined && second === undefined) deviceIds.add(device);
    else if (!changes.has(key)) {
      const change: PlannedChange = { ...newChange(identifier, rules), state: 'checking' };
      if (leftOut.has(named)) skip(change, 'not-in-inventory', NOT_IN_INVENTORY);
      changes.set(key, change);
    }
  }
  const unproven = doubtful(store, [...deviceIds], order.type);
  const isForeign = inventoryIsForeign(store, providerId);
  const held = store.changes.held(providerId);
  const month = quotaMonth(effectiveAt === null ? clock.now() : Date.parse(effectiveAt));
  for (const target of store.devices.targets(providerId, [...deviceIds], month)) {
    const identifier = { kind: target.kind, id: target.identifier };
    const change: PlannedChange = {
      ...newChange(identifier, rules),
      deviceId: target.deviceId,
      fromValue: rules.valueOf(target),
      changesThisMonth: rules.usesQuota ? target.changesThisMonth : 0,
      // Likely to be refused: alone, so that no neighbour has to be sent twice on its account.
      sentAlone: rules.isLikelyRefused(target.state),
      drifted: target.driftedAt !== null,
      // What a device has now is read first where nobody knows it, as after an import.
      ...(isForeign || unproven.has(target.deviceId) || rules.valueOf(target) === null ? { state: 'checking' } : {}),
    };
    changes.set(`device ${String(target.deviceId)}`, change);
    const holder = held.devices.get(target.deviceId);
    const against = whyNot(rules, target, request.ignoreQuota === true);
    if (against !== undefined) skip(change, against.cause, against.reason);
    else if (holder !== undefined) skip(change, 'held', heldBy(holder));
  }
  for (const change of changes.values()) {
    const holder = held.identifiers.get(change.identifier.id);
    if (holder !== undefined) skip(change, 'held', heldBy(holder));
  }
  return [...changes.values()];
}

/** The devices were read from another account or address, which says nothing about what those of this one have. */
function inventoryIsForeign(store: Store, providerId: number): boolean {
  const madeFor = store.syncRuns.latestFinished(providerId)?.madeFor ?? null;
  return madeFor !== null && !isSameAccount(madeFor, accountOf(store.providers.get(providerId)));
}

/** An order with the catalog's own code for its plan, however it was written. */
export function readOrder(store: Store, providerId: number, order: ChangeOrder): ChangeOrder {
  if (order.type !== 'carrier-rate-plan') return order;
  return { ...order, planCode: store.plans.reader(providerId)(order.planCode) ?? '' };
}

/**
 * Devices whose last change may have been made after all: they are read before anything is sent for them again, in a retry
 * as in any other change.
 */
function doubtful(store: Store, deviceIds: readonly number[], type: ChangeType): ReadonlySet<number> {
  return new Set(
    store.changes
      .lastUnproven(deviceIds, typesLike(type))
      .filter(({ state, reasonCode }) => state !== 'rejected' || !isKnownRefusal(reasonCode))
      .map(({ deviceId }) => deviceId),
  );
}

function isKnownRefusal(code: string | null): boolean {
  return code !== null && !['unknown', 'unexpected'].includes(meaningOf(code).kind);
}

/** What a device's record says against changing it, when the change is planned and when it leaves. */
export function whyNot(
  rules: ChangeTypeRules,
  record: ChangeTarget,
  ignoreQuota: boolean,
): { cause: SkipCause; reason: string } | undefined {
  if (rules.isReached(record)) return { cause: 'reached', reason: rules.alreadyReached };
  if (record.missing === 1) return { cause: 'not-listed', reason: notListed(record.replacedBy) };
  if (rules.usesQuota && !ignoreQuota && record.changesThisMonth >= PLAN_CHANGES_A_MONTH)
    return { cause: 'quota-used', reason: quotaUsed(record.changesThisMonth) };
  return undefined;
}

export function notListed(replacedBy: string | null): string {
  return replacedBy === null
    ? 'The carrier no longer listed it when the devices were last synced.'
    : `Its SIM was replaced. The device has ICCID ${replacedBy} now.`;
}

const NOT_IN_INVENTORY = 'It is not in the inventory, so it was left out.';

function quotaUsed(changes: number): string {
  return `It has had ${String(changes)} plan changes this month. The carrier allows ${String(PLAN_CHANGES_A_MONTH)}.`;
}

export function heldBy(jobId: number): string {
  return `Job ${String(jobId)} is changing this device. A device can be in only one open job.`;
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
