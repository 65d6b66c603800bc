/** Tells a person who is not looking at the window: OS notifications and the taskbar's progress. */
import { Notification, type BrowserWindow } from 'electron';

/** Shown only when the window is not in front: whoever looks at it sees it there. */
export function notify(window: BrowserWindow, title: string, body: string): void {
  if (window.isDestroyed() || window.isFocused() || !Notification.isSupported()) return;
  const notification = new Notification({ title, body });
  notification.on('click', () => {
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  notification.show();
}

/** @param share 0 to 1; undefined takes the bar away */
export function showTaskbarProgress(window: BrowserWindow, share: number | undefined): void {
  if (!window.isDestroyed()) window.setProgressBar(share ?? -1);
}
