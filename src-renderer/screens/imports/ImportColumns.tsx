import { Select, Table, Text } from '@mantine/core';
import type { ImportColumn } from '../../../src-main/tables/import-table';
import { count } from '../../lib/format';

interface Props {
  columns: readonly ImportColumn[];
  /** What a column can be. */
  meanings: readonly { value: string; label: string }[];
  onChange: (columns: (string | null)[]) => void;
}

const IGNORED = 'ignored';
/** More columns of one file are not looked through by anybody; one that is used is always shown. */
const SHOWN = 60;

/** The file's first rows, column by column, and what each is taken for. */
export function ImportColumns({ columns, meanings, onChange }: Props) {
  const listed = columns.map((column, index) => ({ column, index }));
  const shown = listed.filter(({ column, index }) => index < SHOWN || column.meaning !== null);
  return (
    <div className="panel import-columns" tabIndex={0} role="region" aria-label="Columns of the file">
      <Table verticalSpacing={4} stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={200}>Column</Table.Th>
            <Table.Th>First rows</Table.Th>
            <Table.Th w={170}>Read as</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map(({ column, index }) => (
            <Table.Tr key={index}>
              <Table.Td>
                {letters(index)}
                {column.header !== '' && (
                  <Text span size="sm" fw={500}>
                    {' · '}
                    {column.header}
                  </Text>
                )}
              </Table.Td>
              <Table.Td className="soft">
                {column.samples
                  .filter((sample) => sample !== '')
                  .slice(0, 3)
                  .join('  ·  ')}
              </Table.Td>
              <Table.Td>
                <Select
                  size="xs"
                  aria-label={`Column ${letters(index)}${column.header === '' ? '' : `, ${column.header}`}`}
                  allowDeselect={false}
                  data={[{ value: IGNORED, label: 'Ignored' }, ...meanings]}
                  value={column.meaning ?? IGNORED}
                  onChange={(value) => {
                    onChange(
                      columns.map(({ meaning }, place) =>
                        place === index ? (value === IGNORED ? null : value) : meaning,
                      ),
                    );
                  }}
                />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {shown.length < columns.length && (
        <Text size="xs" className="soft" p="xs">
          {count(columns.length - shown.length)} more columns are ignored.
        </Text>
      )}
    </div>
  );
}

/** As a spreadsheet names its columns. */
export function letters(index: number): string {
  const rest = Math.floor(index / 26);
  return `${rest === 0 ? '' : letters(rest - 1)}${String.fromCharCode(65 + (index % 26))}`;
}
