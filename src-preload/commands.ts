/**
 * What the console can be told to do by menu, key or palette: one table for the native menu, the window's keys, the
 * command palette and the sheet of shortcuts. `mod` is Cmd on a Mac and Ctrl elsewhere.
 */
interface CommandInfo {
  label: string;
  menu: 'file' | 'edit' | 'view' | 'devices' | 'help';
  keys?: string;
}

export const COMMANDS = {
  import: { label: 'Import devices from CSV …', menu: 'file' },
  settings: { label: 'Settings', menu: 'file', keys: 'mod+,' },
  lock: { label: 'Lock the console', menu: 'file', keys: 'mod+shift+L' },
  signOut: { label: 'Sign out', menu: 'file' },
  undo: { label: 'Undo', menu: 'edit', keys: 'mod+Z' },
  redo: { label: 'Redo', menu: 'edit', keys: 'mod+shift+Z' },
  find: { label: 'Find', menu: 'edit', keys: 'mod+F' },
  palette: { label: 'Find a command, job or device …', menu: 'edit', keys: 'mod+K' },
  devices: { label: 'Devices', menu: 'view', keys: 'mod+1' },
  plans: { label: 'Rate plans', menu: 'view', keys: 'mod+2' },
  jobs: { label: 'Jobs', menu: 'view', keys: 'mod+3' },
  audit: { label: 'Audit log', menu: 'view', keys: 'mod+4' },
  light: { label: 'Light colours', menu: 'view' },
  dark: { label: 'Dark colours', menu: 'view' },
  system: { label: 'The system’s colours', menu: 'view' },
  selectAll: { label: 'Select all that match', menu: 'devices', keys: 'mod+shift+A' },
  clearSelection: { label: 'Clear the selection', menu: 'devices', keys: 'mod+shift+X' },
  paste: { label: 'Select from list …', menu: 'devices', keys: 'mod+shift+V' },
  change: { label: 'Change the selected devices …', menu: 'devices', keys: 'mod+Enter' },
  sync: { label: 'Sync devices', menu: 'devices', keys: 'F5' },
  shortcuts: { label: 'Keyboard shortcuts', menu: 'help', keys: 'mod+/' },
  diagnostics: { label: 'Save diagnostics …', menu: 'help' },
  tour: { label: 'Show the tour again', menu: 'help' },
} as const satisfies Record<string, CommandInfo>;

export type Command = keyof typeof COMMANDS;

export function keysOf(command: Command): string | undefined {
  const info: CommandInfo = COMMANDS[command];
  return info.keys;
}

export function commandsOf(menu: CommandInfo['menu']): Command[] {
  return (Object.keys(COMMANDS) as Command[]).filter((name) => COMMANDS[name].menu === menu);
}
