import { Select } from '@mantine/core';
import type { ImportPreview } from '../../../src-main/tables/import-table';
import type { HandedFileState } from '../../state/use-handed-file';

/** Another sheet of the workbook; nothing for a file that has only one. */
export function SheetChoice({
  handed,
  seen,
}: {
  handed: HandedFileState;
  seen: Pick<ImportPreview, 'sheet' | 'sheets'>;
}) {
  if (seen.sheets.length < 2) return null;
  return (
    <Select
      ml="auto"
      size="xs"
      aria-label="Sheet"
      allowDeselect={false}
      disabled={handed.isBusy}
      data={[...new Set(seen.sheets)]}
      value={seen.sheet}
      onChange={(sheet) => {
        // Another sheet has other columns.
        if (sheet !== null) handed.choose({ sheet, columns: undefined, deviceColumns: undefined });
      }}
    />
  );
}
