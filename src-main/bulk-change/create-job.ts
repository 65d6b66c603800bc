/**
 * The controller of a bulk change request: says what will happen before anything leaves, then writes one bulk record and
 * one change record a device in one transaction. That is the durable queue.
 */
import type { AuditLog } from '../audit/log.ts';
import { targetOf, valueText, type ChangeOrder } from '../domain/change-order.ts';
import { asActor, type Actor } from '../domain/actor.ts';
import { isoTime, type Clock } from '../domain/clock.ts';
import { counted } from '../domain/counted.ts';
import { ConsoleError } from '../domain/errors.ts';
import { FORBIDDEN_CHARACTERS, PLAN_CHANGES_A_MONTH, type PlanProblem } from '../domain/plans.ts';
import { MAX_DEVICES } from '../domain/jobs.ts';
import { accountOf } from '../domain/provider-settings.ts';
import { reviewCost, type CostReview, type PricedDevices } from '../domain/cost.ts';
import type { Store } from '../store/index.ts';
import type { Job } from '../store/jobs.ts';
import type { CatalogPlan } from '../store/plans.ts';
import type { Provider } from '../store/providers.ts';
import { digestOf, digestOfJob, orderDigested } from './digest.ts';
import { routeChange } from './change-types/registry.ts';
import { planChanges, readOrder, type BulkChangeRequest, type PlannedChange, type SkipCause } from './plan-changes.ts';

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
  /** Not in the inventory: read at the carrier before anything is sent, or left out. */
  unknown: number;
  /** Skipped: not in the inventory, and nobody asked to send them. */
  leftOut: number;
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
  /** Devices of the author's other changes of the last 24 hours that nobody approved: they count with this one. */
  unapprovedBefore: number;
  /** From which outcome on the abort rule counts; null without one. */
  abortAfter: number | null;
  /** Of exactly this change; it has to come back with the start. */
  digest: string;
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

  /** @param author whose change it would be, if that is known already */
  review(asked: BulkChangeRequest, author?: Actor): Review {
    const request = { ...asked, order: readOrder(this.#store, asked.providerId, asked.order) };
    const { providerId, order } = request;
    const provider = this.#store.providers.get(providerId);
    const plan = order.type === 'carrier-rate-plan' ? this.#store.plans.find(providerId, order.planCode) : undefined;
    const changes = planChanges(this.#store, this.#clock, request);
    const queued = changes.filter(willChange);
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
    const before = this.#unapprovedBefore(request, author);
    // Each device is read back as well: by pages when there are many.
    const reads = Math.min(queued.length, Math.ceil(queued.length / provider.pageSize) * 3);
    return {
      order,
      problems: this.#problems(request, changes, before),
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
      unknown: queued.filter((change) => change.deviceId === null).length + skipped('not-in-inventory'),
      leftOut: skipped('not-in-inventory'),
      drifted: queued.filter((change) => change.drifted).length,
      from,
      ...reviewCost(from, plan?.price ?? null),
      requests,
      expectedSeconds:
        rate === null ? null : Math.ceil((requests + reads) / rate + (provider.slowestConfirmationS ?? 5)),
      lastSyncAt: this.#store.syncRuns.latestFinished(providerId)?.finishedAt ?? null,
      needsApproval: needsApproval(request, this.#parentOf(request), provider, queued.length, before),
      unapprovedBefore: before,
      abortAfter: abortAfter(request, queued.length),
      digest: this.#digest(request, queued),
    };
  }

  /** Each device of a bulk change as it would be queued or skipped; nothing is written. */
  plan(request: BulkChangeRequest): PlannedChange[] {
    return planChanges(this.#store, this.#clock, request);
  }

  /**
   * Validates and queues. A name alone stands for the computer's user.
   * Nothing is sent by it: the engine takes the job from the store.
   * @throws ConsoleError `refused` with every reason, and then nothing is written
   */
  create(asked: BulkChangeRequest, by: Actor | string): Job {
    const author = asActor(by);
    const request = { ...asked, order: readOrder(this.#store, asked.providerId, asked.order) };
    const { providerId, order, effectiveAt } = request;
    const provider = this.#store.providers.get(providerId);
    const rules = routeChange(order, this.#store, providerId);
    const at = isoTime(this.#clock.now());
    return this.#store.transaction(() => {
      const changes = planChanges(this.#store, this.#clock, request);
      const before = this.#unapprovedBefore(request, author);
      const problems = this.#problems(request, changes, before);
      if (problems.length > 0) throw refused(problems);
      const queued = changes.filter(willChange);
      checkConfirmed(request.confirmed, this.#digest(request, queued));
      const update = rules.update(effectiveAt);
      const approval = needsApproval(request, this.#parentOf(request), provider, queued.length, before);
      const job = this.#store.jobs.insert({
        providerId,
        type: order.type,
        title: rules.title(counted(changes.length, 'device')),
        state: approval ? 'awaiting-approval' : stateBeforeStart(effectiveAt),
        author: author.name,
        authorId: author.id,
        request: update,
        target: targetOf(order),
        batchSize: request.batchSize ?? provider.batchSize,
        effectiveAt,
        createdAt: at,
        parentJobId: request.parent?.jobId ?? null,
        childKind: request.parent?.kind ?? null,
        abortShare: request.guards?.abortShare ?? null,
        abortAfter: abortAfter(request, queued.length),
        canary: request.guards?.canary ?? null,
        priority: request.priority ?? 'normal',
        madeFor: accountOf(provider),
        ignoreQuota: request.ignoreQuota === true,
      });
      this.#store.changes.insertAll(job.id, providerId, changes, at);
      if (approval) this.#store.jobs.update(job.id, { digest: digestOfJob(this.#store, job.id) });
      this.#audit.append({
        at,
        actor: author.name,
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

  #parentOf({ parent }: BulkChangeRequest): Job | undefined {
    return parent && this.#store.jobs.get(parent.jobId);
  }

  /** Many small changes are one large one: what the same person has changed unapproved in the last 24 hours counts. */
  #unapprovedBefore({ providerId, siblings }: BulkChangeRequest, author: Actor | undefined): number {
    if (author === undefined || this.#store.providers.get(providerId).fourEyesAbove === null) return 0;
    const since = isoTime(this.#clock.now() - COUNTED_TOGETHER_MS);
    return this.#store.jobs.unapprovedDevices(providerId, author, since, siblings ?? []);
  }

  #digest(
    { providerId, order, effectiveAt, ignoreQuota, parent }: BulkChangeRequest,
    queued: readonly PlannedChange[],
  ): string {
    const provider = this.#store.providers.get(providerId);
    return digestOf({
      account: accountOf(provider),
      caCertificates: provider.caCertificates,
      order: orderDigested(order),
      effectiveAt,
      ignoreQuota: ignoreQuota === true,
      childKind: parent?.kind ?? null,
      devices: queued.map(({ identifier }) => identifier),
    });
  }

  #problems(request: BulkChangeRequest, changes: readonly PlannedChange[], before: number): PlanProblem[] {
    const { providerId, order } = request;
    const provider = this.#store.providers.get(providerId);
    const problems = routeChange(order, this.#store, providerId).problems();
    const count = changes.filter(willChange).length;
    if (needsApproval(request, this.#parentOf(request), provider, count, before) && !this.#store.operators.any())
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
    if (request.effectiveAt !== null && Date.parse(request.effectiveAt) <= this.#clock.now())
      problems.push({
        code: 'start-in-past',
        message: `The start (${request.effectiveAt}) is in the past. Choose a later one, or start at once.`,
      });
    const bad = request.selection.identifiers.find(({ id }) => FORBIDDEN_CHARACTERS.test(id));
    if (bad !== undefined)
      problems.push({
        code: 'invalid-character',
        message: `The identifier "${bad.id}" holds a character that the carrier refuses.`,
      });
    if (problems.length === 0 && count === 0) problems.push({ code: 'nothing-to-do', message: nothingToDo(changes) });
    return problems;
  }
}

/** Changes of one author within it count together towards the number above which a second person approves. */
const COUNTED_TOGETHER_MS = 24 * 3_600_000;

/** What needed approval needs it in every job that comes of it, whatever its size: a part of it is no smaller matter. */
function needsApproval(
  { wholeSize }: BulkChangeRequest,
  parent: Job | undefined,
  { fourEyesAbove }: Provider,
  willChange: number,
  unapprovedBefore: number,
): boolean {
  if (parent !== undefined && parent.digest !== null) return true;
  return fourEyesAbove !== null && Math.max(wholeSize ?? 0, willChange) + unapprovedBefore > fourEyesAbove;
}

/** Where a job waits that needs nobody's approval, or has it. */
export function stateBeforeStart(effectiveAt: string | null): 'ready' | 'scheduled' {
  return effectiveAt === null ? 'ready' : 'scheduled';
}

function willChange(change: PlannedChange): boolean {
  return change.state !== 'skipped';
}

/** On a job no larger than its threshold the rule counts from the first outcome: it would never count otherwise. */
function abortAfter({ guards }: BulkChangeRequest, devices: number): number | null {
  if (guards?.abortShare === undefined) return null;
  const after = guards.abortAfter ?? 1;
  return devices <= after ? 1 : after;
}

/** @returns the refusal with every reason */
function refused(problems: readonly PlanProblem[]): ConsoleError {
  const idle = problems[0]?.code === 'nothing-to-do';
  return new ConsoleError(
    idle ? 'nothing-to-do' : 'refused',
    problems.map((problem) => problem.message).join(' '),
    'Nothing was queued or sent.',
  );
}

const SKIP_WORDS: Readonly<Record<SkipCause, string>> = {
  reached: 'already there',
  held: 'held by another job',
  'not-listed': 'no longer listed by the carrier',
  'quota-used': 'without a plan change left this month',
  'not-in-inventory': 'not in the inventory',
};

function nothingToDo(changes: readonly PlannedChange[]): string {
  const causes = (Object.keys(SKIP_WORDS) as SkipCause[]).flatMap((cause) => {
    const count = changes.filter(({ skipped }) => skipped === cause).length;
    return count === 0 ? [] : [`${count.toLocaleString('en-US')} ${SKIP_WORDS[cause]}`];
  });
  return `No device would change: ${causes.join(', ')}.`;
}

/**
 * What a person confirmed is what starts.
 * @param confirmed the digest of the review that the person saw; undefined where nobody saw one
 * @throws ConsoleError `refused` when it would be another change by now
 */
export function checkConfirmed(confirmed: string | undefined, digest: string): void {
  if (confirmed === undefined || confirmed === digest) return;
  throw new ConsoleError(
    'refused',
    'This is no longer the change that you reviewed: its devices, plan, account or date are different now.',
    'Look at the review again. Nothing was queued or sent.',
  );
}
