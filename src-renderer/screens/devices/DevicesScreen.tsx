import { Alert, Button, Group, MultiSelect, Progress, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { ClipboardPaste, FileUp, RefreshCw } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { CallInput, ProviderView } from '../../../src-preload/contract';
import type { Device } from '../../../src-main/store/devices';
import { api } from '../../app/api';
import { attempt } from '../../app/failures';
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
import { ImportDialog } from './ImportDialog';
import { PasteDialog } from './PasteDialog';
import { SelectionFoot } from './SelectionFoot';
import { useGridSelection } from './use-grid-selection';

type Query = CallInput<'devices.page'>;
const SEARCH_DELAY_MS = 120;

export function DevicesScreen({ provider }: { provider: ProviderView }) {
  const providerId = provider.id;
  const [search, setSearch] = useState('');
  const [settled] = useDebouncedValue(search, SEARCH_DELAY_MS);
  const [planCodes, setPlanCodes] = useState<string[]>([]);
  const [states, setStates] = useState<string[]>([]);
  const [customers, setCustomers] = useState<string[]>([]);
  const [drifted, setDrifted] = useState(false);
  const [sort, setSort] = useState<Query['sort']>({ by: 'iccid', descending: false });
  const [opened, setOpened] = useState<number | null>(null);
  const [dialog, setDialog] = useState<'paste' | 'import' | null>(null);
  const tick = useLive((state) => state.inventoryTick);
  const sync = useLive((state) => state.sync);

  const filter = useMemo(
    () => ({ search: settled, planCodes, states, customers, drifted }),
    [settled, planCodes, states, customers, drifted],
  );
  const isFiltered = settled !== '' || drifted || planCodes.length + states.length + customers.length > 0;
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
      <DriftNotice provider={provider} count={facets.value?.drifted ?? 0} shown={drifted} onShow={setDrifted} />
      <div className="toolbar">
        <SearchField
          width={250}
          label="Search devices"
          placeholder="ICCID, IMEI, MDN or customer"
          value={search}
          onChange={setSearch}
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

/** Plans that somebody changed elsewhere; seen at the last sync. */
function DriftNotice({
  provider,
  count: size,
  shown,
  onShow,
}: {
  provider: ProviderView;
  count: number;
  shown: boolean;
  onShow: (shown: boolean) => void;
}) {
  const changed = useLive((state) => state.inventoryChanged);
  if (size === 0 && !shown) return null;
  return (
    <Alert color="yellow" mx={20} mt={12} py={6} role="status">
      <Group justify="space-between">
        <Text size="sm">
          {devices(size)} {size === 1 ? 'has' : 'have'} a plan that was changed elsewhere since the console last knew
          it.
        </Text>
        <Group gap={8}>
          <Button
            variant="default"
            size="xs"
            onClick={() => {
              onShow(!shown);
            }}
          >
            {shown ? 'Show all devices' : 'Show them'}
          </Button>
          <Button
            variant="subtle"
            size="xs"
            onClick={() => {
              attempt('Not marked as seen', async () => {
                await api('devices.forgetDrift', { providerId: provider.id });
                onShow(false);
                changed();
              });
            }}
          >
            Mark as seen
          </Button>
        </Group>
      </Group>
    </Alert>
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
