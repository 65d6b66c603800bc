/** The one window: sandboxed, with its place remembered, and no way out of the app's own pages. */
import { app, BrowserWindow, screen } from 'electron';
import { z } from 'zod';
import type { SettingRepository } from '../store/settings.ts';
import { APP_ORIGIN, isOwnPage } from './protocol.ts';

const KEY = 'window';
const savedPlace = z.object({
  x: z.number(),
  y: z.number(),
  width: z.number(),
  height: z.number(),
  maximized: z.boolean(),
});

export function openWindow(settings: SettingRepository, preload: string, icon: string): BrowserWindow {
  const place = readPlace(settings);
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    ...(place === undefined ? {} : { x: place.x, y: place.y, width: place.width, height: place.height }),
    minWidth: 960,
    minHeight: 600,
    show: false,
    title: 'Rate Plan Console',
    icon,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  if (place?.maximized === true) window.maximize();
  window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  window.webContents.on('will-attach-webview', (event) => {
    event.preventDefault();
  });
  const stayHere = (event: { url: string; preventDefault(): void }): void => {
    if (!isOwnPage(event.url)) event.preventDefault();
  };
  window.webContents.on('will-navigate', stayHere);
  window.webContents.on('will-redirect', stayHere);
  window.webContents.on('will-frame-navigate', stayHere);
  window.on('close', () => {
    settings.set(KEY, JSON.stringify({ ...window.getNormalBounds(), maximized: window.isMaximized() }));
  });
  window.once('ready-to-show', () => {
    window.show();
  });
  void window.loadURL(`${APP_ORIGIN}/index.html`);
  return window;
}

/** The place of the last time, if it is still on a screen. */
function readPlace(settings: SettingRepository): z.infer<typeof savedPlace> | undefined {
  try {
    const place = savedPlace.parse(JSON.parse(settings.get(KEY) ?? 'null'));
    const visible = screen
      .getAllDisplays()
      .some(
        ({ workArea: area }) =>
          place.x < area.x + area.width - 80 &&
          place.x + place.width > area.x + 80 &&
          place.y >= area.y - 20 &&
          place.y < area.y + area.height - 80,
      );
    return visible ? place : undefined;
  } catch {
    return undefined;
  }
}
