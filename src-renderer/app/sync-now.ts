import { useLive } from '../state/live';
import { useProviders } from '../state/providers';
import { api } from './api';
import { attempt, showDone } from './failures';
import { devices } from './format';

/** Starts a sync of the current account and says what it found. */
export function syncNow(): void {
  const { currentId } = useProviders.getState();
  if (currentId === null || useLive.getState().sync !== null) return;
  attempt('The sync stopped', async () => {
    try {
      const result = await api('sync.start', { providerId: currentId });
      showDone('Synced', `${devices(result.devices)} read; ${devices(result.changed)} had changed at the carrier.`);
    } finally {
      useLive.setState({ sync: null });
      useLive.getState().inventoryChanged();
    }
  });
}
