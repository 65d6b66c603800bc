import { app, Menu, shell, type MenuItemConstructorOptions } from 'electron';
import { COMMANDS, commandsOf, keysOf, type Command } from '../../src-preload/commands.ts';

/** @param run tells the window; @param home the data folder, which people may look into */
export function buildMenu(run: (command: Command) => void, home: string): void {
  const items = (menu: Parameters<typeof commandsOf>[0]): MenuItemConstructorOptions[] =>
    commandsOf(menu).map((command) => {
      const keys = keysOf(command);
      return {
        label: COMMANDS[command].label,
        ...(keys === undefined ? {} : { accelerator: keys.replace('mod', 'CmdOrCtrl') }),
        click: () => {
          run(command);
        },
      };
    });
  const mac = process.platform === 'darwin';
  const template: MenuItemConstructorOptions[] = [
    ...(mac ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        ...items('file'),
        { label: 'Show data folder', click: () => void shell.openPath(home) },
        { type: 'separator' },
        mac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    {
      label: '&Edit',
      submenu: [
        ...items('edit'),
        { type: 'separator' },
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
      ],
    },
    { label: '&Devices', submenu: items('devices') },
    {
      label: '&View',
      submenu: [
        ...items('view'),
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' } as const]),
      ],
    },
    { role: 'windowMenu' },
    { role: 'help', submenu: items('help') },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
