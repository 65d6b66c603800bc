/** One run of one job, from its start or resume until it is finished, paused, stopped or the console ends. */
import type { AuditLog } from '../audit/log.ts';
import { sentSoFar, type StateCounts } from '../domain/changes.ts';
import { orderOf } from '../domain/change-order.ts';
import { isoTime, type Clock } from '../domain/clock.ts';
import { explain } from '../domain/errors.ts';
import { windowOpensAt } from '../domain/maintenance-window.ts';
import { bulkStatus, jobCounts, type JobCounts } from '../domain/jobs.ts';
import type { Store } from '../store/index.ts';
import type { Job } from '../store/jobs.ts';
import type { Provider } from '../store/providers.ts';
import { Confirmer } from './confirmer.ts';
import type { CarrierLine, EngineListener, EnginePorts } from './ports.ts';
import { Recorder } from './recorder.ts';
import { ChangeProcessor } from './processor.ts';
import { routeChange } from './router.ts';
import type { RunContext } from './run-context.ts';
import { Wake } from './signal.ts';
import { Submitter } from './submitter.ts';

/** How often a request of another process (pause, cancel) is looked for. The promise is 100 ms until nothing new leaves. */
const CONTROL_POLL_MS = 50;
/** Share of failures, and after how many outcomes, that is worth an alert. A job may have a stricter rule that pauses it. */
const ALERT_SHARE = 0.1;
const ALERT_AFTER = 50;

export interface RunOutcome {
  how: 'finished' | 'paused' | 'stopped' | 'interrupted' | 'stepped-back';
  reason?: string;
}

export class JobRun {
  readonly #store: Store;
  readonly #clock: Clock;
  #job: Job;
  /** As it was when the run began: its settings are not edited while one runs. */
  readonly #provider: Provider;
  readonly #line: CarrierLine;
  readonly #ports: EnginePorts;
  readonly #listener: EngineListener;
  readonly #recorder: Recorder;
  readonly #noMoreRequests = new AbortController();
  readonly #ended = new AbortController();
  readonly #wake = new Wake();
  #outcome: RunOutcome | undefined;
  #alerted = false;
  #learnedBatch: number | undefined;
  readonly #before: JobCounts;

  constructor(
    store: Store,
    audit: AuditLog,
    clock: Clock,
    job: Job,
    line: CarrierLine,
    ports: EnginePorts,
    listener: EngineListener,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#job = job;
    this.#provider = store.providers.get(job.providerId);
    this.#line = line;
    this.#ports = ports;
    this.#listener = listener;
    this.#recorder = new Recorder(store, audit, clock, job, (text) => ports.redact(text));
    this.#before = jobCounts(this.#recorder.counts);
  }

  /** Resolves when the run has ended and everything is on disk. It does not throw: a defect ends the run as `stopped`. */
  async run(): Promise<RunOutcome> {
    this.#begin();
    const poll = setInterval(() => {
      try {
        this.control();
      } catch (error) {
        this.#broken(error);
      }
    }, CONTROL_POLL_MS);
    try {
      const context = this.#context();
      // If one of the loops fails, the other still writes down what is under way before the run ends.
      await Promise.all([this.#guard(new Submitter(context).run()), this.#guard(new Confirmer(context).run())]);
    } catch (error) {
      this.#broken(error);
    } finally {
      clearInterval(poll);
    }
    return this.#finish();
  }

  /** Looks at what was asked for this job; called on a timer, and at once by the console that asks. */
  control(): void {
    if (this.#ended.signal.aborted) return;
    const wanted = this.#store.jobs.wanted(this.#job.id);
    if (wanted === 'pause') this.#end({ how: 'paused' });
    if (wanted === 'cancel' && !this.#noMoreRequests.signal.aborted) {
      // Nothing new leaves; what has left is still read back, so that nobody has to guess what became of it.
      this.#noMoreRequests.abort();
      this.#recorder.cancelQueued();
      this.#wake.notify();
    }
  }

  /** The console is closing: nothing new leaves, answers that are on their way are written down. */
  interrupt(): void {
    this.#end({ how: 'interrupted' });
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
    this.#job = this.#store.jobs.get(this.#job.id);
    this.#listener({ kind: 'job', jobId: this.#job.id });
    this.control();
  }

  #context(): RunContext {
    const rules = routeChange(orderOf(this.#job), this.#store, this.#job.providerId);
    return {
      job: this.#job,
      provider: this.#provider,
      windowOpensAt: () => this.#windowOpensAt(),
      store: this.#store,
      clock: this.#clock,
      processor: new ChangeProcessor(rules, this.#job, this.#line.carrier, this.#store),
      governor: this.#line.governor,
      recorder: this.#recorder,
      noMoreRequests: this.#noMoreRequests.signal,
      ended: this.#ended.signal,
      wake: this.#wake,
      stop: (reason) => {
        this.#end({ how: 'stopped', reason });
      },
      pause: (reason) => {
        this.#end({ how: 'paused', reason });
      },
      onAnswer: () => {
        this.#progress();
      },
      onBatchLimit: (devices) => {
        this.#learnedBatch = devices;
      },
      random: () => this.#ports.random(),
    };
  }

  #end(outcome: RunOutcome): void {
    this.#outcome ??= outcome;
    this.#noMoreRequests.abort();
    this.#ended.abort();
    this.#wake.notify();
  }

  #progress(): void {
    const counts = this.#recorder.counts;
    const { governor } = this.#line;
    this.#listener({
      kind: 'progress',
      jobId: this.#job.id,
      counts,
      governor: governor.state(),
      windowOpensAt: this.#windowOpensAt(),
      localSyncFailures: this.#recorder.localSyncFailures,
    });
    this.#watchFailures(counts);
  }

  /** Outside of a maintenance window, when the next one opens; null when changes may leave. */
  #windowOpensAt(): number | null {
    const now = this.#clock.now();
    const opens = windowOpensAt(this.#provider.maintenanceWindows, now);
    return opens > now && this.#recorder.counts.queued > 0 ? opens : null;
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
        reason: `${String(failed)} of ${String(outcomes)} devices failed, more than the ${String(Math.round(abortShare * 100))} % at which this job is to pause. Look at the reasons, then resume or cancel it.`,
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
    const recorder = this.#recorder;
    const { limit } = this.#line.governor.state();
    this.#store.providers.remember(this.#job.providerId, {
      ...(limit === null ? {} : { requestsPerSecond: limit }),
      ...(this.#learnedBatch === undefined ? {} : { batchSize: this.#learnedBatch }),
      ...(recorder.slowestConfirmationMs > 0 ? { slowestConfirmationS: recorder.slowestConfirmationMs / 1000 } : {}),
    });
    // From the store, not from memory: what could not be written has not happened.
    const counts = jobCounts(this.#store.changes.counts(id));
    const outcome: RunOutcome =
      counts.open === 0
        ? { how: 'finished' }
        : (this.#outcome ?? { how: 'stopped', reason: 'The run ended with changes still open. Resume the job.' });
    const detail = { ...counts, status: bulkStatus(outcome.how === 'finished' ? 'finished' : 'paused', counts) };
    switch (outcome.how) {
      case 'finished':
        recorder.job('job.finished', { state: 'finished', finishedAt: isoTime(this.#clock.now()) }, detail);
        await this.#writeReport();
        break;
      case 'paused':
        recorder.job(
          'job.paused',
          { state: 'paused', stopReason: outcome.reason ?? null },
          { ...detail, reason: outcome.reason ?? null },
        );
        break;
      case 'stepped-back':
        recorder.job('job.stepped-back', { state: 'ready' }, detail);
        break;
      case 'interrupted':
        recorder.job('job.interrupted', { state: 'interrupted' }, detail);
        break;
      case 'stopped':
        recorder.job(
          'job.stopped',
          { state: 'stopped', stopReason: outcome.reason ?? null },
          { ...detail, reason: outcome.reason ?? null },
        );
    }
    this.#progress();
    this.#listener({ kind: 'job', jobId: id });
    return outcome;
  }

  /** A full disk must not undo a finished job: the report can be written again from the store. */
  async #writeReport(): Promise<void> {
    const id = this.#job.id;
    try {
      const reportFolder = await this.#ports.writeReport(this.#store.jobs.get(id));
      this.#store.jobs.update(id, { reportFolder });
    } catch (error) {
      this.#listener({
        kind: 'alert',
        jobId: id,
        message: `The report could not be written: ${explain(error)} The job is complete; save the report again from its page.`,
      });
    }
  }
}
