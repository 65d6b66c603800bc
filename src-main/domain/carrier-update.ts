/** The source document's data elements: what a bulk change asks for. Stored with each job and change. */
import type { CustomFields } from './change-order.ts';

interface Dated {
  /** When to start, UTC ISO 8601; null for at once. The API has no effective date: the console starts the job then. */
  EffectiveDate: string | null;
}

/** What to change to; one for the whole bulk change. */
export interface CarrierRatePlanUpdate extends Dated {
  /** The rate plan's code as the carrier takes it. */
  CarrierRatePlan: string;
  /** Communication plan; ThingSpace has none, other carriers' types do. */
  CommPlan: string | null;
  PlanUuid: string | null;
  /** The catalog's own number of the plan, null for one that is not in the catalog. */
  RatePlanId: number | null;
}

export interface DeviceStateUpdate extends Dated {
  State: string;
}

export interface CustomFieldsUpdate extends Dated {
  CustomFields: CustomFields;
}

export type BulkUpdate = CarrierRatePlanUpdate | DeviceStateUpdate | CustomFieldsUpdate;

/** Which devices, and what they get; one for each change. */
export type ThingSpaceDeviceDetail = { ICCID: string[] } & (
  { CarrierRatePlan: string } | { State: string } | { CustomFields: CustomFields }
);
