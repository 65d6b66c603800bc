/** Brings the inventory up to the carrier's device list, page by page; a walk that broke off goes on where it stopped. */
import type { Workplace } from '../audit/workplace.ts';
import { isoTime, type Clock } from '../domain/clock.ts';
import type { CarrierDevice } from '../domain/carrier-device.ts';
import type { Store } from '../store/index.ts';
import type { SyncRun } from '../store/sync-runs.ts';

/** Where the pages come from. */
export interface DeviceSource {
  /** @throws CarrierError */
  listDevices(from: string): Promise<{ devices: CarrierDevice[]; next: string | undefined }>;
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
}

/** A walk that broke off longer ago begins anew: its first pages are too old. */
const RESUME_WITHIN_MS = 60 * 60_000;

/**
 * @param onProgress called after each page is on disk
 * @param signal ends the walk after the page at hand; the next sync goes on from there
 * @throws CarrierError when a page cannot be read; what was read so far is kept
 */
export async function syncDevices(
  workplace: Workplace,
  source: DeviceSource,
  providerId: number,
  onProgress: (progress: SyncProgress) => void = () => undefined,
  signal?: AbortSignal,
): Promise<SyncResult> {
  const { store, audit, clock, actor } = workplace;
  const run = begin(store, clock, providerId);
  const expected = store.devices.count(providerId);
  let from: string | undefined = run.nextDeviceId;
  while (from !== undefined && signal?.aborted !== true) {
    const page = await source.listDevices(from);
    from = page.next;
    store.transaction(() => {
      const records = page.devices.filter((device) => Object.keys(device.identifiers).length > 0);
      run.changed += store.devices.saveFromCarrier(providerId, records, isoTime(clock.now()));
      run.devices += records.length;
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
  let missing = 0;
  if (from === undefined) {
    store.transaction(() => {
      missing = store.devices.markMissing(providerId, run.startedAt);
      run.finishedAt = isoTime(clock.now());
      store.syncRuns.save(run);
      audit.append({
        at: run.finishedAt,
        actor,
        action: 'inventory.synced',
        subject: `service provider ${String(providerId)}`,
        detail: { devices: run.devices, pages: run.pages, changed: run.changed, missing },
      });
    });
  }
  onProgress({ providerId, devices: run.devices, pages: run.pages, expected: run.devices, done: true });
  return { ...run, missing };
}

function begin(store: Store, clock: Clock, providerId: number): SyncRun {
  const latest = store.syncRuns.latest(providerId);
  const unfinished = latest?.finishedAt === null && clock.now() - Date.parse(latest.startedAt) < RESUME_WITHIN_MS;
  return latest !== undefined && unfinished ? latest : store.syncRuns.start(providerId, isoTime(clock.now()));
}
