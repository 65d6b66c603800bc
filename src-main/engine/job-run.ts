/** One run of one job, from its start or resume until it is finished, paused, stopped or the console ends. */
import type { AuditLog } from '../audit/log.ts';
import { sentSoFar, type StateCounts } from '../domain/changes.ts';
import { counted } from '../domain/counted.ts';
import { orderOf } from '../domain/change-order.ts';
import { isoTime, type Clock } from '../domain/clock.ts';
import { explain } from '../domain/errors.ts';
import { windowOpensAt } from '../domain/maintenance-window.ts';
import { bulkStatus, jobCounts, type JobCounts } from '../domain/jobs.ts';
import { waiting, type Waiting } from '../domain/waiting.ts';
import type { Store } from '../store/index.ts';
import type { Job } from '../store/jobs.ts';
import type { Provider } from '../store/providers.ts';
import { CarrierReader } from './carrier-reader.ts';
import type { ChangeTypeRules } from '../bulk-change/change-types/change-type.ts';
import { digestToApprove } from '../bulk-change/digest.ts';
import { Checker } from './read-before-sending.ts';
import { ConfirmLoop } from './confirm-loop.ts';
import { writeFinalReport } from './final-report.ts';
import type { DepartureCheck } from './departure-check.ts';
import type { CarrierConnection, EngineListener, EnginePorts } from './ports.ts';
import { Journal } from './journal.ts';
import { ChangeProcessor } from './processor.ts';
import { routeChange } from '../bulk-change/change-types/registry.ts';
import type { RunContext } from './run-context.ts';
import { Wakeup } from './wakeup.ts';
import { SubmitLoop } from './submit-loop.ts';
import { SuspectedRefusals } from './suspected-refusals.ts';

/** How often a request of another process (pause, cancel) is looked for. The promise is 100 ms until nothing new leaves. */
const CONTROL_POLL_MS = 50;
/** How often it is looked whether the cause of a wait is another one. */
const WAIT_POLL_TICKS = 10;
/** A person who resumes a job of so many devices after its abort rule paused it has seen enough of it. */
const SMALL_JOB = 100;
/** Share of failures, and after how many outcomes, that is worth an alert. A job may have a stricter rule that pauses it. */
const ALERT_SHARE = 0.1;
const ALERT_AFTER = 50;
/** A cause that passes at once is not worth a word. */
const SHORTEST_TOLD_MS = 2000;

export interface RunOutcome {
  /**
   * `not-begun` and `unwritten`: the store took nothing, so the job is on disk as it was before, or as it was while it ran.
   */
  how: 'finished' | 'paused' | 'stopped' | 'interrupted' | 'stepped-back' | 'approval-void' | 'not-begun' | 'unwritten';
  reason?: string;
  /** The job's abort rule paused it. */
  byAbortRule?: true;
}

export class JobRun {
  readonly #store: Store;
  readonly #clock: Clock;
  #job: Job;
  /** How the run works, as it was when it began. Whether something may leave is asked at the door each time. */
  readonly #provider: Provider;
  readonly #rules: ChangeTypeRules;
  readonly #door: DepartureCheck;
  readonly #line: CarrierConnection;
  readonly #ports: EnginePorts;
  readonly #listener: EngineListener;
  readonly #recorder: Journal;
  readonly #noMoreRequests = new AbortController();
  readonly #ended = new AbortController();
  readonly #wake = new Wakeup();
  #reader: CarrierReader | undefined;
  #outcome: RunOutcome | undefined;
  #alerted = false;
  #learnedBatch: number | undefined;
  #noted: Waiting | null = null;
  readonly #before: JobCounts;
  readonly #limitBefore: number | null;

  constructor(
    store: Store,
    audit: AuditLog,
    clock: Clock,
    job: Job,
    door: DepartureCheck,
    line: CarrierConnection,
    ports: EnginePorts,
    listener: EngineListener,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#job = job;
    this.#provider = ports.settings(job.providerId);
    this.#rules = routeChange(orderOf(job), store, job.providerId);
    this.#door = door;
    this.#line = line;
    this.#ports = ports;
    this.#listener = listener;
    this.#recorder = new Journal(store, audit, clock, job);
    this.#before = jobCounts(this.#recorder.counts);
    this.#limitBefore = line.rateLimiter.state().limit;
  }

  /**
   * Resolves when the run has ended, with everything on disk that the disk took. It does not throw: a defect ends the run as
   * `stopped`, and a store that takes nothing as `not-begun` or `unwritten`.
   */
  async run(): Promise<RunOutcome> {
    try {
      this.#begin();
    } catch (error) {
      return { how: 'not-begun', reason: explain(error) };
    }
    let ticks = 0;
    const poll = setInterval(() => {
      try {
        this.control();
        if (++ticks % WAIT_POLL_TICKS === 0) this.#noteWaiting();
      } catch (error) {
        this.#broken(error);
      }
    }, CONTROL_POLL_MS);
    try {
      const context = this.#context();
      // If one of the loops fails, the others still write down what is under way before the run ends.
      await Promise.all(
        [new SubmitLoop(context), new Checker(context), new ConfirmLoop(context)].map((loop) =>
          this.#guard(loop.run()),
        ),
      );
    } catch (error) {
      this.#broken(error);
    } finally {
      clearInterval(poll);
    }
    try {
      return await this.#finish();
    } catch (error) {
      return {
        how: 'unwritten',
        reason: `The end of the run could not be written down: ${explain(error)} Every change is on disk as far as it got.`,
      };
    }
  }

  /** Looks at what was asked for this job; called on a timer, and at once by the console that asks. */
  control(): void {
    if (this.#ended.signal.aborted) return;
    const wanted = this.#store.jobs.wanted(this.#job.id);
    if (wanted === 'pause') this.#end({ how: 'paused' });
    if (wanted !== 'cancel') return;
    // Nothing new leaves; what has left is still read back, so that nobody has to guess what became of it.
    this.#noMoreRequests.abort();
    const { checking, queued } = this.#recorder.counts;
    // Looked at each time: an answer on its way can bring changes back to the queue, as when the carrier throttles.
    if (checking + queued === 0) return;
    this.#recorder.cancelQueued();
    this.#wake.notify();
  }

  /** The console is closing: nothing new leaves, answers that are on their way are written down. */
  interrupt(): void {
    this.#end({ how: 'interrupted' });
  }

  /** A person does not want to wait any longer for what the carrier asked for: it is asked again now. */
  goOn(): void {
    this.#line.rateLimiter.goOn();
    this.#noteWaiting();
  }

  /** A more urgent job goes first: nothing new leaves, and this one waits for its turn again. */
  stepBack(): void {
    this.#end({ how: 'stepped-back' });
  }

  async #guard(loop: Promise<void>): Promise<void> {
    await loop.catch((error: unknown) => {
      this.#broken(error);
    });
  }

  #broken(error: unknown): void {
    this.#end({
      how: 'stopped',
      reason: `The console could not go on: ${explain(error)} Every change is on disk; resume the job.`,
    });
  }

  #begin(): void {
    this.#recorder.together(() => {
      this.#writeBeginning();
    });
    this.#job = this.#store.jobs.get(this.#job.id);
    this.#listener({ kind: 'job', jobId: this.#job.id });
    this.control();
  }

  #writeBeginning(): void {
    this.#recorder.reload();
    const resumed = this.#job.startedAt !== null;
    const left = this.#store.changes.inState(this.#job.id, ['submitting']);
    // Their requests may have left before the crash: read back before anything is sent again.
    this.#recorder.moved(left, {
      to: 'uncertain',
      reason: {
        code: 'INTERRUPTED',
        text: 'The console ended while the request was under way; its outcome is read back first.',
        nextStep: null,
      },
    });
    this.#recorder.job(
      resumed ? 'job.resumed' : 'job.started',
      { state: 'running', stopReason: null, ...(resumed ? {} : { startedAt: isoTime(this.#clock.now()) }) },
      { uncertain: left.length },
    );
    // Resumed after its trial: a person has seen how the first devices fared.
    if (this.#job.canary !== null && sentSoFar(this.#recorder.counts) >= this.#job.canary)
      this.#store.jobs.update(this.#job.id, { canary: null });
  }

  #context(): RunContext {
    const parts: Omit<RunContext, 'reader'> = {
      job: this.#job,
      provider: this.#provider,
      windowOpensAt: () => this.#windowOpensAt(),
      store: this.#store,
      clock: this.#clock,
      rules: this.#rules,
      processor: new ChangeProcessor(this.#rules, this.#job, this.#line.carrier, this.#store),
      rateLimiter: this.#line.rateLimiter,
      journal: this.#recorder,
      door: this.#door,
      refusals: new SuspectedRefusals(),
      noMoreRequests: this.#noMoreRequests.signal,
      ended: this.#ended.signal,
      wakeup: this.#wake,
      stop: (reason) => {
        this.#end({ how: 'stopped', reason });
      },
      pause: (reason) => {
        this.#end({ how: 'paused', reason });
      },
      forbid: (forbidden) => {
        this.#end(forbidden);
      },
      lookAtWishes: () => {
        this.control();
      },
      alert: (message) => {
        this.#listener({ kind: 'alert', jobId: this.#job.id, message });
      },
      onAnswer: () => {
        this.#progress();
      },
      onBatchLimit: (devices) => {
        this.#learnedBatch = devices;
      },
      random: () => this.#ports.random(),
    };
    this.#reader = new CarrierReader(parts);
    return { ...parts, reader: this.#reader };
  }

  #end(outcome: RunOutcome): void {
    this.#outcome ??= outcome;
    this.#noMoreRequests.abort();
    this.#ended.abort();
    this.#wake.notify();
  }

  #progress(): void {
    const counts = this.#recorder.counts;
    const { rateLimiter } = this.#line;
    this.#listener({
      kind: 'progress',
      jobId: this.#job.id,
      counts,
      rateLimiter: rateLimiter.state(),
      waiting: this.#waiting(),
      localSyncFailures: this.#recorder.localSyncFailures,
    });
    this.#watchFailures(counts);
  }

  /** One cause, and a maintenance window is the one that no carrier's answer changes. */
  #waiting(): Waiting | null {
    const opensAt = this.#windowOpensAt();
    if (opensAt !== null) return waiting('window', { until: isoTime(opensAt) });
    const pause = this.#line.rateLimiter.state().waiting;
    if (pause === null) return this.#waitsForReading();
    const time = (ms: number | null): string | null => (ms === null ? null : isoTime(ms));
    return waiting(pause.cause, {
      until: isoTime(pause.until),
      since: time(pause.since),
      askedUntil: time(pause.askedUntil),
    });
  }

  /** Everything has left, and the carrier answers no read: nothing else goes on. */
  #waitsForReading(): Waiting | null {
    const trouble = this.#reader?.trouble;
    const { queued, submitting, accepted, uncertain, checking } = this.#recorder.counts;
    if (trouble === undefined || queued + submitting > 0 || accepted + uncertain + checking === 0) return null;
    const failingMs = this.#clock.elapsed() - trouble.since;
    if (failingMs < SHORTEST_TOLD_MS) return null;
    return waiting(trouble.cause, { since: isoTime(this.#clock.now() - failingMs) });
  }

  /** Keeps the cause with the job, so that other windows and the command line can say it too. */
  #noteWaiting(): void {
    const now = this.#waiting();
    if (now?.cause === this.#noted?.cause && now?.askedUntil === this.#noted?.askedUntil) return;
    this.#noted = now;
    this.#store.jobs.setWaiting(this.#job.id, now);
    this.#progress();
  }

  /** Outside of a maintenance window, when the next one opens; null when changes may leave. */
  #windowOpensAt(): number | null {
    const now = this.#clock.now();
    // As they are set now: another window of the console may have edited them.
    const opens = windowOpensAt(this.#store.providers.get(this.#job.providerId).maintenanceWindows, now);
    const { queued, checking } = this.#recorder.counts;
    return opens > now && queued + checking > 0 ? opens : null;
  }

  /** The abort rule counts from this run's beginning: a person who resumes has decided about what was before. */
  #watchFailures(states: StateCounts): void {
    const { error, processed, unconfirmed } = jobCounts(states);
    const failed = error - this.#before.error;
    const outcomes = failed + processed + unconfirmed - this.#before.processed - this.#before.unconfirmed;
    const { id, abortShare, abortAfter } = this.#job;
    if (abortShare !== null && outcomes >= (abortAfter ?? 0) && failed / outcomes > abortShare) {
      this.#end({
        how: 'paused',
        byAbortRule: true,
        reason: `${String(failed)} of ${counted(outcomes, 'device')} failed, more than the ${String(Math.round(abortShare * 100))} % at which this job is to pause. Look at the reasons, then resume or cancel it.`,
      });
    }
    if (this.#alerted || outcomes < ALERT_AFTER || failed / outcomes < ALERT_SHARE) return;
    this.#alerted = true;
    this.#listener({
      kind: 'alert',
      jobId: id,
      message: `${String(failed)} of the first ${String(outcomes)} devices failed. Look at the reasons.`,
    });
  }

  async #finish(): Promise<RunOutcome> {
    const id = this.#job.id;
    const journal = this.#recorder;
    const { limit } = this.#line.rateLimiter.state();
    this.#store.providers.remember(
      this.#job.providerId,
      {
        // One that was only loaded stays as old as it is.
        ...(limit === null || limit === this.#limitBefore ? {} : { requestsPerSecond: limit }),
        ...(this.#learnedBatch === undefined ? {} : { batchSize: this.#learnedBatch }),
        ...(journal.slowestConfirmationMs > 0 ? { slowestConfirmationS: journal.slowestConfirmationMs / 1000 } : {}),
      },
      isoTime(this.#clock.now()),
    );
    this.#store.jobs.setWaiting(id, null);
    // From the store, not from memory: what could not be written has not happened.
    const counts = jobCounts(this.#store.changes.counts(id));
    const outcome: RunOutcome =
      counts.open === 0
        ? { how: 'finished' }
        : (this.#outcome ?? { how: 'stopped', reason: 'The run ended with changes still open. Resume the job.' });
    const detail = { ...counts, status: bulkStatus(outcome.how === 'finished' ? 'finished' : 'paused', counts) };
    switch (outcome.how) {
      case 'finished':
        journal.job('job.finished', { state: 'finished', finishedAt: isoTime(this.#clock.now()) }, detail);
        await writeFinalReport(this.#store, this.#ports, this.#listener, id);
        break;
      case 'paused':
        // On a small job it counts from the first outcome: after a person has resumed it, it would pause at each failure.
        if (outcome.byAbortRule === true && this.#job.abortAfter === 1 && counts.total <= SMALL_JOB)
          this.#store.jobs.update(id, { abortShare: null });
        journal.job(
          'job.paused',
          { state: 'paused', stopReason: outcome.reason ?? null },
          { ...detail, reason: outcome.reason ?? null },
        );
        break;
      case 'stepped-back':
        journal.job('job.stepped-back', { state: 'ready' }, detail);
        break;
      case 'interrupted':
        journal.job('job.interrupted', { state: 'interrupted' }, detail);
        break;
      case 'approval-void':
        journal.job(
          'job.approval-void',
          {
            state: 'awaiting-approval',
            stopReason: outcome.reason ?? null,
            digest: digestToApprove(this.#store, this.#job),
          },
          { ...detail, reason: outcome.reason ?? null },
        );
        break;
      case 'not-begun':
      case 'unwritten':
      case 'stopped':
        journal.job(
          'job.stopped',
          { state: 'stopped', stopReason: outcome.reason ?? null },
          { ...detail, reason: outcome.reason ?? null },
        );
    }
    this.#progress();
    this.#listener({ kind: 'job', jobId: id });
    return outcome;
  }
}
