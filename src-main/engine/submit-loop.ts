/** Takes batches from the durable queue and sends them over p-queue lanes, each when the governor says so. */
import PQueue from 'p-queue';
import { sentSoFar } from '../domain/changes.ts';
import { explain } from '../domain/errors.ts';
import type { Change } from '../store/changes.ts';
import { CarrierError } from '../thingspace/carrier-error.ts';
import type { Permit } from './rate-limiter.ts';
import { backOffMs, sentence, verdictOn } from './error-policy.ts';
import type { DepartureAnswer } from './departure-check.ts';
import type { RunContext } from './run-context.ts';

/** How long the carrier may stay out of reach before the job stops: shorter when it never answered at all. */
const OUTAGE_LIMIT_MS = { neverReached: 30_000, reachedBefore: 15 * 60_000 };
/** That many refusals of single devices with an unknown code, and not one accepted: it is not the devices. */
const REFUSALS_BEFORE_DOUBT = 20;
const LONGEST_IDLE_MS = 1000;
/** How much larger the next batch may be after one that went through. */
const BATCH_GROWTH = 1.1;

export class SubmitLoop {
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
    const { noMoreRequests, wakeup, journal } = this.#run;
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
      const { checking, queued, submitting, uncertain } = journal.counts;
      if (checking + queued + submitting + uncertain === 0) break;
      await wakeup.wait(LONGEST_IDLE_MS);
    }
    await this.#queue.onIdle();
  }

  /** Outside of the maintenance windows nothing leaves; reading back goes on. @returns whether it waited */
  async #waitForWindow(): Promise<boolean> {
    const { clock, wakeup, onAnswer, windowOpensAt } = this.#run;
    const opensAt = windowOpensAt();
    if (opensAt === null) return false;
    onAnswer();
    await wakeup.wait(Math.min(opensAt - clock.now(), LONGEST_IDLE_MS));
    return true;
  }

  #nextBatch(): Change[] | undefined {
    const part = this.#parts.pop();
    if (part !== undefined) return part;
    const { store, job, provider } = this.#run;
    const limit = Math.min(this.#largestBatch, this.#leftOfTrial());
    if (limit <= 0) return undefined;
    const batch = store.changes.nextQueued(job.id, limit, this.#taken);
    if (batch.length === 0) return undefined;
    // What went wrong before goes in ever smaller requests, in the end alone: no neighbour shall fail with the one at fault.
    const share = Math.max(...batch.map(({ attempts }) => attempts));
    const most = share >= provider.maxAttempts - 1 ? 1 : Math.ceil(limit / 2 ** Math.max(0, share - 1));
    const smaller = batch.slice(0, most);
    for (const change of smaller) this.#taken.add(change.id);
    return smaller;
  }

  /** How many more devices the job's trial may send; without a trial there is no bound. */
  #leftOfTrial(): number {
    const { job, journal } = this.#run;
    return job.canary === null ? Infinity : job.canary - sentSoFar(journal.counts) - this.#taken.size;
  }

  /** The first devices have their outcome: whether the others follow is for a person to say. */
  #pauseAfterTrial(): void {
    const { job, journal, pause } = this.#run;
    const { checking, queued, submitting, uncertain, accepted, confirmed, rejected, failed, unconfirmed } =
      journal.counts;
    const left = checking + queued;
    if (left === 0 || this.#leftOfTrial() > 0 || this.#taken.size > 0 || submitting + uncertain + accepted > 0) return;
    pause(
      `The trial with the first ${String(job.canary)} devices is done: ${String(confirmed)} confirmed, ${String(rejected + failed)} failed, ${String(unconfirmed)} unconfirmed. Resume to send the other ${String(left)}.`,
    );
  }

  async #send(taken: Change[]): Promise<void> {
    const { rateLimiter, noMoreRequests, processor, journal, wakeup, onAnswer } = this.#run;
    const departure = await rateLimiter.acquire(noMoreRequests);
    const leaving = departure && this.#throughTheDoor(taken);
    if (departure === undefined || leaving === undefined) {
      this.#release(taken);
      return;
    }
    const { batch, attemptId, requestText } = leaving;
    try {
      // A login may come between the door and the request: whoever stops the job meanwhile stops it.
      const answer = await processor.send(requestText, noMoreRequests);
      this.#reached();
      rateLimiter.onAnswer(departure);
      journal.accepted(batch, attemptId, answer);
      this.#everAccepted = true;
      this.#largestBatch = Math.min(this.#batchLimit, Math.ceil(this.#largestBatch * BATCH_GROWTH));
      this.#release(batch);
    } catch (error) {
      if (!(error instanceof CarrierError)) throw error;
      this.#judge(batch, attemptId, departure, error);
    }
    wakeup.notify();
    onAnswer();
  }

  /**
   * Asks at the door and writes the intent, in one transaction: what holds for the answer holds for the request.
   * @returns undefined when nothing of it may leave now
   */
  #throughTheDoor(taken: Change[]): { batch: Change[]; attemptId: number; requestText: string } | undefined {
    const { job, rules, door, processor, journal, windowOpensAt } = this.#run;
    const leave = () => {
      const permit = door.mayLeave(job.id, rules, taken, windowOpensAt());
      if (!permit.may) return { permit, left: undefined };
      journal.turnedAway(permit.skipped, permit.unknown);
      const batch = permit.changes;
      if (batch.length === 0) return { permit, left: undefined };
      const planned = new Map(taken.map(({ id, fromValue }) => [id, fromValue]));
      journal.hasNow(batch.filter(({ id, fromValue }) => fromValue !== planned.get(id)));
      const requestText = processor.requestText(batch);
      return { permit, left: { batch, requestText, attemptId: journal.intend(batch, requestText) } };
    };
    const leaving = journal.together(leave);
    if (leaving.left !== undefined) {
      const leavingIds = new Set(leaving.left.batch.map(({ id }) => id));
      this.#release(taken.filter(({ id }) => !leavingIds.has(id)));
    } else if (!leaving.permit.may) this.#heldBack(leaving.permit);
    return leaving.left;
  }

  #heldBack(permit: DepartureAnswer & { may: false }): void {
    const { forbid, lookAtWishes, wakeup, onAnswer } = this.#run;
    if (permit.because === 'forbidden') forbid({ how: permit.how, reason: permit.reason });
    else if (permit.because === 'asked') lookAtWishes();
    wakeup.notify();
    onAnswer();
  }

  #judge(batch: Change[], attemptId: number, departure: Permit, error: CarrierError): void {
    const { journal, rateLimiter, refusals, store, job } = this.#run;
    if (error.isAnswered) this.#reached();
    rateLimiter.onError(departure, error);
    const learned = store.providers.get(job.providerId).learnedRefusals;
    const verdict = verdictOn(error, batch.length, (key) => learned.some((one) => one.key === key));
    switch (verdict.do) {
      case 'requeue':
        journal.answered(batch, attemptId, error, 'queued');
        this.#release(batch);
        return;
      case 'wait-for-network':
        journal.answered(batch, attemptId, error, 'queued');
        this.#release(batch);
        this.#outage(error);
        return;
      case 'read-back':
        // A request that took too long was perhaps too large.
        if (error.code === 'TIMEOUT') this.#largestBatch = Math.max(1, Math.ceil(batch.length / 2));
        journal.answered(batch, attemptId, error, 'uncertain');
        refusals.suspect(
          error,
          batch.map(({ id }) => id),
        );
        // Whichever device it is that the carrier stumbles over, its neighbours shall not fail with it.
        if (error.kind === 'unexpected' && batch.some((change) => change.attempts > 0)) journal.sendAlone(batch);
        this.#release(batch);
        if (verdict.thenStop === true) this.#run.stop(sentence(error));
        return;
      case 'split': {
        journal.answered(batch, attemptId, error, 'queued');
        const middle = Math.ceil(batch.length / 2);
        this.#parts.push(batch.slice(middle), batch.slice(0, middle));
        return;
      }
      case 'shrink':
        this.#batchLimit = Math.min(this.#batchLimit, verdict.to);
        this.#largestBatch = Math.min(this.#largestBatch, this.#batchLimit);
        this.#run.onBatchLimit(this.#batchLimit);
        journal.answered(batch, attemptId, error, 'queued');
        this.#release(batch);
        return;
      case 'reject':
        journal.answered(batch, attemptId, error, 'rejected');
        this.#release(batch);
        this.#doubt(error);
        return;
      case 'hold':
        journal.answered(batch, attemptId, error, 'accepted');
        this.#release(batch);
        return;
      case 'stop':
        journal.answered(batch, attemptId, error, 'queued');
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
    const { rateLimiter, clock, random, stop } = this.#run;
    const now = clock.elapsed();
    this.#outageSince ??= now;
    const limit = this.#everAnswered ? OUTAGE_LIMIT_MS.reachedBefore : OUTAGE_LIMIT_MS.neverReached;
    if (now - this.#outageSince > limit) {
      stop(sentence(error));
      return;
    }
    rateLimiter.onOutage(backOffMs(this.#outages++, random));
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
