import { InvalidArgumentError, type Command } from 'commander';
import type { App } from '../app.ts';
import { counted } from '../domain/counted.ts';
import { ConsoleError, explain } from '../domain/errors.ts';
import { REPORT_FILES, writeJobReport } from '../reports/job-report.ts';
import { summarize } from '../reports/job-summary.ts';
import { EXIT, EXIT_OF, note, print, printJson, printTable } from './output.ts';
import type { Job } from '../store/jobs.ts';
import { followJob, jobResult, notChanged, printResult, waitingOf, type JobResult } from './run-job.ts';
import {
  addCommonOptions,
  addProviderOptions,
  digestText,
  useAccountOf,
  withConsole,
  type CommonOptions,
} from './session.ts';

/** Devices that an undo leaves as they are: so many are named. */
const LEFT_SHOWN = 20;
/** How often a job that another process runs is looked at. */
const WATCH_EVERY_MS = 500;

/** `rateplan jobs …`: past and present jobs; all of it but resume works offline. */
export function addJobsCommand(program: Command): void {
  const jobs = program.command('jobs').description('past and present jobs');

  addCommonOptions(jobs.command('list'))
    .description('all jobs, newest first')
    .action((options: CommonOptions) =>
      withConsole('read', async (app) => {
        const summaries = app.store.jobs
          .list()
          .filter(({ providerId }) => app.access.sees(providerId))
          .map((job) => summarize(app.store, job));
        await Promise.resolve();
        if (options.json === true)
          printJson({
            jobs: summaries.map(({ job, status, counts }) => ({
              jobId: job.id,
              title: job.title,
              state: job.state,
              waiting: waitingOf(app, job),
              status,
              counts,
              createdAt: job.createdAt,
              author: job.author,
            })),
          });
        else
          printTable(
            ['job', 'status', 'state', 'total', 'processed', 'error', 'title'],
            summaries.map(({ job, status, counts }) => [
              job.id,
              status,
              stateSeen(app, job),
              counts.total,
              counts.processed,
              counts.error,
              job.title,
            ]),
          );
      }),
    );

  addCommonOptions(jobs.command('show'))
    .argument('<job>', 'number of the job', jobNumber)
    .description('one job: its counts, reasons, and each device that did not change')
    .action((id: number, options: CommonOptions) =>
      withConsole(
        'read',
        async (app) => {
          const result = jobResult(app, id);
          await Promise.resolve();
          if (options.json === true) printJson({ ...result, notChanged: notChanged(app, result.jobId) });
          else printResult(app, result);
        },
        id,
      ),
    );

  addProviderOptions(jobs.command('resume'))
    .argument('<job>', 'number of the job', jobNumber)
    .description('go on with a job; what was under way is read back before anything is sent again')
    .action((id: number, options: CommonOptions) =>
      withConsole(
        'change',
        async (app) => {
          process.exitCode = await resume(app, id, options);
        },
        id,
      ),
    );

  addCommonOptions(jobs.command('pause'))
    .argument('<job>', 'number of the job', jobNumber)
    .description('nothing new leaves; also for a job that another process runs')
    .action((id: number, options: CommonOptions) =>
      withConsole(
        'change',
        async (app) => {
          app.engine.pause(id, app.actor);
          await report(app, id, options);
        },
        id,
      ),
    );

  addProviderOptions(jobs.command('cancel'))
    .argument('<job>', 'number of the job', jobNumber)
    .description('what has not left is cancelled; what has left is read back')
    .action((id: number, options: CommonOptions) =>
      withConsole(
        'change',
        async (app) => {
          process.exitCode = await cancel(app, id, options);
        },
        id,
      ),
    );

  for (const verb of ['approve', 'reject'] as const)
    addCommonOptions(jobs.command(verb))
      .argument('<job>', 'number of the job', jobNumber)
      .description(
        verb === 'approve'
          ? 'let somebody else’s large change start; without --digest it only shows what would be approved'
          : 'nothing of it is ever sent',
      )
      .option('--digest <hex>', 'of what you saw: the job must still be exactly that', digestText)
      .option('--note <text>', 'why, for the record', '')
      .action((id: number, options: DecisionFlags) =>
        withConsole(
          'approve',
          async (app) => {
            await decide(app, id, verb, options);
          },
          id,
        ),
      );

  addProviderOptions(jobs.command('recheck'))
    .argument('<job>', 'number of the job', jobNumber)
    .description('read the unconfirmed changes back once more; nothing is sent')
    .action((id: number, options: CommonOptions) =>
      withConsole(
        'change',
        async (app) => {
          app.startEngine(true);
          useAccountOf(app, id, options);
          await followJob(app, id, () => {
            app.engine.recheck(id, app.actor);
          });
          await report(app, id, options);
          process.exitCode = EXIT_OF[jobResult(app, id).status];
        },
        id,
      ),
    );

  addProviderOptions(jobs.command('retry'))
    .argument('<job>', 'number of the job', jobNumber)
    .description('a new job for what failed or was cancelled in this one')
    .option('--yes', 'really do it')
    .action((id: number, options: CommonOptions & { yes?: boolean }) =>
      withConsole(
        'change',
        async (app) => {
          process.exitCode = await runChildren(app, id, options, () => {
            const request = app.childJobs.retryRequest(id);
            const { digest } = app.bulkChanges.review(request, app.acting);
            return [app.bulkChanges.create({ ...request, confirmed: digest }, app.access.acting)];
          });
        },
        id,
      ),
    );

  addProviderOptions(jobs.command('undo'))
    .argument('<job>', 'number of the job', jobNumber)
    .description('new jobs that bring each device back to its former plan; costs one of its four plan changes a month')
    .option('--yes', 'really do it')
    .action((id: number, options: CommonOptions & { yes?: boolean }) =>
      withConsole(
        'change',
        async (app) => {
          process.exitCode = await runChildren(app, id, options, () => {
            const { left, digest } = app.childJobs.planUndo(id);
            if (left.length > 0) {
              note(`${counted(left.length, 'device')} ${left.length === 1 ? 'stays as it is' : 'stay as they are'}:`);
              for (const { identifier, reason } of left.slice(0, LEFT_SHOWN)) note(`  ${identifier}: ${reason}`);
              if (left.length > LEFT_SHOWN) note(`  and ${String(left.length - LEFT_SHOWN)} more`);
            }
            return app.childJobs.undo(id, app.access.acting, digest);
          });
        },
        id,
      ),
    );

  addCommonOptions(jobs.command('report'))
    .argument('<job>', 'number of the job', jobNumber)
    .description('write the final report and the failure report again')
    .option('--out <folder>', 'where to')
    .action((id: number, options: CommonOptions & { out?: string }) =>
      withConsole(
        'export',
        async (app) => {
          const job = app.store.jobs.get(id);
          const folder = options.out ?? app.reportFolder(job.id);
          await writeJobReport(app.store, job, folder);
          app.logSaved(`job ${String(job.id)}`, 'final report');
          if (options.json === true) printJson({ jobId: job.id, folder, files: Object.values(REPORT_FILES) });
          else print(`${Object.values(REPORT_FILES).join(', ')} are in ${folder}`);
        },
        id,
      ),
    );
}

interface DecisionFlags extends CommonOptions {
  digest?: string;
  note: string;
}

/** Shows what the decision is about, or takes it. */
async function decide(
  app: App,
  jobId: number,
  verb: 'approve' | 'reject',
  { digest, note: why, json }: DecisionFlags,
): Promise<void> {
  const { job, targetName, counts } = summarize(app.store, app.store.jobs.get(jobId));
  if (digest === undefined && verb === 'approve') {
    if (job.state !== 'awaiting-approval' || job.digest === null)
      throw new ConsoleError('refused', `Job ${String(jobId)} does not wait for an approval.`);
    if (json === true) printJson({ jobId, digest: job.digest, author: job.author, target: job.target, counts });
    else {
      print(`job ${String(jobId)} of ${job.author}: ${job.title}`);
      print(
        `${counted(counts.total - counts.skipped, 'device')} ${counts.total - counts.skipped === 1 ? 'gets' : 'get'} ${targetName} (${job.target}), start: ${job.effectiveAt ?? 'at once'}`,
      );
      print(`to approve exactly this: jobs approve ${String(jobId)} --digest ${job.digest}`);
    }
    return;
  }
  if (verb === 'approve') app.engine.approve(jobId, app.access.acting, digest ?? '', why);
  else {
    ownsEngine(app);
    app.engine.reject(jobId, app.access.acting, job.digest ?? '', why);
    await app.engine.whenEnded(jobId);
  }
  if (json === true) printJson(jobResult(app, jobId));
  else if (verb === 'reject') print(`job ${String(jobId)} is rejected; nothing of it was sent`);
  else print(`job ${String(jobId)} is approved; a running console starts it, otherwise: jobs resume ${String(jobId)}`);
}

/**
 * What has not left is cancelled whatever the environment says; reading back what has left takes the account of the job.
 * @returns the exit code: processed only when nothing is open any more
 */
async function cancel(app: App, jobId: number, options: CommonOptions): Promise<number> {
  const ask = (): void => {
    app.engine.cancel(jobId, app.actor);
  };
  let isAttended: (() => boolean) | undefined;
  if (!ownsEngine(app)) ask();
  else
    try {
      useAccountOf(app, jobId, options);
      await followJob(app, jobId, ask);
    } catch (error) {
      if (!(error instanceof ConsoleError) || error.code !== 'refused') throw error;
      // Nothing runs then that would read with the credentials of somebody else.
      await app.engine.stop();
      ask();
      isAttended = () => false;
      if (jobResult(app, jobId).open > 0) note(`What had left cannot be read back: ${explain(error)}`);
    }
  const result = jobResult(app, jobId, isAttended);
  if (options.json === true) printJson(result);
  else printResult(app, result);
  return result.open === 0 ? EXIT.processed : EXIT.partial;
}

async function resume(app: App, jobId: number, options: CommonOptions): Promise<number> {
  if (!(await finishedElsewhere(app, jobId))) {
    useAccountOf(app, jobId, options);
    await followJob(app, jobId, () => {
      app.engine.resume(jobId, app.actor);
    });
  }
  await report(app, jobId, options);
  return EXIT_OF[jobResult(app, jobId).status];
}

/**
 * Takes the engine. While another process has it, that one is asked to go on with the job and is watched; if it dies, the
 * job is taken over.
 * @returns true when the job is finished and there is nothing to resume
 */
async function finishedElsewhere(app: App, jobId: number): Promise<boolean> {
  for (let told = false; app.store.jobs.get(jobId).state !== 'finished'; told = true) {
    if (ownsEngine(app, !told)) return false;
    const { state } = app.store.jobs.get(jobId);
    if (!told && state !== 'running') app.engine.resume(jobId, app.actor);
    await app.clock.sleep(WATCH_EVERY_MS);
  }
  return true;
}

/** Queues the jobs that come of another one and runs them, one after the other. @returns the worst exit code */
async function runChildren(
  app: App,
  parentId: number,
  options: CommonOptions & { yes?: boolean },
  create: () => Job[],
): Promise<number> {
  if (options.yes !== true)
    throw new ConsoleError('bad-input', 'A change bills money and cannot be taken back freely.', 'Add --yes to do it.');
  app.startEngine(true);
  useAccountOf(app, parentId, options);
  const jobs = create();
  const results: JobResult[] = [];
  for (const { id, state } of jobs)
    results.push(
      state === 'awaiting-approval'
        ? jobResult(app, id)
        : await followJob(app, id, () => {
            app.engine.take(id);
          }),
    );
  if (options.json === true) printJson({ parentJobId: parentId, jobs: results });
  else for (const result of results) printResult(app, result);
  return Math.max(0, ...results.map((result) => EXIT_OF[result.status]));
}

async function report(app: App, jobId: number, options: CommonOptions): Promise<void> {
  const result = jobResult(app, jobId);
  await Promise.resolve();
  if (options.json === true) printJson(result);
  else printResult(app, result);
}

/** @returns false when another process runs jobs on this data folder: it will see what is asked in the store */
function ownsEngine(app: App, tell = true): boolean {
  try {
    app.startEngine(true);
    return true;
  } catch (error) {
    if (!(error instanceof ConsoleError) || error.code !== 'busy') throw error;
    if (tell) note('Another console runs the jobs of this data folder; it is told.');
    return false;
  }
}

/** Its state, with what a person must know beside it. */
function stateSeen(app: App, job: Job): string {
  switch (waitingOf(app, job)?.cause) {
    case 'unattended':
      return `${job.state}, no console`;
    case 'overdue':
      return `${job.state}, overdue`;
    default:
      return job.state;
  }
}

export function jobNumber(text: string): number {
  const id = Number(text);
  if (!Number.isInteger(id) || id < 1) throw new InvalidArgumentError('It is no job number.');
  return id;
}
