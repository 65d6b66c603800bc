/**
 * The digest of a bulk change: what a person saw in the review comes back with the start, and what a second person approved
 * is what is sent. It stands over all that decides what is sent and where.
 */
import { createHash } from 'node:crypto';
import { targetOf, type ChangeOrder } from '../domain/change-order.ts';
import type { DeviceIdentifier } from '../domain/identifiers.ts';
import { accountOf, type CarrierAccount } from '../domain/provider-settings.ts';
import type { Store } from '../store/index.ts';
import type { Job } from '../store/jobs.ts';

export interface DigestedChange {
  account: CarrierAccount;
  /** Own authorities that the connection trusts, in PEM. */
  caCertificates: string;
  order: Pick<ChangeOrder, 'type'> & { target: string };
  /** UTC ISO 8601; null for at once. */
  effectiveAt: string | null;
  ignoreQuota: boolean;
  childKind: 'retry' | 'undo' | null;
  /** The devices that are to change, in the order in which they are queued. */
  devices: Iterable<DeviceIdentifier>;
}

/** SHA-256, in hex. */
export function digestOf({
  account,
  caCertificates,
  order,
  effectiveAt,
  ignoreQuota,
  childKind,
  devices,
}: DigestedChange): string {
  const hash = createHash('sha256');
  const { accountName, baseUrl, oauthPath, m2mPath, sendAccountWithDevices } = account;
  hash.update(
    JSON.stringify([
      'thingspace-rate-plan-console bulk change 3',
      [accountName, baseUrl, oauthPath, m2mPath, sendAccountWithDevices, caCertificates],
      [order.type, order.target],
      effectiveAt,
      ignoreQuota,
      childKind,
    ]),
  );
  for (const { kind, id } of devices) hash.update(`\n${kind} ${id}`);
  return hash.digest('hex');
}

export function orderDigested(order: ChangeOrder): DigestedChange['order'] {
  return { type: order.type, target: targetOf(order) };
}

/** Stands in a job of an earlier version, whose digest stood over another text; the migration to store version 18 writes it. */
export const EARLIER_DIGEST = 'of an earlier version';

/** Of a queued job, as the store has it now. */
export function digestOfJob(store: Store, jobId: number): string {
  const job = store.jobs.get(jobId);
  const provider = store.providers.get(job.providerId);
  return digestOf({
    account: accountOf(provider),
    caCertificates: provider.caCertificates,
    order: job,
    effectiveAt: job.effectiveAt,
    ignoreQuota: job.ignoreQuota,
    childKind: job.childKind,
    devices: store.changes.identifiersToChange(jobId),
  });
}

/**
 * The digest of a job that goes back to waiting for an approval. It keeps the one that it has: what was altered since it was
 * put before somebody can be rejected, but not approved in its new form. A job that needed no approval when it was made has
 * none, and is put before somebody as it is now.
 */
export function digestToApprove(store: Store, { id, digest }: Job): string {
  return digest ?? digestOfJob(store, id);
}

/** Of several changes that are confirmed together, as the steps of an undo. */
export function digestOfAll(digests: readonly string[]): string {
  return createHash('sha256').update(digests.join('\n')).digest('hex');
}
