/** What the parts of one job's run share. */
import type { Clock } from '../domain/clock.ts';
import type { Store } from '../store/index.ts';
import type { Job } from '../store/jobs.ts';
import type { Provider } from '../store/providers.ts';
import type { RateGovernor } from './governor.ts';
import type { Recorder } from './recorder.ts';
import type { ChangeProcessor } from './processor.ts';
import type { Wake } from './signal.ts';

export interface RunContext {
  job: Job;
  provider: Provider;
  store: Store;
  clock: Clock;
  processor: ChangeProcessor;
  governor: RateGovernor;
  recorder: Recorder;
  /** Aborts when nothing new may be sent: pause, stop, shutdown. */
  noMoreRequests: AbortSignal;
  /** Aborts when the run is to end: pause, stop, shutdown. Cancelling alone leaves confirmation running. */
  ended: AbortSignal;
  /** Wakes the submitting loop: something came back to the queue. */
  wake: Wake;
  /** A person must act: nothing more is sent and the job stops with this reason. */
  stop: (reason: string) => void;
  /** A guard of the job asks a person: nothing more is sent and the job is paused with this reason. */
  pause: (reason: string) => void;
  /** Outside of the maintenance windows, when the next one opens (milliseconds since the epoch); null when changes may leave. */
  windowOpensAt: () => number | null;
  /** Told after each answer, for progress and alerts. */
  onAnswer: () => void;
  /** Told when the carrier takes only requests of so many devices. */
  onBatchLimit: (devices: number) => void;
  random: () => number;
}
