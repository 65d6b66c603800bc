/** Takes batches from the durable queue and sends them over p-queue lanes, each when the governor says so. */
import PQueue from 'p-queue';
import { sentSoFar } from '../domain/changes.ts';
import { isoTime } from '../domain/clock.ts';
import { explain } from '../domain/errors.ts';
import type { Change } from '../store/changes.ts';
import { CarrierError } from '../thingspace/carrier-error.ts';
import type { Departure } from './governor.ts';
import { backOffMs, sentence, verdictOn } from './retry-policy.ts';
import type { RunContext } from './run-context.ts';

/** How long the carrier may stay out of reach before the job stops: shorter when it never answered at all. */
const OUTAGE_LIMIT_MS = { neverReached: 30_000, reachedBefore: 15 * 60_000 };
/** That many refusals of single devices with an unknown code, and not one accepted: it is not the devices. */
const REFUSALS_BEFORE_DOUBT = 20;
const LONGEST_IDLE_MS = 1000;
/** How much larger the next batch may be after one that went through. */
const BATCH_GROWTH = 1.1;

export class Submitter {
  readonly #run: RunContext;
  readonly #queue: PQueue;
  /** Parts of refused batches; they go before what is still in the store. On disk they are simply queued. */
  readonly #parts: Change[][] = [];
  /** Queued on disk, but in a part or a lane: not to be taken twice. */
  readonly #taken = new Set<number>();
  /** What the carrier takes at most. */
  #batchLimit: number;
  /** What it has answered in time lately: smaller after a time-out, and growing again. */
  #largestBatch: number;
  #everAccepted = false;
  #everAnswered = false;
  #unknownRefusals = 0;
  #outageSince: number | undefined;
  #outages = 0;

  constructor(run: RunContext) {
    this.#run = run;
    this.#queue = new PQueue({ concurrency: run.provider.lanes });
    this.#batchLimit = Math.min(run.job.batchSize, run.provider.learnedBatchSize ?? Infinity);
    this.#largestBatch = this.#batchLimit;
  }

  /** Sends until nothing is left to send or nothing may be sent; resolves when every lane has written its answer down. */
  async run(): Promise<void> {
    const { noMoreRequests, wake, recorder } = this.#run;
    while (!noMoreRequests.aborted) {
      await this.#queue.onSizeLessThan(1);
      if (await this.#waitForWindow()) continue;
      const batch = this.#nextBatch();
      if (batch !== undefined) {
        void this.#queue
          .add(() => this.#send(batch))
          .catch((error: unknown) => {
            this.#run.stop(`The console could not go on: ${explain(error)} Every change is on disk; resume the job.`);
          });
        continue;
      }
      this.#pauseAfterTrial();
      const { queued, submitting, uncertain } = recorder.counts;
      if (queued + submitting + uncertain === 0) break;
      await wake.wait(LONGEST_IDLE_MS);
    }
    await this.#queue.onIdle();
  }

  /** Outside of the maintenance windows nothing leaves; reading back goes on. @returns whether it waited */
  async #waitForWindow(): Promise<boolean> {
    const { clock, wake, onAnswer, windowOpensAt } = this.#run;
    const opensAt = windowOpensAt();
    if (opensAt === null) return false;
    onAnswer();
    await wake.wait(Math.min(opensAt - clock.now(), LONGEST_IDLE_MS));
    return true;
  }

  #nextBatch(): Change[] | undefined {
    const part = this.#parts.pop();
    if (part !== undefined) return part;
    const { store, job, clock } = this.#run;
    const limit = Math.min(this.#largestBatch, this.#leftOfTrial());
    if (limit <= 0) return undefined;
    const batch = store.changes.nextQueued(job.id, limit, isoTime(clock.now()), this.#taken);
    if (batch.length === 0) return undefined;
    for (const change of batch) this.#taken.add(change.id);
    return batch;
  }

  /** How many more devices the job's trial may send; without a trial there is no bound. */
  #leftOfTrial(): number {
    const { job, recorder } = this.#run;
    return job.canary === null ? Infinity : job.canary - sentSoFar(recorder.counts) - this.#taken.size;
  }

  /** The first devices have their outcome: whether the others follow is for a person to say. */
  #pauseAfterTrial(): void {
    const { job, recorder, pause } = this.#run;
    const { queued, submitting, uncertain, accepted, confirmed, rejected, failed, unconfirmed } = recorder.counts;
    if (queued === 0 || this.#leftOfTrial() > 0 || this.#taken.size > 0 || submitting + uncertain + accepted > 0)
      return;
    pause(
      `The trial with the first ${String(job.canary)} devices is done: ${String(confirmed)} confirmed, ${String(rejected + failed)} failed, ${String(unconfirmed)} unconfirmed. Resume to send the other ${String(queued)}.`,
    );
  }

  async #send(batch: Change[]): Promise<void> {
    const { governor, noMoreRequests, processor, recorder, wake, onAnswer } = this.#run;
    const departure = await governor.acquire(noMoreRequests);
    if (departure === undefined) {
      this.#release(batch);
      return;
    }
    const requestText = processor.requestText(batch);
    const attemptId = recorder.intend(batch, requestText);
    try {
      const answer = await processor.send(requestText);
      this.#reached();
      governor.onAnswer(departure);
      recorder.accepted(batch, attemptId, answer);
      this.#everAccepted = true;
      this.#largestBatch = Math.min(this.#batchLimit, Math.ceil(this.#largestBatch * BATCH_GROWTH));
      this.#release(batch);
    } catch (error) {
      if (!(error instanceof CarrierError)) throw error;
      this.#judge(batch, attemptId, departure, error);
    }
    wake.notify();
    onAnswer();
  }

  #judge(batch: Change[], attemptId: number, departure: Departure, error: CarrierError): void {
    const { recorder, governor, provider } = this.#run;
    if (error.httpStatus !== undefined) this.#reached();
    const verdict = verdictOn(error, batch.length);
    switch (verdict.do) {
      case 'requeue':
        governor.onThrottled(departure, error.retryAfterMs);
        recorder.answered(batch, attemptId, error, 'queued');
        this.#release(batch);
        return;
      case 'wait-for-network':
        recorder.answered(batch, attemptId, error, 'queued');
        this.#release(batch);
        this.#outage(error);
        return;
      case 'read-back': {
        // A request that took too long was perhaps too large.
        if (error.code === 'TIMEOUT') this.#largestBatch = Math.max(1, Math.ceil(batch.length / 2));
        const [spent, hopeful] = partition(
          batch,
          (change) => change.attempts + 1 >= provider.maxAttempts && error.kind === 'unexpected',
        );
        if (spent.length > 0) recorder.answered(spent, attemptId, error, 'failed');
        if (hopeful.length > 0) recorder.answered(hopeful, attemptId, error, 'uncertain');
        // Whichever device it is that the carrier stumbles over, its neighbours shall not fail with it.
        if (error.kind === 'unexpected' && hopeful.some((change) => change.attempts > 0)) recorder.sendAlone(hopeful);
        this.#release(batch);
        if (verdict.thenStop === true) this.#run.stop(sentence(error));
        return;
      }
      case 'split': {
        recorder.answered(batch, attemptId, error, 'queued');
        const middle = Math.ceil(batch.length / 2);
        this.#parts.push(batch.slice(middle), batch.slice(0, middle));
        return;
      }
      case 'shrink':
        this.#batchLimit = Math.min(this.#batchLimit, verdict.to);
        this.#largestBatch = Math.min(this.#largestBatch, this.#batchLimit);
        this.#run.onBatchLimit(this.#batchLimit);
        recorder.answered(batch, attemptId, error, 'queued');
        this.#release(batch);
        return;
      case 'reject':
        recorder.answered(batch, attemptId, error, 'rejected');
        this.#release(batch);
        this.#doubt(error);
        return;
      case 'hold':
        recorder.answered(batch, attemptId, error, 'accepted');
        this.#release(batch);
        return;
      case 'stop':
        recorder.answered(batch, attemptId, error, 'queued');
        this.#release(batch);
        this.#run.stop(sentence(error));
    }
  }

  #reached(): void {
    this.#everAnswered = true;
    this.#outageSince = undefined;
    this.#outages = 0;
  }

  #outage(error: CarrierError): void {
    const { governor, clock, random, stop } = this.#run;
    const now = clock.elapsed();
    this.#outageSince ??= now;
    const limit = this.#everAnswered ? OUTAGE_LIMIT_MS.reachedBefore : OUTAGE_LIMIT_MS.neverReached;
    if (now - this.#outageSince > limit) {
      stop(sentence(error));
      return;
    }
    governor.onOutage(backOffMs(this.#outages++, random));
  }

  #doubt(error: CarrierError): void {
    if (error.kind !== 'unknown' || this.#everAccepted) return;
    this.#unknownRefusals++;
    if (this.#unknownRefusals < REFUSALS_BEFORE_DOUBT) return;
    this.#run.stop(
      `The carrier has refused ${String(this.#unknownRefusals)} devices with ${error.code ?? 'an unknown code'} and accepted none. Nothing more is sent until you resume.`,
    );
  }

  #release(batch: readonly Change[]): void {
    for (const change of batch) this.#taken.delete(change.id);
  }
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
