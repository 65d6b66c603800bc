import { useLive } from './live';
import { useProviders } from './providers';
import { api } from '../lib/api';
import { attempt, showDone } from '../lib/failures';
import type { CallOutput } from '../../src-preload/contract';
import { count, devices } from '../lib/format';

/** Starts a sync of the current account and says what it found. */
export function syncNow(): void {
  const { currentId } = useProviders.getState();
  if (currentId === null || useLive.getState().sync !== null) return;
  attempt('The sync stopped', async () => {
    try {
      const result = await api('sync.start', { providerId: currentId });
      showDone('Synced', syncedText(result));
    } finally {
      useLive.setState({ sync: null });
      useLive.getState().inventoryChanged();
    }
  });
}

/** What a sync came to, and which records it could not read. */
function syncedText(result: CallOutput<'sync.start'>): string {
  const { devices: read, changed, missing, replaced, unreadable, firstUnreadable } = result;
  const parts = [`${devices(read)} read; ${devices(changed)} had changed at the carrier.`];
  if (missing > 0) parts.push(`${devices(missing)} ${missing === 1 ? 'is' : 'are'} no longer listed.`);
  if (replaced > 0) parts.push(`${devices(replaced)} got a new SIM; customer and history moved along.`);
  if (unreadable > 0)
    parts.push(
      `${count(unreadable)} ${unreadable === 1 ? 'record' : 'records'} of the carrier could not be read, so no device was marked as no longer listed: ${firstUnreadable
        .slice(0, 3)
        .map(({ what, problem }) => `${what} (${problem})`)
        .join('; ')}.`,
    );
  return parts.join(' ');
}
