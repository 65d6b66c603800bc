/** The inventory: devices, the lists that select them, and the views of them. */
import { z } from 'zod';
import { CUSTOM_FIELD_NAMES } from '../../src-main/domain/change-order.ts';
import { DEVICE_SORTS, SEEN_CHOICES, type SavedView } from '../../src-main/domain/device-view.ts';
import { FILE_FORMATS } from '../../src-main/domain/file-formats.ts';
import { LINE_VERDICTS } from '../../src-main/domain/list-lines.ts';
import type { Identified } from '../../src-main/inventory/identify.ts';
import type { Change } from '../../src-main/store/changes.ts';
import type { Composition, Device, DeviceHistoryEntry, Facets } from '../../src-main/store/devices.ts';
import type { Job } from '../../src-main/store/jobs.ts';
import type { SyncRun } from '../../src-main/store/sync-runs.ts';
import { call, id, page, text, wholly } from './call.ts';

/** A change with the job's words for it, for lists. */
export type DeviceStory = {
  device: Device;
  history: DeviceHistoryEntry[];
  changes: (Change & { job: Pick<Job, 'title' | 'type' | 'target'> })[];
};

export const sort = z.object({ by: z.enum(DEVICE_SORTS), descending: z.boolean() });

export const filter = z.strictObject({
  search: z.string().max(100).optional(),
  planCodes: z.array(text).max(500).optional(),
  states: z.array(text).max(500).optional(),
  customers: z.array(text).max(500).optional(),
  groups: z.array(text).max(500).optional(),
  seenSince: z.iso.datetime().optional(),
  notSeenSince: z.iso.datetime().optional(),
  planChangedSince: z.iso.datetime().optional(),
  customFields: wholly(z.partialRecord(z.enum(CUSTOM_FIELD_NAMES), text)).optional(),
  drifted: z.boolean().optional(),
});

const view = z.object({
  search: z.string().max(100),
  planCodes: z.array(text).max(500),
  states: z.array(text).max(500),
  customers: z.array(text).max(500),
  groups: z.array(text).max(500),
  seen: z.enum(SEEN_CHOICES),
  changedThisMonth: z.boolean(),
  drifted: z.boolean(),
  fieldName: text,
  fieldValue: text,
  sort,
});

export const DEVICES_CALLS = {
  'sync.start': call<SyncRun & { missing: number; replaced: number }>('inventory')(z.object({ providerId: id })),
  'devices.page': call<{ total: number; rows: Device[] }>('read')(
    z.object({
      providerId: id,
      filter,
      sort,
      ...page,
    }),
  ),
  'devices.facets': call<Facets>('read')(z.object({ providerId: id })),
  /** All that match, or a range of them in the table's order. */
  'devices.ids': call<number[]>('read')(
    z.object({ providerId: id, filter, range: z.object({ sort, ...page, limit: id.max(1_000_000) }).optional() }),
  ),
  /** What a selection is made of. */
  'devices.composition': call<Composition>('read')(z.object({ providerId: id, deviceIds: z.array(id).max(1_000_000) })),
  'devices.story': call<DeviceStory>('read')(z.object({ deviceId: id })),
  /** Reads these devices' records anew; drift among them shows. */
  'devices.refresh': call<{ read: number; changed: number }>('inventory')(
    z.object({ providerId: id, deviceIds: z.array(id).max(1_000_000) }),
  ),
  /** A person has seen which plans were changed elsewhere. */
  'devices.forgetDrift': call<{ devices: number }>('inventory')(z.object({ providerId: id })),
  /** What a list's lines are, as a file to hand on. */
  'devices.saveLines': call<{ file: string | null }>('export')(
    z.object({
      lines: z
        .array(
          z.object({
            line: z.number().int().min(0),
            text: z.string().max(100),
            verdict: z.enum(Object.keys(LINE_VERDICTS) as (keyof typeof LINE_VERDICTS)[]),
            note: z.string().max(1000),
          }),
        )
        .max(100_000),
      format: z.enum(FILE_FORMATS),
    }),
  ),
  'devices.identify': call<Identified>('read')(
    // A million identifiers, as many as a bulk change takes.
    z.object({ providerId: id, text: z.string().max(24 * 1024 * 1024, 'The list is longer than 24 MB. Split it.') }),
  ),
  'views.list': call<SavedView[]>('read')(z.object({ providerId: id })),
  'views.save': call<void>('inventory')(
    z.object({ providerId: id, name: z.string().trim().min(1, 'Give it a name.').max(60), view }),
  ),
  'views.remove': call<void>('inventory')(z.object({ viewId: id })),
  // Copying: what is selected, in the table's order, then row by row as far as it is needed.
  'devices.inOrder': call<number[]>('read')(z.object({ providerId: id, deviceIds: z.array(id).max(1_000_000), sort })),
  'devices.byIds': call<Device[]>('read')(z.object({ providerId: id, deviceIds: z.array(id).max(5000) })),
} as const;
