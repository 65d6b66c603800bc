import { Button, Group, Progress, Text } from '@mantine/core';
import { ClipboardPaste, FileUp, RefreshCw } from 'lucide-react';
import { useMemo } from 'react';
import type { ProviderView } from '../../../src-preload/contract';
import type { DeviceView } from '../../../src-main/domain/device-view';
import type { Device, Facet } from '../../../src-main/store/devices';
import { api } from '../../lib/api';
import { count, devices, when } from '../../lib/format';
import { syncNow } from '../../state/sync-now';
import { exportColumns } from '../../components/export/export-columns';
import { ExportButton } from '../../components/export/ExportButton';
import { FilterChoice } from '../../components/FilterChoice';
import { ColumnsMenu } from '../../components/grid/ColumnsMenu';
import { DataGrid } from '../../components/grid/DataGrid';
import { useColumns } from '../../components/grid/use-columns';
import { usePages } from '../../components/grid/use-pages';
import { EmptyState, PageHead } from '../../components/Page';
import { Allowed, DisabledTooltip } from '../../components/DisabledTooltip';
import { SearchField } from '../../components/SearchField';
import { useDeviceViews, viewOf } from '../../state/device-view';
import { useSelection } from '../../state/selection';
import { useDialogs } from '../../state/dialogs';
import { useLive } from '../../state/live';
import { usePlanNames } from '../../state/plan-names';
import { useLoad } from '../../state/use-load';
import { deviceColumns } from './device-columns';
import { DriftNotice } from './DriftNotice';
import { MoreFilters } from './MoreFilters';
import { SavedViews } from './SavedViews';
import { SelectionBar } from './SelectionBar';
import { conditionsOf, useDeviceFilter } from './use-device-filter';
import { selectedRows, useGridSelection } from './use-grid-selection';

export function DevicesScreen({ provider }: { provider: ProviderView }) {
  const providerId = provider.id;
  const view = useDeviceViews((state) => viewOf(state, providerId));
  const change = useDeviceViews((state) => state.change);
  const set = (changed: Partial<DeviceView>): void => {
    change(providerId, changed);
  };
  const { sort } = view;
  const { show, showDevice } = useDialogs();
  const tick = useLive((state) => state.inventoryTick);
  const sync = useLive((state) => state.sync);

  const filter = useDeviceFilter(view);
  const isFiltered = view.search !== '' || conditionsOf(view) > 0;
  const facets = useLoad(`facets ${providerId.toString()} ${tick.toString()}`, () =>
    api('devices.facets', { providerId }),
  );
  const planName = usePlanNames(providerId);
  const pages = usePages<Device>(JSON.stringify([providerId, filter, sort]), tick, (offset, limit) =>
    api('devices.page', { providerId, filter, sort, offset, limit }),
  );
  const total = pages.total ?? 0;
  const selection = useGridSelection(providerId, filter, sort, total);
  const columns = useMemo(() => deviceColumns(planName), [planName]);
  const layout = useColumns('devices', columns);
  const selectedIds = useSelection((state) => state.ids);

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
        <SavedViews providerId={providerId} view={view} onChoose={set} />
        <Button
          variant="default"
          leftSection={<ClipboardPaste size={14} aria-hidden />}
          onClick={() => {
            show('paste');
          }}
        >
          Select from list
        </Button>
        <Allowed to="inventory">
          <Button
            variant="default"
            leftSection={<RefreshCw size={14} aria-hidden />}
            loading={sync !== null}
            onClick={syncNow}
          >
            Sync
          </Button>
        </Allowed>
        <Allowed to="inventory">
          <Button
            variant="default"
            leftSection={<FileUp size={14} aria-hidden />}
            onClick={() => {
              show('import');
            }}
          >
            Import devices
          </Button>
        </Allowed>
        <ExportButton
          noun="devices"
          scopes={[
            { key: 'view', label: isFiltered ? 'All that match' : 'All devices', size: total },
            { key: 'selection', label: 'The selected ones', size: selectedIds.size },
            ...(isFiltered ? [{ key: 'all', label: 'All devices', size: provider.devices }] : []),
          ]}
          columns={exportColumns('devices', layout)}
          run={({ scope, ...order }) =>
            api('export.devices', {
              providerId,
              ...(scope === 'selection' ? { deviceIds: [...selectedIds] } : {}),
              filter: scope === 'view' ? filter : {},
              sort,
              ...order,
            })
          }
        />
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
        <FilterChoice
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
        <FilterChoice
          label="State"
          options={optionsOf(facets.value?.states)}
          value={view.states}
          onChange={(states) => {
            set({ states });
          }}
        />
        <FilterChoice
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
          <ColumnsMenu layout={layout} />
          <DisabledTooltip
            reason={total === 0 ? 'No device matches.' : selection.all === 'all' ? 'All are selected already.' : null}
          >
            <Button
              variant="light"
              data-tour-target="0"
              disabled={total === 0 || selection.all === 'all'}
              onClick={selection.toggleAll}
            >
              Select all {count(total)}
            </Button>
          </DisabledTooltip>
        </Group>
      </div>
      <DataGrid
        label="Devices"
        layout={layout}
        pages={pages}
        rowKey={(device) => device.id}
        sort={sort}
        onSort={(by) => {
          set({ sort: { by: by as DeviceView['sort']['by'], descending: sort.by === by && !sort.descending } });
        }}
        onOpen={(device) => {
          showDevice(device.id);
        }}
        selection={selection}
        copy={{
          selected: { size: selectedIds.size, rows: () => selectedRows(providerId, [...selectedIds], sort) },
          identifiers: { key: 'iccid', plural: 'ICCIDs' },
        }}
        empty={<NoDevices isFiltered={isFiltered} />}
      />
      <SelectionBar providerId={providerId} />
    </div>
  );
}

function NoDevices({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <EmptyState title="No device matches">
        <Text size="sm" className="soft">
          Take a filter away, or search for fewer digits.
        </Text>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No devices yet">
      <Text size="sm" className="soft">
        Read them from the carrier with Sync, or import a list.
      </Text>
      <Allowed to="inventory">
        <Button mt="xs" onClick={syncNow}>
          Sync now
        </Button>
      </Allowed>
    </EmptyState>
  );
}

function optionsOf(facets: readonly Facet[] | undefined): { value: string; label: string }[] | undefined {
  return facets?.map(({ value, count: size }) => ({ value, label: `${value} (${count(size)})` }));
}
