/** A job is for the account that it was made for, also when the service provider's settings name another one by now. */
import { accountDifferences, accountOf } from '../domain/provider-settings.ts';
import type { Job } from '../store/jobs.ts';
import type { Provider } from '../store/providers.ts';

/** @returns what is different by now in the account for which a job was made; undefined when it is the same */
export function madeForAnother({ madeFor }: Job, provider: Provider): string | undefined {
  const differences = accountDifferences(madeFor, accountOf(provider));
  if (differences.length === 0) return undefined;
  return `The job was made for account ${madeFor.accountName} at ${madeFor.baseUrl}; ${differences.join(' and ')} ${differences.length === 1 ? 'is' : 'are'} different now`;
}
