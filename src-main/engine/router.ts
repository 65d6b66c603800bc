/** The change type router: which processor carries out a job. A new type is one processor and one line here. */
import type { ChangeType } from '../domain/jobs.ts';
import type { Store } from '../store/index.ts';
import type { Job } from '../store/jobs.ts';
import { carrierRatePlanProcessor } from './carrier-rate-plan.ts';
import type { Carrier } from './ports.ts';
import type { ChangeProcessor } from './processor.ts';

type ProcessorFactory = (job: Job, carrier: Carrier, store: Store) => ChangeProcessor;

const PROCESSORS: Readonly<Record<ChangeType, ProcessorFactory>> = {
  'carrier-rate-plan': carrierRatePlanProcessor,
};

export function routeChange(job: Job, carrier: Carrier, store: Store): ChangeProcessor {
  return PROCESSORS[job.type](job, carrier, store);
}
