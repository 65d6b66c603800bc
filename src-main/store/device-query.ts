/** What a person asks of the inventory, as SQL: filters, search and sorting. */
import type { CustomFields } from '../domain/change-order.ts';
import type { DEVICE_SORTS } from '../domain/device-view.ts';

export interface DeviceFilter {
  /** Any part of an ICCID, IMEI or MDN, or of the customer's name. */
  search?: string | undefined;
  planCodes?: string[] | undefined;
  states?: string[] | undefined;
  customers?: string[] | undefined;
  groups?: string[] | undefined;
  /** Last connected at or after, or before that time (UTC ISO 8601); a device that never was counts as before. */
  seenSince?: string | undefined;
  notSeenSince?: string | undefined;
  /** Whose plan changed at or after that time, by whomever. */
  planChangedSince?: string | undefined;
  /** Devices whose fields have these values. */
  customFields?: CustomFields | undefined;
  /** Only devices whose plan was changed elsewhere. */
  drifted?: boolean | undefined;
}

export interface DeviceSort {
  by: (typeof DEVICE_SORTS)[number];
  descending: boolean;
}

const SORT_COLUMN: Record<DeviceSort['by'], string> = {
  iccid: 'd.iccid',
  imei: 'd.imei',
  mdn: 'd.mdn',
  planCode: 'd.plan_code',
  state: 'd.state',
  customer: 'c.name',
  lastConnectedAt: 'd.last_connected_at',
};

/** The numbers of one page's devices; LIMIT and OFFSET come after the other values. */
export function pageQuery(
  providerId: number,
  filter: DeviceFilter,
  sort: DeviceSort,
): { query: string; order: string; values: unknown[] } {
  const { from, where, values } = deviceQuery(providerId, filter);
  const { order, join } = orderQuery(sort);
  return { query: `SELECT d.id FROM ${from} ${join} WHERE ${where} ${order} LIMIT ? OFFSET ?`, order, values };
}

/** The order of a table of devices, and what has to be joined for it. */
export function orderQuery(sort: DeviceSort): { order: string; join: string } {
  const direction = sort.descending ? 'DESC' : 'ASC';
  return {
    order: `ORDER BY ${SORT_COLUMN[sort.by]} ${direction}, d.id ${direction}`,
    join: sort.by === 'customer' ? 'LEFT JOIN customer c ON c.id = d.customer_id' : '',
  };
}

/** The search index holds every run of so many characters. */
const TRIGRAM = 3;

interface InventoryQuery {
  /** What stands behind FROM and WHERE, with `d` for the device. */
  from: string;
  where: string;
  /** In the order of their places in the text. */
  values: unknown[];
}

export function deviceQuery(providerId: number, filter: DeviceFilter): InventoryQuery {
  const parts = ['d.provider_id = ?'];
  const values: unknown[] = [];
  const search = filter.search?.trim();
  const from = search ? found(search, providerId, values) : 'device d';
  values.push(providerId);
  const oneOf = (column: string, wanted: string[] | undefined): void => {
    if (!wanted || wanted.length === 0) return;
    parts.push(`${column} IN (${wanted.map(() => '?').join(', ')})`);
    values.push(...wanted);
  };
  oneOf('d.plan_code', filter.planCodes);
  oneOf('d.state', filter.states);
  oneOf('d.group_name', filter.groups);
  if (filter.customers !== undefined && filter.customers.length > 0) {
    const names = filter.customers.map(() => '?').join(', ');
    parts.push(`d.customer_id IN (SELECT id FROM customer WHERE provider_id = ? AND name IN (${names}))`);
    values.push(providerId, ...filter.customers);
  }
  if (filter.seenSince !== undefined) {
    parts.push('d.last_connected_at >= ?');
    values.push(filter.seenSince);
  }
  if (filter.notSeenSince !== undefined) {
    parts.push('(d.last_connected_at < ? OR d.last_connected_at IS NULL)');
    values.push(filter.notSeenSince);
  }
  if (filter.planChangedSince !== undefined) {
    parts.push('d.id IN (SELECT device_id FROM plan_change WHERE at >= ?)');
    values.push(filter.planChangedSince);
  }
  for (const [name, value] of Object.entries(filter.customFields ?? {})) {
    parts.push("coalesce(json_extract(d.custom_fields, '$.' || ?), '') = ?");
    values.push(name, value);
  }
  if (filter.drifted === true) parts.push('d.drifted_at IS NOT NULL');
  return { from, where: parts.join(' AND '), values };
}

/** The devices that a search finds, before any other condition: they are few, so the rest is asked of them alone. */
function found(search: string, providerId: number, values: unknown[]): string {
  const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  const ofCustomer = `SELECT id FROM device WHERE provider_id = ? AND customer_id IN
    (SELECT id FROM customer WHERE provider_id = ? AND name LIKE ? ESCAPE '\\')`;
  if (search.length < TRIGRAM) {
    values.push(pattern, pattern, pattern, providerId, providerId, pattern);
    return `(SELECT id FROM device WHERE iccid LIKE ? ESCAPE '\\' OR imei LIKE ? ESCAPE '\\' OR mdn LIKE ? ESCAPE '\\'
      UNION ${ofCustomer}) s CROSS JOIN device d ON d.id = s.id`;
  }
  values.push(`"${search.replaceAll('"', '""')}"`, providerId, providerId, pattern);
  return `(SELECT rowid AS id FROM device_search WHERE device_search MATCH ? UNION ${ofCustomer}) s
    CROSS JOIN device d ON d.id = s.id`;
}
