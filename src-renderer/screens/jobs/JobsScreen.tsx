import { Button, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { JobView } from '../../../src-preload/contract';
import { api } from '../../app/api';
import { count, when } from '../../app/format';
import { DataGrid, type Column } from '../../components/DataGrid';
import { Nothing, PageHead } from '../../components/Page';
import { StageBar } from '../../components/StageBar';
import { SearchField } from '../../components/SearchField';
import { StatusBadge } from '../../components/StatusBadge';
import { usePages } from '../../components/use-pages';
import { useLive } from '../../state/live';
import { useNavigation } from '../../state/navigation';

/** Past and present jobs; everything here is read from the store, without network. */
export function JobsScreen() {
  const tick = useLive((state) => state.jobTick);
  const progress = useLive((state) => state.progress);
  const go = useNavigation((state) => state.go);
  const [search, setSearch] = useState('');
  const wanted = search.trim().toLowerCase();
  const pages = usePages<JobView>(wanted, tick, async (offset, limit) => {
    const all = (await api('jobs.list')).filter((view) =>
      `${view.job.id.toString()} ${view.job.title} ${view.provider} ${view.job.author} ${view.status} ${view.job.target}`
        .toLowerCase()
        .includes(wanted),
    );
    return { total: all.length, rows: all.slice(offset, offset + limit) };
  });
  const columns = useMemo<Column<JobView>[]>(
    () => [
      { key: 'id', header: 'Job', width: '50px', cell: ({ job }) => <span className="number">{job.id}</span> },
      { key: 'status', header: 'Status', width: '110px', cell: ({ status }) => <StatusBadge status={status} /> },
      { key: 'title', header: 'What', width: 'minmax(220px, 2fr)', cell: ({ job }) => job.title },
      {
        key: 'progress',
        header: 'Progress',
        width: 'minmax(120px, 1fr)',
        cell: ({ job, states }) => <StageBar states={progress[job.id]?.states ?? states} withKey={false} />,
      },
      {
        key: 'processed',
        header: 'Processed',
        width: '90px',
        align: 'right',
        cell: ({ job, counts }) => (
          <span className="number">{count((progress[job.id]?.counts ?? counts).processed)}</span>
        ),
      },
      {
        key: 'error',
        header: 'Error',
        width: '70px',
        align: 'right',
        cell: ({ job, counts }) => <span className="number">{count((progress[job.id]?.counts ?? counts).error)}</span>,
      },
      { key: 'provider', header: 'Account', width: 'minmax(120px, 1fr)', cell: ({ provider }) => provider },
      {
        key: 'created',
        header: 'Created',
        width: '130px',
        cell: ({ job }) => <span className="number">{when(job.createdAt)}</span>,
      },
      { key: 'author', header: 'By', width: '80px', cell: ({ job }) => job.author },
    ],
    [progress],
  );
  return (
    <div className="page-fill">
      <PageHead title="Jobs" detail="Every bulk change of this console; readable without network" />
      <div className="toolbar">
        <SearchField
          width={280}
          label="Search jobs"
          placeholder="Number, plan, account, status or author"
          value={search}
          onChange={setSearch}
        />
      </div>
      <DataGrid
        label="Jobs"
        columns={columns}
        pages={pages}
        rowKey={({ job }) => job.id}
        onOpen={({ job }) => {
          go({ name: 'job', jobId: job.id });
        }}
        empty={
          <Nothing title={wanted === '' ? 'No jobs yet' : 'No job matches'}>
            <Text size="sm" className="soft">
              A job is made when you change the rate plan of selected devices.
            </Text>
            {wanted === '' && (
              <Button
                mt="xs"
                onClick={() => {
                  go({ name: 'devices' });
                }}
              >
                Select devices
              </Button>
            )}
          </Nothing>
        }
      />
    </div>
  );
}
