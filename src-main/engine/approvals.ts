/**
 * Four eyes: a bulk change above a size is approved by somebody who is not its author, before anything leaves. What they
 * approve is a digest of exactly what would be sent; when a device, the plan or the date is another one by then, the approval
 * is void.
 */
import type { AuditLog } from '../audit/log.ts';
import { isoTime, type Clock } from '../domain/clock.ts';
import { ConsoleError } from '../domain/errors.ts';
import { isSamePerson } from '../domain/roles.ts';
import type { Store } from '../store/index.ts';
import type { Job } from '../store/jobs.ts';
import { digestOfJob } from './change-digest.ts';

export class Approvals {
  readonly #store: Store;
  readonly #audit: AuditLog;
  readonly #clock: Clock;
  readonly #digests = new Map<number, { version: number; digest: string }>();

  constructor(store: Store, audit: AuditLog, clock: Clock) {
    this.#store = store;
    this.#audit = audit;
    this.#clock = clock;
  }

  /**
   * Whoever calls it has been asked for the permission `approve` before.
   * @param digest what the person saw
   * @throws ConsoleError `refused` for the author, for a job that does not wait for it, and when it is not what they saw
   */
  decide(jobId: number, decision: 'approved' | 'rejected', by: string, digest: string, note = ''): void {
    const job = this.#store.jobs.get(jobId);
    if (job.state !== 'awaiting-approval' || job.digest === null)
      throw new ConsoleError('refused', `Job ${String(jobId)} does not wait for an approval.`);
    if (decision === 'approved' && isSamePerson(by, job.author))
      throw new ConsoleError(
        'refused',
        `${job.author} is the author of job ${String(jobId)}.`,
        'Somebody else has to approve it.',
      );
    const now = digestOfJob(this.#store, jobId);
    if (decision === 'approved' && (now !== digest || now !== job.digest))
      throw new ConsoleError(
        'refused',
        `Job ${String(jobId)} is not what was put before you: its devices, plan or date are others.`,
        'Look at it again, or reject it. Nothing was sent.',
      );
    this.#store.transaction(() => {
      const at = isoTime(this.#clock.now());
      this.#store.approvals.add({ jobId, decision, by, at, digest: now, note });
      this.#audit.append({
        at,
        actor: by,
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

  /** @returns why the job may not send anything; undefined when it may */
  problem(job: Job): string | undefined {
    if (job.digest === null) return undefined;
    const approved = this.#store.approvals
      .ofJob(job.id)
      .filter(({ decision, by }) => decision === 'approved' && !isSamePerson(by, job.author));
    if (approved.length === 0) return 'Nobody but its author has approved it.';
    const now = this.#digestNow(job.id);
    return now === job.digest && approved.some(({ digest }) => digest === now)
      ? undefined
      : 'Its devices, plan or date are not those that were approved: the approval is void.';
  }
}
