/** Brings the inventory up to the carrier's device list, page by page; a walk that broke off goes on where it stopped. */
import type { ActionContext } from '../audit/action-context.ts';
import { isoTime, type Clock } from '../domain/clock.ts';
import type { CarrierDevice, UnreadableRecord } from '../domain/carrier-device.ts';
import type { Store } from '../store/index.ts';
import { ConsoleError } from '../domain/errors.ts';
import { accountDifferences, accountOf } from '../domain/provider-settings.ts';
import { UNREADABLE_NAMED, type SyncRun } from '../store/sync-runs.ts';

/** Where the pages come from. */
export interface DeviceSource {
  /** @throws CarrierError */
  listDevices(
    from: string,
  ): Promise<{ devices: CarrierDevice[]; next: string | undefined; unreadable: readonly UnreadableRecord[] }>;
}

export interface SyncProgress {
  providerId: number;
  devices: number;
  pages: number;
  /** How many devices the inventory had, to measure progress by; 0 on the first sync. */
  expected: number;
  done: boolean;
}

export interface SyncResult extends SyncRun {
  /** Devices of the inventory that the carrier no longer lists. */
  missing: number;
  /** Of these, the ones whose SIM was replaced: their story went to the device with the new SIM. */
  replaced: number;
}

/** A walk that broke off longer ago begins anew: its first pages are too old. */
const RESUME_WITHIN_MS = 60 * 60_000;

/**
 * @param onProgress called after each page is on disk
 * @param signal ends the walk after the page at hand; the next sync goes on from there
 * @throws CarrierError when a page cannot be read; what was read so far is kept
 * @throws ConsoleError `refused` when the account or its address was edited meanwhile
 */
export async function syncDevices(
  context: ActionContext,
  source: DeviceSource,
  providerId: number,
  onProgress: (progress: SyncProgress) => void = () => undefined,
  signal?: AbortSignal,
): Promise<SyncResult> {
  const { store, audit, clock, actor } = context;
  const run = begin(store, clock, providerId);
  const expected = store.devices.count(providerId);
  let from: string | undefined = run.nextDeviceId;
  while (from !== undefined && signal?.aborted !== true) {
    const mark = store.devices.knowledgeMark();
    const page = await source.listDevices(from);
    // It can take longer than the console stays unlocked.
    context.askAgain(true);
    from = page.next;
    store.transaction(() => {
      refuseOtherAccount(store, providerId, run);
      run.changed += store.devices.saveFromCarrier(providerId, page.devices, isoTime(clock.now()), mark, run.id);
      run.devices += page.devices.length;
      run.unreadable += page.unreadable.length;
      run.firstUnreadable = [...run.firstUnreadable, ...page.unreadable].slice(0, UNREADABLE_NAMED);
      run.pages++;
      if (page.next !== undefined) run.nextDeviceId = page.next;
      store.syncRuns.save(run);
    });
    onProgress({
      providerId,
      devices: run.devices,
      pages: run.pages,
      expected: Math.max(expected, run.devices),
      done: false,
    });
  }
  let outcome = { missing: 0, replaced: 0 };
  if (from === undefined) {
    store.transaction(() => {
      refuseOtherAccount(store, providerId, run);
      run.finishedAt = isoTime(clock.now());
      // What could not be read may be any of those that were not seen.
      if (run.unreadable === 0) outcome = store.devices.markMissing(providerId, run.id, run.startedAt, run.finishedAt);
      store.syncRuns.save(run);
      audit.append({
        at: run.finishedAt,
        actor,
        action: 'inventory.synced',
        subject: `service provider ${String(providerId)}`,
        detail: {
          devices: run.devices,
          pages: run.pages,
          changed: run.changed,
          unreadable: run.unreadable,
          ...outcome,
        },
      });
    });
  }
  onProgress({ providerId, devices: run.devices, pages: run.pages, expected: run.devices, done: true });
  return { ...run, ...outcome };
}

/** A walk that broke off goes on only for the account and address with which it began. */
function begin(store: Store, clock: Clock, providerId: number): SyncRun {
  const account = accountOf(store.providers.get(providerId));
  const latest = store.syncRuns.latest(providerId);
  const isFresh =
    latest?.finishedAt === null &&
    latest.madeFor !== null &&
    accountDifferences(latest.madeFor, account).length === 0 &&
    Math.abs(clock.now() - Date.parse(latest.startedAt)) < RESUME_WITHIN_MS;
  return latest !== undefined && isFresh ? latest : store.syncRuns.start(providerId, isoTime(clock.now()), account);
}

function refuseOtherAccount(store: Store, providerId: number, { madeFor }: SyncRun): void {
  const differences = madeFor === null ? [] : accountDifferences(madeFor, accountOf(store.providers.get(providerId)));
  if (differences.length > 0)
    throw new ConsoleError(
      'refused',
      `The sync ended: ${differences.join(' and ')} of this service provider changed while it ran.`,
      'Start it again to read the devices of the account that is set now.',
    );
}
