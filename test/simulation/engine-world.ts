/**
 * A life of the whole console against the simulated carrier, in virtual time and decided by one seed. Everything but the
 * wire and the disk's moods is the product.
 *
 * `temper.ts` draws how carrier and console are, `happenings.ts` what happens, `wire.ts` and `disk.ts` stand for network and
 * disk, `world.ts` holds them together, and `judges.ts` says what is wrong.
 */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { NO_FAULTS } from '../../src-main/simulator/options.ts';
import { seededRandom } from '../../src-main/simulator/random.ts';
import type { Job } from '../../src-main/store/jobs.ts';
import { Dice } from './dice.ts';
import { edited, newJob, somethingHappens, somethingMore } from './happenings.ts';
import { Judges } from './judges.ts';
import { drawTemper, LONGEST_APPLY_MS } from './temper.ts';
import { inVirtualTime, type VirtualTime } from './virtual-time.ts';
import { approver, AUTHOR, World } from './world.ts';

const HOUR_MS = 3_600_000;
/** No life takes longer once everything is mended, however many faults there were. */
const LONGEST_END_MS = 6 * HOUR_MS;
/** An approval that stays void after so many tries is given up: the job is cancelled. */
const APPROVALS_TRIED = 3;
const LAST_SYNC_TRIES = 8;
const OUTAGE_PAUSE_MS = 40_000;

export interface Life {
  /** What is wrong, by what the carrier did and by the console's own books; empty when nothing is. */
  wrongs: string[];
  /** Stands for every entry of the ledger and of the audit. */
  fingerprint: string;
  changed: number;
  crashes: number;
  jobs: number;
}

export async function live(seed: number): Promise<Life> {
  const dice = new Dice(seededRandom(seed));
  const homes: string[] = [];
  const unhandled: unknown[] = [];
  const onUnhandled = (error: unknown): void => {
    unhandled.push(error);
  };
  process.on('unhandledRejection', onUnhandled);
  try {
    const start = 1_790_000_000_000 + Math.floor(dice.random() * HOUR_MS * 24 * 300);
    const life = await inVirtualTime(start, (time) => liveIn(time, dice, seed, homes));
    for (const error of unhandled) life.wrongs.push(`unhandled: ${String((error as Error).stack)}`);
    return life;
  } finally {
    process.off('unhandledRejection', onUnhandled);
    for (const home of homes) rmSync(home, { recursive: true, force: true });
  }
}

async function liveIn(time: VirtualTime, dice: Dice, seed: number, homes: string[]): Promise<Life> {
  const temper = drawTemper(dice, seed);
  const judges = new Judges(() => world);
  const world: World = new World(
    time,
    dice,
    temper,
    homes,
    () => judges.tap(),
    (one) => {
      judges.onConsole(one);
    },
  );
  judges.begin();
  await world.begin();
  world.carrier.faults = temper.faults;
  world.carrier.setShown({ otherUser: temper.otherUser });
  for (let n = dice.pick([1, 2, 2, 3]); n > 0; n--) newJob(world);
  for (let n = temper.events; n > 0; n--) {
    await world.pass(dice.between(20, 2500));
    judges.judgeWaiting();
    await somethingHappens(world);
  }
  await toTheEnd(world, judges);
  await world.besideDone();
  await lastSync(world);
  judges.judgeJobs();
  judges.judgeInventory();
  judges.judgeCounts();
  const fingerprint = fingerprintOf(world);
  const changed = world.carrier.stats().applied;
  const jobs = world.jobs().length;
  await world.within(world.app.close());
  return { wrongs: world.wrongs, fingerprint, changed, crashes: world.crashes, jobs };
}

/** Everything is mended but the network, which is mended in the end; people go on with what waits for them. */
async function toTheEnd(world: World, judges: Judges): Promise<void> {
  const { carrier, disk, dice } = world;
  const deadline = performance.now() + LONGEST_END_MS;
  const tries = new Map<number, number>();
  if (dice.chance(0.5)) disk.heal();
  carrier.setShown({ otherUser: { requestsPerSecond: 0 }, planRules: [] });
  let afterwards = world.temper.afterwards;
  while (performance.now() < deadline) {
    if (world.openJobs().length === 0) {
      if (afterwards-- <= 0) break;
      await somethingMore(world);
    }
    await world.pass(dice.between(200, 4000));
    judges.judgeWaiting();
    await mend(world);
    for (const job of world.openJobs()) goOn(world, job, tries);
  }
  carrier.faults = NO_FAULTS;
  carrier.setShown({ oddRecords: 0 });
  disk.heal();
  await world.pass(2 * LONGEST_APPLY_MS);
}

/** A walk that broke off goes on where it was; only the one after it is new from its first page. */
async function lastSync(world: World): Promise<void> {
  const { app, providerId, wrongs, within } = world;
  let error: unknown;
  for (let done = 0, tries = 0; done < 2; tries++) {
    if (tries > done) await world.pass(OUTAGE_PAUSE_MS);
    if (tries === LAST_SYNC_TRIES) {
      wrongs.push(`the last sync failed: ${String(error)}`);
      return;
    }
    await within(app.reads.syncDevices(providerId)).then(
      () => done++,
      (reason: unknown) => {
        error = reason;
      },
    );
  }
}

async function mend(world: World): Promise<void> {
  const { app, disk, providerId, untamper } = world;
  if (disk.isBroken) return;
  // Nobody notices at once: until then nothing of the job may leave.
  if (untamper !== undefined && world.dice.chance(0.3)) untamper.putRight();
  const { writesEnabled, maintenanceWindows } = app.store.providers.get(providerId);
  if (!writesEnabled || maintenanceWindows !== '')
    await edited(world, { writesEnabled: true, maintenanceWindows: '' }, true);
}

/** What a person does with a job that waits for one. */
function goOn(world: World, job: Job, tries: Map<number, number>): void {
  const { app } = world;
  const { engine } = app;
  if (job.state === 'awaiting-approval') {
    const tried = (tries.get(job.id) ?? 0) + 1;
    tries.set(job.id, tried);
    world.act('approval', () => {
      if (tried > APPROVALS_TRIED) engine.cancel(job.id, AUTHOR);
      else engine.approve(job.id, approver(app), job.digest ?? '');
    });
    return;
  }
  const isLeft = job.state === 'running' && !engine.isRunning(job.providerId);
  if (isLeft || engine.missedItsStart(job) || ['paused', 'interrupted', 'stopped'].includes(job.state))
    world.act('resume', () => {
      engine.resume(job.id, AUTHOR);
    });
}

function fingerprintOf({ carrier, app }: World): string {
  // A plan's own GUID is made anew for each store.
  const history = app.store.audit
    .page('', 0, 1_000_000)
    .rows.map(({ at, action, subject, detail }) =>
      [at, action, subject, detail.replace(/"PlanUuid":"[^"]*"/, '')].join(),
    );
  return createHash('sha256').update(JSON.stringify(carrier.ledgerEntries())).update(history.join()).digest('hex');
}
