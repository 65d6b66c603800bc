/** The change type router: which processor carries out a job. A new type is one processor and one line here. */
import type { ChangeType } from '../domain/jobs.ts';
import type { Change } from '../store/changes.ts';
import type { Store } from '../store/index.ts';
import type { Job } from '../store/jobs.ts';
import type { AcceptedChange, CarrierDevice, DevicePage } from '../thingspace/client.ts';
import { carrierRatePlanProcessor } from './carrier-rate-plan.ts';
import type { Carrier } from './ports.ts';

/** What a change type has to know; queue, batches, retry, confirmation and recovery are the engine's. */
export interface ChangeProcessor {
  /** The request's text, written down before it is sent. */
  requestText(changes: readonly Change[]): string;
  /** @throws CarrierError */
  send(requestText: string): Promise<AcceptedChange>;
  /** Whether the carrier's record shows what was asked for. */
  reached(device: CarrierDevice): boolean;
  /** One page of the devices that have reached it; about {@link pagesToRead} pages in all. @throws CarrierError */
  readReached(from: string): Promise<DevicePage>;
  pagesToRead(): number;
  /** One device's record, undefined when the account has none. @throws CarrierError */
  readDevice(change: Change): Promise<CarrierDevice | undefined>;
  /** Brings the local device record up to the carrier's. @returns the local device's number */
  updateLocalRecord(change: Change, at: string): number;
}

type ProcessorFactory = (job: Job, carrier: Carrier, store: Store) => ChangeProcessor;

const PROCESSORS: Readonly<Record<ChangeType, ProcessorFactory>> = {
  'carrier-rate-plan': carrierRatePlanProcessor,
};

export function routeChange(job: Job, carrier: Carrier, store: Store): ChangeProcessor {
  return PROCESSORS[job.type](job, carrier, store);
}
