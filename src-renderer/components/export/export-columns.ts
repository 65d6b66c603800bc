import { columnsOfTable, type ExportColumn, type ExportTable } from '../../../src-main/domain/export-columns';
import type { ColumnLayout } from '../grid/use-columns';

/** The columns of a table as a person arranged them, and all of it: first those of the window in their order, then the others. */
export function exportColumns<T extends ExportTable, R>(
  table: T,
  layout: Pick<ColumnLayout<R>, 'shown' | 'all'>,
): { shown: ExportColumn<T>[]; all: ExportColumn<T>[] } {
  const known = columnsOfTable(table);
  const among = (keys: readonly string[]): ExportColumn<T>[] =>
    keys.flatMap((key) => known.find((one) => one === key) ?? []);
  const inWindow = among(layout.all.map(({ column }) => column.key));
  return {
    shown: among(layout.shown.map(({ key }) => key)),
    all: [...inWindow, ...known.filter((key) => !inWindow.includes(key))],
  };
}
