import { REPORT_FILES, writeDryRun, writeFailureReport, writeJobReport } from '../../reports/job-report.ts';
import { waitingSeen } from '../../domain/waiting.ts';
import { isEngineRunning } from '../../store/engine-lock.ts';
import { isSamePerson } from '../../domain/roles.ts';
import { summarize } from '../../reports/job-summary.ts';
import type { Job } from '../../store/jobs.ts';
import type { CallInput, JobView } from '../../../src-preload/contract.ts';
import { join } from 'node:path';
import { ConsoleError } from '../../domain/errors.ts';
import { askForTable, type Desk, type Handlers } from '../handler-context.ts';

type Calls =
  | 'changes.review'
  | 'changes.start'
  | 'changes.checkQuota'
  | 'changes.saveDryRun'
  | 'jobs.list'
  | 'jobs.get'
  | 'jobs.compare'
  | 'jobs.changes'
  | 'jobs.changeLog'
  | 'jobs.pause'
  | 'jobs.setPriority'
  | 'jobs.resume'
  | 'jobs.cancel'
  | 'jobs.toApprove'
  | 'jobs.approve'
  | 'jobs.reject'
  | 'jobs.retryRequest'
  | 'jobs.planUndo'
  | 'jobs.undo'
  | 'jobs.recheck'
  | 'jobs.saveFailures'
  | 'jobs.saveReport';

/** Devices that an undo leaves as they are: so many are named. */
const LEFT_SHOWN = 100;

export function jobHandlers(desk: Desk): Handlers<Calls> {
  const { console } = desk;
  /** A start takes as long as the store is large: whoever asked may have left meanwhile. */
  const startEngine = async (): Promise<void> => {
    await console.startEngineBeside();
    console.askAgain();
  };
  const view = (job: Job): JobView => ({
    ...summarize(console.store, job),
    missedStart: console.engine.missedItsStart(job),
    waiting: waitingSeen(
      console.engine.waitingOf(job),
      job,
      console.clock.now(),
      () => console.engine.isRunning(job.providerId) || isEngineRunning(console.home),
    ),
    children: console.store.jobs.childrenOf(job.id).map((child) => ({ id: child.id, kind: child.childKind })),
  });
  /** A child job stands under a job of its own service provider. @throws ConsoleError `refused` */
  const checkParent = ({ providerId, parent }: CallInput<'changes.review'>): void => {
    if (parent !== undefined && console.store.jobs.get(parent.jobId).providerId !== providerId)
      throw new ConsoleError(
        'refused',
        `Job ${parent.jobId} belongs to another service provider.`,
        'Nothing was queued.',
      );
  };
  return {
    'changes.review': (request) => {
      checkParent(request);
      return console.bulkChanges.review(request, console.acting);
    },
    'changes.start': async (request) => {
      checkParent(request);
      if (request.ignoreQuota === true) console.access.require('override-quota', 'changes.start', [request.providerId]);
      await startEngine();
      const job = console.bulkChanges.create(request, console.access.acting);
      console.engine.startDue();
      return { jobId: job.id };
    },
    'changes.checkQuota': ({ providerId, deviceIds, effectiveAt }) =>
      console.checkQuota(providerId, deviceIds, effectiveAt),
    'changes.saveDryRun': async (request) => {
      checkParent(request);
      const file = (await desk.askWhereToSave('dry-run.csv')) ?? null;
      if (file === null) return { file };
      await writeDryRun(console.store, request.providerId, request.order, console.bulkChanges.plan(request), file);
      console.logSaved(`service provider ${request.providerId}`, 'dry run');
      return { file };
    },
    'jobs.list': () =>
      console.store.jobs
        .list()
        .filter(({ providerId }) => console.access.sees(providerId))
        .map(view),
    'jobs.get': ({ jobId }) => ({
      job: view(console.store.jobs.get(jobId)),
      progress: console.progress.latest(jobId) ?? null,
    }),
    'jobs.compare': ({ first, second }) => ({
      first: view(console.store.jobs.get(first)),
      second: view(console.store.jobs.get(second)),
      overlap: console.store.changes.overlap(first, second),
    }),
    'jobs.changes': ({ jobId, states, search, offset, limit }) =>
      console.store.changes.page(jobId, states, search, offset, limit),
    'jobs.changeLog': ({ changeId }) => console.store.changes.log(changeId),
    'jobs.setPriority': ({ jobId, priority }) => {
      console.engine.setPriority(jobId, priority, console.actor);
    },
    'jobs.pause': ({ jobId }) => {
      console.engine.pause(jobId, console.actor);
    },
    'jobs.resume': async ({ jobId }) => {
      await startEngine();
      console.engine.resume(jobId, console.actor);
    },
    'jobs.cancel': async ({ jobId }) => {
      await startEngine();
      console.engine.cancel(jobId, console.actor);
    },
    'jobs.toApprove': () =>
      console.store.jobs
        .inState('awaiting-approval')
        .filter(({ providerId, author }) => console.access.sees(providerId) && !isSamePerson(author, console.actor))
        .map(({ id }) => id),
    'jobs.approve': async ({ jobId, digest, note }) => {
      await startEngine();
      console.engine.approve(jobId, console.access.acting, digest, note);
    },
    'jobs.reject': async ({ jobId, digest, note }) => {
      await startEngine();
      console.engine.reject(jobId, console.access.acting, digest, note);
    },
    'jobs.retryRequest': ({ jobId }) => console.childJobs.retryRequest(jobId),
    'jobs.planUndo': ({ jobId }) => {
      const { steps, left, willChange, digest } = console.childJobs.planUndo(jobId);
      return {
        steps: steps.map(({ review }) => ({ review })),
        left: left.slice(0, LEFT_SHOWN),
        leftCount: left.length,
        willChange,
        digest,
      };
    },
    'jobs.undo': async ({ jobId, confirmed }) => {
      await startEngine();
      const jobs = console.childJobs.undo(jobId, console.access.acting, confirmed);
      console.engine.startDue();
      return { jobIds: jobs.map((job) => job.id) };
    },
    'jobs.recheck': async ({ jobId }) => {
      await startEngine();
      console.engine.recheck(jobId, console.actor);
    },
    'jobs.saveFailures': async ({ jobId, format: chosen = 'csv', withCancelled = false }) => {
      const place = await askForTable(desk, `job-${jobId}-failures`, chosen);
      if (place === undefined) return { file: null, rows: 0 };
      const { file, format } = place;
      const choice = { format, withCancelled };
      const rows = await writeFailureReport(console.store, console.store.jobs.get(jobId), file, choice);
      console.logSaved(`job ${jobId}`, 'failure report');
      return { file, rows };
    },
    'jobs.saveReport': async ({ jobId }) => {
      const folder = console.reportFolder(jobId);
      await writeJobReport(console.store, console.store.jobs.get(jobId), folder);
      console.logSaved(`job ${jobId}`, 'final report');
      return { file: join(folder, REPORT_FILES.summary) };
    },
  };
}
