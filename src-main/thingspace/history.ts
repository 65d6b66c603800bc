/** The carrier's history of one device: evidence of how often its plan was changed, whoever did it. */
import type { z } from 'zod';
import { foldedPlan } from '../domain/plans.ts';
import { CarrierError } from './carrier-error.ts';
import { historyRecord, type historyAnswer } from './schemas.ts';

/** One event, oldest first in a history. */
export interface HistoryRecord {
  /** As the carrier wrote it. */
  occurredAt: string;
  status: string | null;
  eventType: string | null;
  /** After the event. */
  servicePlan: string | null;
}

/** Evidence, never proof: the carrier keeps it by IMEI, and documents no event for a change of plan. */
export interface PlanChangesSeen {
  /** At least so many changes of plan were made. */
  atLeast: number;
  /** When, UTC ISO 8601, oldest first. */
  at: string[];
}

/** Asks for the records from one time to another. */
export type ReadHistoryPage = (
  earliest: string,
) => Promise<{ value: z.output<typeof historyAnswer>; httpStatus: number }>;

/**
 * Walks the pages by the time of the last record: the next page begins with records that were seen already.
 * @throws CarrierError when a page does not lead on
 */
export async function walkHistory(earliestIso: string, readPage: ReadHistoryPage): Promise<HistoryRecord[]> {
  const seen = new Map<string, HistoryRecord>();
  for (let earliest = earliestIso; ;) {
    const { value, httpStatus } = await readPage(earliest);
    const records = value.flatMap((part) => part.provisioningHistory);
    const read = records.flatMap((record): HistoryRecord[] => {
      const parsed = historyRecord.safeParse(record);
      return parsed.success ? [toRecord(parsed.data)] : [];
    });
    const before = seen.size;
    for (const record of read) seen.set(JSON.stringify(record), record);
    const more = value.some((part) => part.hasMoreData === true) || httpStatus === 202;
    if (!more || records.length === 0) return [...seen.values()].sort(byTime);
    const last = read.reduce((latest, { occurredAt }) => Math.max(latest, Date.parse(occurredAt)), -Infinity);
    if (last < Date.parse(earliest) || (seen.size === before && last <= Date.parse(earliest)) || read.length === 0)
      throw new CarrierError(
        'ambiguous',
        `The device's history says that there is more, but the page from ${earliest} does not lead on.`,
        { code: 'UNEXPECTED_SHAPE' },
      );
    // All of a page may have happened in the same second as its first record.
    earliest = new Date(last > Date.parse(earliest) ? last : last + 1).toISOString();
  }
}

/** Counts the successful events after which the device had another plan than after the one before. */
export function planChangesIn(records: readonly HistoryRecord[]): PlanChangesSeen {
  const at: string[] = [];
  let plan: string | null = null;
  for (const { occurredAt, status, servicePlan } of [...records].sort(byTime)) {
    if (servicePlan === null || !/^success/i.test(status ?? '')) continue;
    if (plan !== null && foldedPlan(servicePlan) !== foldedPlan(plan)) at.push(new Date(occurredAt).toISOString());
    plan = servicePlan;
  }
  return { atLeast: at.length, at };
}

function toRecord({ occurredAt, status, eventType, servicePlan }: z.output<typeof historyRecord>): HistoryRecord {
  return { occurredAt, status, eventType, servicePlan };
}

function byTime(a: HistoryRecord, b: HistoryRecord): number {
  return Date.parse(a.occurredAt) - Date.parse(b.occurredAt);
}
