/** Which service providers a call concerns, by what its input names: nobody reaches another's devices by their number. */
import type { App } from '../app.ts';

/** How the service provider is found of what a field names; undefined when there is no such thing. */
type Owner = (app: App, id: number) => number | undefined;

const jobsOwner: Owner = ({ store }, id) => store.jobs.get(id).providerId;

export const OWNERS: Readonly<Record<string, Owner>> = {
  providerId: (_console, id) => id,
  jobId: jobsOwner,
  first: jobsOwner,
  second: jobsOwner,
  deviceId: ({ store }, id) => store.devices.providerOf(id),
  changeId: ({ store }, id) => store.changes.providerOf(id),
  viewId: ({ store }, id) => store.savedViews.providerOf(id),
};

/** The same for lists of numbers: each of them counts. */
const OWNERS_OF_EACH: Readonly<Record<string, Owner>> = { jobIds: jobsOwner };

/**
 * @param input that has passed its schema
 * @throws ConsoleError `not-found` for a job that is none
 */
export function accountsToAuthorize(app: App, input: unknown): number[] {
  if (typeof input !== 'object' || input === null) return [];
  return Object.entries(input).flatMap(([field, value]: [string, unknown]) => {
    const owner = OWNERS[field];
    const provider = owner !== undefined && typeof value === 'number' ? owner(app, value) : undefined;
    const each = OWNERS_OF_EACH[field];
    const numbers = each !== undefined && Array.isArray(value) ? value.filter((one) => typeof one === 'number') : [];
    const inside = [
      ...(field === 'parent' ? accountsToAuthorize(app, value) : []),
      ...new Set(numbers.flatMap((one) => each?.(app, one) ?? [])),
    ];
    return provider === undefined ? inside : [provider, ...inside];
  });
}
