/** The background engine: which job runs when, one at a time for each service provider, and how people control it. */
import type { AuditLog } from '../audit/log.ts';
import { isoTime, type Clock } from '../domain/clock.ts';
import { ConsoleError, explain, storageProblem } from '../domain/errors.ts';
import { jobCounts, PRIORITIES, type Priority } from '../domain/jobs.ts';
import type { Store } from '../store/index.ts';
import type { Job } from '../store/jobs.ts';
import { Approvals } from './approvals.ts';
import { stateBeforeStart } from './bulk-change.ts';
import { JobRun, type RunOutcome } from './job-run.ts';
import type { EngineEvent, EngineListener, EnginePorts } from './ports.ts';

/** A scheduled job that is this late is not started by itself: a person is asked. */
const MISSED_START_MS = 5 * 60_000;
const SCHEDULE_POLL_MS = 1000;

export class Engine {
  readonly #store: Store;
  readonly #audit: AuditLog;
  readonly #clock: Clock;
  readonly #ports: EnginePorts;
  readonly #approvals: Approvals;
  readonly #listeners = new Set<EngineListener>();
  /** By service provider. */
  readonly #running = new Map<number, { jobId: number; run: JobRun; done: Promise<RunOutcome> }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Store, audit: AuditLog, clock: Clock, ports: EnginePorts) {
    this.#store = store;
    this.#audit = audit;
    this.#clock = clock;
    this.#ports = ports;
    this.#approvals = new Approvals(store, audit, clock);
  }

  /** @returns a function that stops listening */
  listen(listener: EngineListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Call it once this process holds the engine lock. Jobs that the last process left running or waiting become
   * `interrupted` and wait for a person; nothing is sent.
   */
  recover(): Job[] {
    const left = this.#store.jobs.inState('running', 'ready');
    for (const job of left) this.#setState(job, 'job.interrupted', 'interrupted');
    return left.map((job) => this.#store.jobs.get(job.id));
  }

  /** From now on starts waiting jobs, and scheduled ones when they are due. */
  start(): void {
    this.#timer ??= setInterval(() => {
      try {
        this.startDue();
      } catch (error) {
        // A store that is locked or full now may be free the next time; whoever asks for something is told.
        if (storageProblem(error) === undefined) throw error;
      }
    }, SCHEDULE_POLL_MS);
    this.startDue();
  }

  /** Ends every run: nothing new leaves, answers under way are written down. The jobs can be resumed. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    const runs = [...this.#running.values()];
    for (const { run } of runs) run.interrupt();
    await Promise.all(runs.map(({ done }) => done));
  }

  /** Whether this process runs a job now, of that service provider or of any. */
  isRunning(providerId?: number): boolean {
    return providerId === undefined ? this.#running.size > 0 : this.#running.has(providerId);
  }

  /** Starts a scheduled job now, or goes on with one that was paused, interrupted or stopped. */
  resume(jobId: number, actor: string): void {
    const job = this.#store.jobs.get(jobId);
    if (job.state === 'finished')
      throw new ConsoleError('refused', `Job ${String(jobId)} is finished; there is nothing to resume.`);
    if (job.state === 'awaiting-approval') throw awaitsApproval(job);
    this.#refuseIfReadOnly(job);
    // Running on disk but not here: the run ended when even its end could not be written down, as on a full disk.
    if (job.state === 'ready' || (job.state === 'running' && this.#runOf(jobId) !== undefined)) return;
    // A cancelled job stays cancelled: what it goes on with is reading back what had left.
    if (job.wanted === 'pause') this.#store.jobs.setWanted(jobId, 'run');
    this.#setState(job, 'job.resumed', 'ready', actor);
    this.startDue();
  }

  /**
   * A second person lets a job start, at its effective date if it has one.
   * @param digest what they saw
   * @throws ConsoleError `refused` for its author, and when it is not what they saw
   */
  approve(jobId: number, actor: string, digest: string, note?: string): void {
    this.#approvals.decide(jobId, 'approved', actor, digest, note);
    const job = this.#store.jobs.get(jobId);
    this.#store.jobs.update(jobId, { stopReason: null });
    this.#setState(job, 'job.resumed', stateBeforeStart(job.effectiveAt), actor);
    this.startDue();
  }

  /** Nothing of the job is ever sent. @throws ConsoleError `refused` when it does not wait for an approval */
  reject(jobId: number, actor: string, digest: string, note?: string): void {
    this.#approvals.decide(jobId, 'rejected', actor, digest, note);
    this.cancel(jobId, actor);
  }

  /** Nothing new leaves within 100 ms; answers that are on their way are still written down. */
  pause(jobId: number, actor: string): void {
    const job = this.#store.jobs.get(jobId);
    if (job.state === 'finished')
      throw new ConsoleError('refused', `Job ${String(jobId)} is finished; there is nothing to pause.`);
    if (job.state === 'awaiting-approval') throw awaitsApproval(job);
    this.#store.jobs.setWanted(jobId, 'pause');
    if (job.state === 'ready' || job.state === 'scheduled') this.#setState(job, 'job.paused', 'paused', actor);
    this.#runOf(jobId)?.control();
  }

  /** What has not left is cancelled; what has left is read back until its outcome is known. */
  cancel(jobId: number, actor: string): void {
    const job = this.#store.jobs.get(jobId);
    if (job.state === 'finished')
      throw new ConsoleError(
        'refused',
        `Job ${String(jobId)} is finished; what the carrier changed cannot be cancelled.`,
      );
    this.#store.jobs.setWanted(jobId, 'cancel');
    this.#store.transaction(() => {
      this.#audit.append({
        at: this.#now(),
        actor,
        action: 'job.cancelled',
        subject: `job ${String(jobId)}`,
        detail: { from: job.state },
      });
    });
    const run = this.#runOf(jobId);
    if (run !== undefined) run.control();
    else if (job.state !== 'running' || this.#timer !== undefined) {
      this.#setState(job, 'job.resumed', 'ready', actor);
      this.startDue();
    }
  }

  /**
   * Reads the unconfirmed changes of a finished job back once more; nothing is sent. They have the deadline anew.
   * @returns how many there are
   * @throws ConsoleError `refused` when there is none
   */
  recheck(jobId: number, actor: string): number {
    const job = this.#store.jobs.get(jobId);
    const unconfirmed = this.#store.changes.inState(jobId, ['unconfirmed']);
    if (job.state !== 'finished' || unconfirmed.length === 0) {
      throw new ConsoleError('refused', `Job ${String(jobId)} has no unconfirmed change to re-check.`);
    }
    this.#store.transaction(() => {
      this.#store.changes.move(unconfirmed, { to: 'accepted', at: this.#now() });
      this.#store.jobs.update(jobId, { finishedAt: null });
      this.#setState(job, 'job.resumed', 'ready', actor);
    });
    this.startDue();
    return unconfirmed.length;
  }

  /** A more urgent job makes the running one of its service provider step back until it is done. @throws ConsoleError */
  setPriority(jobId: number, priority: Priority, actor: string): void {
    const job = this.#store.jobs.get(jobId);
    if (job.state === 'finished')
      throw new ConsoleError('refused', `Job ${String(jobId)} is finished; its priority does not matter any more.`);
    this.#store.transaction(() => {
      this.#store.jobs.setPriority(jobId, priority);
      this.#audit.append({
        at: this.#now(),
        actor,
        action: 'job.priority',
        subject: `job ${String(jobId)}`,
        detail: { from: job.priority, to: priority },
      });
    });
    this.#tell({ kind: 'job', jobId });
    this.startDue();
  }

  /** Resolves when the job's current run has ended; at once when it does not run here. */
  async whenEnded(jobId: number): Promise<RunOutcome | undefined> {
    for (const entry of this.#running.values()) if (entry.jobId === jobId) return entry.done;
    return undefined;
  }

  /** A scheduled job whose time passed while no console was running. */
  missedItsStart(job: Job): boolean {
    return (
      job.state === 'scheduled' &&
      job.effectiveAt !== null &&
      this.#clock.now() - Date.parse(job.effectiveAt) > MISSED_START_MS
    );
  }

  /** Starts what is waiting and due; call it after a job was created. Does nothing before {@link start}. */
  startDue(): void {
    if (this.#timer === undefined) return;
    for (const job of this.#store.jobs.inState('scheduled')) {
      const due = job.effectiveAt !== null && Date.parse(job.effectiveAt) <= this.#clock.now();
      if (due && !this.missedItsStart(job)) this.#setState(job, 'job.resumed', 'ready');
    }
    for (const job of this.#store.jobs.inState('ready')) {
      const running = this.#running.get(job.providerId);
      if (running === undefined) this.#begin(job);
      else if (isBefore(job.priority, this.#store.jobs.get(running.jobId).priority)) running.run.stepBack();
    }
  }

  #begin(job: Job): void {
    const notApproved = this.#sends(job) ? this.#approvals.problem(job) : undefined;
    if (notApproved !== undefined) {
      this.#store.jobs.update(job.id, { stopReason: notApproved });
      this.#setState(job, 'job.approval-void', 'awaiting-approval');
      this.#tell({ kind: 'alert', jobId: job.id, message: `${notApproved} Nothing is sent.` });
      return;
    }
    const provider = this.#store.providers.get(job.providerId);
    let run: JobRun;
    try {
      this.#refuseIfReadOnly(job);
      run = new JobRun(this.#store, this.#audit, this.#clock, job, this.#ports.line(provider), this.#ports, (event) => {
        this.#tell(event);
      });
    } catch (error) {
      this.#store.jobs.update(job.id, { stopReason: explain(error) });
      this.#setState(job, 'job.stopped', 'stopped');
      this.#tell({ kind: 'alert', jobId: job.id, message: explain(error) });
      return;
    }
    const done = run.run().finally(() => {
      this.#running.delete(provider.id);
      this.startDue();
    });
    this.#running.set(provider.id, { jobId: job.id, run, done });
    done.then(
      (outcome) => {
        const { error, unconfirmed, cancelled, total } = jobCounts(this.#store.changes.counts(job.id));
        const unchanged = error + unconfirmed + cancelled;
        if (outcome.how === 'stopped')
          this.#tell({ kind: 'alert', jobId: job.id, message: outcome.reason ?? 'The job stopped.' });
        if (outcome.how === 'finished' && unchanged > 0) {
          this.#tell({
            kind: 'alert',
            jobId: job.id,
            message: `${unchanged.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} devices did not change; the report says why.`,
          });
        }
      },
      (error: unknown) => {
        this.#tell({ kind: 'alert', jobId: job.id, message: `The job ended unexpectedly: ${explain(error)}` });
      },
    );
  }

  /** The read-only switch stops what would be sent; reading back and cancelling go on. */
  #refuseIfReadOnly(job: Job): void {
    if (this.#sends(job) && !this.#store.providers.get(job.providerId).writesEnabled) throw writesDisabled();
  }

  #sends(job: Job): boolean {
    return job.wanted !== 'cancel' && this.#store.changes.counts(job.id).queued > 0;
  }

  #runOf(jobId: number): JobRun | undefined {
    return [...this.#running.values()].find((entry) => entry.jobId === jobId)?.run;
  }

  #setState(
    job: Job,
    action: 'job.interrupted' | 'job.resumed' | 'job.paused' | 'job.stopped' | 'job.approval-void',
    state: Job['state'],
    actor = 'engine',
  ): void {
    this.#store.transaction(() => {
      this.#store.jobs.update(job.id, { state });
      this.#audit.append({
        at: this.#now(),
        actor,
        action,
        subject: `job ${String(job.id)}`,
        detail: { from: job.state, to: state },
      });
    });
    this.#tell({ kind: 'job', jobId: job.id });
  }

  #tell(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #now(): string {
    return isoTime(this.#clock.now());
  }
}

function isBefore(one: Priority, other: Priority): boolean {
  return PRIORITIES.indexOf(one) > PRIORITIES.indexOf(other);
}

function awaitsApproval(job: Job): ConsoleError {
  return new ConsoleError(
    'refused',
    `Job ${String(job.id)} waits for somebody else than ${job.author} to approve it.`,
    'An Approver finds it under Jobs.',
  );
}

function writesDisabled(): ConsoleError {
  return new ConsoleError(
    'refused',
    'Writes disabled for this service provider.',
    'Enable them in Settings to change plans.',
  );
}
