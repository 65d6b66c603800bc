import { InvalidArgumentError, type Command } from 'commander';
import type { Console } from '../app.ts';
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
      withConsole('read', async (console) => {
        const summaries = console.store.jobs
          .list()
          .filter(({ providerId }) => console.access.sees(providerId))
          .map((job) => summarize(console.store, job));
        await Promise.resolve();
        if (options.json === true)
          printJson({
            jobs: summaries.map(({ job, status, counts }) => ({
              jobId: job.id,
              title: job.title,
              state: job.state,
              waiting: waitingOf(console, job),
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
              stateSeen(console, job),
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
        async (console) => {
          const result = jobResult(console, id);
          await Promise.resolve();
          if (options.json === true) printJson({ ...result, notChanged: notChanged(console, result.jobId) });
          else printResult(console, result);
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
        async (console) => {
          process.exitCode = await resume(console, id, options);
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
        async (console) => {
          console.engine.pause(id, console.actor);
          await report(console, id, options);
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
        async (console) => {
          process.exitCode = await cancel(console, id, options);
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
          async (console) => {
            await decide(console, id, verb, options);
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
        async (console) => {
          console.startEngine(true);
          useAccountOf(console, id, options);
          await followJob(console, id, () => {
            console.engine.recheck(id, console.actor);
          });
          await report(console, id, options);
          process.exitCode = EXIT_OF[jobResult(console, id).status];
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
        async (console) => {
          process.exitCode = await runChildren(console, id, options, () => {
            const request = console.childJobs.retryRequest(id);
            const { digest } = console.bulkChanges.review(request, console.acting);
            return [console.bulkChanges.create({ ...request, confirmed: digest }, console.access.acting)];
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
        async (console) => {
          process.exitCode = await runChildren(console, id, options, () => {
            const { left, digest } = console.childJobs.planUndo(id);
            if (left.length > 0) {
              note(`${counted(left.length, 'device')} ${left.length === 1 ? 'stays as it is' : 'stay as they are'}:`);
              for (const { identifier, reason } of left.slice(0, LEFT_SHOWN)) note(`  ${identifier}: ${reason}`);
              if (left.length > LEFT_SHOWN) note(`  and ${String(left.length - LEFT_SHOWN)} more`);
            }
            return console.childJobs.undo(id, console.access.acting, digest);
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
        async (console) => {
          const job = console.store.jobs.get(id);
          const folder = options.out ?? console.reportFolder(job.id);
          await writeJobReport(console.store, job, folder);
          console.logSaved(`job ${String(job.id)}`, 'final report');
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
  console: Console,
  jobId: number,
  verb: 'approve' | 'reject',
  { digest, note: why, json }: DecisionFlags,
): Promise<void> {
  const { job, targetName, counts } = summarize(console.store, console.store.jobs.get(jobId));
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
  if (verb === 'approve') console.engine.approve(jobId, console.access.acting, digest ?? '', why);
  else {
    ownsEngine(console);
    console.engine.reject(jobId, console.access.acting, job.digest ?? '', why);
    await console.engine.whenEnded(jobId);
  }
  if (json === true) printJson(jobResult(console, jobId));
  else if (verb === 'reject') print(`job ${String(jobId)} is rejected; nothing of it was sent`);
  else print(`job ${String(jobId)} is approved; a running console starts it, otherwise: jobs resume ${String(jobId)}`);
}

/**
 * What has not left is cancelled whatever the environment says; reading back what has left takes the account of the job.
 * @returns the exit code: processed only when nothing is open any more
 */
async function cancel(console: Console, jobId: number, options: CommonOptions): Promise<number> {
  const ask = (): void => {
    console.engine.cancel(jobId, console.actor);
  };
  let isAttended: (() => boolean) | undefined;
  if (!ownsEngine(console)) ask();
  else
    try {
      useAccountOf(console, jobId, options);
      await followJob(console, jobId, ask);
    } catch (error) {
      if (!(error instanceof ConsoleError) || error.code !== 'refused') throw error;
      // Nothing runs then that would read with the credentials of somebody else.
      await console.engine.stop();
      ask();
      isAttended = () => false;
      if (jobResult(console, jobId).open > 0) note(`What had left cannot be read back: ${explain(error)}`);
    }
  const result = jobResult(console, jobId, isAttended);
  if (options.json === true) printJson(result);
  else printResult(console, result);
  return result.open === 0 ? EXIT.processed : EXIT.partial;
}

async function resume(console: Console, jobId: number, options: CommonOptions): Promise<number> {
  if (!(await finishedElsewhere(console, jobId))) {
    useAccountOf(console, jobId, options);
    await followJob(console, jobId, () => {
      console.engine.resume(jobId, console.actor);
    });
  }
  await report(console, jobId, options);
  return EXIT_OF[jobResult(console, jobId).status];
}

/**
 * Takes the engine. While another process has it, that one is asked to go on with the job and is watched; if it dies, the
 * job is taken over.
 * @returns true when the job is finished and there is nothing to resume
 */
async function finishedElsewhere(console: Console, jobId: number): Promise<boolean> {
  for (let told = false; console.store.jobs.get(jobId).state !== 'finished'; told = true) {
    if (ownsEngine(console, !told)) return false;
    const { state } = console.store.jobs.get(jobId);
    if (!told && state !== 'running') console.engine.resume(jobId, console.actor);
    await console.clock.sleep(WATCH_EVERY_MS);
  }
  return true;
}

/** Queues the jobs that come of another one and runs them, one after the other. @returns the worst exit code */
async function runChildren(
  console: Console,
  parentId: number,
  options: CommonOptions & { yes?: boolean },
  create: () => Job[],
): Promise<number> {
  if (options.yes !== true)
    throw new ConsoleError('bad-input', 'A change bills money and cannot be taken back freely.', 'Add --yes to do it.');
  console.startEngine(true);
  useAccountOf(console, parentId, options);
  const jobs = create();
  const results: JobResult[] = [];
  for (const { id, state } of jobs)
    results.push(
      state === 'awaiting-approval'
        ? jobResult(console, id)
        : await followJob(console, id, () => {
            console.engine.take(id);
          }),
    );
  if (options.json === true) printJson({ parentJobId: parentId, jobs: results });
  else for (const result of results) printResult(console, result);
  return Math.max(0, ...results.map((result) => EXIT_OF[result.status]));
}

async function report(console: Console, jobId: number, options: CommonOptions): Promise<void> {
  const result = jobResult(console, jobId);
  await Promise.resolve();
  if (options.json === true) printJson(result);
  else printResult(console, result);
}

/** @returns false when another process runs jobs on this data folder: it will see what is asked in the store */
function ownsEngine(console: Console, tell = true): boolean {
  try {
    console.startEngine(true);
    return true;
  } catch (error) {
    if (!(error instanceof ConsoleError) || error.code !== 'busy') throw error;
    if (tell) note('Another console runs the jobs of this data folder; it is told.');
    return false;
  }
}

/** Its state, with what a person must know beside it. */
function stateSeen(console: Console, job: Job): string {
  switch (waitingOf(console, job)?.cause) {
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
