import { Button, Group, MultiSelect, Progress, Text } from '@mantine/core';
import { ClipboardPaste, FileUp, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import type { ProviderView } from '../../../src-preload/contract';
import { EVERY_DEVICE, type DeviceView } from '../../../src-main/domain/device-view';
import type { Device, Facet as FacetValue } from '../../../src-main/store/devices';
import { api } from '../../app/api';
import { count, devices, when } from '../../app/format';
import { syncNow } from '../../app/menu-commands';
import { DataGrid } from '../../components/DataGrid';
import { Nothing, PageHead } from '../../components/Page';
import { usePages } from '../../components/use-pages';
import { WhyDisabled } from '../../components/WhyDisabled';
import { SearchField } from '../../components/SearchField';
import { useLive } from '../../state/live';
import { useLoad } from '../../state/use-load';
import { deviceColumns } from './device-columns';
import { DeviceDrawer } from './DeviceDrawer';
import { DriftNotice } from './DriftNotice';
import { ImportDialog } from './ImportDialog';
import { MoreFilters } from './MoreFilters';
import { PasteDialog } from './PasteDialog';
import { SavedViews } from './SavedViews';
import { SelectionFoot } from './SelectionFoot';
import { conditionsOf, useDeviceFilter } from './use-device-filter';
import { useGridSelection } from './use-grid-selection';

export function DevicesScreen({ provider }: { provider: ProviderView }) {
  const providerId = provider.id;
  const [view, setView] = useState<DeviceView>(EVERY_DEVICE);
  const set = (change: Partial<DeviceView>): void => {
    setView((before) => ({ ...before, ...change }));
  };
  const { sort } = view;
  const [opened, setOpened] = useState<number | null>(null);
  const [dialog, setDialog] = useState<'paste' | 'import' | null>(null);
  const tick = useLive((state) => state.inventoryTick);
  const sync = useLive((state) => state.sync);

  const filter = useDeviceFilter(view);
  const isFiltered = view.search !== '' || conditionsOf(view) > 0;
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

  const columns = deviceColumns(planName);

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
        <SavedViews providerId={providerId} view={view} onChoose={setView} />
        <Button
          variant="default"
          leftSection={<ClipboardPaste size={14} aria-hidden />}
          onClick={() => {
            setDialog('paste');
          }}
        >
          Paste ICCIDs
        </Button>
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
      <DriftNotice
        provider={provider}
        count={facets.value?.drifted ?? 0}
        shown={view.drifted}
        onShow={(drifted) => {
          set({ drifted });
        }}
      />
      <div className="toolbar">
        <SearchField
          width={220}
          label="Search devices"
          placeholder="ICCID, IMEI, MDN or customer"
          value={view.search}
          onChange={(search) => {
            set({ search });
          }}
        />
        <Facet
          label="Rate plan"
          options={facets.value?.plans.map((facet) => ({
            value: facet.value,
            label: `${planName(facet.value)} (${count(facet.count)})`,
          }))}
          value={view.planCodes}
          onChange={(planCodes) => {
            set({ planCodes });
          }}
        />
        <Facet
          label="State"
          options={optionsOf(facets.value?.states)}
          value={view.states}
          onChange={(states) => {
            set({ states });
          }}
        />
        <Facet
          label="Customer"
          options={optionsOf(facets.value?.customers)}
          value={view.customers}
          onChange={(customers) => {
            set({ customers });
          }}
        />
        <MoreFilters view={view} set={set} groups={facets.value?.groups ?? []} />
        <Text size="sm" className="soft number" aria-live="polite">
          {pages.total === undefined ? '' : isFiltered ? `${count(total)} match` : ''}
        </Text>
        <Group ml="auto" gap={8}>
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
          set({ sort: { by: by as DeviceView['sort']['by'], descending: sort.by === by && !sort.descending } });
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

function optionsOf(facets: readonly FacetValue[] | undefined): { value: string; label: string }[] | undefined {
  return facets?.map(({ value, count: size }) => ({ value, label: `${value} (${count(size)})` }));
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
