/** A list's columns as a person arranged them: which, in what order, how wide. TanStack Table keeps the arrangement. */
import {
  columnOrderingFeature,
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  functionalUpdate,
  tableFeatures,
  useTable,
  type ColumnDef,
  type Updater,
} from '@tanstack/react-table';
import { useMemo, type ReactNode } from 'react';
import { DECLARED_COLUMNS, usePreferences, type ColumnPreference } from '../../state/preferences';

export interface Column<T> {
  key: string;
  header: string;
  /** Pixels; the least where the column grows. */
  width: number;
  /** Its share of the room that is left; none keeps it at its width. */
  grow?: number;
  align?: 'right';
  sortable?: boolean;
  /** Shown only when a person asks for it. */
  optional?: boolean;
  /** What the rows are known by: it cannot be hidden. */
  always?: boolean;
  cell: (row: T) => ReactNode;
  /** The same as text, for the clipboard; not needed where the cell is text with some marks around it. */
  text?: (row: T) => string;
}

export interface ColumnLayout<T> {
  /** Those that are shown, in their order. */
  shown: readonly Column<T>[];
  /** All of them, in their order. */
  all: readonly { column: Column<T>; visible: boolean; width: number }[];
  /** A CSS grid track for each that is shown. */
  tracks: string;
  /** Pixels below which the rows scroll sideways. */
  leastWidth: number;
  isArranged: boolean;
  startResize: (key: string) => (event: unknown) => void;
  setWidth: (key: string, pixels: number | undefined) => void;
  show: (key: string, visible: boolean) => void;
  /** Puts a column in the place of another. */
  move: (key: string, to: string) => void;
  reset: () => void;
}

const features = tableFeatures({
  columnOrderingFeature,
  columnVisibilityFeature,
  columnSizingFeature,
  columnResizingFeature,
});
/** Pixels. */
export const NARROWEST = 44;
export const WIDEST = 900;
// The rows come from the main process page by page; the table is only asked about columns.
const NO_ROWS: never[] = [];

/** @param list the name under which the arrangement is kept */
export function useColumns<T>(list: string, columns: readonly Column<T>[]): ColumnLayout<T> {
  const kept = usePreferences((state) => state.columns[list]) ?? DECLARED_COLUMNS;
  const setColumns = usePreferences((state) => state.setColumns);
  const keep = (change: Partial<ColumnPreference>): void => {
    setColumns(list, { ...kept, ...change });
  };
  const definitions = useMemo(
    () =>
      columns.map((column): ColumnDef<typeof features, never> => {
        return { id: column.key, header: column.header, size: column.width, minSize: NARROWEST, maxSize: WIDEST };
      }),
    [columns],
  );
  const columnVisibility = useMemo(
    () => ({
      ...Object.fromEntries(columns.filter((column) => column.optional === true).map(({ key }) => [key, false])),
      ...kept.visible,
    }),
    [columns, kept.visible],
  );
  const table = useTable<typeof features, never>({
    features,
    columns: definitions,
    data: NO_ROWS,
    columnResizeMode: 'onChange',
    state: { columnOrder: kept.order, columnVisibility, columnSizing: kept.widths },
    onColumnOrderChange: (updater: Updater<string[]>) => {
      keep({ order: functionalUpdate(updater, kept.order) });
    },
    onColumnVisibilityChange: (updater: Updater<Record<string, boolean>>) => {
      keep({ visible: functionalUpdate(updater, columnVisibility) });
    },
    onColumnSizingChange: (updater: Updater<Record<string, number>>) => {
      keep({ widths: functionalUpdate(updater, kept.widths) });
    },
  });
  const byKey = useMemo(() => new Map(columns.map((column) => [column.key, column])), [columns]);
  const shownKeys = table
    .getVisibleLeafColumns()
    .map((column) => column.id)
    .join(' ');
  const shown = useMemo(
    () =>
      shownKeys.split(' ').flatMap((key) => {
        const column = byKey.get(key);
        return column === undefined ? [] : [column];
      }),
    [shownKeys, byKey],
  );
  const ordered = table.getAllLeafColumns();
  return {
    shown,
    all: ordered.flatMap((leaf) => {
      const column = byKey.get(leaf.id);
      return column === undefined ? [] : [{ column, visible: leaf.getIsVisible(), width: leaf.getSize() }];
    }),
    tracks: shown.map((column) => track(column, kept.widths[column.key])).join(' '),
    leastWidth: shown.reduce((sum, column) => sum + (kept.widths[column.key] ?? column.width), 0),
    isArranged: kept !== DECLARED_COLUMNS,
    startResize: (key) => {
      const header = table.getFlatHeaders().find((one) => one.column.id === key);
      return header?.getResizeHandler() ?? (() => undefined);
    },
    setWidth: (key, pixels) => {
      if (pixels === undefined) table.getColumn(key)?.resetSize();
      else keep({ widths: { ...kept.widths, [key]: Math.max(NARROWEST, Math.min(WIDEST, pixels)) } });
    },
    show: (key, visible) => {
      table.getColumn(key)?.toggleVisibility(visible);
    },
    move: (key, to) => {
      const order = ordered.map((leaf) => leaf.id);
      const place = order.indexOf(to);
      if (place < 0 || key === to) return;
      table.setColumnOrder([...order.filter((one) => one !== key)].toSpliced(place, 0, key));
    },
    reset: () => {
      setColumns(list, DECLARED_COLUMNS);
    },
  };
}

function track<T>({ width, grow }: Column<T>, chosen: number | undefined): string {
  if (chosen !== undefined) return `${chosen.toString()}px`;
  return grow === undefined ? `${width.toString()}px` : `minmax(${width.toString()}px, ${grow.toString()}fr)`;
}
