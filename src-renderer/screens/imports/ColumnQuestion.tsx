import { Button, Checkbox, Group, Stack, Table } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { ImportLook } from '../../../src-preload/contract';
import { DisabledTooltip } from '../../components/DisabledTooltip';

/** Only a person knows which columns of a list name the devices. */
export function ColumnQuestion({
  file,
  question,
  busy,
  onChoose,
  children,
}: {
  file: string;
  question: Extract<ImportLook, { what: 'columns' }>;
  busy: boolean;
  /** @param columns their numbers, from 1 */
  onChoose: (columns: number[]) => void;
  /** What else can be done. */
  children: ReactNode;
}) {
  const [chosen, setChosen] = useState<string[]>([]);
  return (
    <Stack>
      <Checkbox.Group
        styles={{ description: { fontSize: 'var(--mantine-font-size-xs)' } }}
        label="Which columns name the devices?"
        description={
          question.why === 'none'
            ? `No column of ${file} says ICCID, IMEI or MDN, and none looks like it.`
            : `Several columns of ${file} have identifiers, and the header does not say which of them count.`
        }
        value={chosen}
        onChange={setChosen}
      >
        <Table mt="sm" verticalSpacing={6} withTableBorder>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>First row</Table.Th>
              <Table.Th>Next rows</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {question.columns.map(({ header, samples }, index) => {
              const number = (index + 1).toString();
              return (
                <Table.Tr key={number}>
                  <Table.Td>
                    <Checkbox size="xs" value={number} label={header === '' ? `Column ${number}` : header} />
                  </Table.Td>
                  <Table.Td className="soft">{samples.filter((text) => text !== '').join(', ')}</Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Checkbox.Group>
      <Group justify="space-between">
        {children}
        <DisabledTooltip reason={chosen.length === 0 ? 'Choose a column first.' : null}>
          <Button
            loading={busy}
            disabled={chosen.length === 0}
            onClick={() => {
              onChoose(chosen.map(Number));
            }}
          >
            {chosen.length > 1 ? 'Read these columns' : 'Read this column'}
          </Button>
        </DisabledTooltip>
      </Group>
    </Stack>
  );
}
