import type { Pages } from './use-pages';

/** Rows that are all here already, as a list for the grid. */
export function localPages<T>(rows: readonly T[]): Pages<T> {
  return { total: rows.length, row: (index) => rows[index], need: () => undefined, failure: undefined };
}
