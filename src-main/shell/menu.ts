import { app, Menu, shell, type MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../../src-preload/contract.ts';

/** @param run tells the window; @param home the data folder, which people may look into */
export function buildMenu(run: (command: MenuCommand) => void, home: string): void {
  const command = (label: string, name: MenuCommand, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => {
      run(name);
    },
  });
  const mac = process.platform === 'darwin';
  const template: MenuItemConstructorOptions[] = [
    ...(mac ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        { label: 'Show data folder', click: () => void shell.openPath(home) },
        { type: 'separator' },
        mac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        command('Devices', 'devices', 'CmdOrCtrl+1'),
        command('Rate plans', 'plans', 'CmdOrCtrl+2'),
        command('Jobs', 'jobs', 'CmdOrCtrl+3'),
        command('Settings', 'settings', 'CmdOrCtrl+,'),
        { type: 'separator' },
        command('Find', 'find', 'CmdOrCtrl+F'),
        command('Sync devices', 'sync', 'F5'),
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' } as const]),
      ],
    },
    { role: 'windowMenu' },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
