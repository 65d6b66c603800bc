/**
 * Asks the carrier's own provisioning history how many plan changes devices had in a month. It is evidence, "at least so
 * many": no event type for a plan change is documented, and the history is lost when a SIM moves to another IMEI.
 */
import { appendForProvider, type ActionContext } from '../audit/action-context.ts';
import { isoTime } from '../domain/clock.ts';
import type { DeviceIdentifier } from '../domain/identifiers.ts';
import { quotaMonth } from '../domain/plans.ts';

/** From so many on the exact number matters: the next change is the month's last, or one too many. */
export const WORTH_ASKING = 3;
/** What a device had before the month began, so that its first change in the month shows. */
const BEFORE_MS = 45 * 86_400_000;

export interface QuotaCheck {
  /** Devices whose history was read. */
  read: number;
  /** Of these, the ones that had more plan changes than the console knew. */
  corrected: number;
}

/** Where a device's plan changes come from: when each happened, UTC ISO 8601, oldest first. */
export interface HistorySource {
  /** @throws CarrierError */
  planChanges(identifier: DeviceIdentifier, earliest: string, latest: string): Promise<string[]>;
}

/**
 * @param time milliseconds since the epoch: when the change will happen
 * @throws CarrierError when a history cannot be read; what was found so far is kept
 */
export async function checkQuota(
  context: ActionContext,
  source: HistorySource,
  providerId: number,
  deviceIds: readonly number[],
  time: number,
): Promise<QuotaCheck> {
  const { store, clock } = context;
  const month = quotaMonth(time);
  const earliest = isoTime(Date.parse(month.start) - BEFORE_MS);
  const result: QuotaCheck = { read: 0, corrected: 0 };
  for (const { deviceId, kind, identifier, changesThisMonth } of store.devices.targets(providerId, deviceIds, month)) {
    if (changesThisMonth < WORTH_ASKING) continue;
    const seen = await source.planChanges({ kind, id: identifier }, earliest, isoTime(clock.now()));
    context.askAgain();
    const inMonth = seen.filter((at) => at >= month.start && at < month.end);
    result.read++;
    // Which of them the console knows cannot be told by the minute; only that there are more can.
    const missing = inMonth.length - store.planChanges.usedIn(deviceId, month);
    if (missing <= 0) continue;
    result.corrected++;
    store.transaction(() => {
      for (const at of inMonth.slice(-missing))
        store.planChanges.add({ deviceId, at, fromPlan: null, toPlan: null, foundBy: 'carrier history', jobId: null });
    });
  }
  store.transaction(() => {
    appendForProvider(context, 'inventory.quota-checked', providerId, { month: month.start, ...result });
  });
  return result;
}
