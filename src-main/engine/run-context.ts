/** What the parts of one job's run share. */
import type { Clock } from '../domain/clock.ts';
import type { Store } from '../store/index.ts';
import type { Job } from '../store/jobs.ts';
import type { Provider } from '../store/providers.ts';
import type { CarrierReader } from './carrier-reader.ts';
import type { ChangeTypeRules } from '../bulk-change/change-types/change-type.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { DepartureCheck, Forbidden } from './departure-check.ts';
import type { Journal } from './journal.ts';
import type { ChangeProcessor } from './processor.ts';
import type { Wakeup } from './wakeup.ts';
import type { SuspectedRefusals } from './suspected-refusals.ts';

export interface RunContext {
  job: Job;
  /** With what holds for this run only. What decides whether something may leave is asked of the store: see {@link door}. */
  provider: Provider;
  store: Store;
  clock: Clock;
  rules: ChangeTypeRules;
  processor: ChangeProcessor;
  rateLimiter: RateLimiter;
  journal: Journal;
  reader: CarrierReader;
  door: DepartureCheck;
  refusals: SuspectedRefusals;
  /** Aborts when nothing new may be sent: pause, stop, shutdown. */
  noMoreRequests: AbortSignal;
  /** Aborts when the run is to end: pause, stop, shutdown. Cancelling alone leaves confirmation running. */
  ended: AbortSignal;
  /** Wakes the submitting loop: something came back to the queue. */
  wakeup: Wakeup;
  /** A person must act: nothing more is sent and the job stops with this reason. */
  stop: (reason: string) => void;
  /** A guard of the job asks a person: nothing more is sent and the job is paused with this reason. */
  pause: (reason: string) => void;
  /** The door is shut for this job until a person has done something about it. */
  forbid: (forbidden: Forbidden) => void;
  /** A person may have asked for a pause or cancelled: look now. */
  lookAtWishes: () => void;
  /** Tells people of something while the run goes on. */
  alert: (message: string) => void;
  /** Outside of the maintenance windows, when the next one opens (milliseconds since the epoch); null when changes may leave. */
  windowOpensAt: () => number | null;
  /** Told after each answer, for progress and alerts. */
  onAnswer: () => void;
  /** Told when the carrier takes only requests of so many devices. */
  onBatchLimit: (devices: number) => void;
  random: () => number;
}
