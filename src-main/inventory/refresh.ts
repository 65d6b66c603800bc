/** Reads a few devices' carrier records anew, one by one, between two syncs of all. */
import { appendForProvider, type ActionContext } from '../audit/action-context.ts';
import type { CarrierDevice } from '../domain/carrier-device.ts';
import { isoTime } from '../domain/clock.ts';
import type { DeviceIdentifier } from '../domain/identifiers.ts';
import { quotaMonth } from '../domain/plans.ts';

export interface RefreshResult {
  read: number;
  /** Devices whose plan or state was not what the store believed. */
  changed: number;
}

/** Where the records come from. */
export interface RecordSource {
  /** @throws CarrierError */
  readDevice(identifier: DeviceIdentifier): Promise<CarrierDevice | undefined>;
}

/** @throws CarrierError when a record cannot be read; what was read so far is kept */
export async function refreshDevices(
  context: ActionContext,
  source: RecordSource,
  providerId: number,
  deviceIds: readonly number[],
): Promise<RefreshResult> {
  const { store, clock } = context;
  const result: RefreshResult = { read: 0, changed: 0 };
  for (const { kind, identifier } of store.devices.targets(providerId, deviceIds, quotaMonth(clock.now()))) {
    const mark = store.devices.knowledgeMark();
    const record = await source.readDevice({ kind, id: identifier });
    context.askAgain();
    if (record === undefined) continue;
    result.read++;
    result.changed += store.devices.saveFromCarrier(providerId, [record], isoTime(clock.now()), mark);
  }
  store.transaction(() => {
    appendForProvider(context, 'inventory.refreshed', providerId, { devices: deviceIds.length, ...result });
  });
  return result;
}
