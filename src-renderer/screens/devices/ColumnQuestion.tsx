import { Button, Group, Radio, Stack, Table } from '@mantine/core';
import { useState } from 'react';
import type { ColumnToChoose } from '../../../src-main/tables/questions';
import { WhyDisabled } from '../../components/WhyDisabled';

/** No column of a list names devices, and only a person knows which one was meant. */
export function ColumnQuestion({
  file,
  columns,
  busy,
  onChoose,
}: {
  file: string;
  columns: readonly ColumnToChoose[];
  busy: boolean;
  /** @param column its number, from 1 */
  onChoose: (column: string) => void;
}) {
  const [column, setColumn] = useState<string | null>(null);
  return (
    <Stack>
      <Radio.Group
        styles={{ description: { fontSize: 'var(--mantine-font-size-xs)' } }}
        label="Which column names the devices?"
        description={`No column of ${file} says ICCID, IMEI or MDN, and none looks like it.`}
        value={column}
        onChange={setColumn}
      >
        <Table mt="sm" verticalSpacing={6} withTableBorder>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>First row</Table.Th>
              <Table.Th>Next rows</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {columns.map(({ header, samples }, index) => {
              const number = (index + 1).toString();
              return (
                <Table.Tr key={number}>
                  <Table.Td>
                    <Radio size="xs" value={number} label={header === '' ? `Column ${number}` : header} />
                  </Table.Td>
                  <Table.Td className="soft">{samples.filter((text) => text !== '').join(', ')}</Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Radio.Group>
      <Group justify="flex-end">
        <WhyDisabled reason={column === null ? 'Choose a column first.' : null}>
          <Button
            loading={busy}
            disabled={column === null}
            onClick={() => {
              if (column !== null) onChoose(column);
            }}
          >
            Read this column
          </Button>
        </WhyDisabled>
      </Group>
    </Stack>
  );
}
