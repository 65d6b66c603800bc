/** Tells the main process that a person is there, so that it does not lock. */
import { api } from './api';

const AT_MOST_EVERY_MS = 10_000;
const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const;

/** @returns a function that stops it */
export function reportActivity(): () => void {
  let last = 0;
  const seen = (): void => {
    const now = performance.now();
    if (now - last < AT_MOST_EVERY_MS) return;
    last = now;
    void api('session.active');
  };
  for (const sign of SIGNS) window.addEventListener(sign, seen, { passive: true });
  return () => {
    for (const sign of SIGNS) window.removeEventListener(sign, seen);
  };
}
