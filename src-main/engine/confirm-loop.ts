/**
 * Confirms by reading the carrier's own records, in the background and in the cheaper of two ways: the list of devices
 * that have reached the target, or one device after the other. It also decides what became of uncertain changes.
 */
import type { CarrierDevice } from '../domain/carrier-device.ts';
import { isoTime } from '../domain/clock.ts';
import type { Change } from '../store/changes.ts';
import { CarrierError } from '../thingspace/carrier-error.ts';
import { meaningOf } from '../thingspace/error-codes.ts';
import { FIRST_PAGE } from '../thingspace/client.ts';
import { isUnreadable } from './carrier-reader.ts';
import { NamedChanges } from './named-changes.ts';
import type { RunContext } from './run-context.ts';

const SHORTEST_INTERVAL_MS = 1000;
const LONGEST_INTERVAL_MS = 15_000;
const INTERVAL_GROWTH = 1.6;
/** While requests still leave, reading may take this share of them, so that it does not slow the job down. */
const READ_SHARE_WHILE_SENDING = 0.2;
/** Devices that are read one by one in a round, at most; the rest waits for the next round. */
const READS_A_ROUND = 200;
/** More reads than these do not fail for the sake of single devices. */
const MOST_FAILED_READS = 5;
/** What was read as not done waits so long for others at most: the older a reading, the less it says. */
const LONGEST_GATHERING_MS = 2000;

export class ConfirmLoop {
  readonly #run: RunContext;
  #intervalMs = SHORTEST_INTERVAL_MS;
  /** How many pages the last walk took: the local count of devices on the plan may be far off. */
  #pagesLastTime = 0;

  constructor(run: RunContext) {
    this.#run = run;
  }

  /** Reads back until nothing is open, or the run ends. */
  async run(): Promise<void> {
    const { ended, journal, clock, rateLimiter } = this.#run;
    while (!ended.aborted) {
      const counts = journal.counts;
      const pending = counts.accepted + counts.uncertain;
      const sending = counts.checking + counts.queued + counts.submitting > 0;
      if (pending === 0 && !sending) return;
      if (pending > 0) {
        const reads = await this.#round();
        if (sending) {
          const fairMs = (reads / (READ_SHARE_WHILE_SENDING * rateLimiter.state().requestsPerSecond)) * 1000;
          await this.#pauseWhileSending(Math.max(this.#intervalMs, fairMs));
          continue;
        }
      }
      await clock.sleep(this.#intervalMs, ended);
    }
  }

  /** @returns how many requests it took */
  async #round(): Promise<number> {
    const { store, job, processor, journal, reader } = this.#run;
    let retryMs: number | undefined;
    const before = journal.counts.confirmed;
    const pending = store.changes.inState(job.id, ['accepted', 'uncertain']);
    let reads = 0;
    try {
      const singly = pending.length <= Math.max(processor.pagesToRead(), this.#pagesLastTime);
      if (singly) reads += await this.#readEach(pending.slice(0, READS_A_ROUND));
      else {
        const wereDue = pending.filter((change) => this.#mustBeDecided(change));
        this.#pagesLastTime = await this.#readList(pending);
        reads += this.#pagesLastTime + (await this.#decideAfterWalk(wereDue));
      }
    } catch (error) {
      if (!(error instanceof CarrierError)) throw error;
      // The next round reads again; what is accepted stays accepted meanwhile.
      retryMs = reader.failed(error);
    }
    const progressed = journal.counts.confirmed > before;
    this.#intervalMs = progressed
      ? SHORTEST_INTERVAL_MS
      : (retryMs ?? Math.min(LONGEST_INTERVAL_MS, this.#intervalMs * INTERVAL_GROWTH));
    this.#run.wakeup.notify();
    this.#run.onAnswer();
    return reads;
  }

  /** Confirms those that are listed with the target. @returns how many pages it took */
  async #readList(pending: readonly Change[]): Promise<number> {
    const { processor, journal, ended, reader } = this.#run;
    const open = new NamedChanges(pending, (change) => processor.addressOf(change));
    let pages = 0;
    let from: string | undefined = FIRST_PAGE;
    while (from !== undefined && !open.isEmpty) {
      const at: string = from;
      const page = await reader.read(() => processor.readReached(at));
      if (page === undefined || ended.aborted) return pages;
      pages++;
      // From here on reading one by one takes fewer calls; a list that never ends is left here too.
      if (pages > pending.length) return pages;
      const arrived: Change[] = [];
      for (const device of page.devices) {
        if (!processor.reached(device)) continue;
        for (const change of open.of(device)) {
          open.found(change);
          arrived.push(this.#takeOver(change, device));
        }
      }
      if (arrived.length > 0) {
        const attempt = journal.readBack(
          `list devices on the target, from ${at}`,
          arrived.length,
          `${String(page.devices.length)} devices, ${String(arrived.length)} of this job`,
          200,
        );
        for (const change of arrived) this.#wasReadBack(change, 'done');
        journal.confirmed(arrived, attempt, processor);
        this.#run.onAnswer();
      }
      from = page.next;
    }
    return pages;
  }

  /**
   * What was due when the walk began and did not turn up in it. That alone proves nothing: a device is missing from a list for
   * many reasons. Only its own record decides, from the list of those that still have what it had, or read alone.
   */
  async #decideAfterWalk(wereDue: readonly Change[]): Promise<number> {
    const pages = await this.#readFormer(wereDue);
    const left = this.#stillDue(wereDue);
    return pages + (await this.#readEach(left.slice(0, READS_A_ROUND)));
  }

  /** Decides the uncertain ones that are listed with what they had before. @returns how many pages it took */
  async #readFormer(wereDue: readonly Change[]): Promise<number> {
    const { processor, journal, ended, reader } = this.#run;
    let pages = 0;
    const uncertain = this.#stillDue(wereDue).filter(({ state }) => state === 'uncertain');
    for (const [value, group] of Map.groupBy(uncertain, ({ fromValue }) => fromValue)) {
      const list = value === null ? undefined : processor.listWith(value);
      if (list === undefined || group.length <= list.pages) continue;
      const open = new NamedChanges(group, (change) => processor.addressOf(change));
      let from: string | undefined = FIRST_PAGE;
      for (let read = 0; from !== undefined && !open.isEmpty && read < group.length; read++) {
        const at: string = from;
        const page = await reader.read(() => list.read(at));
        if (page === undefined || ended.aborted) return pages;
        pages++;
        journal.together(() => {
          for (const device of page.devices) {
            if (processor.shown(device) !== value) continue;
            for (const change of open.of(device)) {
              open.found(change);
              this.#decide(change, device);
            }
          }
        });
        from = page.next;
      }
    }
    return pages;
  }

  /** As they are now: what was decided meanwhile may have been sent again since. */
  #stillDue(changes: readonly Change[]): Change[] {
    const { store, job } = this.#run;
    const ids = new Set(changes.map(({ id }) => id));
    return store.changes
      .inState(job.id, ['accepted', 'uncertain'])
      .filter((change) => ids.has(change.id) && this.#mustBeDecided(change));
  }

  async #readEach(changes: readonly Change[]): Promise<number> {
    const { processor, journal, ended, provider, reader, clock, job } = this.#run;
    let reads = 0;
    // What goes back to the queue goes together: one by one each would be sent in a request of its own.
    let notDone: { change: Change; record: CarrierDevice | undefined }[] = [];
    let firstAt = 0;
    const decideTogether = (): void => {
      const all = notDone;
      notDone = [];
      journal.together(() => {
        for (const { change, record } of all) this.#decide(change, record);
      });
    };
    const one = async (change: Change): Promise<void> => {
      const device = await reader.read(async () => ({
        // Whether it may be decided counts when the question leaves: an answer can be seconds old when it arrives.
        wasDue: this.#mustBeDecided(change),
        record: await processor.readDevice(change),
      }));
      if (device === undefined || ended.aborted) return;
      reads++;
      const { record, wasDue } = device;
      if (record !== undefined && processor.reached(record)) {
        const attempt = journal.readBack(
          `read ${change.identifier.kind} ${change.identifier.id}`,
          1,
          `${processor.shown(record) ?? 'nothing'}, state ${record.state ?? 'unknown'}`,
          200,
        );
        this.#wasReadBack(change, 'done');
        journal.confirmed([this.#takeOver(change, record)], attempt, processor);
      } else if (wasDue) {
        if (notDone.length === 0) firstAt = clock.elapsed();
        notDone.push({ change, record });
        if (notDone.length >= job.batchSize || clock.elapsed() - firstAt >= LONGEST_GATHERING_MS) decideTogether();
      }
    };
    // As many readers as lanes; the governor spaces them.
    const waiting = changes.values();
    const failed: { change: Change; error: CarrierError }[] = [];
    let failure: unknown;
    const lane = async (): Promise<void> => {
      for (const change of waiting) {
        if (failure !== undefined || failed.length > MOST_FAILED_READS) return;
        await one(change).catch((error: unknown) => {
          if (isUnreadable(error)) this.#undecidable(change, 'UNREADABLE', error.message);
          else if (error instanceof CarrierError && error.kind === 'ambiguous' && error.httpStatus !== undefined)
            failed.push({ change, error });
          else failure ??= error;
        });
      }
    };
    await Promise.all(Array.from({ length: provider.lanes }, lane));
    if (!ended.aborted) decideTogether();
    if (failure !== undefined) throw failure as Error;
    const [first] = failed;
    if (first === undefined || ended.aborted) return reads;
    // Whether it is these devices or the carrier shows in whether anything else can be read.
    if (reads === 0) {
      if (failed.length > MOST_FAILED_READS) throw first.error;
      await reader.read(() => processor.readReached(FIRST_PAGE));
      reads++;
    }
    for (const { change, error } of failed) this.#undecidable(change, 'UNREADABLE', error.message);
    return reads;
  }

  /** Nobody can say what became of it; after the deadline it is told so. */
  #undecidable(change: Change, code: 'UNREADABLE' | 'UNPROVEN', text: string, shownValue: string | null = null): void {
    const { journal, provider } = this.#run;
    if (journal.sinceSent(change) < provider.confirmDeadlineS * 1000) return;
    const nextStep = 'Look at the device in the ThingSpace portal. Do not send it again before that.';
    journal.moved([change], { to: 'unconfirmed', shownValue, reason: { code, text, nextStep } });
  }

  /** An uncertain change whose settling time is over, or an accepted one whose deadline has passed. */
  #mustBeDecided(change: Change): boolean {
    const { provider, journal } = this.#run;
    if (change.state === 'accepted') return journal.sinceAccepted(change) >= provider.confirmDeadlineS * 1000;
    return journal.sinceSent(change) >= this.#settleMs() && !this.#olderIsPending(change);
  }

  /** Not shorter than what was set, and twice the slowest confirmation seen: a slow carrier is waited for. */
  #settleMs(): number {
    const { provider, journal } = this.#run;
    return Math.max(
      provider.settleS * 1000,
      2 * journal.slowestConfirmationMs,
      2000 * (provider.slowestConfirmationS ?? 0),
    );
  }

  /** While a change that was accepted earlier has not shown, the carrier is behind, and silence proves nothing. */
  #olderIsPending(change: Change): boolean {
    const { journal } = this.#run;
    return journal.longestSinceSent() >= journal.sinceSent(change);
  }

  /** Whether the answer that left it uncertain means "not done" on this account shows once its whole request was read back. */
  #wasReadBack(change: Change, found: 'done' | 'before'): void {
    const key = this.#run.refusals.readBack(change.id, found);
    if (key !== undefined) this.#run.journal.learnedRefusal(key);
  }

  /**
   * A device that was named by something else than its ICCID: the record says which one it is.
   * @returns the change with the local record of that device
   */
  #takeOver(change: Change, record: CarrierDevice): Change {
    const { iccid } = record.identifiers;
    if (change.identifier.kind === 'iccid' || iccid === undefined) return change;
    const { store, job, clock } = this.#run;
    const bySim = (): number | undefined =>
      store.devices.idsByIdentifier(job.providerId, { kind: 'iccid', id: iccid }, 1)[0];
    // Only its identifiers are news: what the change did is written down with the confirmation. With a new SIM it is a new
    // record, about which the old one says nothing.
    const known = bySim();
    const id = known ?? change.deviceId;
    const found = id === null ? undefined : store.devices.get(id);
    const before = known === undefined && found?.iccid !== null ? undefined : found;
    store.devices.saveFromCarrier(
      job.providerId,
      [
        before === undefined
          ? record
          : { ...record, planCode: before.planCode, state: before.state, customFields: before.customFields },
      ],
      isoTime(clock.now()),
    );
    return { ...change, deviceId: bySim() ?? change.deviceId };
  }

  #decide(change: Change, record: CarrierDevice | undefined): void {
    const { journal, provider, wakeup, store, job, processor } = this.#run;
    const shown = record === undefined ? null : processor.shown(record);
    if (change.state === 'accepted') {
      journal.moved([change], {
        to: 'unconfirmed',
        shownValue: shown,
        reason: {
          code: 'NOT_CONFIRMED',
          text: `The carrier accepted it, but after ${String(provider.confirmDeadlineS)} s its record still shows ${shown ?? 'nothing of it'}.`,
          nextStep: 'Sync the devices later: the carrier may still apply it. Do not send it again before that.',
        },
      });
      return;
    }
    // The one proof that nothing was done: its record shows what it had when it was sent.
    if (shown === null || shown !== change.fromValue) {
      this.#undecidable(change, 'UNPROVEN', unproven(record, shown), shown);
      return;
    }
    this.#wasReadBack(change, 'before');
    if (change.attempts >= provider.maxAttempts || isRefusedAlone(change)) {
      journal.moved([change], {
        to: 'failed',
        shownValue: shown,
        reason: {
          code: change.reasonCode ?? 'NOT_DELIVERED',
          text: `Sent ${String(change.attempts)} times, and the carrier's record still shows ${shown}. The last answer: ${change.reason ?? 'none'}`,
          nextStep:
            'Look at the answer in the log, then retry this device: its record is read before it is sent again.',
        },
      });
    } else {
      journal.moved([change], { to: 'queued', shownValue: shown });
      if (store.jobs.wanted(job.id) === 'cancel') journal.cancelQueued();
      wakeup.notify();
    }
  }

  /** The pause between rounds while requests still leave; over at once when all have left, for then reading may take the whole rate. */
  async #pauseWhileSending(ms: number): Promise<void> {
    const { clock, ended, journal } = this.#run;
    const until = clock.elapsed() + ms;
    for (let left = ms; left > 0 && !ended.aborted; left = until - clock.elapsed()) {
      const { checking, queued, submitting } = journal.counts;
      if (checking + queued + submitting === 0) return;
      await clock.sleep(Math.min(200, left), ended);
    }
  }
}

/**
 * The carrier refused this one device twice in words that the table knows, though with a status that proves nothing, and its
 * record shows each time that nothing was done.
 */
function isRefusedAlone({ sentAlone, attempts, reasonCode }: Change): boolean {
  return sentAlone && attempts >= 2 && reasonCode !== null && meaningOf(reasonCode).kind === 'device';
}

function unproven(record: CarrierDevice | undefined, shown: string | null): string {
  if (record === undefined)
    return 'The carrier no longer finds the device, so it cannot be told whether the change was made.';
  if (shown === null) return 'The carrier’s record does not show the device’s current value.';
  return `The carrier’s record shows ${shown}: neither what the device had before nor what was asked for.`;
}
