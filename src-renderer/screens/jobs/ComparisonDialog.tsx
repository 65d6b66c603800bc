import { Modal, Stack, Table } from '@mantine/core';
import type { JobView } from '../../../src-preload/contract';
import { api } from '../../lib/api';
import { count, percent, took, when } from '../../lib/format';
import { Failed, Loading } from '../../components/Page';
import { StatusBadge } from '../../components/StatusBadge';
import { useLoad } from '../../state/use-load';

interface Props {
  /** The two jobs, the older one first; null while nothing is compared. */
  pair: readonly [number, number] | null;
  onClose: () => void;
}

/** Two jobs side by side, and what became of the devices that both had. */
export function ComparisonDialog({ pair, onClose }: Props) {
  const compared = useLoad(pair === null ? null : `compare ${pair.join(' ')}`, () =>
    api('jobs.compare', { first: pair?.[0] ?? 0, second: pair?.[1] ?? 0 }),
  );
  return (
    <Modal opened={pair !== null} onClose={onClose} size={820} title="Compare two jobs">
      {compared.failure !== undefined && <Failed failure={compared.failure} />}
      {compared.value === undefined && compared.failure === undefined && <Loading />}
      {compared.value !== undefined && <Comparison {...compared.value} />}
    </Modal>
  );
}

function Comparison({
  first,
  second,
  overlap,
}: {
  first: JobView;
  second: JobView;
  overlap: { both: number; processedInBoth: number; errorInBoth: number; mended: number; broken: number };
}) {
  const rows: [string, (view: JobView) => React.ReactNode][] = [
    ['Status', ({ status }) => <StatusBadge status={status} />],
    ['What', ({ job }) => job.title],
    ['Account', ({ provider }) => provider],
    ['By', ({ job }) => job.author],
    ['Started', ({ job }) => when(job.startedAt)],
    ['Took', ({ job }) => took(job)],
    ['Devices', ({ counts }) => count(counts.total)],
    ['Processed', ({ counts }) => count(counts.processed)],
    ['Error', ({ counts }) => count(counts.error)],
    ['Error rate', ({ counts }) => percent(rate(counts.error, counts.processed + counts.error))],
    ['Skipped', ({ counts }) => count(counts.skipped)],
    ['Unconfirmed', ({ counts }) => count(counts.unconfirmed)],
    ['Requests', ({ requests }) => `${count(requests.change)} and ${count(requests.readBack)} read-backs`],
    ['First reason', ({ reasons }) => reasons[0]?.reason ?? '—'],
  ];
  const shared: [string, number][] = [
    ['Devices in both', overlap.both],
    ['Processed in both', overlap.processedInBoth],
    ['Error in both', overlap.errorInBoth],
    [`Error in job ${first.job.id.toString()}, processed in job ${second.job.id.toString()}`, overlap.mended],
    [`Processed in job ${first.job.id.toString()}, error in job ${second.job.id.toString()}`, overlap.broken],
  ];
  return (
    <Stack>
      <div className="panel">
        <Table verticalSpacing={4} layout="fixed">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={140} />
              <Table.Th>Job {first.job.id}</Table.Th>
              <Table.Th>Job {second.job.id}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(([label, cell]) => (
              <Table.Tr key={label}>
                <Table.Td className="soft">{label}</Table.Td>
                <Table.Td className="number">{cell(first)}</Table.Td>
                <Table.Td className="number">{cell(second)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <div className="panel">
        <Table verticalSpacing={4}>
          <Table.Tbody>
            {shared.map(([label, size]) => (
              <Table.Tr key={label}>
                <Table.Td className="soft">{label}</Table.Td>
                <Table.Td ta="right" className="number">
                  {count(size)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </Stack>
  );
}

function rate(part: number, all: number): number {
  return all === 0 ? 0 : part / all;
}
