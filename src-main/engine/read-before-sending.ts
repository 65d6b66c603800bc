/**
 * Reads what the console does not know well enough to send anything for it: identifiers that the inventory does not have, and
 * devices of a retry whose first change may have been made after all. One read a device, or a walk through the pages of all
 * devices, whichever takes fewer calls. What it finds goes to the inventory, so that one device has one record and one change.
 */
import type { CarrierDevice } from '../domain/carrier-device.ts';
import { typesLike } from '../domain/change-order.ts';
import { isoTime } from '../domain/clock.ts';
import type { Change } from '../store/changes.ts';
import { CarrierError } from '../thingspace/carrier-error.ts';
import type { DeviceIdentifier } from '../domain/identifiers.ts';
import { FIRST_PAGE, SEVERAL_RECORDS } from '../thingspace/client.ts';
import { meaningOf } from '../thingspace/error-codes.ts';
import { isUnreadable } from './carrier-reader.ts';
import { NamedChanges } from './named-changes.ts';
import { heldBy } from '../bulk-change/plan-changes.ts';
import type { RunContext } from './run-context.ts';

/** Devices that are read in one round, at most. */
const READS_A_ROUND = 200;
/** So few are read one by one without a thought. */
const READ_SINGLY = 20;
const LONGEST_IDLE_MS = 1000;
const NOT_FOUND = meaningOf('REQUEST_FAILED.DeviceNotFound');

const SAYS_NOTHING = {
  code: 'UNREADABLE',
  text: 'The carrier’s record does not show the device’s current value.',
  nextStep: 'Nothing was sent for it. Look at the device in the ThingSpace portal.',
};

export class Checker {
  readonly #run: RunContext;
  #walked = false;

  constructor(run: RunContext) {
    this.#run = run;
  }

  /** Reads until nothing has to be checked and nothing can come to it any more, or nothing may be sent. */
  async run(): Promise<void> {
    const { noMoreRequests, journal, reader, wakeup, clock, onAnswer } = this.#run;
    while (!noMoreRequests.aborted) {
      const { checking, queued, submitting, uncertain } = journal.counts;
      if (checking + queued + submitting + uncertain === 0) return;
      if (checking === 0) {
        await wakeup.wait(LONGEST_IDLE_MS);
        continue;
      }
      try {
        await this.#round();
      } catch (error) {
        if (!(error instanceof CarrierError)) throw error;
        await clock.sleep(reader.failed(error), noMoreRequests);
      }
      wakeup.notify();
      onAnswer();
    }
  }

  async #round(): Promise<void> {
    const { store, job, journal, noMoreRequests } = this.#run;
    const { checking } = journal.counts;
    if (!this.#walked && checking > READ_SINGLY && checking > this.#pagesExpected()) {
      this.#walked = true;
      await this.#walk(checking);
      return;
    }
    for (const change of store.changes.inState(job.id, ['checking'], READS_A_ROUND)) {
      if (noMoreRequests.aborted) return;
      await this.#readOne(change);
    }
  }

  /** Of an inventory that was never read nobody knows how long it is; a walk that takes too long is given up. */
  #pagesExpected(): number {
    const { store, job, provider } = this.#run;
    return Math.ceil(store.devices.count(job.providerId) / provider.pageSize);
  }

  async #readOne(change: Change): Promise<void> {
    const { processor, reader, store } = this.#run;
    const mark = store.devices.knowledgeMark();
    try {
      const read = await reader.read(async () => ({
        // What has been sent stays with the device that it was sent for, whoever has its number now.
        record: await (change.attempts > 0 ? processor.readDevice(change) : processor.readNamed(change)),
      }));
      if (read !== undefined) this.#settle(change, read.record, mark);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      const reason = {
        code: error.code === SEVERAL_RECORDS ? 'AMBIGUOUS' : 'UNREADABLE',
        text: error.message,
        nextStep: `Nothing was sent for it. ${error.nextStep ?? 'Give the answer to Verizon support.'}`,
      };
      this.#run.journal.moved([change], { to: 'rejected', reason });
    }
  }

  /** @param worth pages at most: reading one by one would take as many calls */
  async #walk(worth: number): Promise<void> {
    const { store, job, processor, reader, noMoreRequests, onAnswer } = this.#run;
    const nameOf = (change: Change): DeviceIdentifier =>
      change.attempts > 0 ? processor.addressOf(change) : change.identifier;
    const open = new NamedChanges(store.changes.inState(job.id, ['checking']), nameOf);
    // Two SIMs can have one IMEI or number: only the whole list tells.
    const byOtherNames = new Map<Change, CarrierDevice[]>();
    const walkMark = store.devices.knowledgeMark();
    let from: string | undefined = FIRST_PAGE;
    for (let pages = 0; from !== undefined && !open.isEmpty && pages < worth && !noMoreRequests.aborted; pages++) {
      const at: string = from;
      const mark = store.devices.knowledgeMark();
      const page = await reader.read(() => processor.readAll(at));
      if (page === undefined) return;
      for (const record of page.devices)
        for (const change of open.of(record)) {
          if (nameOf(change).kind !== 'iccid') {
            byOtherNames.set(change, [...(byOtherNames.get(change) ?? []), record]);
            continue;
          }
          open.found(change);
          this.#settle(change, record, mark);
        }
      onAnswer();
      from = page.next;
    }
    if (from !== undefined) return;
    for (const [change, [record, second]] of byOtherNames)
      if (second === undefined) this.#settle(change, record, walkMark);
  }

  /** The job whose unconfirmed change of the device asks for the same and may still be made; undefined when there is none. */
  #mayStillCome(deviceId: number): number | undefined {
    const { store, job, clock } = this.#run;
    const [last] = store.changes.lastUnproven([deviceId], typesLike(job.type));
    if (last?.state !== 'unconfirmed' || last.target !== job.target || last.finishedAt === null) return undefined;
    return Math.abs(clock.now() - Date.parse(last.finishedAt)) < MAY_COME_MS ? last.jobId : undefined;
  }

  /** @param record undefined when the account has no such device */
  #settle(
    change: Change,
    record: CarrierDevice | undefined,
    mark: ReturnType<RunContext['store']['devices']['knowledgeMark']>,
  ): void {
    const { store, job, rules, journal, clock, processor } = this.#run;
    const skip = (text: string): void => {
      journal.moved([change], { to: 'skipped', reason: { code: null, text, nextStep: null } });
    };
    journal.together(() => {
      // Another process may have cancelled it while it was read.
      if (store.changes.stateOf(change.id) !== 'checking') return;
      if (record === undefined) {
        // The carrier does not know it by this name; a record that was read for another name of the list may have it.
        const [known, other] = store.devices.idsByIdentifier(job.providerId, change.identifier, 2);
        const twin =
          known === undefined || other !== undefined ? undefined : store.changes.ofDeviceIn(job.id, known, change.id);
        if (twin !== undefined) {
          skip(namedTwice(twin));
          return;
        }
        const { code, meaning, nextStep } = NOT_FOUND;
        journal.moved([change], { to: 'rejected', reason: { code, text: meaning, nextStep } });
        return;
      }
      store.devices.saveFromCarrier(job.providerId, [record], isoTime(clock.now()), mark);
      const name = change.attempts > 0 ? processor.addressOf(change) : change.identifier;
      const [deviceId, second] = store.devices.idsByIdentifier(job.providerId, name, 2);
      const holder = deviceId === undefined ? undefined : store.changes.openOfDevice(deviceId);
      const twin = deviceId === undefined ? undefined : store.changes.ofDeviceIn(job.id, deviceId, change.id);
      const pending = deviceId === undefined ? undefined : this.#mayStillCome(deviceId);
      if (deviceId === undefined || second !== undefined)
        journal.moved([change], {
          to: 'rejected',
          reason: {
            code: 'AMBIGUOUS',
            text:
              deviceId === undefined
                ? 'The carrier answered with a device that has another identifier than this one.'
                : 'More than one device of the account has this identifier.',
            nextStep: 'Name the device by its ICCID in a new change.',
          },
        });
      else if (holder !== undefined && holder.id !== change.id)
        skip(holder.jobId === job.id ? namedTwice(holder) : heldBy(holder.jobId));
      // Sent already under its other name, whatever became of that.
      else if (twin !== undefined) skip(namedTwice(twin));
      else if (rules.isReached(record)) skip('It is there already: the carrier’s record shows it.');
      else if (pending !== undefined)
        skip(
          `Job ${String(pending)} sent this change already and it is not confirmed: the carrier may still make it. Re-check that job first.`,
        );
      else if (rules.valueOf(record) === null)
        // It may be there already, and nobody pays twice on a guess.
        journal.moved([change], { to: 'rejected', reason: SAYS_NOTHING });
      else
        journal.resolved(change, {
          deviceId,
          fromValue: rules.valueOf(record),
          sentAlone: rules.isLikelyRefused(record.state),
        });
    });
  }
}

/** After so long without a trace, what the carrier accepted will not come any more. Assumed: nothing is published about it. */
const MAY_COME_MS = 24 * 3_600_000;

function namedTwice({ identifier }: Change): string {
  return `This device is in the list twice. It also appears as ${identifier.kind.toUpperCase()} ${identifier.id}.`;
}
