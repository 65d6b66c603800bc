import { Button, Checkbox, Group, MultiSelect, Popover, Select, Stack, TextInput } from '@mantine/core';
import { ListFilter } from 'lucide-react';
import { CUSTOM_FIELD_NAMES } from '../../../src-main/domain/change-order';
import type { DeviceView, SeenChoice } from '../../../src-main/domain/device-view';
import type { Facet } from '../../../src-main/store/devices';
import { count } from '../../lib/format';

const SEEN_NAMES: Readonly<Record<SeenChoice, string>> = {
  any: 'At any time',
  day: 'In the last 24 hours',
  week: 'In the last 7 days',
  month: 'In the last 30 days',
  'not-month': 'Not for 30 days',
  'not-quarter': 'Not for 90 days',
};

interface Props {
  view: DeviceView;
  set: (change: Partial<DeviceView>) => void;
  groups: readonly Facet[];
}

/** The filters that are not needed all day. */
export function MoreFilters({ view, set, groups }: Props) {
  const active =
    Number(view.groups.length > 0) +
    Number(view.seen !== 'any') +
    Number(view.changedThisMonth) +
    Number(view.fieldName !== '');
  return (
    <Popover width={330} position="bottom-start" shadow="md" trapFocus>
      <Popover.Target>
        <Button
          variant={active > 0 ? 'light' : 'default'}
          leftSection={<ListFilter size={14} aria-hidden />}
        >{`More filters${active > 0 ? ` (${active.toString()})` : ''}`}</Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <Checkbox
            label="Plan changed this month"
            checked={view.changedThisMonth}
            onChange={(event) => {
              set({ changedThisMonth: event.currentTarget.checked });
            }}
          />
          <MultiSelect
            label="Group"
            data={groups.map((group) => ({ value: group.value, label: `${group.value} (${count(group.count)})` }))}
            value={view.groups}
            onChange={(value) => {
              set({ groups: value });
            }}
            searchable
            clearable
            comboboxProps={{ withinPortal: false }}
          />
          <Select
            label="Last connected"
            data={Object.entries(SEEN_NAMES).map(([value, label]) => ({ value, label }))}
            value={view.seen}
            allowDeselect={false}
            onChange={(value) => {
              set({ seen: (value ?? 'any') as SeenChoice });
            }}
            comboboxProps={{ withinPortal: false }}
          />
          <Group grow align="end" gap="xs">
            <Select
              label="Custom field"
              data={[{ value: '', label: 'None' }, ...CUSTOM_FIELD_NAMES]}
              value={view.fieldName}
              onChange={(value) => {
                set({ fieldName: value ?? '' });
              }}
              comboboxProps={{ withinPortal: false }}
            />
            <TextInput
              label="is"
              placeholder="empty"
              disabled={view.fieldName === ''}
              value={view.fieldValue}
              onChange={(event) => {
                set({ fieldValue: event.currentTarget.value });
              }}
            />
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
