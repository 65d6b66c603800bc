/** Carries commands out, wherever they come from: a key, the native menu, the palette. */
import { getHotkeyHandler, type HotkeyItem } from '@mantine/hooks';
import { useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { useEffect } from 'react';
import type { Permission } from '../../src-main/domain/roles';
import { COMMANDS, keysOf, type Command } from '../../src-preload/commands';
import { FIND_FIELD } from '../components/SearchField';
import { filterOf, useDeviceViews, viewOf } from '../state/device-view';
import { useDialogs } from '../state/dialogs';
import { useLive } from '../state/live';
import { useNavigation } from '../state/navigation';
import { usePreferences } from '../state/preferences';
import { useProviders } from '../state/providers';
import { namedSize, useSelection } from '../state/selection';
import { useSession, whyMayNot } from '../state/session';
import { redoLast, undoLast, useUndo } from '../state/undo';
import { api, listen } from '../lib/api';
import { attempt, showDone, showNote } from '../lib/failures';
import { syncNow } from '../state/sync-now';

/** What a command needs, where not everybody may. */
const NEEDS: Partial<Record<Command, Permission>> = {
  change: 'change',
  sync: 'inventory',
  import: 'inventory',
  audit: 'audit',
  diagnostics: 'audit',
};

/** @returns why a command cannot be carried out now; null when it can */
export function whyNot(command: Command): string | null {
  if (useProviders.getState().list === undefined) return 'The console is starting.';
  const needed = NEEDS[command];
  const mayNot = needed === undefined ? null : whyMayNot(needed);
  if (mayNot !== null) return mayNot;
  switch (command) {
    case 'lock':
    case 'signOut':
      return useSession.getState().view?.state === 'open'
        ? 'The console has no operators; add them in Settings.'
        : null;
    case 'devices':
    case 'plans':
    case 'jobs':
    case 'paste':
    case 'import':
    case 'selectAll':
      return useProviders.getState().currentId === null ? 'Open the demo or connect an account first.' : null;
    case 'sync':
      if (useProviders.getState().currentId === null) return 'Open the demo or connect an account first.';
      return useLive.getState().sync === null ? null : 'A sync is running.';
    case 'change':
    case 'clearSelection':
      return namedSize(useSelection.getState()) === 0 ? 'Select devices first.' : null;
    case 'undo':
      return useUndo.getState().done.length === 0 ? 'There is nothing to take back.' : null;
    case 'redo':
      return useUndo.getState().undone.length === 0 ? 'There is nothing to do again.' : null;
    default:
      return null;
  }
}

export function runCommand(command: Command, setColors: (scheme: MantineColorScheme) => void): void {
  const reason = whyNot(command);
  if (reason !== null) {
    showNote(COMMANDS[command].label, reason);
    return;
  }
  const { go } = useNavigation.getState();
  const { show } = useDialogs.getState();
  switch (command) {
    case 'find':
      document.getElementById(FIND_FIELD)?.focus();
      return;
    case 'sync':
      syncNow();
      return;
    case 'light':
    case 'dark':
      setColors(command);
      return;
    case 'system':
      setColors('auto');
      return;
    case 'undo':
    case 'redo': {
      const what = command === 'undo' ? undoLast() : redoLast();
      showNote(command === 'undo' ? 'Undone' : 'Done again', what ?? '');
      return;
    }
    case 'palette':
    case 'shortcuts':
      show(command);
      return;
    case 'paste':
    case 'import':
      go({ name: 'devices' });
      show(command);
      return;
    case 'selectAll':
      go({ name: 'devices' });
      selectAllThatMatch();
      return;
    case 'clearSelection':
      useSelection.getState().clear();
      return;
    case 'diagnostics':
      attempt('The diagnostics were not saved', async () => {
        const { file } = await api('app.saveDiagnostics');
        if (file !== null) showDone('Diagnostics saved; they hold no secret and no device', file);
      });
      return;
    case 'lock':
      attempt('Not locked', () => api('session.lock'));
      return;
    case 'signOut':
      attempt('Not signed out', () => api('session.signOut'));
      return;
    case 'tour':
      usePreferences.getState().startTour();
      return;
    default:
      go({ name: command });
  }
}

function selectAllThatMatch(): void {
  const { currentId } = useProviders.getState();
  if (currentId === null) return;
  attempt('Not selected', async () => {
    const filter = filterOf(viewOf(useDeviceViews.getState(), currentId));
    useSelection.getState().add(await api('devices.ids', { providerId: currentId, filter }));
  });
}

/** In a field these keys belong to its text. */
const OF_TEXT: readonly Command[] = ['undo', 'redo', 'clearSelection', 'selectAll'];

export function useCommands(): (command: Command) => void {
  const { setColorScheme } = useMantineColorScheme();
  return (command) => {
    runCommand(command, setColorScheme);
  };
}

/** The keys of the table of commands, and the native menu's entries. Call it once. */
export function useCommandKeys(): void {
  const run = useCommands();
  useEffect(() => {
    const items = (Object.keys(COMMANDS) as Command[]).flatMap((command): HotkeyItem[] => {
      const keys = keysOf(command);
      if (keys === undefined) return [];
      return [
        [
          keys,
          (event) => {
            if (dialogIsOpen() || (isTextField(event.target) && OF_TEXT.includes(command))) return;
            event.preventDefault();
            run(command);
          },
          { preventDefault: false },
        ],
      ];
    });
    const onKey = getHotkeyHandler(items);
    window.addEventListener('keydown', onKey);
    const stop = listen('menu.command', ({ command }) => {
      // The native menu takes these keys before a field can.
      if ((command === 'undo' || command === 'redo') && isTextField(document.activeElement)) editText(command);
      else if (!dialogIsOpen()) run(command);
    });
    return () => {
      window.removeEventListener('keydown', onKey);
      stop();
    };
  }, [run]);
}

/** What lies behind a dialog must not change while the person cannot reach it. */
function dialogIsOpen(): boolean {
  return document.querySelector('[aria-modal="true"]') !== null;
}

function isTextField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && !['checkbox', 'radio', 'button'].includes(target.type))
  );
}

/** There is no other way to undo typing in a field from a menu. */
function editText(command: 'undo' | 'redo'): void {
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  document.execCommand(command);
}
