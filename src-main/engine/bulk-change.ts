/**
 * The controller of a bulk change request: says what will happen before anything leaves, then writes one bulk record and
 * one change record a device in one transaction. That is the durable queue.
 */
import type { AuditLog } from '../audit/log.ts';
import { targetOf, valueText, type ChangeOrder } from '../domain/change-order.ts';
import { isoTime, type Clock } from '../domain/clock.ts';
import { ConsoleError } from '../domain/errors.ts';
import { FORBIDDEN_CHARACTERS, PLAN_CHANGES_A_MONTH, type PlanProblem } from '../domain/plans.ts';
import { MAX_DEVICES } from '../domain/jobs.ts';
import { reviewCost, type CostReview, type PricedDevices } from '../domain/cost.ts';
import type { Store } from '../store/index.ts';
import type { Job } from '../store/jobs.ts';
import type { CatalogPlan } from '../store/plans.ts';
import type { Provider } from '../store/providers.ts';
import { digestOf } from './approvals.ts';
import { routeChange } from './router.ts';
import { planChanges, type BulkChangeRequest, type PlannedChange, type SkipCause } from './planning.ts';

/** Devices that have the same value now: the same plan, state or custom fields. */
export interface FromValue extends PricedDevices {
  value: string | null;
  name: string;
}

/** What a bulk change would do, before anything leaves. */
export interface Review extends CostReview {
  order: ChangeOrder;
  problems: PlanProblem[];
  /** The new plan, when the change is one of rate plans and the catalog has it. */
  plan: CatalogPlan | null;
  /** What the devices get, in words. */
  targetName: string;
  total: number;
  /** Will be sent to the carrier. */
  willChange: number;
  alreadyReached: number;
  heldByOtherJobs: number;
  /** Skipped: the carrier's list did not have them at the last complete sync. */
  notListed: number;
  /** Skipped: they had the month's four plan changes. */
  quotaUsed: number;
  /** Of those that will change: the month's last plan change for them. */
  lastOfMonth: number;
  /** Sent too, each alone and last, because the carrier is likely to refuse them. */
  notActive: number;
  unknown: number;
  /** Of those that will change: a sync found that their plan had been changed elsewhere since the console knew it. */
  drifted: number;
  /** Where the devices that will change come from. */
  from: FromValue[];
  requests: number;
  /** At the rate that the last job found; null when there was none. */
  expectedSeconds: number | null;
  lastSyncAt: string | null;
  /** A second person has to approve it before anything is sent. */
  needsApproval: boolean;
}

export class BulkChanges {
  readonly #store: Store;
  readonly #audit: AuditLog;
  readonly #clock: Clock;

  constructor(store: Store, audit: AuditLog, clock: Clock) {
    this.#store = store;
    this.#audit = audit;
    this.#clock = clock;
  }

  review(request: BulkChangeRequest): Review {
    const { providerId, order } = request;
    const provider = this.#store.providers.get(providerId);
    const plan = order.type === 'carrier-rate-plan' ? this.#store.plans.find(providerId, order.planCode) : undefined;
    const changes = planChanges(this.#store, this.#clock, request);
    const queued = changes.filter((change) => change.state === 'queued');
    const skipped = (cause: SkipCause): number => changes.filter((change) => change.skipped === cause).length;
    const names = new Map(this.#store.plans.list(providerId).map((p) => [p.code, p]));
    const sizes = new Map<string | null, number>();
    for (const change of queued) sizes.set(change.fromValue, (sizes.get(change.fromValue) ?? 0) + 1);
    const from = [...sizes]
      .map(([value, devices]): FromValue => {
        const known = value === null || order.type !== 'carrier-rate-plan' ? undefined : names.get(value);
        const name = value === null ? 'not in the inventory' : (known?.name ?? valueText(order.type, value));
        return { value, name, devices, price: known?.price ?? null };
      })
      .sort((a, b) => b.devices - a.devices);
    const batch = Math.min(request.batchSize ?? provider.batchSize, provider.learnedBatchSize ?? Infinity);
    const alone = queued.filter((change) => change.sentAlone).length;
    const requests = Math.ceil((queued.length - alone) / batch) + alone;
    const rate = provider.maxRequestsPerSecond ?? provider.learnedRequestsPerSecond;
    // Each device is read back as well: by pages when there are many.
    const reads = Math.min(queued.length, Math.ceil(queued.length / provider.pageSize) * 3);
    return {
      order,
      problems: this.#problems(request, changes),
      plan: plan ?? null,
      targetName: plan?.name ?? valueText(order.type, targetOf(order)),
      total: changes.length,
      willChange: queued.length,
      alreadyReached: skipped('reached'),
      heldByOtherJobs: skipped('held'),
      notListed: skipped('not-listed'),
      quotaUsed: skipped('quota-used'),
      lastOfMonth: queued.filter((change) => change.changesThisMonth === PLAN_CHANGES_A_MONTH - 1).length,
      notActive: queued.filter((change) => change.sentAlone && change.deviceId !== null).length,
      unknown: queued.filter((change) => change.deviceId === null).length,
      drifted: queued.filter((change) => change.drifted).length,
      from,
      ...reviewCost(from, plan?.price ?? null),
      requests,
      expectedSeconds:
        rate === null ? null : Math.ceil((requests + reads) / rate + (provider.slowestConfirmationS ?? 5)),
      lastSyncAt: this.#store.syncRuns.latestFinished(providerId)?.finishedAt ?? null,
      needsApproval: needsApproval(request, provider, queued.length),
    };
  }

  /** Each device of a bulk change as it would be queued or skipped; nothing is written. */
  plan(request: BulkChangeRequest): PlannedChange[] {
    return planChanges(this.#store, this.#clock, request);
  }

  /**
   * Validates and queues. Nothing is sent by it: the engine takes the job from the store.
   * @throws ConsoleError `refused` with every reason, and then nothing is written
   */
  create(request: BulkChangeRequest, author: string): Job {
    const { providerId, order, effectiveAt } = request;
    const provider = this.#store.providers.get(providerId);
    const rules = routeChange(order, this.#store, providerId);
    const at = isoTime(this.#clock.now());
    return this.#store.transaction(() => {
      const changes = planChanges(this.#store, this.#clock, request);
      const problems = this.#problems(request, changes);
      const willChange = changes.filter((change) => change.state === 'queued').length;
      if (problems.length === 0) checkConfirmed(request.confirmed, willChange);
      if (problems.length > 0)
        throw new ConsoleError(
          'refused',
          problems.map((problem) => problem.message).join(' '),
          'Nothing was queued or sent.',
        );
      const update = rules.update(effectiveAt);
      const approval = needsApproval(request, provider, willChange);
      const job = this.#store.jobs.insert({
        providerId,
        type: order.type,
        title: rules.title(`${changes.length.toLocaleString('en-US')} ${changes.length === 1 ? 'device' : 'devices'}`),
        state: approval ? 'awaiting-approval' : stateBeforeStart(effectiveAt),
        author,
        request: update,
        target: targetOf(order),
        batchSize: request.batchSize ?? provider.batchSize,
        effectiveAt,
        createdAt: at,
        parentJobId: request.parent?.jobId ?? null,
        childKind: request.parent?.kind ?? null,
        abortShare: request.guards?.abortShare ?? null,
        abortAfter: request.guards?.abortAfter ?? null,
        canary: request.guards?.canary ?? null,
        priority: request.priority ?? 'normal',
      });
      this.#store.changes.insertAll(job.id, providerId, changes, at);
      if (approval) this.#store.jobs.update(job.id, { digest: digestOf(this.#store, job.id) });
      this.#audit.append({
        at,
        actor: author,
        action: 'job.created',
        subject: `job ${String(job.id)}`,
        detail: {
          type: order.type,
          ...update,
          devices: changes.length,
          parent: request.parent ?? null,
          quotaOverridden: request.ignoreQuota === true,
        },
      });
      return this.#store.jobs.get(job.id);
    });
  }

  #problems(request: BulkChangeRequest, changes: readonly PlannedChange[]): PlanProblem[] {
    const { providerId, order } = request;
    const provider = this.#store.providers.get(providerId);
    const problems = routeChange(order, this.#store, providerId).problems();
    const willChange = changes.filter((change) => change.state === 'queued').length;
    if (needsApproval(request, provider, willChange) && !this.#store.operators.any())
      problems.push({
        code: 'nobody-to-approve',
        message:
          'A change of so many devices needs a second person, and this console has no operators. Add them in Settings, or raise the number there.',
      });
    if (!provider.writesEnabled)
      problems.unshift({
        code: 'writes-disabled',
        message: 'Writes disabled for this service provider. Enable them in Settings.',
      });
    if (changes.length === 0) problems.push({ code: 'no-device', message: 'No device is selected.' });
    if (changes.length > MAX_DEVICES)
      problems.push({
        code: 'too-many-devices',
        message: `A bulk change has at most ${MAX_DEVICES.toLocaleString('en-US')} devices.`,
      });
    const bad = request.selection.identifiers.find(({ id }) => FORBIDDEN_CHARACTERS.test(id));
    if (bad !== undefined)
      problems.push({
        code: 'invalid-character',
        message: `The identifier "${bad.id}" holds a character that the carrier refuses.`,
      });
    return problems;
  }
}

function needsApproval({ wholeSize }: BulkChangeRequest, { fourEyesAbove }: Provider, willChange: number): boolean {
  return fourEyesAbove !== null && Math.max(wholeSize ?? 0, willChange) > fourEyesAbove;
}

/** Where a job waits that needs nobody's approval, or has it. */
export function stateBeforeStart(effectiveAt: string | null): 'ready' | 'scheduled' {
  return effectiveAt === null ? 'ready' : 'scheduled';
}

/**
 * What a person confirmed is what starts.
 * @param confirmed the number of devices that the person was told; undefined where nobody was
 * @throws ConsoleError `refused` when another number would change by now
 */
export function checkConfirmed(confirmed: number | undefined, willChange: number): void {
  if (confirmed === undefined || confirmed === willChange) return;
  throw new ConsoleError(
    'refused',
    `You confirmed ${confirmed.toLocaleString('en-US')} devices; by now ${willChange.toLocaleString('en-US')} would change.`,
    'Look at the review again. Nothing was queued or sent.',
  );
}
