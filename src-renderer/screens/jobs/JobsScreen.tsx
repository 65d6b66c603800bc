import { Badge, Button, Group, Text } from '@mantine/core';
import { GitCompareArrows } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { JobView } from '../../../src-preload/contract';
import { BULK_STATUSES, progressOf, type BulkStatus } from '../../../src-main/domain/jobs';
import { CHANGE_TYPE_NAMES, CHANGE_TYPES, type ChangeType } from '../../../src-main/domain/change-order';
import { api } from '../../lib/api';
import { count, percent, when } from '../../lib/format';
import { exportColumns } from '../../components/export/export-columns';
import { ExportButton } from '../../components/export/ExportButton';
import { FilterChoice } from '../../components/FilterChoice';
import { ColumnsMenu } from '../../components/grid/ColumnsMenu';
import { DataGrid } from '../../components/grid/DataGrid';
import { localPages } from '../../components/grid/local-pages';
import { useColumns, type Column } from '../../components/grid/use-columns';
import { Failed, Loading, EmptyState, PageHead } from '../../components/Page';
import { StageBar } from '../../components/StageBar';
import { SearchField } from '../../components/SearchField';
import { StatusBadge } from '../../components/StatusBadge';
import { DisabledTooltip } from '../../components/DisabledTooltip';
import { useLive } from '../../state/live';
import { useNavigation } from '../../state/navigation';
import { useLoad } from '../../state/use-load';
import { ComparisonDialog } from './ComparisonDialog';

interface JobFilter {
  search: string;
  statuses: BulkStatus[];
  types: ChangeType[];
  accounts: string[];
}

const EVERY_JOB: JobFilter = { search: '', statuses: [], types: [], accounts: [] };

/** Past and present jobs; everything here is read from the store, without network. */
export function JobsScreen() {
  const tick = useLive((state) => state.jobTick);
  const progress = useLive((state) => state.progress);
  const go = useNavigation((state) => state.go);
  const [filter, setFilter] = useState(EVERY_JOB);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [compared, setCompared] = useState<readonly [number, number] | null>(null);
  const set = (change: Partial<JobFilter>): void => {
    setFilter((before) => ({ ...before, ...change }));
  };
  const jobs = useLoad(`jobs ${tick.toString()}`, () => api('jobs.list'));
  const rows = useMemo(() => (jobs.value ?? []).filter((view) => matches(view, filter)), [jobs.value, filter]);
  const columns = useMemo<Column<JobView>[]>(
    () => [
      {
        key: 'id',
        header: 'Job',
        width: 50,
        always: true,
        cell: ({ job }) => <span className="number">{job.id}</span>,
      },
      {
        key: 'status',
        header: 'Status',
        width: 110,
        text: ({ status }) => status,
        cell: ({ status }) => <StatusBadge status={status} />,
      },
      {
        key: 'title',
        header: 'What',
        width: 220,
        grow: 2,
        text: ({ job }) => job.title,
        cell: ({ job }) => (
          <>
            {job.state === 'awaiting-approval' && (
              <Badge size="xs" color="blue" variant="light" tt="none" mr={6}>
                waits for approval
              </Badge>
            )}
            {job.title}
          </>
        ),
      },
      {
        key: 'progress',
        header: 'Progress',
        width: 120,
        grow: 1,
        text: ({ job, counts }) => percent(progressOf(progress[job.id]?.counts ?? counts)),
        cell: ({ job, states }) => <StageBar states={progress[job.id]?.states ?? states} withKey={false} />,
      },
      {
        key: 'processed',
        header: 'Processed',
        width: 90,
        align: 'right',
        cell: ({ job, counts }) => (
          <span className="number">{count((progress[job.id]?.counts ?? counts).processed)}</span>
        ),
      },
      {
        key: 'error',
        header: 'Error',
        width: 70,
        align: 'right',
        cell: ({ job, counts }) => <span className="number">{count((progress[job.id]?.counts ?? counts).error)}</span>,
      },
      { key: 'provider', header: 'Account', width: 120, grow: 1, cell: ({ provider }) => provider },
      {
        key: 'created',
        header: 'Created',
        width: 130,
        cell: ({ job }) => <span className="number">{when(job.createdAt)}</span>,
      },
      { key: 'author', header: 'By', width: 80, cell: ({ job }) => job.author },
    ],
    [progress],
  );
  const layout = useColumns('jobs', columns);
  const isFiltered = filter !== EVERY_JOB;
  const tickedRows = rows.filter(({ job }) => chosen.has(job.id));
  const accounts = [...new Set((jobs.value ?? []).map((view) => view.provider))];
  const [older, newer] = [...chosen].sort((a, b) => a - b);
  if (jobs.failure !== undefined) return <Failed failure={jobs.failure} />;
  if (jobs.value === undefined) return <Loading />;
  return (
    <div className="page-fill">
      <PageHead title="Jobs" detail="Every bulk change of this console; readable without network">
        <DisabledTooltip reason={chosen.size === 2 ? null : 'Tick two jobs to compare them.'}>
          <Button
            variant="default"
            leftSection={<GitCompareArrows size={14} aria-hidden />}
            disabled={chosen.size !== 2}
            onClick={() => {
              if (older !== undefined && newer !== undefined) setCompared([older, newer]);
            }}
          >
            Compare
          </Button>
        </DisabledTooltip>
      </PageHead>
      <div className="toolbar">
        <SearchField
          width={240}
          label="Search jobs"
          placeholder="Number, plan, account or author"
          value={filter.search}
          onChange={(search) => {
            set({ search });
          }}
        />
        <FilterChoice
          label="Status"
          options={[...BULK_STATUSES]}
          value={filter.statuses}
          onChange={(statuses) => {
            set({ statuses: statuses as BulkStatus[] });
          }}
        />
        <FilterChoice
          label="Kind"
          options={CHANGE_TYPES.map((value) => ({ value, label: CHANGE_TYPE_NAMES[value] }))}
          value={filter.types}
          onChange={(types) => {
            set({ types: types as ChangeType[] });
          }}
        />
        <FilterChoice
          label="Account"
          options={accounts}
          value={filter.accounts}
          onChange={(chosenAccounts) => {
            set({ accounts: chosenAccounts });
          }}
        />
        <Text size="sm" className="soft number" aria-live="polite">
          {isFiltered ? `${count(rows.length)} match` : ''}
        </Text>
        <Group ml="auto">
          <ColumnsMenu layout={layout} />
          <ExportButton
            noun="jobs"
            scopes={[
              { key: 'view', label: isFiltered ? 'All that match' : 'All jobs', size: rows.length },
              { key: 'selection', label: 'The ticked ones', size: tickedRows.length },
              ...(isFiltered ? [{ key: 'all', label: 'All jobs', size: jobs.value.length }] : []),
            ]}
            columns={exportColumns('jobs', layout)}
            run={({ scope, ...order }) => {
              const wanted = scope === 'selection' ? tickedRows : scope === 'view' ? rows : (jobs.value ?? []);
              return api('export.jobs', { jobIds: wanted.map(({ job }) => job.id), ...order });
            }}
          />
        </Group>
      </div>
      <DataGrid
        label="Jobs"
        layout={layout}
        pages={localPages(rows)}
        rowKey={({ job }) => job.id}
        onOpen={({ job }) => {
          go({ name: 'job', jobId: job.id });
        }}
        selection={{
          has: (id) => chosen.has(id),
          toggle: (id) => {
            const next = new Set(chosen);
            if (!next.delete(id)) next.add(id);
            setChosen(next);
          },
          addRange: (from, to) => {
            setChosen(new Set([...chosen, ...rows.slice(from, to + 1).map(({ job }) => job.id)]));
          },
          all: chosen.size === 0 ? 'none' : rows.every(({ job }) => chosen.has(job.id)) ? 'all' : 'some',
          toggleAll: () => {
            setChosen(chosen.size > 0 ? new Set() : new Set(rows.map(({ job }) => job.id)));
          },
          clear: () => {
            setChosen(new Set());
          },
        }}
        copy={{ selected: { size: tickedRows.length, rows: () => Promise.resolve(tickedRows) } }}
        empty={
          <EmptyState title={isFiltered ? 'No job matches' : 'No jobs yet'}>
            <Text size="sm" className="soft">
              {isFiltered ? 'Take a filter away.' : 'A job is made when you change the rate plan of selected devices.'}
            </Text>
            <Button
              mt="xs"
              variant={isFiltered ? 'default' : 'filled'}
              onClick={() => {
                if (isFiltered) setFilter(EVERY_JOB);
                else go({ name: 'devices' });
              }}
            >
              {isFiltered ? 'Show all jobs' : 'Select devices'}
            </Button>
          </EmptyState>
        }
      />
      <ComparisonDialog
        pair={compared}
        onClose={() => {
          setCompared(null);
        }}
      />
    </div>
  );
}

function matches(view: JobView, { search, statuses, types, accounts }: JobFilter): boolean {
  const { job, provider, targetName, status } = view;
  const text = `${job.id.toString()} ${job.title} ${provider} ${job.author} ${targetName} ${job.target}`.toLowerCase();
  return (
    text.includes(search.trim().toLowerCase()) &&
    (statuses.length === 0 || statuses.includes(status)) &&
    (types.length === 0 || types.includes(job.type)) &&
    (accounts.length === 0 || accounts.includes(provider))
  );
}
