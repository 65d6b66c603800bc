import { useCallback, useEffect, useRef, useState } from 'react';
import type { ImportDone, ImportLook, ImportWhat } from '../../src-preload/contract';
import { failureText } from '../lib/failures';
import { HandedFile, type LookChoices } from '../lib/handed-file';

type ImportAnswer = Extract<ImportLook, { what: ImportWhat }>;

interface Seen {
  file: File | null;
  /** How much of it was handed over, 0 to 1; null when nothing is under way. */
  share: number | null;
  /** It is handed over, looked at or written. */
  isBusy: boolean;
  /** What the last look that succeeded saw. */
  look: ImportAnswer | null;
  /** What only a person knows, and the file cannot be read without. */
  question: Exclude<ImportLook, ImportAnswer> | null;
  choices: LookChoices;
  failure: { message: string; next: string | null } | null;
  /** The failure was of the writing: what was looked at is as it was, and can be tried again. */
  mayTryAgain: boolean;
}

export interface HandedFileState extends Seen {
  take: (file: File) => void;
  /** Looks again with these choices beside the earlier ones. */
  choose: (choices: LookChoices) => void;
  /** Rejects with what it was refused for, which is shown as `failure`, too. */
  apply: (leaveOut: boolean) => Promise<ImportDone>;
  forget: () => void;
}

const NOTHING: Seen = {
  file: null,
  share: null,
  isBusy: false,
  look: null,
  question: null,
  choices: {},
  failure: null,
  mayTryAgain: false,
};

function isQuestion(answer: ImportLook): answer is Exclude<ImportLook, ImportAnswer> {
  return answer.what === 'sheets' || answer.what === 'columns';
}

function begun(file: File | null): Seen {
  return file === null ? NOTHING : { ...NOTHING, file, share: 0, isBusy: true };
}

/**
 * A dialog's file, from its choice to what is written; abandoned when the dialog closes.
 * @param first one that was dropped: it is looked at at once
 */
export function useHandedFile(providerId: number, what: ImportWhat, first: File | null): HandedFileState {
  const [seen, setSeen] = useState<Seen>(() => begun(first));
  const handed = useRef<HandedFile | null>(null);
  const look = useCallback((choices: LookChoices): void => {
    const mine = handed.current;
    if (mine === null) return;
    const isCurrent = (): boolean => handed.current === mine;
    mine.look(choices).then(
      (answer) => {
        if (!isCurrent()) return;
        setSeen((before) => {
          // A choice that was made meanwhile has its own answer.
          if (before.choices !== choices) return before;
          const rest = { ...before, share: null, isBusy: false, failure: null };
          return isQuestion(answer)
            ? { ...rest, look: null, question: answer }
            : { ...rest, look: answer, question: null };
        });
      },
      (error: unknown) => {
        if (!isCurrent()) return;
        setSeen((before) =>
          before.choices === choices
            ? { ...before, share: null, isBusy: false, failure: failureText(error), mayTryAgain: false }
            : before,
        );
      },
    );
  }, []);
  const hand = useCallback(
    (file: File): void => {
      handed.current?.end();
      const next = new HandedFile(providerId, what, file, (share) => {
        if (handed.current === next) setSeen((before) => ({ ...before, share }));
      });
      handed.current = next;
      look(NOTHING.choices);
    },
    [providerId, what, look],
  );
  useEffect(() => {
    if (first !== null) hand(first);
    return () => {
      handed.current?.end();
      handed.current = null;
    };
  }, [first, hand]);
  return {
    ...seen,
    take: (file) => {
      setSeen(begun(file));
      hand(file);
    },
    choose: (changed) => {
      const choices = { ...seen.choices, ...changed };
      setSeen({ ...seen, choices, isBusy: true });
      look(choices);
    },
    apply: async (leaveOut) => {
      if (handed.current === null) throw new Error('no file was chosen');
      setSeen({ ...seen, isBusy: true });
      try {
        return await handed.current.apply(leaveOut);
      } catch (error) {
        setSeen((before) => ({ ...before, isBusy: false, failure: failureText(error), mayTryAgain: true }));
        throw error;
      }
    },
    forget: () => {
      handed.current?.end();
      handed.current = null;
      setSeen(NOTHING);
    },
  };
}
