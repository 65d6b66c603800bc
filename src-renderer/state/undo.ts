/** What a person did in the window and can take back: selecting, filtering. What went to the carrier is none of it. */
import { create } from 'zustand';

interface Step {
  /** In words, such as `select 10,000 devices`. */
  what: string;
  undo: () => void;
  redo: () => void;
  /** Steps of the same burst, as in typing, are taken back together. */
  burst?: string;
}

interface Undo {
  done: readonly Step[];
  undone: readonly Step[];
}

const KEPT = 100;
/** While a step is taken back, what it changes is no new step. */
let stepping = false;

export const useUndo = create<Undo>(() => ({ done: [], undone: [] }));

export function remember(step: Step): void {
  if (stepping) return;
  useUndo.setState(({ done }) => {
    const last = done.at(-1);
    const next =
      step.burst !== undefined && last?.burst === step.burst
        ? [...done.slice(0, -1), { ...step, undo: last.undo }]
        : [...done, step].slice(-KEPT);
    return { done: next, undone: [] };
  });
}

/** @returns what was taken back, in words; undefined when there is nothing */
export function undoLast(): string | undefined {
  const { done, undone } = useUndo.getState();
  const step = done.at(-1);
  if (step === undefined) return undefined;
  run(step.undo);
  useUndo.setState({ done: done.slice(0, -1), undone: [...undone, step] });
  return step.what;
}

/** @returns what was done again, in words; undefined when there is nothing */
export function redoLast(): string | undefined {
  const { done, undone } = useUndo.getState();
  const step = undone.at(-1);
  if (step === undefined) return undefined;
  run(step.redo);
  useUndo.setState({ done: [...done, step], undone: undone.slice(0, -1) });
  return step.what;
}

/** Another account: what was selected on the last one must not come back. */
export function forgetSteps(): void {
  useUndo.setState({ done: [], undone: [] });
}

function run(work: () => void): void {
  stepping = true;
  try {
    work();
  } finally {
    stepping = false;
  }
}
