/** What happens in a life, when the seed says: people act, networks and disks fail, and others change the same devices. */
import { importDevices } from '../integration/imports.ts';
import type { ChangeOrder } from '../../src-main/domain/change-order.ts';
import { isoTime } from '../../src-main/domain/clock.ts';
import { luhnDigit, type DeviceIdentifier } from '../../src-main/domain/identifiers.ts';
import type { Priority } from '../../src-main/domain/jobs.ts';
import type { ProviderSettings } from '../../src-main/domain/provider-settings.ts';
import type { BulkChangeRequest, Selection } from '../../src-main/bulk-change/plan-changes.ts';
import { OUTAGE_FORMS, type Endpoint } from '../../src-main/simulator/options.ts';
import type { Job } from '../../src-main/store/jobs.ts';
import { DISK_FAULTS } from './disk.ts';
import { TARGETS } from './temper.ts';
import { approver, AUTHOR, type World } from './world.ts';

const HOUR_MS = 3_600_000;
/** Longer than a run takes to end after a pause. */
const UNTIL_PAUSED_MS = 6000;
const DOWN: readonly (Endpoint | 'all')[] = ['token', 'login', 'plan', 'state', 'list', 'all'];

type Happening = (world: World) => void | Promise<void>;

/** Each with how often it comes, beside the others. */
const HAPPENINGS: readonly [weight: number, happening: Happening][] = [
  [10, (world) => world.crash()],
  [5, newJob],
  [5, pause],
  [4, resume],
  [3, cancel],
  [3, undo],
  [3, retry],
  [3, recheck],
  [3, priority],
  [4, expireTokens],
  [4, setClock],
  [5, sync],
  [3, abortedSync],
  [2, refresh],
  [3, importCustomers],
  [4, settings],
  [1, otherAccount],
  [6, breakDisk],
  [4, approve],
  [5, tamper],
  [5, outage],
  [2, storm],
  [4, changedElsewhere],
  [2, simReplaced],
  [1, modemChanged],
  [1, movedAway],
];
const WEIGHT = HAPPENINGS.reduce((sum, [weight]) => sum + weight, 0);

export async function somethingHappens(world: World): Promise<void> {
  let at = world.dice.between(0, WEIGHT);
  for (const [weight, happening] of HAPPENINGS) {
    at -= weight;
    if (at < 0) {
      await happening(world);
      return;
    }
  }
}

/** A person chooses devices and what is to become of them. */
export function newJob(world: World): void {
  const { dice, app, providerId } = world;
  const request: BulkChangeRequest = {
    providerId,
    selection: drawSelection(world),
    order: drawOrder(world),
    effectiveAt: dice.chance(0.1) ? isoTime(Date.now() + dice.between(2000, 60_000)) : null,
    priority: dice.pick<Priority>(['low', 'normal', 'high']),
    ignoreQuota: dice.chance(0.05),
    guards: {
      ...(dice.chance(0.1) ? { canary: dice.whole(1, 4) } : {}),
      ...(dice.chance(0.15) ? { abortShare: dice.between(0, 0.6), abortAfter: dice.whole(1, 5) } : {}),
    },
  };
  world.act('a new job', () => {
    const { problems, digest } = app.bulkChanges.review(request);
    if (problems.length > 0) return;
    app.bulkChanges.create({ ...request, confirmed: digest }, AUTHOR);
    app.engine.startDue();
  });
}

function drawOrder({ dice }: World): ChangeOrder {
  const at = dice.random();
  if (at < 0.75) return { type: 'carrier-rate-plan', planCode: dice.pick(TARGETS) };
  if (at < 0.83) return { type: 'suspend' };
  if (at < 0.9) return { type: 'restore' };
  return { type: 'custom-fields', fields: { CustomField2: dice.pick(['moved', 'stayed']) } };
}

function drawSelection({ dice, app, carrier, providerId }: World): Selection {
  const deviceIds = app.store.devices.ids(providerId, {});
  if (deviceIds.length > 0 && dice.chance(0.7)) return { deviceIds: dice.some(deviceIds), identifiers: [] };
  const { fleet } = carrier;
  const numbers = dice.some(Array.from({ length: fleet.size }, (_, index) => index));
  const identifiers = numbers.flatMap((index): DeviceIdentifier[] => {
    const names = [
      { kind: 'iccid', id: fleet.iccid(index) },
      { kind: 'imei', id: fleet.imei(index) },
      { kind: 'mdn', id: fleet.mdn(index) },
      { kind: 'msisdn', id: `1${fleet.mdn(index)}` },
    ] as const;
    // One device by two names, now and then.
    return dice.chance(0.1) ? [dice.pick(names), dice.pick(names)] : [dice.pick(names)];
  });
  if (dice.chance(0.3)) identifiers.push(unknownDevice(dice.whole(0, 9)));
  return { deviceIds: deviceIds.length > 0 && dice.chance(0.3) ? dice.some(deviceIds) : [], identifiers };
}

/** A SIM that the account never had. */
function unknownDevice(number: number): DeviceIdentifier {
  const body = `891480000077777770${String(number)}`;
  return { kind: 'iccid', id: body + luhnDigit(body) };
}

function jobOf(world: World, isOne: (job: Job) => boolean): Job | undefined {
  const jobs = world.jobs().filter(isOne);
  return jobs.length === 0 ? undefined : world.dice.pick(jobs);
}

function onJob(what: string, isOne: (job: Job) => boolean, act: (world: World, job: Job) => void): Happening {
  return (world) => {
    const job = jobOf(world, isOne);
    if (job === undefined) return;
    world.act(what, () => {
      act(world, job);
    });
  };
}

const isOpen = ({ state }: Job): boolean => state !== 'finished';
const isFinished = ({ state }: Job): boolean => state === 'finished';

function pause(world: World): void | Promise<void> {
  return onJob('pause', isOpen, ({ app }, job) => {
    app.engine.pause(job.id, AUTHOR);
  })(world);
}

function resume(world: World): void | Promise<void> {
  return onJob('resume', isOpen, ({ app }, job) => {
    app.engine.resume(job.id, AUTHOR);
  })(world);
}

function cancel(world: World): void | Promise<void> {
  return onJob('cancel', isOpen, ({ app }, job) => {
    app.engine.cancel(job.id, AUTHOR);
  })(world);
}

function priority(world: World): void | Promise<void> {
  return onJob('priority', isOpen, ({ app, dice }, job) => {
    app.engine.setPriority(job.id, dice.pick(['low', 'normal', 'high']), AUTHOR);
  })(world);
}

function undo(world: World): void | Promise<void> {
  return onJob('undo', isFinished, ({ app }, job) => {
    app.childJobs.undo(job.id, AUTHOR);
    app.engine.startDue();
  })(world);
}

function retry(world: World): void | Promise<void> {
  return onJob('retry', isFinished, ({ app }, job) => {
    app.bulkChanges.create(app.childJobs.retryRequest(job.id), AUTHOR);
    app.engine.startDue();
  })(world);
}

function recheck(world: World): void | Promise<void> {
  return onJob('re-check', isFinished, ({ app }, job) => {
    app.engine.recheck(job.id, AUTHOR);
  })(world);
}

/** Once all jobs are finished: one of them is undone, tried again or looked at again, or there is another job. */
export async function somethingMore(world: World): Promise<void> {
  await world.dice.pick<Happening>([undo, undo, retry, recheck, newJob])(world);
}

/** The second person approves or rejects what waits for it. */
export function approve(world: World): void | Promise<void> {
  return onJob(
    'approval',
    ({ state }) => state === 'awaiting-approval',
    ({ app, dice }, job) => {
      if (dice.chance(0.2)) app.engine.reject(job.id, approver(app), job.digest ?? '');
      else app.engine.approve(job.id, approver(app), job.digest ?? '');
    },
  )(world);
}

/** Somebody who can write the file changes what was approved. */
function tamper(world: World): void {
  const job = jobOf(world, ({ state, digest }) => isOpenState(state) && digest !== null);
  if (job === undefined || world.untamper !== undefined || world.disk.isBroken) return;
  const queued = world.app.store.changes.inState(job.id, ['queued'], 1)[0];
  if (queued === undefined) return;
  const how = world.dice.pick(['target', 'device', 'quota'] as const);
  const [sql, value, back, of] = {
    target: ['UPDATE job SET target = ? WHERE id = ?', 'LTE-M-500KB', job.target, job.id],
    device: ['UPDATE change SET identifier = ? WHERE id = ?', unknownDevice(42).id, queued.identifier.id, queued.id],
    quota: [
      'UPDATE job SET ignore_quota = ? WHERE id = ?',
      1 - Number(job.ignoreQuota),
      Number(job.ignoreQuota),
      job.id,
    ],
  }[how] as [string, string | number, string | number, number];
  world.tamper(sql, value, of);
  world.untamper = {
    jobId: job.id,
    since: performance.now(),
    putRight: () => {
      world.untamper = undefined;
      world.tamper(sql, back, of);
    },
  };
}

function isOpenState(state: Job['state']): boolean {
  return state !== 'finished';
}

function expireTokens({ carrier, dice }: World): void {
  if (dice.chance(0.5)) carrier.sessions.expireSession();
  else carrier.sessions.expireBearer();
}

function setClock(world: World): void {
  const { time, carrier, dice } = world;
  const by = dice.pick([HOUR_MS, -HOUR_MS]);
  world.clockSetAt = performance.now();
  time.setClock(Date.now() + by);
  // The carrier's clock is another one.
  carrier.advanceClock(-by);
}

/** Sometimes two at once. */
function sync(world: World): void {
  const { app, providerId, dice } = world;
  world.beside('sync', app.reads.syncDevices(providerId));
  if (dice.chance(0.3)) world.beside('second sync', app.reads.syncDevices(providerId));
}

async function abortedSync(world: World): Promise<void> {
  const { app, providerId, dice } = world;
  const abort = new AbortController();
  world.beside('aborted sync', app.reads.syncDevices(providerId, undefined, abort.signal));
  await world.pass(dice.between(1, 500));
  abort.abort();
}

function refresh(world: World): void {
  const { app, providerId, dice } = world;
  const ids = app.store.devices.ids(providerId, {});
  if (ids.length > 0) world.beside('refresh', app.reads.refreshDevices(providerId, dice.some(ids).slice(0, 5)));
}

async function importCustomers(world: World): Promise<void> {
  const { app, carrier, dice, providerId } = world;
  const { fleet } = carrier;
  const numbers = dice.some(Array.from({ length: fleet.size }, (_, index) => index)).slice(0, 6);
  const kind = dice.pick(['iccid', 'imei', 'mdn'] as const);
  const customer = `Customer ${String(dice.whole(1, 9))}`;
  const lines = numbers.map((index) => `${fleet.identifier(index, kind) ?? ''},${customer}\n`);
  const work = importDevices(app, providerId, { text: [`${kind.toUpperCase()},Customer\n`, ...lines].join('') });
  world.beside('import', work);
  try {
    await world.within(work);
  } catch {
    return;
  }
  for (const index of numbers) {
    const given = world.customers.get(index) ?? new Set();
    world.customers.set(index, given.add(customer));
  }
}

async function settings(world: World): Promise<void> {
  const { dice, app } = world;
  const edit = dice.pick<Partial<ProviderSettings>>([
    { writesEnabled: false },
    { writesEnabled: true },
    { maintenanceWindows: windowIn(dice.between(-60, 20)) },
    { maintenanceWindows: '' },
    { lanes: dice.whole(1, 6) },
    { batchSize: dice.whole(1, 10) },
    { pageSize: dice.whole(3, 40) },
    { fourEyesAbove: world.temper.settings.fourEyesAbove },
  ]);
  await edited(world, edit);
  if (dice.chance(0.5)) return;
  await world.pass(dice.between(10, 3000));
  if (app === world.app && dice.chance(0.5)) await edited(world, settingsNow(world));
}

/** An hour of the day that begins in so many minutes. */
function windowIn(minutes: number): string {
  const begins = new Date(Date.now() + minutes * 60_000);
  const ends = new Date(begins.getTime() + HOUR_MS);
  const text = (date: Date): string =>
    `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`;
  const from = text(begins);
  const until = text(ends);
  return from === until ? '' : `Mon-Sun ${from}-${until}`;
}

function settingsNow({ app, providerId }: World): ProviderSettings {
  return app.store.providers.get(providerId);
}

/** Edits settings as a person does: what runs or would run next is paused first, at least sometimes. */
export async function edited(world: World, edit: Partial<ProviderSettings>, always = false): Promise<void> {
  const { providerId, dice } = world;
  const paused: number[] = [];
  if (world.app.engine.isRunning(providerId) && (always || dice.chance(0.7))) {
    for (const { id, state } of world.openJobs()) {
      if (state !== 'ready' && state !== 'running') continue;
      paused.push(id);
      world.act('pause for settings', () => {
        world.app.engine.pause(id, AUTHOR);
      });
    }
    await world.pass(UNTIL_PAUSED_MS);
  }
  const { app } = world;
  const work = Promise.resolve().then(() => app.accounts.update(providerId, { ...settingsNow(world), ...edit }));
  world.beside('settings', work);
  await world.within(work.catch(() => undefined));
  for (const id of paused)
    if (dice.chance(0.7))
      world.act('resume after settings', () => {
        world.app.engine.resume(id, AUTHOR);
      });
}

/** Another account's name: never while a job is open. It is put back at once. */
async function otherAccount(world: World): Promise<void> {
  const { app, providerId, disk } = world;
  if (disk.isBroken) return;
  const before = settingsNow(world);
  const open = app.store.jobs.openOf(providerId).length;
  for (const accountName of ['0000999999-00001', before.accountName]) {
    const work = Promise.resolve().then(() => app.accounts.update(providerId, { ...before, accountName }));
    world.beside('other account', work);
    await world.within(work.catch(() => undefined));
    if (open > 0 && settingsNow(world).accountName !== before.accountName)
      world.wrongs.push('the account was edited under an open job');
  }
}

function breakDisk({ disk, dice }: World): void {
  disk.breakFor(dice.pick(DISK_FAULTS), dice.pick([0.02, 0.2, 1]), dice.pick([50, 1000, 20_000]));
}

function outage({ carrier, dice }: World): void {
  carrier.addOutage(dice.pick(DOWN), dice.pick([1, 10, 40, 200]), dice.pick(OUTAGE_FORMS));
}

function storm({ carrier, dice }: World): void {
  carrier.addStorm(dice.pick([1, 10, 60]));
}

function someDevice({ carrier, dice }: World): { index: number; iccid: string } | undefined {
  const index = dice.whole(0, carrier.fleet.size - 1);
  return carrier.fleet.isAway(index) ? undefined : { index, iccid: carrier.fleet.iccid(index) };
}

function changedElsewhere(world: World): void {
  for (let n = world.dice.whole(1, 4); n > 0; n--) {
    const device = someDevice(world);
    if (device !== undefined) world.carrier.changeElsewhere(device.iccid, world.dice.pick(TARGETS));
  }
}

function simReplaced(world: World): void {
  const device = someDevice(world);
  if (device === undefined) return;
  forgetUnlinked(world, device.index);
  world.carrier.replaceSim(device.iccid);
}

function modemChanged(world: World): void {
  const device = someDevice(world);
  if (device === undefined) return;
  forgetUnlinked(world, device.index);
  world.carrier.moveSim(device.iccid);
}

/** A device of which the console knows one name alone loses its customer with that name: nobody could tell. */
function forgetUnlinked({ app, carrier, providerId, customers }: World, index: number): void {
  const [id] = app.store.devices.idsByIdentifier(providerId, { kind: 'iccid', id: carrier.fleet.iccid(index) }, 1);
  const known = id === undefined ? undefined : app.store.devices.get(id);
  if (known?.mdn == null) customers.delete(index);
}

function movedAway(world: World): void {
  const device = someDevice(world);
  if (device !== undefined) world.carrier.moveAway(device.iccid);
}
