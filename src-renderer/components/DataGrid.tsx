import { Checkbox, UnstyledButton } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useEffect, useId, useRef, useState, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react';
import { Failed, Loading } from './Page';
import type { Pages } from './use-pages';

/** 1,000,000 rows of it stay under the height that Chromium can lay out (about 33.5 million pixels). */
const ROW_HEIGHT = 32;
const CHECK_WIDTH = '34px';

export interface Column<T> {
  key: string;
  header: string;
  /** A CSS grid track, such as `200px` or `minmax(140px, 1fr)`. */
  width: string;
  align?: 'right';
  sortable?: boolean;
  cell: (row: T) => ReactNode;
}

interface Props<T> {
  /** What the list is, for screen readers. */
  label: string;
  columns: readonly Column<T>[];
  pages: Pages<T>;
  rowKey: (row: T) => number;
  empty: ReactNode;
  sort?: { by: string; descending: boolean };
  onSort?: (by: string) => void;
  onOpen?: (row: T) => void;
  selection?: {
    has: (id: number) => boolean;
    toggle: (id: number) => void;
    /** Adds the rows from one index to the other. */
    addRange: (from: number, to: number) => void;
    all: 'none' | 'some' | 'all';
    toggleAll: () => void;
  };
}

/** A virtual table with an ARIA grid around it: arrows move, Space selects, Shift makes ranges, Enter opens, Ctrl+A takes all. */
export function DataGrid<T>({ label, columns, pages, rowKey, empty, sort, onSort, onOpen, selection }: Props<T>) {
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const anchor = useRef(0);
  const base = useId();
  const total = pages.total ?? 0;
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
    scrollPaddingStart: ROW_HEIGHT,
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  const { need } = pages;
  useEffect(() => {
    need(first, last);
  }, [need, first, last]);

  const tracks = [...(selection === undefined ? [] : [CHECK_WIDTH]), ...columns.map((column) => column.width)].join(
    ' ',
  );
  // Head and rows are grids of their own; the same least width keeps their columns in line.
  const minWidth = leastWidth(tracks);
  const moveTo = (index: number): void => {
    const to = Math.max(0, Math.min(total - 1, index));
    setActive(to);
    virtual.scrollToIndex(to);
  };
  const select = (index: number, extend: boolean): void => {
    const row = pages.row(index);
    if (selection === undefined || row === undefined) return;
    if (extend) selection.addRange(Math.min(anchor.current, index), Math.max(anchor.current, index));
    else {
      selection.toggle(rowKey(row));
      anchor.current = index;
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 2);
    const moves: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: total - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) {
      moveTo(to);
      if (event.shiftKey && selection !== undefined) select(Math.max(0, Math.min(total - 1, to)), true);
    } else if (event.key === ' ') select(active, event.shiftKey);
    else if (event.key === 'Enter') {
      const row = pages.row(active);
      if (row !== undefined) onOpen?.(row);
    } else if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey)) selection?.toggleAll();
    else return;
    event.preventDefault();
  };
  const onRowClick = (event: MouseEvent, index: number, row: T): void => {
    setActive(index);
    if (selection !== undefined && (event.shiftKey || event.ctrlKey || event.metaKey)) select(index, event.shiftKey);
    else onOpen?.(row);
  };

  return (
    <div
      ref={scroller}
      className="grid"
      role="grid"
      aria-label={label}
      aria-rowcount={total + 1}
      aria-colcount={columns.length + (selection === undefined ? 0 : 1)}
      aria-multiselectable={selection !== undefined}
      aria-activedescendant={total > 0 ? `${base}-${active.toString()}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div className="grid-head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: tracks, minWidth }}>
        {selection !== undefined && (
          <div role="columnheader" className="grid-cell">
            <Checkbox
              size="xs"
              tabIndex={-1}
              aria-label="Select all that match"
              checked={selection.all === 'all'}
              indeterminate={selection.all === 'some'}
              onChange={() => {
                selection.toggleAll();
              }}
            />
          </div>
        )}
        {columns.map((column) => (
          <div
            key={column.key}
            role="columnheader"
            className="grid-cell"
            data-align={column.align}
            aria-sort={sort?.by === column.key ? (sort.descending ? 'descending' : 'ascending') : undefined}
          >
            {column.sortable === true && onSort !== undefined ? (
              <UnstyledButton
                className="grid-sort"
                onClick={() => {
                  onSort(column.key);
                }}
              >
                {column.header}
                {sort?.by === column.key &&
                  (sort.descending ? <ArrowDown size={12} aria-hidden /> : <ArrowUp size={12} aria-hidden />)}
              </UnstyledButton>
            ) : (
              column.header
            )}
          </div>
        ))}
      </div>
      {pages.failure !== undefined && <Failed failure={pages.failure} />}
      {pages.total === undefined && pages.failure === undefined && <Loading />}
      {pages.total === 0 && <div className="grid-empty">{empty}</div>}
      <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {items.map((item) => {
          const row = pages.row(item.index);
          const id = row === undefined ? undefined : rowKey(row);
          const selected = id !== undefined && selection?.has(id) === true;
          return (
            <div
              key={item.index}
              id={`${base}-${item.index.toString()}`}
              className="grid-row"
              role="row"
              aria-rowindex={item.index + 2}
              aria-selected={selection === undefined ? undefined : selected}
              data-active={item.index === active}
              data-clickable={onOpen !== undefined}
              style={{ gridTemplateColumns: tracks, minWidth, transform: `translateY(${item.start.toString()}px)` }}
              onClick={(event) => {
                if (row !== undefined) onRowClick(event, item.index, row);
              }}
            >
              {selection !== undefined && (
                <div
                  role="gridcell"
                  className="grid-cell"
                  onClick={(event) => {
                    event.stopPropagation();
                    setActive(item.index);
                    select(item.index, event.shiftKey);
                  }}
                >
                  <Checkbox
                    size="xs"
                    tabIndex={-1}
                    aria-label="Select"
                    checked={selected}
                    readOnly
                    style={{ pointerEvents: 'none' }}
                  />
                </div>
              )}
              {columns.map((column) => (
                <div key={column.key} role="gridcell" className="grid-cell" data-align={column.align}>
                  {row === undefined ? '' : column.cell(row)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** The sum of the tracks' least widths and the row's padding, in pixels. */
function leastWidth(tracks: string): number {
  return [...tracks.matchAll(/(\d+)px/g)].reduce((sum, [, pixels]) => sum + Number(pixels), 32);
}
