/** The background engine: which job runs when, one at a time for each service provider, and how people control it. */
import type { AuditAction, AuditLog } from '../audit/log.ts';
import type { Actor } from '../domain/actor.ts';
import { typesLike } from '../domain/change-order.ts';
import { isoTime, type Clock } from '../domain/clock.ts';
import { counted } from '../domain/counted.ts';
import { ConsoleError, explain, storageProblem } from '../domain/errors.ts';
import { JOB_STATES, jobCounts, PRIORITIES, type Priority } from '../domain/jobs.ts';
import { waiting, type Waiting } from '../domain/waiting.ts';
import type { Store } from '../store/index.ts';
import type { Job } from '../store/jobs.ts';
import type { Provider } from '../store/providers.ts';
import { Approvals } from '../bulk-change/approval.ts';
import { digestOfJob, digestToApprove, EARLIER_DIGEST } from '../bulk-change/digest.ts';
import { stateBeforeStart } from '../bulk-change/create-job.ts';
import { writeFinalReport } from './final-report.ts';
import { JobRun, type RunOutcome } from './job-run.ts';
import { madeForAnother } from '../bulk-change/made-for.ts';
import { DepartureCheck, type Forbidden } from './departure-check.ts';
import { CANCELLED } from './journal.ts';
import type { EngineEvent, EngineListener, EnginePorts } from './ports.ts';

/** A scheduled job that is this late is not started by itself: a person is asked. */
const MISSED_START_MS = 5 * 60_000;
const SCHEDULE_POLL_MS = 1000;
/** How long a job waits that could not begin because the store took nothing: longer each time. */
const SHORTEST_RETRY_MS = 5000;
const LONGEST_RETRY_MS = 5 * 60_000;

const OPEN = JOB_STATES.filter((state) => state !== 'finished');

export class Engine {
  readonly #store: Store;
  readonly #audit: AuditLog;
  readonly #clock: Clock;
  readonly #ports: EnginePorts;
  readonly #approvals: Approvals;
  readonly #door: DepartureCheck;
  readonly #listeners = new Set<EngineListener>();
  /** By service provider. */
  readonly #running = new Map<number, { jobId: number; run: JobRun; done: Promise<RunOutcome> }>();
  /** Jobs that could not begin, by their number: when they are tried again, in elapsed time. */
  readonly #delayed = new Map<number, { until: number; failures: number }>();
  /** Jobs whose run has ended although the store did not take its end, and why: it is written down as soon as it can be. */
  readonly #unwritten = new Map<number, string>();
  #timer: NodeJS.Timeout | undefined;
  /** The only jobs that this process runs; undefined for all. */
  #only: Set<number> | undefined;

  constructor(store: Store, audit: AuditLog, clock: Clock, ports: EnginePorts) {
    this.#store = store;
    this.#audit = audit;
    this.#clock = clock;
    this.#ports = ports;
    this.#approvals = new Approvals(store, audit, clock, (operatorId, authorId) =>
      ports.whyNotDecide(operatorId, authorId),
    );
    this.#door = new DepartureCheck(store, this.#approvals, clock);
  }

  /** Tells people of something that concerns the console as a whole. */
  announce(message: string): void {
    this.#tell({ kind: 'alert', jobId: null, message });
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
    for (const job of this.#store.jobs.inState(...OPEN)) if (job.digest === EARLIER_DIGEST) this.#askAnew(job);
    return left.map((job) => this.#store.jobs.get(job.id));
  }

  /** What was approved, or was to be, before the update can no longer be told: it is put before somebody again. */
  #askAnew(job: Job): void {
    this.#store.transaction(() => {
      this.#store.jobs.update(job.id, {
        digest: digestOfJob(this.#store, job.id),
        stopReason: 'The console was updated while it waited: it needs an approval of its present form.',
      });
      if (job.state !== 'awaiting-approval') this.#setState(job, 'job.approval-void', 'awaiting-approval');
    });
  }

  /**
   * From now on starts waiting jobs, and scheduled ones when they are due.
   * @param onlyNamed only those that {@link take} names, as a command does that ends when its own job has: it would
   *   interrupt the others
   */
  start(onlyNamed = false): void {
    if (onlyNamed) this.#only ??= new Set();
    const look = (): void => {
      try {
        this.startDue();
      } catch (error) {
        // A store that is locked or full now may be free the next time; whoever asks for something is told.
        if (storageProblem(error) === undefined) throw error;
      }
    };
    this.#timer ??= setInterval(look, SCHEDULE_POLL_MS);
    look();
  }

  /** This process runs the job, also when it runs only named ones. */
  take(jobId: number): void {
    this.#only?.add(jobId);
    this.startDue();
  }

  /** Ends every run: nothing new leaves, answers under way are written down. The jobs can be resumed. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    const runs = [...this.#running.values()];
    for (const { run } of runs) run.interrupt();
    await Promise.allSettled(runs.map(({ done }) => done));
  }

  /** Whether this process runs a job now, of that service provider or of any. */
  isRunning(providerId?: number): boolean {
    return providerId === undefined ? this.#running.size > 0 : this.#running.has(providerId);
  }

  /**
   * Starts a scheduled job now, or goes on with one that was paused, interrupted or stopped. One that was paused before its
   * date came waits for that again.
   */
  resume(jobId: number, actor: string): void {
    const job = this.#store.jobs.get(jobId);
    if (job.state === 'finished')
      throw new ConsoleError('refused', `Job ${String(jobId)} is finished; there is nothing to resume.`);
    if (job.state === 'awaiting-approval') throw awaitsApproval(job);
    if (job.state === 'scheduled' && job.digest !== null && !this.#isDue(job))
      throw new ConsoleError(
        'refused',
        `Job ${String(jobId)} was approved for ${job.effectiveAt ?? ''} and does not start before that.`,
        'Cancel it and ask for a new approval to start sooner.',
      );
    const forbidden = this.#forbidden(job);
    if (forbidden?.how === 'stopped') throw new ConsoleError('refused', forbidden.reason);
    this.#delayed.delete(jobId);
    this.#only?.add(jobId);
    this.#runOf(jobId)?.goOn();
    // Running on disk but not here: the run ended when even its end could not be written down, as on a full disk.
    if (job.state === 'ready') this.startDue();
    if (job.state === 'ready' || (job.state === 'running' && this.#runOf(jobId) !== undefined)) return;
    // A cancelled job stays cancelled: what it goes on with is reading back what had left.
    const isEarly =
      job.state !== 'scheduled' && job.startedAt === null && job.effectiveAt !== null && !this.#isDue(job);
    this.#store.transaction(() => {
      if (job.wanted === 'pause') this.#store.jobs.setWanted(jobId, 'run');
      this.#store.jobs.update(jobId, { stopReason: null });
      this.#setState(job, 'job.resumed', isEarly ? 'scheduled' : 'ready', actor);
    });
    this.startDue();
  }

  /**
   * A second person lets a job start, at its effective date if it has one.
   * @param digest what they saw
   * @throws ConsoleError `refused` for its author, and when it is not what they saw
   */
  approve(jobId: number, actor: Actor, digest: string, note?: string): void {
    this.#store.transaction(() => {
      this.#approvals.decide(jobId, 'approved', actor, digest, note);
      const job = this.#store.jobs.get(jobId);
      this.#store.jobs.update(jobId, { stopReason: null });
      this.#setState(job, 'job.resumed', stateBeforeStart(job.effectiveAt), actor.name);
    });
    this.startDue();
  }

  /** Nothing of the job is ever sent. @throws ConsoleError `refused` when it does not wait for an approval */
  reject(jobId: number, actor: Actor, digest: string, note?: string): void {
    // One word: a job that is rejected and not cancelled would wait for nobody.
    this.#store.transaction(() => {
      this.#approvals.decide(jobId, 'rejected', actor, digest, note);
      this.cancel(jobId, actor.name);
    });
  }

  /** Nothing new leaves within 100 ms; answers that are on their way are still written down. */
  pause(jobId: number, actor: string): void {
    const job = this.#store.jobs.get(jobId);
    if (job.state === 'finished')
      throw new ConsoleError('refused', `Job ${String(jobId)} is finished; there is nothing to pause.`);
    if (job.wanted === 'cancel')
      throw new ConsoleError(
        'refused',
        `Job ${String(jobId)} is cancelled. Nothing more of it is sent.`,
        'What had left is being read back.',
      );
    if (job.state === 'awaiting-approval') throw awaitsApproval(job);
    this.#store.jobs.setWanted(jobId, 'pause');
    if (job.state === 'ready' || job.state === 'scheduled') this.#setState(job, 'job.paused', 'paused', actor);
    this.#runOf(jobId)?.control();
  }

  /**
   * What has not left is cancelled at once, and its devices are free; what has left is read back until its outcome is known.
   * It cannot be taken back.
   */
  cancel(jobId: number, actor: string): void {
    const left = this.#store.transaction(() => {
      const job = this.#store.jobs.get(jobId);
      if (job.state === 'finished')
        throw new ConsoleError('refused', `Job ${String(jobId)} is finished; there is nothing to cancel.`);
      const isNew = job.wanted !== 'cancel';
      this.#store.jobs.setWanted(jobId, 'cancel');
      const runs = job.state === 'running';
      // The run that sends them takes its own changes back: it knows which are on their way.
      const cancelled = runs ? 0 : this.#store.changes.cancelQueued(jobId, this.#now(), CANCELLED);
      if (isNew) this.#log('job.cancelled', jobId, actor, { from: job.state, changes: cancelled });
      const { open } = jobCounts(this.#store.changes.counts(jobId));
      if (!runs && open === 0) {
        this.#store.jobs.update(jobId, { state: 'finished', finishedAt: this.#now(), stopReason: null });
        this.#log('job.finished', jobId, actor, { cancelled });
      }
      return { job, open };
    });
    const run = this.#runOf(jobId);
    if (run !== undefined) run.control();
    else if (left.open > 0 && (left.job.state !== 'running' || this.#timer !== undefined)) {
      this.#only?.add(jobId);
      this.#setState(left.job, 'job.resumed', 'ready', actor);
      this.startDue();
    } else if (left.open === 0 && left.job.state !== 'running') {
      this.#tell({ kind: 'job', jobId });
      void writeFinalReport(
        this.#store,
        this.#ports,
        (event) => {
          this.#tell(event);
        },
        jobId,
      );
      this.startDue();
    }
  }

  /**
   * Reads the unconfirmed changes of a finished job back once more; nothing is sent. They have the deadline anew.
   * @returns how many there are
   * @throws ConsoleError `refused` when there is none, or when other jobs hold all of their devices
   */
  recheck(jobId: number, actor: string): number {
    const job = this.#store.jobs.get(jobId);
    const unconfirmed = this.#store.changes.inState(jobId, ['unconfirmed']);
    if (job.state !== 'finished' || unconfirmed.length === 0) {
      throw new ConsoleError('refused', `Job ${String(jobId)} has no unconfirmed change to re-check.`);
    }
    const elsewhere = this.#elsewhere(job, this.#store.providers.get(job.providerId));
    if (elsewhere !== undefined) throw new ConsoleError('refused', elsewhere, 'Nothing was read.');
    const holders = this.#store.changes.holdersOf(jobId, ['unconfirmed']);
    const held = new Set(holders.map(({ changeId }) => changeId));
    // What a later job made is no word on this one.
    const overtaken = unconfirmed.filter(
      (change) =>
        change.deviceId !== null &&
        this.#store.changes.laterConfirmed(change.deviceId, change, typesLike(job.type)) !== undefined,
    );
    const passed = new Set(overtaken.map(({ id }) => id));
    const free = unconfirmed.filter(({ id }) => !held.has(id) && !passed.has(id));
    const names = [...new Set(holders.map((one) => one.jobId))].join(', ');
    const heldText = `${held.size.toLocaleString('en-US')} of its ${unconfirmed.length.toLocaleString('en-US')} unconfirmed devices ${held.size === 1 ? 'is' : 'are'} being changed by job ${names}.`;
    if (free.length === 0 && held.size === 0)
      throw new ConsoleError(
        'refused',
        `Later jobs have changed what job ${String(jobId)} left unconfirmed, so nobody can tell any more what became of it.`,
        'Look at the devices’ histories. Nothing was read.',
      );
    if (free.length === 0)
      throw new ConsoleError('refused', heldText, 'Re-check them when that job is done. Nothing was read.');
    this.#store.transaction(() => {
      this.#store.changes.move(free, { to: 'accepted', at: this.#now() });
      this.#store.jobs.update(jobId, { finishedAt: null });
      if (job.wanted === 'pause') this.#store.jobs.setWanted(jobId, 'run');
      this.#setState(job, 'job.resumed', 'ready', actor);
    });
    if (held.size > 0)
      this.#tell({ kind: 'alert', jobId, message: `${heldText} The others are read back now; re-check these later.` });
    this.#only?.add(jobId);
    this.startDue();
    return free.length;
  }

  /** A more urgent job makes the running one of its service provider step back until it is done. @throws ConsoleError */
  setPriority(jobId: number, priority: Priority, actor: string): void {
    const job = this.#store.jobs.get(jobId);
    if (job.state === 'finished')
      throw new ConsoleError('refused', `Job ${String(jobId)} is finished; its priority does not matter any more.`);
    this.#store.transaction(() => {
      this.#store.jobs.setPriority(jobId, priority);
      this.#log('job.priority', jobId, actor, { from: job.priority, to: priority });
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
    this.#writeEnds();
    const isOurs = (job: Job): boolean => this.#only?.has(job.id) !== false;
    for (const job of this.#store.jobs.inState('scheduled').filter(isOurs)) {
      if (this.#isDue(job) && !this.missedItsStart(job)) this.#setState(job, 'job.resumed', 'ready');
    }
    for (const job of this.#store.jobs.inState('ready').filter(isOurs)) {
      const running = this.#running.get(job.providerId);
      const delay = this.#delayed.get(job.id);
      if (delay !== undefined && this.#clock.elapsed() < delay.until) continue;
      if (running === undefined) this.#begin(job);
      else if (isBefore(job.priority, this.#store.jobs.get(running.jobId).priority)) running.run.stepBack();
    }
  }

  #isDue({ effectiveAt }: Job): boolean {
    return effectiveAt !== null && Date.parse(effectiveAt) <= this.#clock.now();
  }

  #writeEnds(): void {
    for (const [jobId, reason] of this.#unwritten) {
      const job = this.#store.jobs.get(jobId);
      if (job.state === 'running' && this.#runOf(jobId) === undefined)
        this.#store.transaction(() => {
          this.#store.jobs.update(jobId, { stopReason: reason });
          this.#setState(job, 'job.stopped', 'stopped');
        });
      this.#unwritten.delete(jobId);
    }
  }

  /** Why nothing of a job leaves at the moment; null when it runs freely or has ended. */
  waitingOf(job: Job): Waiting | null {
    switch (job.state) {
      case 'finished':
        return null;
      case 'running':
        return this.#unwritten.has(job.id) && this.#runOf(job.id) === undefined ? waiting('stopped') : job.waiting;
      case 'awaiting-approval':
        return waiting('approval');
      case 'scheduled':
        return waiting('scheduled', { until: job.effectiveAt });
      case 'paused':
        return waiting(job.stopReason === null ? 'person' : 'rule');
      case 'interrupted':
        return waiting('interrupted');
      case 'stopped':
        return waiting('stopped');
      case 'ready': {
        const delay = this.#delayed.get(job.id);
        if (delay !== undefined)
          return waiting('disk', {
            until: isoTime(this.#clock.now() + Math.max(0, delay.until - this.#clock.elapsed())),
          });
        const ahead = this.#store.jobs.inState('running').find((one) => one.providerId === job.providerId);
        return waiting('behind', { jobId: ahead?.id ?? null });
      }
    }
  }

  #begin(job: Job): void {
    // Read once, so that the line goes to the account that was looked at.
    const provider = this.#store.providers.get(job.providerId);
    const forbidden = this.#forbidden(job, provider);
    const early = this.#sends(job) ? this.#approvals.early(job) : undefined;
    if (forbidden === undefined && early !== undefined) {
      this.#setState(job, 'job.stepped-back', 'scheduled');
      this.#tell({ kind: 'alert', jobId: job.id, message: `${early} Nothing is sent before that.` });
      return;
    }
    if (forbidden !== undefined) {
      this.#store.transaction(() => {
        const voided = forbidden.how === 'approval-void';
        this.#store.jobs.update(job.id, {
          stopReason: forbidden.reason,
          ...(voided ? { digest: digestToApprove(this.#store, job) } : {}),
        });
        if (voided) this.#setState(job, 'job.approval-void', 'awaiting-approval');
        else this.#setState(job, 'job.stopped', 'stopped');
      });
      this.#tell({ kind: 'alert', jobId: job.id, message: `${forbidden.reason} Nothing is sent.` });
      return;
    }
    let run: JobRun;
    try {
      const line = this.#ports.connection(provider);
      run = new JobRun(this.#store, this.#audit, this.#clock, job, this.#door, line, this.#ports, (event) => {
        this.#tell(event);
      });
    } catch (error) {
      this.#store.jobs.update(job.id, { stopReason: explain(error) });
      this.#setState(job, 'job.stopped', 'stopped');
      this.#tell({ kind: 'alert', jobId: job.id, message: explain(error) });
      return;
    }
    const done = this.#ports
      .asEngine(() => run.run())
      .finally(() => {
        this.#running.delete(provider.id);
      });
    this.#running.set(provider.id, { jobId: job.id, run, done });
    void done.then((outcome) => {
      this.#ended(job.id, outcome);
    });
  }

  /** A run has ended: what people have to know of it, and what comes next. */
  #ended(jobId: number, outcome: RunOutcome): void {
    const tell = (message: string): void => {
      this.#tell({ kind: 'alert', jobId, message });
    };
    if (outcome.how === 'not-begun') {
      this.#delay(jobId, outcome.reason ?? '');
      return;
    }
    this.#delayed.delete(jobId);
    if (outcome.how === 'unwritten') this.#unwritten.set(jobId, outcome.reason ?? '');
    if (outcome.how === 'stopped' || outcome.how === 'unwritten') tell(outcome.reason ?? 'The job stopped.');
    if (outcome.how === 'approval-void') tell(`${outcome.reason ?? ''} Nothing more is sent.`);
    try {
      const { error, unconfirmed, cancelled, total } = jobCounts(this.#store.changes.counts(jobId));
      // The carrier may have made those that are not confirmed.
      const unchanged = error + cancelled;
      const parts = [
        ...(unchanged === 0 ? [] : [`${unchanged.toLocaleString('en-US')} did not change`]),
        ...(unconfirmed === 0
          ? []
          : [
              `${unconfirmed.toLocaleString('en-US')} ${unconfirmed === 1 ? 'is' : 'are'} not confirmed and may have changed`,
            ]),
      ];
      if (outcome.how === 'finished' && parts.length > 0)
        tell(`Of ${counted(total, 'device')}, ${parts.join(', ')}; the report says why.`);
      this.startDue();
    } catch (error) {
      // The timer tries again; whoever asks for something is told.
      if (storageProblem(error) === undefined) tell(`The job ended unexpectedly: ${explain(error)}`);
    }
  }

  /** The store takes nothing: one alert, and a pause that grows. The job stays as it was. */
  #delay(jobId: number, reason: string): void {
    const failures = (this.#delayed.get(jobId)?.failures ?? 0) + 1;
    const pauseMs = Math.min(LONGEST_RETRY_MS, SHORTEST_RETRY_MS * 2 ** (failures - 1));
    this.#delayed.set(jobId, { until: this.#clock.elapsed() + pauseMs, failures });
    if (failures === 1)
      this.#tell({
        kind: 'alert',
        jobId,
        message: `Job ${String(jobId)} could not begin: ${reason} Nothing was sent; the console tries again by itself.`,
      });
  }

  /** Whether something of it would be sent, now or after it was checked. */
  #sends(job: Job): boolean {
    const { queued, checking } = this.#store.changes.counts(job.id);
    return job.wanted !== 'cancel' && queued + checking > 0;
  }

  /** What speaks against its run now, be it only to read back. */
  #forbidden(job: Job, provider = this.#store.providers.get(job.providerId)): Forbidden | undefined {
    const forbidden = this.#sends(job) ? this.#door.forbidden(job) : undefined;
    if (forbidden !== undefined) return forbidden;
    const reason = this.#elsewhere(job, provider);
    return reason === undefined ? undefined : { how: 'stopped', reason };
  }

  /** Why what it has sent cannot be read back: another account knows nothing of it. */
  #elsewhere(job: Job, provider: Provider): string | undefined {
    const another = madeForAnother(job, provider);
    return another && `${another}. Put the settings back, then resume the job.`;
  }

  #runOf(jobId: number): JobRun | undefined {
    return [...this.#running.values()].find((entry) => entry.jobId === jobId)?.run;
  }

  #setState(
    job: Job,
    action: 'job.interrupted' | 'job.resumed' | 'job.stepped-back' | 'job.paused' | 'job.stopped' | 'job.approval-void',
    state: Job['state'],
    actor = 'engine',
  ): void {
    this.#store.transaction(() => {
      this.#store.jobs.update(job.id, { state });
      this.#log(action, job.id, actor, { from: job.state, to: state });
    });
    this.#tell({ kind: 'job', jobId: job.id });
  }

  /** Part of the caller's transaction. */
  #log(action: AuditAction, jobId: number, actor: string, detail: Record<string, unknown>): void {
    this.#audit.append({ at: this.#now(), actor, action, subject: `job ${String(jobId)}`, detail });
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
