/**
 * Four eyes: a bulk change above a size is approved by somebody who is not its author, before anything leaves. What they
 * approve is a digest of exactly what would be sent; when a device, the plan or the date is another one by then, the approval
 * is void.
 */
import type { AuditLog } from '../audit/log.ts';
import { isoTime, type Clock } from '../domain/clock.ts';
import { ConsoleError } from '../domain/errors.ts';
import type { Actor } from '../domain/actor.ts';
import { isSamePerson, permissionsOf } from '../domain/roles.ts';
import type { Store } from '../store/index.ts';
import type { Job } from '../store/jobs.ts';
import { digestOfJob } from './digest.ts';

/** What was approved then may not be right any more. */
const APPROVAL_LASTS_MS = 7 * 86_400_000;

export class Approvals {
  readonly #store: Store;
  readonly #audit: AuditLog;
  readonly #clock: Clock;
  readonly #whyNotDecide: (operatorId: number, authorId: number | null) => string | undefined;
  readonly #digests = new Map<number, { version: number; digest: string }>();

  /** @param whyNotDecide see `EnginePorts` */
  constructor(
    store: Store,
    audit: AuditLog,
    clock: Clock,
    whyNotDecide: (operatorId: number, authorId: number | null) => string | undefined,
  ) {
    this.#store = store;
    this.#audit = audit;
    this.#clock = clock;
    this.#whyNotDecide = whyNotDecide;
  }

  /**
   * Whoever calls it has been asked for the permission `approve` before.
   * @param digest what the person saw
   * @throws ConsoleError `refused` for the author, for a job that does not wait for it, and when it is not what they saw
   */
  decide(jobId: number, decision: 'approved' | 'rejected', by: Actor, digest: string, note = ''): void {
    const job = this.#store.jobs.get(jobId);
    if (job.state !== 'awaiting-approval' || job.digest === null)
      throw new ConsoleError('refused', `Job ${String(jobId)} does not wait for an approval.`);
    // The computer's user may be anybody, the author among them.
    if (by.kind !== 'operator' || by.id === null)
      throw new ConsoleError(
        'refused',
        `Job ${String(jobId)} is decided by an operator who has signed in.`,
        'Sign in first.',
      );
    if (decision === 'approved' && isAuthor(job, by.id, by.name))
      throw new ConsoleError(
        'refused',
        `${job.author} is the author of job ${String(jobId)}.`,
        'Somebody else has to approve it.',
      );
    const borrowed = decision === 'approved' ? this.#whyNotDecide(by.id, job.authorId) : undefined;
    if (borrowed !== undefined) throw new ConsoleError('refused', borrowed, 'Nothing was approved or sent.');
    const now = digestOfJob(this.#store, jobId);
    if (decision === 'approved' && (now !== digest || now !== job.digest))
      throw new ConsoleError(
        'refused',
        `Job ${String(jobId)} is not what was put before you: its devices, plan or date are others.`,
        'Look at it again, or reject it. Nothing was sent.',
      );
    this.#store.transaction(() => {
      const at = isoTime(this.#clock.now());
      this.#store.approvals.add({ jobId, decision, by: by.name, byId: by.id, at, digest: now, note });
      this.#audit.append({
        at,
        actor: by.name,
        action: decision === 'approved' ? 'job.approved' : 'job.rejected',
        subject: `job ${String(jobId)}`,
        detail: { author: job.author, digest: now, note },
      });
    });
  }

  /**
   * It is asked before each request, and goes over every device: made anew only when somebody else has written into the
   * store since. This console itself does not change what was approved.
   */
  #digestNow(jobId: number): string {
    const version = this.#store.foreignWrites();
    const known = this.#digests.get(jobId);
    if (known?.version === version) return known.digest;
    const digest = digestOfJob(this.#store, jobId);
    this.#digests.set(jobId, { version, digest });
    return digest;
  }

  /** @returns why an approved job does not begin yet; its approval stays good for when it does */
  early({ digest, effectiveAt }: Job): string | undefined {
    return digest !== null && effectiveAt !== null && Date.parse(effectiveAt) > this.#clock.now()
      ? `It was approved to start at ${effectiveAt}, which is still in the future.`
      : undefined;
  }

  #mayApprove(operatorId: number, providerId: number): boolean {
    const { role, providers, disabled } = this.#store.operators.get(operatorId);
    return (
      !disabled &&
      permissionsOf(role, providers === null).includes('approve') &&
      (providers === null || providers.includes(providerId))
    );
  }

  /** @returns why the job may not send anything; undefined when it may */
  problem(job: Job): string | undefined {
    if (job.digest === null) return undefined;
    // The last word counts: an approval before a rejection is none.
    const last = this.#store.approvals.ofJob(job.id).at(-1);
    if (last === undefined || last.byId === null || isAuthor(job, last.byId, last.by))
      return 'Nobody but its author has approved it.';
    if (last.decision === 'approved' && !this.#mayApprove(last.byId, job.providerId))
      return `${last.by}, who approved it, may not approve it any more.`;
    if (last.decision === 'rejected') return `${last.by} has rejected it.`;
    if (this.#clock.now() - Date.parse(last.at) > APPROVAL_LASTS_MS)
      return 'Its approval is older than 7 days: it is void.';
    const digest = this.#digestNow(job.id);
    return digest === job.digest && last.digest === digest
      ? undefined
      : 'Its devices, plan or date are not those that were approved: the approval is void.';
  }
}

/** By the operator's number; a job of an earlier version may have a name only. */
function isAuthor({ author, authorId }: Job, operatorId: number, name: string): boolean {
  return authorId === operatorId || (authorId === null && isSamePerson(author, name));
}
