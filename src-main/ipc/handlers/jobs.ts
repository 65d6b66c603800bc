import { REPORT_FILES, writeDryRun, writeFailureReport, writeJobReport } from '../../reports/job-report.ts';
import { waitingSeen } from '../../domain/waiting.ts';
import { isEngineRunning } from '../../store/engine-lock.ts';
import { isSamePerson } from '../../domain/roles.ts';
import { summarize } from '../../reports/job-summary.ts';
import type { Job } from '../../store/jobs.ts';
import type { CallInput, JobView } from '../../../src-preload/contract/index.ts';
import { join } from 'node:path';
import { ConsoleError } from '../../domain/errors.ts';
import { askForTable, type HandlerContext, type Handlers } from '../handler-context.ts';

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

export function jobHandlers(context: HandlerContext): Handlers<Calls> {
  const { app } = context;
  /** A start takes as long as the store is large: whoever asked may have left meanwhile. */
  const startEngine = async (): Promise<void> => {
    await app.startEngineInBackground();
    app.askAgain();
  };
  const view = (job: Job): JobView => ({
    ...summarize(app.store, job),
    missedStart: app.engine.missedItsStart(job),
    waiting: waitingSeen(
      app.engine.waitingOf(job),
      job,
      app.clock.now(),
      () => app.engine.isRunning(job.providerId) || isEngineRunning(app.home),
    ),
    children: app.store.jobs.childrenOf(job.id).map((child) => ({ id: child.id, kind: child.childKind })),
  });
  /** A child job stands under a job of its own service provider. @throws ConsoleError `refused` */
  const checkParent = ({ providerId, parent }: CallInput<'changes.review'>): void => {
    if (parent !== undefined && app.store.jobs.get(parent.jobId).providerId !== providerId)
      throw new ConsoleError(
        'refused',
        `Job ${parent.jobId} belongs to another service provider.`,
        'Nothing was queued.',
      );
  };
  return {
    'changes.review': (request) => {
      checkParent(request);
      return app.bulkChanges.review(request, app.acting);
    },
    'changes.start': async (request) => {
      checkParent(request);
      if (request.ignoreQuota === true) app.access.require('override-quota', 'changes.start', [request.providerId]);
      await startEngine();
      const job = app.bulkChanges.create(request, app.access.acting);
      app.engine.startDue();
      return { jobId: job.id };
    },
    'changes.checkQuota': ({ providerId, deviceIds, effectiveAt }) =>
      app.reads.checkQuota(providerId, deviceIds, effectiveAt),
    'changes.saveDryRun': async (request) => {
      checkParent(request);
      const file = (await context.askWhereToSave('dry-run.csv')) ?? null;
      if (file === null) return { file };
      await writeDryRun(app.store, request.providerId, request.order, app.bulkChanges.plan(request), file);
      app.logSaved(`service provider ${request.providerId}`, 'dry run');
      return { file };
    },
    'jobs.list': () =>
      app.store.jobs
        .list()
        .filter(({ providerId }) => app.access.sees(providerId))
        .map(view),
    'jobs.get': ({ jobId }) => ({
      job: view(app.store.jobs.get(jobId)),
      progress: app.progress.latest(jobId) ?? null,
    }),
    'jobs.compare': ({ first, second }) => ({
      first: view(app.store.jobs.get(first)),
      second: view(app.store.jobs.get(second)),
      overlap: app.store.changes.overlap(first, second),
    }),
    'jobs.changes': ({ jobId, states, search, offset, limit }) =>
      app.store.changes.page(jobId, states, search, offset, limit),
    'jobs.changeLog': ({ changeId }) => app.store.changes.log(changeId),
    'jobs.setPriority': ({ jobId, priority }) => {
      app.engine.setPriority(jobId, priority, app.actor);
    },
    'jobs.pause': ({ jobId }) => {
      app.engine.pause(jobId, app.actor);
    },
    'jobs.resume': async ({ jobId }) => {
      await startEngine();
      app.engine.resume(jobId, app.actor);
    },
    'jobs.cancel': async ({ jobId }) => {
      await startEngine();
      app.engine.cancel(jobId, app.actor);
    },
    'jobs.toApprove': () =>
      app.store.jobs
        .inState('awaiting-approval')
        .filter(({ providerId, author }) => app.access.sees(providerId) && !isSamePerson(author, app.actor))
        .map(({ id }) => id),
    'jobs.approve': async ({ jobId, digest, note }) => {
      await startEngine();
      app.engine.approve(jobId, app.access.acting, digest, note);
    },
    'jobs.reject': async ({ jobId, digest, note }) => {
      await startEngine();
      app.engine.reject(jobId, app.access.acting, digest, note);
    },
    'jobs.retryRequest': ({ jobId }) => app.childJobs.retryRequest(jobId),
    'jobs.planUndo': ({ jobId }) => {
      const { steps, left, willChange, digest } = app.childJobs.planUndo(jobId);
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
      const jobs = app.childJobs.undo(jobId, app.access.acting, confirmed);
      app.engine.startDue();
      return { jobIds: jobs.map((job) => job.id) };
    },
    'jobs.recheck': async ({ jobId }) => {
      await startEngine();
      app.engine.recheck(jobId, app.actor);
    },
    'jobs.saveFailures': async ({ jobId, format: chosen = 'csv', withCancelled = false }) => {
      const place = await askForTable(context, `job-${jobId}-failures`, chosen);
      if (place === undefined) return { file: null, rows: 0 };
      const { file, format } = place;
      const choice = { format, withCancelled };
      const rows = await writeFailureReport(app.store, app.store.jobs.get(jobId), file, choice);
      app.logSaved(`job ${jobId}`, 'failure report');
      return { file, rows };
    },
    'jobs.saveReport': async ({ jobId }) => {
      const folder = app.reportFolder(jobId);
      await writeJobReport(app.store, app.store.jobs.get(jobId), folder);
      app.logSaved(`job ${jobId}`, 'final report');
      return { file: join(folder, REPORT_FILES.summary) };
    },
  };
}
