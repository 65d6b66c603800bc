import type { IdentifierKind } from './identifiers.ts';

/** One device as its carrier record shows it. */
export interface CarrierDevice {
  identifiers: Partial<Record<IdentifierKind, string>>;
  accountName: string | null;
  planCode: string | null;
  state: string | null;
  groupName: string | null;
  connected: boolean | null;
  lastConnectedAt: string | null;
  billingCycleEnds: string | null;
  /** By field name. */
  customFields: Readonly<Record<string, string>>;
}

/** A record of the carrier's list that was left out. */
export interface UnreadableRecord {
  /** An identifier found in it, or where it stands. */
  what: string;
  problem: string;
}
