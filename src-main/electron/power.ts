/** Keeps the computer awake while a job runs; the display may sleep. */
import { powerSaveBlocker } from 'electron';

let blocker: number | undefined;

export function stayAwake(wanted: boolean): void {
  if (wanted && blocker === undefined) blocker = powerSaveBlocker.start('prevent-app-suspension');
  else if (!wanted && blocker !== undefined) {
    powerSaveBlocker.stop(blocker);
    blocker = undefined;
  }
}
