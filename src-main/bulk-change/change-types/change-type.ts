/**
 * What a change type knows: which choice is valid, which devices need it, and how the carrier's and the local record show
 * it. Queue, batches, retry, confirmation, recovery and reports are the engine's and the same for all types.
 */
import type { CarrierDevice } from '../../domain/carrier-device.ts';
import type { BulkUpdate, ThingSpaceDeviceDetail } from '../../domain/carrier-update.ts';
import type { ChangeOrder } from '../../domain/change-order.ts';
import type { PlanProblem } from '../../domain/plans.ts';
import type { DeviceFilter } from '../../store/device-query.ts';
import type { DeviceQuery } from '../../thingspace/client.ts';

/** What a change can be about, in the carrier's record and in the local one. */
export type DeviceFacts = Pick<CarrierDevice, 'planCode' | 'state' | 'customFields'>;

export interface ChangeTypeRules {
  readonly order: ChangeOrder;
  /**
   * Why the whole change may not be made, as the store is now; empty when it may. The door asks it before each request, so
   * nothing that can change may be remembered for it.
   */
  problems(): PlanProblem[];
  /** A job's title. @param devices how many, in words */
  title(devices: string): string;
  /** The source document's records of the job and of each change. */
  update(effectiveAt: string | null): BulkUpdate;
  readonly detail: ThingSpaceDeviceDetail extends infer D ? (D extends unknown ? Omit<D, 'ICCID'> : never) : never;
  /** The device's present value, kept with its change for an undo. */
  valueOf(device: DeviceFacts): string | null;
  isReached(device: DeviceFacts): boolean;
  /** Why a device that has reached it already is skipped. */
  readonly alreadyReached: string;
  /** Whether the carrier is likely to refuse the device in this state: then it is sent alone, and last. */
  isLikelyRefused(state: string | null): boolean;
  /** Whether it counts against the plan changes that a device may have in a month. */
  readonly usesQuota: boolean;
  /** The devices that have reached it, in the carrier's list and in the inventory. */
  readonly carrierQuery: DeviceQuery;
  readonly localFilter: DeviceFilter;
  /** The devices that have a value, in the same two places; undefined when the carrier cannot list them. */
  devicesWith(value: string): { carrierQuery: DeviceQuery; localFilter: DeviceFilter } | undefined;
  /** What changes in the local record once the carrier's shows it. */
  readonly localChange: Partial<DeviceFacts>;
  /** Brings a device back to a value that {@link valueOf} gave; undefined when there is no way. */
  undo(value: string): ChangeOrder | undefined;
}
