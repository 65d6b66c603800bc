/** Locks the console when nobody has been at it for a while, and when the computer is locked or goes to sleep. */
import { powerMonitor } from 'electron';
import type { Access } from '../access/access.ts';

const LOOK_EVERY_MS = 1000;

export function lockWhenNobodyIsThere(access: Access): void {
  powerMonitor.on('lock-screen', () => {
    access.lock('computer locked');
  });
  powerMonitor.on('suspend', () => {
    access.lock('computer locked');
  });
  setInterval(() => {
    access.lockWhenIdle();
  }, LOOK_EVERY_MS).unref();
}
