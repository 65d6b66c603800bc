import { Checkbox, UnstyledButton } from '@mantine/core';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useState } from 'react';
import type { ColumnLayout } from './use-columns';

interface Props<T> {
  layout: ColumnLayout<T>;
  sort: { by: string; descending: boolean } | undefined;
  onSort: ((by: string) => void) | undefined;
  selection: { all: 'none' | 'some' | 'all'; toggleAll: () => void } | undefined;
}

/** The names of the columns: click to sort, drag to another place, drag the edge to change the width. */
export function GridHead<T>({ layout, sort, onSort, selection }: Props<T>) {
  const [dragged, setDragged] = useState<string | null>(null);
  const [over, setOver] = useState<string | null>(null);
  const end = (): void => {
    setDragged(null);
    setOver(null);
  };
  return (
    <div className="grid-head" role="row" aria-rowindex={1}>
      {selection !== undefined && (
        <div role="columnheader" className="grid-cell">
          <Checkbox
            size="xs"
            tabIndex={-1}
            aria-label="Select all that match"
            checked={selection.all === 'all'}
            indeterminate={selection.all === 'some'}
            onChange={selection.toggleAll}
          />
        </div>
      )}
      {layout.shown.map((column) => (
        <div
          key={column.key}
          role="columnheader"
          className="grid-cell grid-column"
          data-align={column.align}
          data-over={over === column.key && dragged !== column.key}
          aria-sort={sort?.by === column.key ? (sort.descending ? 'descending' : 'ascending') : undefined}
          draggable
          onDragStart={(event) => {
            event.dataTransfer.effectAllowed = 'move';
            setDragged(column.key);
          }}
          onDragOver={(event) => {
            if (dragged === null) return;
            event.preventDefault();
            setOver(column.key);
          }}
          onDrop={(event) => {
            event.preventDefault();
            if (dragged !== null) layout.move(dragged, column.key);
            end();
          }}
          onDragEnd={end}
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
          <span
            className="grid-resize"
            aria-hidden
            title="Drag to change the width, double-click for the usual one"
            draggable={false}
            onMouseDown={(event) => {
              // Else the head would be dragged to another place.
              event.preventDefault();
              layout.startResize(column.key)(event);
            }}
            onTouchStart={layout.startResize(column.key)}
            onDoubleClick={() => {
              layout.setWidth(column.key, undefined);
            }}
          />
        </div>
      ))}
    </div>
  );
}
