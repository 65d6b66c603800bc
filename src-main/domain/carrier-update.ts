/** The source document's data elements: what a bulk rate plan change asks for. Stored with each job and change. */

/** What to change to; one for the whole bulk change. */
export interface CarrierRatePlanUpdate {
  /** The rate plan's code as the carrier takes it. */
  CarrierRatePlan: string;
  /** Communication plan; ThingSpace has none, other carriers' types do. */
  CommPlan: string | null;
  /** When to start, UTC ISO 8601; null for at once. The API has no effective date: the console starts the job then. */
  EffectiveDate: string | null;
  PlanUuid: string | null;
  /** The catalog's own number of the plan, null for one that is not in the catalog. */
  RatePlanId: number | null;
}

/** Which devices, and the plan that they get; one for each change. */
export interface ThingSpaceDeviceDetail {
  ICCID: string[];
  CarrierRatePlan: string;
}
