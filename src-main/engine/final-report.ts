/** The report of a job that has ended. A full disk must not undo a finished job: the report can be written again from the store. */
import { explain } from '../domain/errors.ts';
import type { Store } from '../store/index.ts';
import type { EngineListener, EnginePorts } from './ports.ts';

export async function writeFinalReport(
  store: Store,
  ports: Pick<EnginePorts, 'writeReport'>,
  listener: EngineListener,
  jobId: number,
): Promise<void> {
  try {
    const reportFolder = await ports.writeReport(store.jobs.get(jobId));
    store.jobs.update(jobId, { reportFolder });
  } catch (error) {
    listener({
      kind: 'alert',
      jobId,
      message: `The report could not be written: ${explain(error)} The job is complete; save the report again from its page.`,
    });
  }
}
