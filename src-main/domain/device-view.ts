/** How a person looks at the devices: filters and sorting, kept under a name. Times are relative, so that a view stays true. */

export const SEEN_CHOICES = ['any', 'day', 'week', 'month', 'not-month', 'not-quarter'] as const;
export type SeenChoice = (typeof SEEN_CHOICES)[number];

export const DEVICE_SORTS = ['iccid', 'imei', 'mdn', 'planCode', 'state', 'customer', 'lastConnectedAt'] as const;

export interface DeviceView {
  search: string;
  planCodes: string[];
  states: string[];
  customers: string[];
  groups: string[];
  seen: SeenChoice;
  changedThisMonth: boolean;
  drifted: boolean;
  fieldName: string;
  fieldValue: string;
  sort: { by: (typeof DEVICE_SORTS)[number]; descending: boolean };
}

export const EVERY_DEVICE: DeviceView = {
  search: '',
  planCodes: [],
  states: [],
  customers: [],
  groups: [],
  seen: 'any',
  changedThisMonth: false,
  drifted: false,
  fieldName: '',
  fieldValue: '',
  sort: { by: 'iccid', descending: false },
};

export interface SavedView {
  id: number;
  name: string;
  view: DeviceView;
}

const DAY_MS = 86_400_000;
const DAYS: Readonly<Record<Exclude<SeenChoice, 'any'>, number>> = {
  day: 1,
  week: 7,
  month: 30,
  'not-month': 30,
  'not-quarter': 90,
};

/**
 * When a device must have been connected last.
 * @param now milliseconds since the epoch
 * @returns UTC ISO 8601 times; none for any
 */
export function seenBounds(choice: SeenChoice, now: number): { seenSince?: string; notSeenSince?: string } {
  if (choice === 'any') return {};
  const time = new Date(now - DAYS[choice] * DAY_MS).toISOString();
  return choice.startsWith('not-') ? { notSeenSince: time } : { seenSince: time };
}
