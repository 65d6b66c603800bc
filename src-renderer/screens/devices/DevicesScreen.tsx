import { Badge, Button, Group, MultiSelect, Progress, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { ClipboardPaste, FileUp, RefreshCw, Search } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { CallInput, ProviderView } from '../../../src-preload/contract';
import type { Device } from '../../../src-main/store/devices';
import { api } from '../../app/api';
import { attempt } from '../../app/failures';
import { count, devices, when } from '../../app/format';
import { FIND_FIELD, syncNow } from '../../app/menu-commands';
import { DataGrid, type Column } from '../../components/DataGrid';
import { Nothing, PageHead } from '../../components/Page';
import { usePages } from '../../components/use-pages';
import { WhyDisabled } from '../../components/WhyDisabled';
import { useLive } from '../../state/live';
import { useNavigation } from '../../state/navigation';
import { useSelection, useSelectionSize } from '../../state/selection';
import { useLoad } from '../../state/use-load';
import { DeviceDrawer } from './DeviceDrawer';
import { ImportDialog } from './ImportDialog';
import { PasteDialog } from './PasteDialog';

type Query = CallInput<'devices.page'>;
const SEARCH_DELAY_MS = 120;

export function DevicesScreen({ provider }: { provider: ProviderView }) {
  const providerId = provider.id;
  const [search, setSearch] = useState('');
  const [settled] = useDebouncedValue(search, SEARCH_DELAY_MS);
  const [planCodes, setPlanCodes] = useState<string[]>([]);
  const [states, setStates] = useState<string[]>([]);
  const [customers, setCustomers] = useState<string[]>([]);
  const [sort, setSort] = useState<Query['sort']>({ by: 'iccid', descending: false });
  const [opened, setOpened] = useState<number | null>(null);
  const [dialog, setDialog] = useState<'paste' | 'import' | null>(null);
  const tick = useLive((state) => state.inventoryTick);
  const sync = useLive((state) => state.sync);

  const filter = useMemo(
    () => ({ search: settled, planCodes, states, customers }),
    [settled, planCodes, states, customers],
  );
  const isFiltered = settled !== '' || planCodes.length + states.length + customers.length > 0;
  const facets = useLoad(`facets ${providerId.toString()} ${tick.toString()}`, () =>
    api('devices.facets', { providerId }),
  );
  const plans = useLoad(`plans ${providerId.toString()} ${tick.toString()}`, () => api('plans.list', { providerId }));
  const planName = (code: string | null): string => plans.value?.find((plan) => plan.code === code)?.name ?? code ?? '';
  const pages = usePages<Device>(JSON.stringify([providerId, filter, sort]), tick, (offset, limit) =>
    api('devices.page', { providerId, filter, sort, offset, limit }),
  );
  const total = pages.total ?? 0;
  const selection = useGridSelection(providerId, filter, total, pages.row);

  const columns: Column<Device>[] = [
    {
      key: 'iccid',
      header: 'ICCID',
      width: '176px',
      sortable: true,
      cell: (device) => <span className="mono">{device.iccid}</span>,
    },
    {
      key: 'mdn',
      header: 'MDN',
      width: '100px',
      sortable: true,
      cell: (device) => <span className="mono">{device.mdn}</span>,
    },
    {
      key: 'imei',
      header: 'IMEI',
      width: '140px',
      sortable: true,
      cell: (device) => <span className="mono">{device.imei}</span>,
    },
    {
      key: 'planCode',
      header: 'Rate plan',
      width: 'minmax(160px, 1.2fr)',
      sortable: true,
      cell: (device) => planName(device.planCode),
    },
    {
      key: 'state',
      header: 'State',
      width: '90px',
      sortable: true,
      cell: (device) => <DeviceState device={device} />,
    },
    {
      key: 'customer',
      header: 'Customer',
      width: 'minmax(150px, 1fr)',
      sortable: true,
      cell: (device) => device.customer,
    },
    {
      key: 'lastConnectedAt',
      header: 'Last connected',
      width: '130px',
      sortable: true,
      cell: (device) => <span className="number">{when(device.lastConnectedAt)}</span>,
    },
  ];

  return (
    <div className="page-fill">
      <PageHead
        title="Devices"
        detail={
          provider.lastSync === null
            ? 'Not read from the carrier yet'
            : `${devices(provider.devices)}, read from the carrier ${when(provider.lastSync.finishedAt)}`
        }
      >
        {sync !== null && (
          <Group gap={8} w={220}>
            <Progress
              flex={1}
              value={sync.expected === 0 ? 0 : (sync.devices / sync.expected) * 100}
              aria-label="Sync progress"
              animated
            />
            <Text size="xs" className="number soft">
              {count(sync.devices)}
            </Text>
          </Group>
        )}
        <Button
          variant="default"
          leftSection={<RefreshCw size={14} aria-hidden />}
          loading={sync !== null}
          onClick={syncNow}
        >
          Sync
        </Button>
        <Button
          variant="default"
          leftSection={<FileUp size={14} aria-hidden />}
          onClick={() => {
            setDialog('import');
          }}
        >
          Import CSV
        </Button>
      </PageHead>
      <div className="toolbar">
        <TextInput
          id={FIND_FIELD}
          w={250}
          leftSection={<Search size={14} aria-hidden />}
          placeholder="ICCID, IMEI, MDN or customer"
          aria-label="Search devices"
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value);
          }}
        />
        <Facet
          label="Rate plan"
          options={facets.value?.plans.map((facet) => ({
            value: facet.value,
            label: `${planName(facet.value)} (${count(facet.count)})`,
          }))}
          value={planCodes}
          onChange={setPlanCodes}
        />
        <Facet
          label="State"
          options={facets.value?.states.map((facet) => ({
            value: facet.value,
            label: `${facet.value} (${count(facet.count)})`,
          }))}
          value={states}
          onChange={setStates}
        />
        <Facet
          label="Customer"
          options={facets.value?.customers.map((facet) => ({
            value: facet.value,
            label: `${facet.value} (${count(facet.count)})`,
          }))}
          value={customers}
          onChange={setCustomers}
        />
        <Text size="sm" className="soft number" aria-live="polite">
          {pages.total === undefined ? '' : isFiltered ? `${count(total)} match` : ''}
        </Text>
        <Group ml="auto" gap={8}>
          <Button
            variant="default"
            leftSection={<ClipboardPaste size={14} aria-hidden />}
            onClick={() => {
              setDialog('paste');
            }}
          >
            Paste ICCIDs
          </Button>
          <WhyDisabled
            reason={total === 0 ? 'No device matches.' : selection.all === 'all' ? 'All are selected already.' : null}
          >
            <Button variant="light" disabled={total === 0 || selection.all === 'all'} onClick={selection.toggleAll}>
              Select all {count(total)}
            </Button>
          </WhyDisabled>
        </Group>
      </div>
      <DataGrid
        label="Devices"
        columns={columns}
        pages={pages}
        rowKey={(device) => device.id}
        sort={sort}
        onSort={(by) => {
          setSort((before) => ({ by: by as Query['sort']['by'], descending: before.by === by && !before.descending }));
        }}
        onOpen={(device) => {
          setOpened(device.id);
        }}
        selection={selection}
        empty={<NoDevices isFiltered={isFiltered} />}
      />
      <SelectionFoot />
      <DeviceDrawer
        deviceId={opened}
        planName={planName}
        onClose={() => {
          setOpened(null);
        }}
      />
      <PasteDialog
        providerId={providerId}
        opened={dialog === 'paste'}
        onClose={() => {
          setDialog(null);
        }}
      />
      <ImportDialog
        providerId={providerId}
        what="devices"
        opened={dialog === 'import'}
        onClose={() => {
          setDialog(null);
        }}
      />
    </div>
  );
}

function NoDevices({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <Nothing title="No device matches">
        <Text size="sm" className="soft">
          Take a filter away, or search for fewer digits.
        </Text>
      </Nothing>
    );
  }
  return (
    <Nothing title="No devices yet">
      <Text size="sm" className="soft">
        Read them from the carrier with Sync, or import a list.
      </Text>
      <Button mt="xs" onClick={syncNow}>
        Sync now
      </Button>
    </Nothing>
  );
}

/** A state other than active stands out: the carrier refuses plan changes for it. */
function DeviceState({ device }: { device: Device }) {
  if (device.missingSince !== null)
    return (
      <Badge color="red" variant="light" size="sm" tt="none">
        {'not listed'}
      </Badge>
    );
  if (device.state === 'active') return <span>active</span>;
  return device.state === null ? null : (
    <Badge color="orange" variant="light" size="sm" tt="none">
      {device.state}
    </Badge>
  );
}

function Facet({
  label,
  options,
  value,
  onChange,
}: {
  label: string;
  options: { value: string; label: string }[] | undefined;
  value: string[];
  onChange: (value: string[]) => void;
}) {
  return (
    <MultiSelect
      w={value.length > 0 ? 180 : 120}
      aria-label={`Filter by ${label.toLowerCase()}`}
      placeholder={value.length === 0 ? label : undefined}
      data={options ?? []}
      value={value}
      onChange={onChange}
      searchable={value.length === 0}
      clearable
      hidePickedOptions
      comboboxProps={{ width: 280, position: 'bottom-start' }}
    />
  );
}

function useGridSelection(
  providerId: number,
  filter: Query['filter'],
  total: number,
  row: (index: number) => Device | undefined,
) {
  const { ids, toggle, add, remove } = useSelection();
  const [everyone, setEveryone] = useState<{ key: string; ids: number[] } | null>(null);
  const key = JSON.stringify([providerId, filter, total]);
  const matching = everyone?.key === key ? everyone.ids : null;
  const all: 'none' | 'some' | 'all' =
    ids.size === 0 ? 'none' : matching?.every((id) => ids.has(id)) === true ? 'all' : 'some';
  return {
    has: (id: number) => ids.has(id),
    toggle,
    all: all,
    addRange: (from: number, to: number) => {
      const range: number[] = [];
      for (let index = from; index <= to; index++) {
        const device = row(index);
        if (device !== undefined) range.push(device.id);
      }
      add(range);
    },
    toggleAll: () => {
      if (all === 'all' && matching !== null) {
        remove(matching);
        return;
      }
      attempt('Not selected', async () => {
        const found = await api('devices.ids', { providerId, filter });
        setEveryone({ key, ids: found });
        add(found);
      });
    },
  };
}

function SelectionFoot() {
  const size = useSelectionSize();
  const clear = useSelection((state) => state.clear);
  const unknown = useSelection((state) => state.unknown.length);
  const go = useNavigation((state) => state.go);
  return (
    <footer className="page-foot">
      <Text size="sm" fw={600} className="number" aria-live="polite">
        {size === 0 ? 'No device selected' : `${devices(size)} selected`}
      </Text>
      {unknown > 0 && (
        <Text size="xs" className="soft">
          {count(unknown)} of them are not in the inventory
        </Text>
      )}
      {size > 0 && (
        <Button variant="subtle" size="compact-sm" onClick={clear}>
          Clear
        </Button>
      )}
      <Group ml="auto">
        <WhyDisabled reason={size === 0 ? 'Select devices first.' : null}>
          <Button
            disabled={size === 0}
            onClick={() => {
              go({ name: 'change' });
            }}
          >
            Change rate plan …
          </Button>
        </WhyDisabled>
      </Group>
    </footer>
  );
}
