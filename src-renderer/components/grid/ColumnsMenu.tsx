import { ActionIcon, Button, Checkbox, Group, NumberInput, Popover, Stack, Text, Tooltip } from '@mantine/core';
import { ArrowDown, ArrowUp, Columns3 } from 'lucide-react';
import { DisabledTooltip } from '../DisabledTooltip';
import { NARROWEST, WIDEST, type ColumnLayout } from './use-columns';

/** Which columns a list shows, in which order and how wide; all of it without dragging. */
export function ColumnsMenu<T>({ layout }: { layout: ColumnLayout<T> }) {
  const { all } = layout;
  return (
    <Popover width={340} position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<Columns3 size={14} aria-hidden />}>
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap={4} mah={420} style={{ overflow: 'auto' }}>
          {all.map(({ column, visible, width }, index) => (
            <Group key={column.key} gap={4} wrap="nowrap">
              <Checkbox
                size="xs"
                flex={1}
                label={column.header}
                checked={visible}
                disabled={column.always === true}
                title={column.always === true ? 'The rows are known by it.' : undefined}
                onChange={(event) => {
                  layout.show(column.key, event.currentTarget.checked);
                }}
              />
              <NumberInput
                w={84}
                aria-label={`Width of ${column.header}`}
                suffix=" px"
                step={10}
                min={NARROWEST}
                max={WIDEST}
                value={width}
                onChange={(value) => {
                  if (typeof value === 'number') layout.setWidth(column.key, value);
                }}
              />
              <Mover
                label={`Move ${column.header} left`}
                to={all[index - 1]?.column.key}
                from={column.key}
                layout={layout}
              >
                <ArrowUp size={13} aria-hidden />
              </Mover>
              <Mover
                label={`Move ${column.header} right`}
                to={all[index + 1]?.column.key}
                from={column.key}
                layout={layout}
              >
                <ArrowDown size={13} aria-hidden />
              </Mover>
            </Group>
          ))}
        </Stack>
        <Group justify="space-between" mt="sm">
          <Text size="xs" className="soft">
            Heads can be dragged, too.
          </Text>
          <DisabledTooltip reason={layout.isArranged ? null : 'They are as they came.'}>
            <Button variant="subtle" size="compact-xs" disabled={!layout.isArranged} onClick={layout.reset}>
              As they came
            </Button>
          </DisabledTooltip>
        </Group>
      </Popover.Dropdown>
    </Popover>
  );
}

function Mover<T>({
  label,
  from,
  to,
  layout,
  children,
}: {
  label: string;
  from: string;
  to: string | undefined;
  layout: ColumnLayout<T>;
  children: React.ReactNode;
}) {
  return (
    <Tooltip label={to === undefined ? 'It is at the end already' : label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="sm"
        aria-label={label}
        data-disabled={to === undefined}
        aria-disabled={to === undefined}
        onClick={() => {
          if (to !== undefined) layout.move(from, to);
        }}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
