import { Menu, Portal } from '@mantine/core';
import { ClipboardList, Copy, Rows3, TableCellsMerge } from 'lucide-react';
import { count } from '../../lib/format';
import type { Copier, GridCopy } from './use-grid-copy';
import type { Column } from './use-columns';

/** Where the menu of a cell stands, and of which cell. */
export interface MenuPlace<T> {
  x: number;
  y: number;
  row: T;
  column: Column<T>;
}

interface Props<T> {
  place: MenuPlace<T> | null;
  copy: GridCopy<T>;
  copier: Copier<T>;
  onClose: () => void;
}

const ICON = 14;

/** What can be done with a cell of a grid and its row; at the pointer, or at the row that has the keyboard's focus. */
export function GridMenu<T>({ place, copy, copier, onClose }: Props<T>) {
  const size = copy.selected?.size ?? 0;
  return (
    <Menu
      opened={place !== null}
      onClose={onClose}
      position="bottom-start"
      offset={2}
      width={260}
      returnFocus={false}
      // Another place is another menu: it is measured anew.
      key={place === null ? 'closed' : `${place.x.toString()} ${place.y.toString()}`}
    >
      {/* Within the grid, "fixed" would be counted from the grid. */}
      <Portal>
        <Menu.Target>
          <span aria-hidden style={{ position: 'fixed', left: place?.x ?? 0, top: place?.y ?? 0 }} />
        </Menu.Target>
      </Portal>
      <Menu.Dropdown aria-label="Copy">
        {place !== null && (
          <>
            <Menu.Item
              leftSection={<Copy size={ICON} aria-hidden />}
              onClick={() => {
                copier.cell(place.column, place.row);
              }}
            >
              Copy {place.column.header}
            </Menu.Item>
            <Menu.Item
              leftSection={<TableCellsMerge size={ICON} aria-hidden />}
              onClick={() => {
                copier.row(place.row);
              }}
            >
              Copy this row
            </Menu.Item>
            {size > 0 && (
              <>
                <Menu.Divider />
                <Menu.Item
                  leftSection={<Rows3 size={ICON} aria-hidden />}
                  onClick={() => {
                    copier.rows(undefined);
                  }}
                >
                  Copy {count(size)} selected {size === 1 ? 'row' : 'rows'}
                </Menu.Item>
                {copy.identifiers !== undefined && (
                  <Menu.Item
                    leftSection={<ClipboardList size={ICON} aria-hidden />}
                    onClick={() => {
                      copier.identifiers();
                    }}
                  >
                    Copy {copy.identifiers.plural} of the selection
                  </Menu.Item>
                )}
              </>
            )}
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
