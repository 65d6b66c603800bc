import { useEffect } from 'react';
import { FIND_FIELD } from '../components/SearchField';
import { useLive } from '../state/live';
import { useNavigation } from '../state/navigation';
import { useProviders } from '../state/providers';
import { api, listen } from './api';
import { attempt, showDone } from './failures';
import { devices } from './format';
import type { MenuCommand } from '../../src-preload/contract';

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

export function runCommand(command: MenuCommand): void {
  if (command === 'sync') syncNow();
  else if (command === 'find') document.getElementById(FIND_FIELD)?.focus();
  else useNavigation.getState().go({ name: command });
}

/** The same keys as in the menu, for hosts without a native one. */
function commandOf(event: KeyboardEvent): MenuCommand | undefined {
  if (event.key === 'F5') return 'sync';
  if (!event.ctrlKey && !event.metaKey) return undefined;
  const keys: Record<string, MenuCommand> = { '1': 'devices', '2': 'plans', '3': 'jobs', ',': 'settings', f: 'find' };
  return keys[event.key.toLowerCase()];
}

export function useMenuCommands(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const command = commandOf(event);
      if (command === undefined) return;
      event.preventDefault();
      runCommand(command);
    };
    window.addEventListener('keydown', onKey);
    const stop = listen('menu.command', ({ command }) => {
      runCommand(command);
    });
    return () => {
      window.removeEventListener('keydown', onKey);
      stop();
    };
  }, []);
}
