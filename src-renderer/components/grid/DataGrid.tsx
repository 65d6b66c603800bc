import { useVirtualizer } from '@tanstack/react-virtual';
import {
  useCallback,
  useEffect,
  useId,
  useRef,
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
} from 'react';
import { Failed, Loading } from '../Page';
import { GridHead } from './GridHead';
import { GridMenu, type MenuPlace } from './GridMenu';
import { GridRow } from './GridRow';
import type { ColumnLayout } from './use-columns';
import { useGridCopy, type GridCopy } from './use-grid-copy';
import type { Pages } from './use-pages';

/** 1,000,000 rows of it stay under the height that Chromium can lay out (about 33.5 million pixels). */
const ROW_HEIGHT = 32;
/** Most explanations take one line or two. */
const WRAPPED_HEIGHT = 46;
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
  /** Rows are as high as their text needs; for a list of explanations. */
  wraps?: boolean;
  /** What can be copied beside a cell and a row. */
  copy?: GridCopy<T>;
}

const ROWS_ALONE = {};

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
 * all that match, Escape takes the selection back, Ctrl+C copies, and a cell has a menu.
 */
export function DataGrid<T>({
  label,
  layout,
  pages,
  rowKey,
  empty,
  sort,
  onSort,
  onOpen,
  selection,
  wraps = false,
  copy = ROWS_ALONE,
}: Props<T>) {
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const [activeCell, setActiveCell] = useState<string | null>(null);
  const [menu, setMenu] = useState<MenuPlace<T> | null>(null);
  const copier = useGridCopy(layout.shown, copy);
  const anchor = useRef(0);
  const base = useId();
  const total = pages.total ?? 0;
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => (wraps ? WRAPPED_HEIGHT : ROW_HEIGHT),
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
  const domId = (index: number): string => `${base}-${index.toString()}`;
  const moveInRow = (by: 1 | -1): void => {
    const at = layout.shown.findIndex(({ key }) => key === activeCell);
    const next = layout.shown[Math.min(at + by, layout.shown.length - 1)];
    setActiveCell(next?.key ?? null);
    if (next !== undefined)
      document.getElementById(`${domId(active)}-${next.key}`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
  const openMenu = (index: number, key: string | null, x: number, y: number): void => {
    const row = pages.row(index);
    const column = layout.shown.find((one) => one.key === key) ?? layout.shown[0];
    if (row === undefined || column === undefined) return;
    setMenu({ x, y, row, column });
  };
  const openMenuAtFocus = (): void => {
    const place = document.getElementById(activeCell === null ? domId(active) : `${domId(active)}-${activeCell}`);
    const box = place?.getBoundingClientRect();
    if (box !== undefined) openMenu(active, activeCell, box.left + 16, box.bottom);
  };
  const onContextMenu = (event: MouseEvent): void => {
    const cell = event.target instanceof Element ? event.target.closest<HTMLElement>('[role="gridcell"]') : null;
    const index = Number(cell?.closest<HTMLElement>('[data-index]')?.dataset['index'] ?? NaN);
    if (Number.isNaN(index)) {
      // The keyboard's menu key, as far as the system makes it a click on what has the focus.
      if (event.target === event.currentTarget) event.preventDefault();
      return;
    }
    event.preventDefault();
    const key = cell?.dataset['column'] ?? null;
    setActive(index);
    setActiveCell(key);
    openMenu(index, key, event.clientX, event.clientY);
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
    // The menu may be open before it has the focus: Escape is for it then, and the selection stays.
    else if (event.key === 'Escape' && menu !== null) setMenu(null);
    else if (event.key === 'Escape' && selection !== undefined && selection.all !== 'none') selection.clear();
    else if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey)) selection?.toggleAll();
    else if (event.key.toLowerCase() === 'c' && (event.ctrlKey || event.metaKey)) {
      // A text that somebody has marked is what they want.
      if (document.getSelection()?.isCollapsed === false) return;
      copier.rows(pages.row(active));
    } else if (event.key === 'ArrowRight') moveInRow(1);
    else if (event.key === 'ArrowLeft') moveInRow(-1);
    else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      // The menu listens at the document for keys outside of it, and would close by the one that opens it.
      event.stopPropagation();
      openMenuAtFocus();
    } else return;
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
      data-wraps={wraps}
      role="grid"
      aria-label={label}
      aria-rowcount={total + 1}
      aria-colcount={layout.shown.length + (selectable ? 1 : 0)}
      aria-multiselectable={selectable}
      aria-activedescendant={
        active >= first && active <= last && total > 0
          ? activeCell === null
            ? domId(active)
            : `${domId(active)}-${activeCell}`
          : undefined
      }
      tabIndex={0}
      onContextMenu={onContextMenu}
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
              key={wraps ? item.index : item.index % places}
              measure={wraps ? virtual.measureElement : undefined}
              row={row}
              columns={layout.shown}
              index={item.index}
              domId={domId(item.index)}
              top={item.start}
              active={item.index === active}
              activeCell={item.index === active ? activeCell : null}
              selected={selection === undefined ? undefined : row !== undefined && selection.has(rowKey(row))}
              clickable={onOpen !== undefined}
              onClick={onClick}
              onCheck={onCheck}
            />
          );
        })}
      </div>
      <GridMenu
        place={menu}
        copy={copy}
        copier={copier}
        onClose={() => {
          setMenu(null);
          scroller.current?.focus();
        }}
      />
    </div>
  );
}
