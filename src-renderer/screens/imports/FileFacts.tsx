import { Group, Text } from '@mantine/core';
import { FileText } from 'lucide-react';
import type { ReactNode } from 'react';
import { count } from '../../lib/format';
import type { ImportPreview } from '../../../src-main/tables/import-table';

/** How a file was read: what nobody sees by looking at the rows. */
export function FileFacts({
  name,
  facts,
  rows,
  children,
}: {
  /** Null for a text that was pasted. */
  name: string | null;
  facts: Pick<ImportPreview, 'format' | 'encoding' | 'sheet' | 'hiddenRows'>;
  rows: string;
  children?: ReactNode;
}) {
  const { format, encoding, sheet, hiddenRows } = facts;
  const parts = [
    ...(name === null ? ['Pasted text'] : [format === 'xlsx' ? 'XLSX workbook' : 'Text file']),
    ...(sheet === null ? [] : [`sheet “${sheet}”`]),
    ...(encoding === null ? [] : [encoding]),
    rows,
  ];
  return (
    <Group gap="xs" align="center">
      {name !== null && (
        <>
          <FileText size={14} aria-hidden className="soft" />
          <Text size="sm" fw={600} truncate maw={320} title={name}>
            {name}
          </Text>
        </>
      )}
      <Text size="sm" className="soft number">
        {parts.join(' · ')}
      </Text>
      {encoding?.includes('Windows-1252') === true && (
        <Text size="sm" fw={500} c="var(--mantine-color-yellow-light-color)">
          Read as Windows-1252: check names with accents.
        </Text>
      )}
      {hiddenRows > 0 && (
        <Text size="sm" fw={500} c="var(--mantine-color-yellow-light-color)">
          {hiddenRows === 1 ? 'One row is' : `${count(hiddenRows)} rows are`} hidden in the workbook, and read all the
          same.
        </Text>
      )}
      {children}
    </Group>
  );
}
