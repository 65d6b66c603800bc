/** Copies rows, cells and identifiers of a grid to the clipboard. */
import { attempt, showDone, showNote } from '../../lib/failures';
import { count } from '../../lib/format';
import { cellText, htmlTable, tabSeparated } from './cell-text';
import type { Column } from './use-columns';

/** More than that is a file, not something to paste. */
export const MOST_COPIED = 100_000;

export interface GridCopy<T> {
  /** The rows that are selected, loaded or not, in the grid's order. */
  selected?: { size: number; rows: () => Promise<readonly T[]> };
  /** The column that names a row, and what its values are called. */
  identifiers?: { key: string; plural: string };
}

export interface Copier<T> {
  /** The selected rows with a header; the given row where none is selected. */
  rows: (focused: T | undefined) => void;
  row: (row: T) => void;
  cell: (column: Column<T>, row: T) => void;
  identifiers: () => void;
}

export function useGridCopy<T>(columns: readonly Column<T>[], copy: GridCopy<T>): Copier<T> {
  const { selected, identifiers } = copy;
  const size = selected?.size ?? 0;
  const header = columns.map((column) => column.header);
  const line = (row: T): string[] => columns.map((column) => cellText(column, row));
  const one = (row: T): void => {
    put([header, line(row)], 'Row copied', 'With the names of its columns.');
  };
  const ofSelection = (work: (rows: readonly T[]) => void): void => {
    if (selected === undefined || size === 0) return;
    if (size > MOST_COPIED) {
      showNote(`${count(size)} rows are too many to copy`, `Up to ${count(MOST_COPIED)} fit. Export them instead.`);
      return;
    }
    attempt('Not copied', async () => {
      work(await selected.rows());
    });
  };
  return {
    rows: (focused) => {
      if (size > 0)
        ofSelection((rows) => {
          const title = rows.length === 1 ? '1 row copied' : `${count(rows.length)} rows copied`;
          put([header, ...rows.map(line)], title, 'Paste them into a spreadsheet or a message.');
        });
      else if (focused !== undefined) one(focused);
    },
    row: one,
    cell: (column, row) => {
      const text = cellText(column, row);
      attempt('Not copied', async () => {
        await navigator.clipboard.writeText(text);
        showDone(`${column.header} copied`, text === '' ? 'It is empty.' : text);
      });
    },
    identifiers: () => {
      const column = columns.find(({ key }) => key === identifiers?.key);
      if (column === undefined || identifiers === undefined) return;
      ofSelection((rows) => {
        const values = rows.map((row) => cellText(column, row)).filter((text) => text !== '');
        attempt('Not copied', async () => {
          await navigator.clipboard.writeText(values.join('\r\n'));
          showDone(`${count(values.length)} ${identifiers.plural} copied`, 'One on each line.');
        });
      });
    },
  };
}

function put(rows: readonly (readonly string[])[], title: string, message: string): void {
  attempt('Not copied', async () => {
    const as = (type: string, text: string): Record<string, Blob> => ({ [type]: new Blob([text], { type }) });
    await navigator.clipboard.write([
      new ClipboardItem({ ...as('text/plain', tabSeparated(rows)), ...as('text/html', htmlTable(rows)) }),
    ]);
    showDone(title, message);
  });
}
