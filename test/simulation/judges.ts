/**
 * Judges a life, by what really left the console and what the carrier really did: its ledger, its fleet and the requests it
 * took. What the console's own books say is held against that.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ChangeType } from '../../src-main/domain/change-order.ts';
import type { DeviceIdentifier } from '../../src-main/domain/identifiers.ts';
import { jobCounts, progressOf } from '../../src-main/domain/jobs.ts';
import { windowOpensAt } from '../../src-main/domain/maintenance-window.ts';
import { PLAN_CHANGES_A_MONTH } from '../../src-main/domain/plans.ts';
import { parseBody } from '../../src-main/simulator/answers.ts';
import type { LedgerEntry } from '../../src-main/simulator/ledger.ts';
import { seededRandom } from '../../src-main/simulator/random.ts';
import type { Change } from '../../src-main/store/changes.ts';
import type { Device } from '../../src-main/store/devices.ts';
import type { Job } from '../../src-main/store/jobs.ts';
import type { World } from './world.ts';
import type { WireTap } from './wire.ts';

const CHANGE_PATH = /\/devices\/actions\/(plan|suspend|restore|customFields)$/;
/** The door is asked before a login that a request may need. */
const LONGEST_LOGIN_MS = 30_000;
/** Two calls, each as slow as a call can be before it is given up. */
const USUAL_LOGIN_MS = 10_500;
/** Nothing goes over the wire for so long only for a cause that is said. */
const QUIET_MS = 40_000;
/** A pause of the governor is no longer. */
const LONGEST_PAUSE_MS = 16 * 60_000;

/** One device of a request that left. */
interface Sent {
  change: number;
  job: Job;
  device: number;
  /** When the carrier took it over, by its clock; undefined when it never did. */
  acceptedAt: number | undefined;
}

interface Deed {
  entry: LedgerEntry;
  at: number;
  device: number;
  /** Undefined for what came from elsewhere. */
  sent: Sent | undefined;
}

export class Judges {
  readonly #world: () => World;
  readonly #sent: Sent[] = [];
  readonly #byRequest = new Map<string, Sent[]>();
  readonly #planAtStart: string[] = [];
  /** What is on its way to the carrier at this moment. */
  #arriving: Sent[] = [];
  #lastWireAt = 0;
  #heard = { throttled: -Infinity, failed: -Infinity };
  /** Since when a job runs and names no cause for which it would wait, in elapsed time. */
  readonly #freeSince = new Map<number, number>();

  /** @param world asked later: the judges are there before it */
  constructor(world: () => World) {
    this.#world = world;
  }

  /** Listens to what the carrier takes over. */
  begin(): void {
    const { carrier } = this.#world();
    const { ledger, fleet } = carrier;
    for (let index = 0; index < fleet.size; index++) this.#planAtStart.push(fleet.planCode(index));
    const accept = ledger.accept.bind(ledger);
    ledger.accept = (requestId, devices, effect, dueAt) => {
      const sent = this.#arriving;
      this.#byRequest.set(requestId, sent);
      for (const one of sent) one.acceptedAt = carrier.now();
      if (sent.length !== devices.length)
        this.#wrong(`request ${requestId}: ${String(devices.length)} devices were taken over`);
      accept(requestId, devices, effect, dueAt);
    };
  }

  tap(): WireTap {
    return {
      leaves: (request) => {
        this.#lastWireAt = performance.now();
        const sent = CHANGE_PATH.test(request.path) ? this.#judgeDeparture(request.body ?? '') : [];
        return (arrives) => {
          this.#arriving = sent;
          try {
            return arrives();
          } finally {
            this.#arriving = [];
          }
        };
      },
      answered: (how) => {
        this.#lastWireAt = performance.now();
        if (how !== 'answered') this.#heard[how] = performance.now();
      },
    };
  }

  /** Progress never goes back, and its counts are the store's. */
  onConsole(world: World): void {
    const { app } = world;
    const shares = new Map<number, number>();
    app.engine.listen((event) => {
      if (event.kind !== 'progress') return;
      const { share } = app.progress.update(event);
      const reopened = app.store.jobs.get(event.jobId).finishedAt === null && shares.get(event.jobId) === 1;
      if ((share < (shares.get(event.jobId) ?? 0) && !reopened) || share > 1)
        this.#wrong(`progress went from ${String(shares.get(event.jobId))} to ${String(share)}`);
      shares.set(event.jobId, share);
      if (!isDeepStrictEqual(event.counts, app.store.changes.counts(event.jobId)))
        this.#wrong('the counts are not those of the store');
    });
  }

  /** Every change that leaves has its intent on disk, and nothing speaks against it. */
  #judgeDeparture(body: string): Sent[] {
    const { app, carrier, providerId, disk } = this.#world();
    const { store } = app;
    const running = store.jobs.inState('running');
    const submitting = new Map(
      running.flatMap((job) =>
        store.changes.inState(job.id, ['submitting']).map((change) => {
          // It is sent by its ICCID once that is known, by whatever a person named it.
          const iccid = change.deviceId === null ? null : (store.devices.get(change.deviceId)?.iccid ?? null);
          return [iccid ?? change.identifier.id, { job, change }];
        }),
      ),
    );
    const devices = parseBody(body)['devices'] as { deviceIds: { kind: string; id: string }[] }[];
    const sent = devices.flatMap(({ deviceIds: [name] }): Sent[] => {
      const intent = submitting.get(name?.id ?? '');
      const device = carrier.fleet.find(name?.kind ?? '', name?.id ?? '');
      if (intent === undefined) {
        this.#wrong(`${String(name?.id)} left without an intent on disk`);
        return [];
      }
      return [{ change: intent.change.id, job: intent.job, device, acceptedAt: undefined }];
    });
    this.#sent.push(...sent);
    const [job] = running;
    if (job === undefined) return sent;
    const provider = store.providers.get(providerId);
    if (!provider.writesEnabled) this.#wrong(`job ${String(job.id)} sends while writes are disabled`);
    const { maintenanceWindows } = provider;
    const { clockSetAt } = this.#world();
    const wasSet = performance.now() - clockSetAt < LONGEST_LOGIN_MS;
    const isShut =
      !wasSet && [0, LONGEST_LOGIN_MS].every((ago) => windowOpensAt(maintenanceWindows, Date.now() - ago) > Date.now());
    if (isShut) this.#wrong(`job ${String(job.id)} sends outside of the maintenance window`);
    if (job.digest !== null && !disk.isBroken) this.#judgeApproval(job);
    for (const one of sent) this.#judgeMonth(one);
    return sent;
  }

  #judgeApproval(job: Job): void {
    const { app, untamper } = this.#world();
    const decisions = app.store.approvals.ofJob(job.id);
    if (
      !decisions.some(
        ({ decision, by, digest }) => decision === 'approved' && by !== job.author && digest === job.digest,
      )
    )
      this.#wrong(`job ${String(job.id)} sends without an approval`);
    if (untamper?.jobId === job.id && performance.now() - untamper.since > USUAL_LOGIN_MS)
      this.#wrong(`job ${String(job.id)} sends although it was tampered with`);
  }

  /** Never a fifth plan change in a month that the console knows of. */
  #judgeMonth({ job, device, change }: Sent): void {
    if (job.type !== 'carrier-rate-plan' || job.ignoreQuota) return;
    const { carrier, app } = this.#world();
    const month = monthOf(carrier.now());
    // The computer's clock can be set by an hour: near the border they may disagree about the month.
    if (monthOf(carrier.now() - 3 * 3_600_000) !== month || monthOf(carrier.now() + 3 * 3_600_000) !== month) return;
    const confirmed = this.#sent.filter(
      (one) =>
        one.device === device &&
        one.change !== change &&
        one.job.type === 'carrier-rate-plan' &&
        one.acceptedAt !== undefined &&
        monthOf(one.acceptedAt) === month &&
        app.store.changes.stateOf(one.change) === 'confirmed',
    );
    if (new Set(confirmed.map((one) => one.change)).size >= PLAN_CHANGES_A_MONTH)
      this.#wrong(`device ${String(device)}: a fifth plan change was sent`);
  }

  /** While a job is open and nothing goes over the wire, it says why, and that is so. */
  judgeWaiting(): void {
    const world = this.#world();
    const { app, disk, providerId } = world;
    const now = performance.now();
    for (const job of world.openJobs()) {
      const wait = app.engine.waitingOf(job);
      if (job.state !== 'running' || wait !== null) this.#freeSince.delete(job.id);
      else if (!this.#freeSince.has(job.id)) this.#freeSince.set(job.id, now);
      const bad = (why: string): void => {
        this.#wrong(
          `job ${String(job.id)} is ${job.state}, ${why} (${JSON.stringify(wait)}, ${String(job.stopReason)})`,
        );
      };
      const isHere = app.engine.isRunning(providerId);
      if (job.state === 'stopped' && (job.stopReason ?? '') === '') bad('and says no reason');
      if (job.state !== 'running' && wait === null) bad('and says no cause');
      const quietFor = now - Math.max(this.#lastWireAt, this.#freeSince.get(job.id) ?? now);
      if (job.state === 'running' && isHere && quietFor > QUIET_MS && wait === null) bad('and nothing leaves');
      if (wait?.cause === 'throttled' && now - this.#heard.throttled > LONGEST_PAUSE_MS) bad('but nobody throttled');
      if (wait?.cause === 'unreachable' && now - this.#heard.failed > LONGEST_PAUSE_MS) bad('but the carrier answered');
      if (wait?.cause === 'disk' && now - disk.failedAt > 6 * 60_000) bad('but the disk is fine');
      if (wait?.cause === 'behind' && wait.jobId !== null && app.store.jobs.get(wait.jobId).state !== 'running')
        bad('but that job does not run');
    }
  }

  /** The end of all jobs, with the changes as the console tells of them. */
  judgeJobs(): void {
    const world = this.#world();
    const { store, audit } = world.app;
    const deeds = this.#deeds();
    for (const job of world.jobs()) {
      if (job.state !== 'finished') this.#wrong(`job ${String(job.id)} is ${job.state}: ${String(job.stopReason)}`);
      else if (progressOf(jobCounts(store.changes.counts(job.id))) !== 1)
        this.#wrong(`job ${String(job.id)} has open changes`);
      for (const change of store.changes.iterate(job.id)) this.#judgeChange(job, change, deeds);
    }
    this.#judgeOrder(deeds);
    const { firstBad } = audit.verify();
    if (firstBad !== null) this.#wrong(`audit: ${firstBad.problem}`);
  }

  #judgeChange(job: Job, change: Change, deeds: readonly Deed[]): void {
    const accepted = this.#sent.filter((one) => one.change === change.id && one.acceptedAt !== undefined);
    const [first] = accepted;
    const device = first?.device ?? this.#deviceOf(change.identifier);
    const disturbed = deeds.some(
      (deed) =>
        deed.device === device && deed.sent === undefined && first !== undefined && deed.at >= (first.acceptedAt ?? 0),
    );
    const times = accepted.length;
    if (this.#liesAbout(device, job.type)) return;
    const told = `job ${String(job.id)} ${job.type} ${job.target}, ${change.identifier.kind} ${change.identifier.id} (device ${String(device)}): ${change.state}, accepted ${String(times)} times (${String(change.reasonCode)} ${String(change.reason)})`;
    if (times > 1 && !disturbed) this.#wrong(told);
    if (change.state === 'confirmed') {
      if (times === 0 && !this.#isExplained(job, change, device, deeds)) this.#wrong(told);
    } else if (change.state !== 'unconfirmed' && times > 0 && !disturbed) this.#wrong(told);
  }

  /** It has what was asked for without this change: by somebody else, by another job, or since ever. */
  #isExplained(job: Job, change: Change, device: number, deeds: readonly Deed[]): boolean {
    const value = job.target;
    return (
      this.#planAtStart[device] === value ||
      job.type !== 'carrier-rate-plan' ||
      deeds.some((deed) => deed.device === device && deed.entry.value === value && deed.sent?.change !== change.id)
    );
  }

  /** Of some odd records plan or custom fields are others than the device's; see `simulator/records.ts`. */
  #liesAbout(device: number, type: ChangeType = 'carrier-rate-plan'): boolean {
    const { seed = 1, oddRecords = 0 } = this.#world().temper.carrier;
    const form = device % 4;
    const isLie = type === 'custom-fields' ? form === 0 || form === 3 : form === 3;
    return isLie && seededRandom(seed * 31 + device * 7 + 1)() < oddRecords;
  }

  /** Nobody pays for a plan that the console itself has given before, and that is still there. */
  #judgeOrder(deeds: readonly Deed[]): void {
    const last = new Map<number, Deed>();
    for (const deed of deeds) {
      if (deed.entry.what !== 'plan') {
        if (deed.sent === undefined) last.delete(deed.device);
        continue;
      }
      const before = last.get(deed.device);
      last.set(deed.device, deed);
      if (deed.sent === undefined || before?.sent === undefined) continue;
      if (
        before.sent.change !== deed.sent.change &&
        before.entry.value === deed.entry.value &&
        !this.#liesAbout(deed.device)
      )
        this.#wrong(
          `device ${String(deed.device)} was given ${deed.entry.value} by job ${String(before.sent.job.id)} and again by job ${String(deed.sent.job.id)}`,
        );
    }
  }

  /** The devices of the carrier's, also by the ICCIDs of SIMs that were replaced. */
  #devicesByIccid(entries: readonly LedgerEntry[]): Map<string, number> {
    const { fleet } = this.#world().carrier;
    const devices = new Map(Array.from({ length: fleet.size }, (_, index) => [fleet.iccid(index), index]));
    for (const { what, iccid, value } of entries.toReversed())
      if (what === 'sim') devices.set(iccid, devices.get(value) ?? -1);
    return devices;
  }

  #deviceOf({ kind, id }: DeviceIdentifier): number {
    const { carrier } = this.#world();
    const found = carrier.fleet.find(kind, id);
    return found < 0 ? (this.#devicesByIccid(carrier.ledgerEntries()).get(id) ?? -1) : found;
  }

  /** What the carrier has done, in its order. */
  #deeds(): Deed[] {
    const { carrier } = this.#world();
    const entries = carrier.ledgerEntries();
    const devices = this.#devicesByIccid(entries);
    return entries.map((entry) => {
      const device = devices.get(entry.iccid) ?? -1;
      const sent = this.#byRequest.get(entry.requestId)?.find((one) => one.device === device);
      if (entry.by === undefined && sent === undefined)
        this.#wrong(`${entry.iccid} ${entry.value}: nobody asked for it`);
      return { entry, at: Date.parse(entry.at), device, sent };
    });
  }

  /** After a sync without faults: each device has one record, and that says what the carrier's says. */
  judgeInventory(): void {
    const world = this.#world();
    const { carrier, app, providerId, customers } = world;
    const { fleet } = carrier;
    const records = app.store.devices.page(providerId, {}, { by: 'iccid', descending: false }, 0, 10_000);
    for (let index = 0; index < fleet.size; index++) {
      if (fleet.isAway(index)) continue;
      const names = { iccid: fleet.iccid(index), imei: fleet.imei(index), mdn: fleet.mdn(index) };
      const own = records.filter((one) => one.missingSince === null && one.iccid === names.iccid);
      const others = records.filter(
        (one) =>
          one.missingSince === null && one.iccid !== names.iccid && (one.imei === names.imei || one.mdn === names.mdn),
      );
      const [record] = own;
      const told = `device ${String(index)} (${names.iccid})`;
      if (record === undefined || own.length > 1) this.#wrong(`${told} has ${String(own.length)} records`);
      if (others.length > 0) this.#wrong(`${told} has another record: ${JSON.stringify(others.map(shortly))}`);
      if (record === undefined) continue;
      if (record.planCode !== fleet.planCode(index))
        this.#wrong(`${told} is on ${fleet.planCode(index)}, and the store says ${String(record.planCode)}`);
      if (record.state !== fleet.state(index))
        this.#wrong(`${told} is ${fleet.state(index)}, and the store says ${String(record.state)}`);
      const given = customers.get(index);
      if (given !== undefined && !given.has(record.customer ?? ''))
        this.#wrong(`${told} was given to ${[...given].join()}, and the store says ${String(record.customer)}`);
    }
  }

  /** Each of the console's own plan changes counts once, and it never counts more than there were. */
  judgeCounts(): void {
    const world = this.#world();
    const { app, carrier, providerId } = world;
    const deeds = this.#deeds();
    const { store } = app;
    for (let index = 0; index < carrier.fleet.size; index++) {
      if (carrier.fleet.isAway(index)) continue;
      const [id] = store.devices.idsByIdentifier(providerId, { kind: 'iccid', id: carrier.fleet.iccid(index) }, 1);
      if (id === undefined) continue;
      const counted = store.planChanges.ofDevice(id);
      const done = deeds.filter(({ device, entry }) => device === index && entry.what === 'plan');
      const own = new Set(
        done.flatMap(({ sent }) =>
          sent !== undefined && store.changes.stateOf(sent.change) === 'confirmed' ? sent.change : [],
        ),
      );
      const told = `device ${String(index)}: ${JSON.stringify(counted)} for ${JSON.stringify(done.map(({ entry, sent }) => [entry.value, sent?.job.id ?? 'elsewhere']))}`;
      if (counted.filter(({ foundBy }) => foundBy === 'job').length < own.size) this.#wrong(`counts too few, ${told}`);
      // A device is two records until a sync has seen its new SIM, and two jobs may both take one change for theirs.
      if (deeds.some(({ device, entry }) => device === index && entry.what === 'sim')) continue;
      // Of a plan that nobody knew before, as after an import, nobody can say whether it was changed.
      if (
        counted.filter(({ fromPlan }) => fromPlan !== null).length > done.length &&
        !this.#liesAbout(index) &&
        (world.temper.carrier.oddRecords ?? 0) === 0
      )
        this.#wrong(`counts too many, ${told}`);
    }
  }

  #wrong(text: string): void {
    const { wrongs } = this.#world();
    if (!wrongs.includes(text)) wrongs.push(text);
  }
}

function shortly({ id, iccid, imei, mdn, missingSince }: Device): unknown {
  return { id, iccid, imei, mdn, missingSince };
}

function monthOf(now: number): string {
  return new Date(now).toISOString().slice(0, 7);
}
