import { useEffect, useState } from 'react';
import { failureText } from '../lib/failures';

export interface Loaded<T> {
  value: T | undefined;
  failure: { message: string; next: string | null } | undefined;
}

/**
 * Loads something and loads it again when `key` changes; the old value stays until the new one is there.
 * @param key everything that the result depends on, as text; null loads nothing
 */
export function useLoad<T>(key: string | null, load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<Loaded<T>>({ value: undefined, failure: undefined });
  useEffect(() => {
    if (key === null) return;
    let current = true;
    load().then(
      (value) => {
        if (current) setState({ value, failure: undefined });
      },
      (error: unknown) => {
        if (current) setState({ value: undefined, failure: failureText(error) });
      },
    );
    return () => {
      current = false;
    };
    // What `load` closes over is in the key.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
  return state;
}
