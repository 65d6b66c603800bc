import { useVirtualizer } from '@tanstack/react-virtual';
import {
  useCallback,
  useEffect,
  useId,
  useRef,
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
} from 'react';
import { Failed, Loading } from '../Page';
import { GridHead } from './GridHead';
import { GridRow } from './GridRow';
import type { ColumnLayout } from './use-columns';
import type { Pages } from './use-pages';

/** 1,000,000 rows of it stay under the height that Chromium can lay out (about 33.5 million pixels). */
const ROW_HEIGHT = 32;
const CHECK_WIDTH = 34;
/** The rows' own padding, left and right. */
const PADDING = 32;

interface Props<T> {
  /** What the list is, for screen readers. */
  label: string;
  layout: ColumnLayout<T>;
  pages: Pages<T>;
  rowKey: (row: T) => number;
  empty: ReactNode;
  sort?: { by: string; descending: boolean };
  onSort?: (by: string) => void;
  onOpen?: (row: T) => void;
  selection?: GridSelection;
}

export interface GridSelection {
  has: (id: number) => boolean;
  toggle: (id: number) => void;
  /** Adds the rows from one index to the other, loaded or not. */
  addRange: (from: number, to: number) => void;
  all: 'none' | 'some' | 'all';
  toggleAll: () => void;
  clear: () => void;
}

/**
 * A virtual table with an ARIA grid around it: arrows move, Space selects, Shift makes ranges, Enter opens, Ctrl+A takes
 * all that match, Escape takes the selection back.
 */
export function DataGrid<T>({ label, layout, pages, rowKey, empty, sort, onSort, onOpen, selection }: Props<T>) {
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
  // As many places as rows were ever in view: a row that scrolls out gives its place to one that scrolls in, and the page
  // only changes what stands in it.
  const [places, setPlaces] = useState(1);
  if (items.length > places) setPlaces(items.length);
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  const { need } = pages;
  useEffect(() => {
    need(first, last);
  }, [need, first, last]);

  const moveTo = (index: number): void => {
    const to = Math.max(0, Math.min(total - 1, index));
    setActive(to);
    virtual.scrollToIndex(to);
  };
  const select = (index: number, extend: boolean): void => {
    if (selection === undefined) return;
    if (extend) selection.addRange(Math.min(anchor.current, index), Math.max(anchor.current, index));
    else {
      const row = pages.row(index);
      if (row === undefined) return;
      selection.toggle(rowKey(row));
      anchor.current = index;
    }
  };
  const open = (index: number): void => {
    const row = pages.row(index);
    if (row !== undefined) onOpen?.(row);
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
      if (event.shiftKey && total > 0) select(Math.max(0, Math.min(total - 1, to)), true);
    } else if (event.key === ' ') select(active, event.shiftKey);
    else if (event.key === 'Enter') open(active);
    else if (event.key === 'Escape' && selection !== undefined && selection.all !== 'none') selection.clear();
    else if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey)) selection?.toggleAll();
    else return;
    event.preventDefault();
  };
  // The rows are drawn again only for what concerns them, so what they call has to stay the same function.
  const latest = useRef({ select, open });
  useEffect(() => {
    latest.current = { select, open };
  });
  const selectable = selection !== undefined;
  const onCheck = useCallback((index: number, event: { shiftKey: boolean }) => {
    setActive(index);
    latest.current.select(index, event.shiftKey);
  }, []);
  const onClick = useCallback(
    (index: number, event: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }) => {
      setActive(index);
      if (selectable && (event.shiftKey || event.ctrlKey || event.metaKey))
        latest.current.select(index, event.shiftKey);
      else latest.current.open(index);
    },
    [selectable],
  );

  return (
    <div
      ref={scroller}
      className="grid"
      role="grid"
      aria-label={label}
      aria-rowcount={total + 1}
      aria-colcount={layout.shown.length + (selectable ? 1 : 0)}
      aria-multiselectable={selectable}
      aria-activedescendant={
        active >= first && active <= last && total > 0 ? `${base}-${active.toString()}` : undefined
      }
      tabIndex={0}
      onKeyDown={(event) => {
        // A key on a head's own button is not one for the rows.
        if (event.target === event.currentTarget) onKeyDown(event);
      }}
      // Head and rows are grids of their own; the same tracks and least width keep their columns in line.
      style={
        {
          '--grid-tracks': `${selectable ? `${CHECK_WIDTH.toString()}px ` : ''}${layout.tracks}`,
          '--grid-least-width': `${(layout.leastWidth + (selectable ? CHECK_WIDTH : 0) + PADDING).toString()}px`,
        } as CSSProperties
      }
    >
      <GridHead layout={layout} sort={sort} onSort={onSort} selection={selection} />
      {pages.failure !== undefined && <Failed failure={pages.failure} />}
      {pages.total === undefined && pages.failure === undefined && <Loading />}
      {pages.total === 0 && <div className="grid-empty">{empty}</div>}
      <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {items.map((item) => {
          const row = pages.row(item.index);
          return (
            <GridRow
              key={item.index % places}
              row={row}
              columns={layout.shown}
              index={item.index}
              domId={`${base}-${item.index.toString()}`}
              top={item.start}
              active={item.index === active}
              selected={selection === undefined ? undefined : row !== undefined && selection.has(rowKey(row))}
              clickable={onOpen !== undefined}
              onClick={onClick}
              onCheck={onCheck}
            />
          );
        })}
      </div>
    </div>
  );
}
