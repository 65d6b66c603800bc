import { Drawer, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import { FULL_REPORT } from '../../../src-main/domain/export-columns';
import { STATUS_OF, type ChangeState, type StateCounts } from '../../../src-main/domain/changes';
import type { JobCounts } from '../../../src-main/domain/jobs';
import type { Job } from '../../../src-main/store/jobs';
import { valueText } from '../../../src-main/domain/change-order';
import type { Change } from '../../../src-main/store/changes';
import { api } from '../../lib/api';
import { count, when } from '../../lib/format';
import { exportColumns } from '../../components/export/export-columns';
import { ExportButton } from '../../components/export/ExportButton';
import { DataGrid } from '../../components/grid/DataGrid';
import { useColumns, type Column } from '../../components/grid/use-columns';
import { usePages } from '../../components/grid/use-pages';
import { EmptyState } from '../../components/Page';
import { SearchField } from '../../components/SearchField';
import { StatusBadge } from '../../components/StatusBadge';
import { ChangeLog } from './ChangeLog';

const FILTERS = {
  all: { label: 'All', states: [] },
  open: { label: 'Open', states: ['queued', 'submitting', 'uncertain', 'accepted'] },
  processed: { label: 'Processed', states: ['confirmed'] },
  error: { label: 'Error', states: ['rejected', 'failed'] },
  unconfirmed: { label: 'Unconfirmed', states: ['unconfirmed'] },
  left: { label: 'Skipped or cancelled', states: ['skipped', 'cancelled'] },
} as const satisfies Record<string, { label: string; states: readonly ChangeState[] }>;
export type ChangeFilter = keyof typeof FILTERS;
const EVERYTHING = { states: [], search: '' };

interface Props {
  jobId: number;
  /** What the job changes, and to what. */
  job: Pick<Job, 'type' | 'target'>;
  counts: JobCounts;
  states: StateCounts;
  filter: ChangeFilter;
  onFilter: (filter: ChangeFilter) => void;
  search: string;
  onSearch: (search: string) => void;
}

/** Each device of a job: how far it got, and why it did not get further. */
export function ChangesTable({ jobId, job, counts, states, filter, onFilter, search, onSearch }: Props) {
  const [settled] = useDebouncedValue(search, 120);
  const [opened, setOpened] = useState<Change | null>(null);
  // The visible rows follow the counts: once for each change of them that the window is told of.
  const version = Object.values(states).reduce((mix, value) => (mix * 31 + value) % 1_000_000_007, 7);
  const pages = usePages<Change>(JSON.stringify([jobId, filter, settled]), version, (offset, limit) =>
    api('jobs.changes', { jobId, states: [...FILTERS[filter].states], search: settled, offset, limit }),
  );
  const sizes: Record<ChangeFilter, number> = {
    all: counts.total,
    open: counts.open,
    processed: counts.processed,
    error: counts.error,
    unconfirmed: counts.unconfirmed,
    left: counts.skipped + counts.cancelled,
  };
  const columns = useMemo<Column<Change>[]>(
    () => [
      {
        key: 'identifier',
        header: 'Device',
        width: 180,
        cell: (change) => <span className="mono">{change.identifier.id}</span>,
      },
      {
        key: 'status',
        header: 'Status',
        width: 120,
        text: (change) => STATUS_OF[change.state],
        cell: (change) => <StatusBadge status={STATUS_OF[change.state]} />,
      },
      { key: 'stage', header: 'Stage', width: 90, cell: (change) => <span className="soft">{change.state}</span> },
      {
        key: 'from',
        header: 'From',
        width: 110,
        grow: 1,
        cell: (change) => valueText(job.type, change.fromValue),
      },
      { key: 'to', header: 'To', width: 110, grow: 1, cell: () => valueText(job.type, job.target) },
      {
        key: 'reason',
        header: 'Reason',
        width: 240,
        grow: 2,
        cell: (change) => <span title={change.reason ?? undefined}>{change.reason}</span>,
      },
      {
        key: 'finished',
        header: 'Finished',
        width: 130,
        cell: (change) => <span className="number">{when(change.finishedAt)}</span>,
      },
    ],
    [job.type, job.target],
  );
  const layout = useColumns('changes', columns);
  const isNarrowed = filter !== 'all' || settled.trim() !== '';
  return (
    <>
      <div className="toolbar">
        <SegmentedControl
          size="xs"
          aria-label="Which devices"
          value={filter}
          onChange={(value) => {
            onFilter(value);
          }}
          data={(Object.keys(FILTERS) as ChangeFilter[]).map((name) => ({
            value: name,
            label: `${FILTERS[name].label} ${count(sizes[name])}`,
          }))}
        />
        <Group ml="auto" gap={8}>
          <SearchField
            width={240}
            label="Search devices of this job"
            placeholder="Identifier, code or reason"
            value={search}
            onChange={onSearch}
          />
          <ExportButton
            noun="devices"
            scopes={[
              { key: 'view', label: isNarrowed ? 'As shown' : 'All of this job', size: pages.total ?? null },
              ...(isNarrowed ? [{ key: 'all', label: 'All of this job', size: counts.total }] : []),
            ]}
            columns={{ shown: exportColumns('changes', layout).shown, all: FULL_REPORT }}
            run={({ scope, ...order }) => {
              const view = scope === 'view' ? { states: [...FILTERS[filter].states], search: settled } : EVERYTHING;
              return api('export.changes', { jobId, ...view, ...order });
            }}
          />
        </Group>
      </div>
      <DataGrid
        label="Devices of this job"
        layout={layout}
        pages={pages}
        rowKey={(change) => change.id}
        onOpen={setOpened}
        empty={<EmptyState title="No device here" />}
      />
      <Drawer
        opened={opened !== null}
        onClose={() => {
          setOpened(null);
        }}
        title={
          <Text fw={600} className="mono">
            {opened?.identifier.id}
          </Text>
        }
      >
        {opened !== null && <ChangeStory change={opened} job={job} />}
      </Drawer>
    </>
  );
}

function ChangeStory({ change, job }: { change: Change; job: Props['job'] }) {
  return (
    <Stack gap="sm">
      <Group>
        <StatusBadge status={STATUS_OF[change.state]} size="lg" />
        <Text size="sm">
          {change.fromValue === null ? 'unknown' : valueText(job.type, change.fromValue)} →{' '}
          {valueText(job.type, job.target)}
        </Text>
      </Group>
      {change.reason !== null && <Text size="sm">{change.reason}</Text>}
      {change.nextStep !== null && (
        <Text size="sm">
          <b>What to do:</b> {change.nextStep}
        </Text>
      )}
      <Text size="xs" className="soft">
        Submitted {when(change.submittedAt)} · accepted {when(change.acceptedAt)} · finished {when(change.finishedAt)}
        {change.requestId === null ? '' : ` · carrier request ${change.requestId}`}
      </Text>
      <ChangeLog changeId={change.id} />
    </Stack>
  );
}
