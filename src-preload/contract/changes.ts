/** A bulk change before it is a job: its review and its start. */
import { z } from 'zod';
import type { Review } from '../../src-main/bulk-change/create-job.ts';
import type { QuotaCheck } from '../../src-main/bulk-change/plan-change-quota.ts';
import { IDENTIFIER_KINDS, isPlaceholder } from '../../src-main/domain/identifiers.ts';
import { PRIORITIES } from '../../src-main/domain/jobs.ts';
import { call, id, text, wholly } from './call.ts';

export const order = z.discriminatedUnion('type', [
  z.object({ type: z.literal('carrier-rate-plan'), planCode: text }),
  z.object({ type: z.literal('suspend') }),
  z.object({ type: z.literal('restore') }),
  z.object({ type: z.literal('custom-fields'), fields: wholly(z.record(text, text)) }),
]);

/** The digest of the review that the person saw: if it would be another change by now starts. */
export const confirmed = z.string().regex(/^[0-9a-f]{64}$/);

export const identifiers = z
  .array(
    z
      .object({ kind: z.enum(IDENTIFIER_KINDS), id: z.string().max(40) })
      .refine((named) => !isPlaceholder(named), 'A placeholder names no device.'),
  )
  .max(1_000_000);

const bulkChange = z.object({
  providerId: id,
  selection: z.object({ deviceIds: z.array(id).max(1_000_000), identifiers, leftOut: identifiers.optional() }),
  order,
  effectiveAt: z.iso.datetime().nullable(),
  batchSize: z.number().int().min(1).max(10_000).optional(),
  // An undo is made by `jobs.undo` alone: its parts are looked at as one change.
  parent: z.object({ jobId: id, kind: z.literal('retry') }).optional(),
  guards: z
    .object({
      abortShare: z.number().min(0).max(1).optional(),
      abortAfter: z.number().int().min(1).optional(),
      canary: z.number().int().min(1).optional(),
    })
    .optional(),
  ignoreQuota: z.boolean().optional(),
  priority: z.enum(PRIORITIES).optional(),
});

export const CHANGES_CALLS = {
  'changes.review': call<Review>('change')(bulkChange),
  'changes.start': call<{ jobId: number }>('change')(bulkChange.extend({ confirmed })),
  /** Asks the carrier's history about the devices that have used most of the month's plan changes. */
  'changes.checkQuota': call<QuotaCheck>('inventory')(
    z.object({ providerId: id, deviceIds: z.array(id).max(1_000_000), effectiveAt: z.iso.datetime().nullable() }),
  ),
  /** What a bulk change would do to each device, as CSV with the columns of the final report. */
  'changes.saveDryRun': call<{ file: string | null }>('change')(bulkChange),
} as const;
