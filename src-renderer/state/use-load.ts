import { useEffect, useState } from 'react';
import { failureText } from '../lib/failures';

export interface Loaded<T> {
  value: T | undefined;
  failure: { message: string; next: string | null } | undefined;
  /** What is there is of an earlier key; that of this one is on its way. */
  isStale: boolean;
  /** The key that it was loaded for; null before anything was. */
  loadedFor: string | null;
}

type Answer<T> = Omit<Loaded<T>, 'isStale'>;

const turns = new WeakMap<object, number>();
let lastTurn = 0;

/** A number for a thing that is replaced and never changed in place, for a key: comparing a million numbers takes a while. */
export function turnOf(thing: object): number {
  const turn = turns.get(thing) ?? ++lastTurn;
  turns.set(thing, turn);
  return turn;
}

/**
 * Loads something and loads it again when `key` changes; the old value stays until the new one is there.
 * @param key everything that the result depends on, as text; null loads nothing
 */
export function useLoad<T>(key: string | null, load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<Answer<T>>({ loadedFor: null, value: undefined, failure: undefined });
  useEffect(() => {
    if (key === null) return;
    let current = true;
    load().then(
      (value) => {
        if (current) setState({ loadedFor: key, value, failure: undefined });
      },
      (error: unknown) => {
        if (current) setState({ loadedFor: key, value: undefined, failure: failureText(error) });
      },
    );
    return () => {
      current = false;
    };
    // What `load` closes over is in the key.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
  return { ...state, isStale: state.loadedFor !== key };
}
