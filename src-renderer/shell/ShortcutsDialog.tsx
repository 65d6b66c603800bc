import { Group, Modal, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { COMMANDS, commandsOf, keysOf } from '../../src-preload/commands';
import { Keys } from '../components/Keys';
import { useDialogs } from '../state/dialogs';

const MENUS = { devices: 'Devices', edit: 'Edit', view: 'Go to', file: 'File', help: 'Help' } as const;

const IN_A_LIST: readonly [string, string][] = [
  ['↑+↓', 'Move'],
  ['Space', 'Select or deselect'],
  ['shift+↓', 'Select a range'],
  ['shift+Click', 'Select up to there'],
  ['mod+A', 'Select all that match'],
  ['Esc', 'Clear the selection; close what lies over the page'],
  ['Enter', 'Open'],
  ['Home+End', 'First and last row'],
  ['mod+C', 'Copy the selected rows'],
  ['←+→', 'Choose a cell'],
  ['shift+F10', 'Copy the cell, the row or the identifiers'],
];

/** Every key in one place. */
export function ShortcutsDialog() {
  const { open, close } = useDialogs();
  return (
    <Modal opened={open === 'shortcuts'} onClose={close} size={760} title="Keyboard shortcuts">
      <SimpleGrid cols={2} spacing="xl">
        <Section title="In a list" rows={IN_A_LIST} />
        <Stack gap="md">
          {(Object.keys(MENUS) as (keyof typeof MENUS)[]).map((menu) => {
            const rows = commandsOf(menu).flatMap((command): [string, string][] => {
              const keys = keysOf(command);
              return keys === undefined ? [] : [[keys, COMMANDS[command].label]];
            });
            return rows.length === 0 ? null : <Section key={menu} title={MENUS[menu]} rows={rows} />;
          })}
        </Stack>
      </SimpleGrid>
    </Modal>
  );
}

function Section({ title, rows }: { title: string; rows: readonly (readonly [string, string])[] }) {
  return (
    <section>
      <Title order={3} mb={4}>
        {title}
      </Title>
      <Stack gap={4}>
        {rows.map(([keys, label]) => (
          <Group key={keys} justify="space-between" wrap="nowrap" gap="xs">
            <Text size="sm">{label}</Text>
            <Keys keys={keys} />
          </Group>
        ))}
      </Stack>
    </section>
  );
}
