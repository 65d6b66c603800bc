import { memo, type MouseEvent } from 'react';
import type { Column } from './use-columns';

interface Props<T> {
  /** Undefined while its page is on the way. */
  row: T | undefined;
  columns: readonly Column<T>[];
  index: number;
  domId: string;
  /** Told its element where rows are as high as their text. */
  measure: ((element: HTMLElement | null) => void) | undefined;
  /** Pixels from the first row. */
  top: number;
  active: boolean;
  /** The key of the cell that the keyboard is on; null for the whole row. */
  activeCell: string | null;
  /** Undefined for a list in which nothing is selected. */
  selected: boolean | undefined;
  clickable: boolean;
  onClick: (index: number, event: MouseEvent) => void;
  onCheck: (index: number, event: MouseEvent) => void;
}

function Row<T>({
  row,
  columns,
  index,
  domId,
  measure,
  top,
  active,
  activeCell,
  selected,
  clickable,
  onClick,
  onCheck,
}: Props<T>) {
  return (
    <div
      ref={measure}
      id={domId}
      className="grid-row"
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-active={active}
      data-index={index}
      data-clickable={clickable}
      style={{ transform: `translateY(${top.toString()}px)` }}
      onClick={(event) => {
        onClick(index, event);
      }}
    >
      {selected !== undefined && (
        <div
          role="gridcell"
          className="grid-cell"
          onClick={(event) => {
            event.stopPropagation();
            onCheck(index, event);
          }}
        >
          <input type="checkbox" className="grid-check" tabIndex={-1} aria-label="Select" checked={selected} readOnly />
        </div>
      )}
      {columns.map((column) => (
        <div
          key={column.key}
          id={`${domId}-${column.key}`}
          role="gridcell"
          className="grid-cell"
          data-align={column.align}
          data-column={column.key}
          data-active={column.key === activeCell}
        >
          {row === undefined ? '' : column.cell(row)}
        </div>
      ))}
    </div>
  );
}

/** Drawn again only when something of its own changed: while one scrolls, most rows stay as they are. */
export const GridRow = memo(Row) as typeof Row;
