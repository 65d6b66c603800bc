import { useCallback, useEffect, useRef, useState } from 'react';
import { failureText } from '../../lib/failures';

const PAGE = 200;
/** Pages that are kept: whoever goes through a million rows must not hold them all. */
const KEPT = 64;
/** A jump waits so long: what flies by is not asked for. */
const JUMP_DELAY_MS = 50;

export interface Pages<T> {
  /** Undefined until the first answer. */
  total: number | undefined;
  row: (index: number) => T | undefined;
  /** Makes sure that these rows are loaded or on their way. */
  need: (first: number, last: number) => void;
  failure: { message: string; next: string | null } | undefined;
}

/**
 * Rows of a long list, loaded page by page as they come into view. Old rows stay in place while a refresh is on its way.
 * @param query names the list; another one starts at the top
 * @param version grows when the list's content may have changed
 */
export function usePages<T>(
  query: string,
  version: number,
  load: (offset: number, limit: number) => Promise<{ total: number; rows: T[] }>,
): Pages<T> {
  const [state, setState] = useState<{ query: string; total: number | undefined; pages: ReadonlyMap<number, T[]> }>({
    query,
    total: undefined,
    pages: new Map(),
  });
  const [failure, setFailure] = useState<Pages<T>['failure']>();
  const asked = useRef({ key: '', pages: new Set<number>() });
  const visible = useRef<[number, number]>([0, 0]);
  const waiting = useRef<ReturnType<typeof setTimeout>>(undefined);
  const key = `${query}#${version.toString()}`;

  const fetchPages = useCallback(
    (first: number, last: number) => {
      if (asked.current.key !== key) asked.current = { key, pages: new Set() };
      for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++) {
        if (asked.current.pages.has(page)) continue;
        asked.current.pages.add(page);
        load(page * PAGE, PAGE).then(
          ({ total, rows }) => {
            if (asked.current.key !== key) return;
            setFailure(undefined);
            setState((before) => {
              const pages = new Map(before.query === query ? before.pages : []);
              pages.set(page, rows);
              return {
                query,
                total,
                pages: nearest(pages, Math.floor(visible.current[0] / PAGE), asked.current.pages),
              };
            });
          },
          (error: unknown) => {
            if (asked.current.key === key) setFailure(failureText(error));
          },
        );
      }
    },
    // What `load` closes over is in the key.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [key],
  );

  useEffect(() => {
    fetchPages(...visible.current);
  }, [fetchPages]);

  const need = useCallback(
    (first: number, last: number) => {
      const jumped = Math.abs(first - visible.current[0]) > PAGE;
      visible.current = [first, last];
      clearTimeout(waiting.current);
      if (jumped)
        waiting.current = setTimeout(() => {
          fetchPages(...visible.current);
        }, JUMP_DELAY_MS);
      else fetchPages(first, last);
    },
    [fetchPages],
  );
  const fresh = state.query === query;
  return {
    total: state.total,
    row: (index) => (fresh ? state.pages.get(Math.floor(index / PAGE))?.[index % PAGE] : undefined),
    need,
    failure,
  };
}

/** The pages that are nearest to the one in view; the others are forgotten and asked for again when they are needed. */
function nearest<T>(pages: Map<number, T[]>, inView: number, asked: Set<number>): Map<number, T[]> {
  if (pages.size <= KEPT) return pages;
  const farthest = [...pages.keys()].sort((a, b) => Math.abs(b - inView) - Math.abs(a - inView));
  for (const page of farthest.slice(0, pages.size - KEPT)) {
    pages.delete(page);
    asked.delete(page);
  }
  return pages;
}
