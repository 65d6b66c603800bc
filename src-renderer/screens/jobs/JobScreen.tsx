import {
  ActionIcon,
  Alert,
  Button,
  Group,
  SimpleGrid,
  Stack,
  Table,
  Text,
  Tooltip,
  VisuallyHidden,
} from '@mantine/core';
import { ArrowLeft } from 'lucide-react';
import { useState } from 'react';
import type { JobView } from '../../../src-preload/contract';
import type { JobProgress } from '../../../src-main/monitor/progress';
import { waitingText, type WaitCause } from '../../../src-main/domain/waiting';
import { api } from '../../lib/api';
import { attempt } from '../../lib/failures';
import { count, duration, percent, took, when } from '../../lib/format';
import { Failed, Loading, PageHead, Tile } from '../../components/Page';
import { SecondsLeft } from '../../components/SecondsLeft';
import { StageBar } from '../../components/StageBar';
import { StatusBadge } from '../../components/StatusBadge';
import { useLive } from '../../state/live';
import { useNavigation } from '../../state/navigation';
import { useLoad } from '../../state/use-load';
import { ApprovalNotice, Decisions } from './Approval';
import { ChangesTable, type ChangeFilter } from './ChangesTable';
import { JobControls } from './JobControls';
import { RunChart } from './RunChart';

/** One job, while it runs and for ever after. */
export function JobScreen({ jobId }: { jobId: number }) {
  const tick = useLive((state) => state.jobTick);
  const live = useLive((state) => state.progress[jobId]);
  const loaded = useLoad(`job ${jobId.toString()} ${tick.toString()}`, () => api('jobs.get', { jobId }));
  const [filter, setFilter] = useState<ChangeFilter>('all');
  const [search, setSearch] = useState('');
  const go = useNavigation((state) => state.go);
  if (loaded.failure !== undefined) return <Failed failure={loaded.failure} />;
  if (loaded.value === undefined) return <Loading />;
  const view = loaded.value.job;
  const progress = live ?? loaded.value.progress;
  const running = view.job.state === 'running';
  const states = running && progress !== null ? progress.states : view.states;
  const counts = running && progress !== null ? progress.counts : view.counts;
  return (
    <div className="page-fill">
      <PageHead
        title={
          <Group gap={10} wrap="nowrap">
            <Tooltip label="All jobs">
              <ActionIcon
                variant="subtle"
                aria-label="All jobs"
                onClick={() => {
                  go({ name: 'jobs' });
                }}
              >
                <ArrowLeft size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
            <span>Job {jobId}</span>
            <StatusBadge status={view.status} size="lg" />
          </Group>
        }
        detail={`${view.job.title}${view.job.parentJobId === null ? '' : ` (${view.job.childKind ?? 'child'} of job ${view.job.parentJobId.toString()})`} · ${view.provider} · by ${view.job.author} · ${when(view.job.startedAt ?? view.job.createdAt)}`}
      >
        <JobControls view={view} />
      </PageHead>
      <div style={{ padding: '14px 20px 6px' }}>
        <Stack gap="sm">
          <JobNotice view={view} progress={running ? progress : null} />
          <ChildJobs view={view} />
          <Decisions view={view} />
          <div
            role="progressbar"
            aria-label="Changes with an outcome"
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={counts.total === 0 ? 100 : Math.floor(((counts.total - counts.open) / counts.total) * 100)}
          >
            <StageBar states={states} />
          </div>
          <SpokenProgress counts={counts} running={running} status={view.status} />
          {running && <RunChart jobId={jobId} />}
          <Figures counts={counts} progress={running ? progress : null} view={view} />
          <Reasons
            view={view}
            onShow={(reason) => {
              setFilter('all');
              setSearch(reason);
            }}
          />
        </Stack>
      </div>
      <ChangesTable
        jobId={jobId}
        counts={counts}
        states={states}
        filter={filter}
        onFilter={setFilter}
        search={search}
        onSearch={setSearch}
        job={view.job}
      />
    </div>
  );
}

/** For screen readers, at each tenth and at the end: more often would be chatter. */
function SpokenProgress({
  counts,
  running,
  status,
}: {
  counts: JobView['counts'];
  running: boolean;
  status: JobView['status'];
}) {
  const tenths = counts.total === 0 ? 10 : Math.floor(((counts.total - counts.open) / counts.total) * 10);
  const text = running ? `${(tenths * 10).toString()} percent of the devices have an outcome` : `The job is ${status}`;
  return (
    <VisuallyHidden role="status" aria-live="polite">
      {text}
    </VisuallyHidden>
  );
}

function Figures({
  counts,
  progress,
  view,
}: {
  counts: JobView['counts'];
  progress: JobProgress | null;
  view: JobView;
}) {
  const failed = counts.processed + counts.error === 0 ? 0 : counts.error / (counts.processed + counts.error);
  return (
    <SimpleGrid cols={{ base: 2, xs: 3, md: 6 }} spacing="sm" aria-live="off">
      <Tile
        label="Processed"
        value={count(counts.processed)}
        detail={`confirmed, ${percent(counts.total === 0 ? 1 : counts.processed / counts.total)}`}
      />
      <Tile
        label="Error"
        value={count(counts.error)}
        detail={`${percent(failed)} error rate`}
        {...(counts.error > 0 ? { color: 'var(--bar-error)' } : {})}
      />
      <Tile label="Skipped" value={count(counts.skipped)} detail="nothing to change" />
      <Tile label="Unconfirmed" value={count(counts.unconfirmed)} detail="accepted, not seen" />
      {progress === null ? (
        <Tile
          label="Requests"
          value={count(view.requests.change)}
          detail={`and ${count(view.requests.readBack)} read-backs`}
        />
      ) : (
        <Tile
          label="Outcomes a second"
          value={progress.outcomesPerSecond.toFixed(0)}
          detail={
            progress.waiting === null ? (
              `up to ${progress.requestsPerSecond.toFixed(1)} requests/s`
            ) : (
              <>
                {WAIT_WORDS[progress.waiting.cause]}{' '}
                {progress.waiting.until !== null && <SecondsLeft until={progress.waiting.until} />}
              </>
            )
          }
        />
      )}
      {progress === null ? (
        <Tile
          label="Took"
          value={took(view.job)}
          detail={view.job.finishedAt === null ? 'not finished' : when(view.job.finishedAt)}
        />
      ) : (
        <Tile
          label="Time left"
          value={progress.etaS === null ? '—' : duration(progress.etaS)}
          detail={`${count(counts.open)} open`}
        />
      )}
    </SimpleGrid>
  );
}

/** Beside a countdown. */
const WAIT_WORDS: Readonly<Record<WaitCause, string>> = {
  throttled: 'carrier asked to wait',
  unreachable: 'carrier unreachable',
  unreadable: 'answers cannot be read',
  window: 'outside the window',
  behind: 'behind another job',
  approval: 'waits for approval',
  scheduled: 'scheduled',
  rule: 'paused by a rule',
  person: 'paused',
  stopped: 'stopped',
  interrupted: 'interrupted',
  disk: 'data file cannot be written',
  unattended: 'no console runs it',
  overdue: 'start was missed',
};

function JobNotice({ view, progress }: { view: JobView; progress: JobProgress | null }) {
  const { job } = view;
  if (job.state === 'awaiting-approval') return <ApprovalNotice view={view} />;
  if (job.state === 'stopped') {
    return (
      <Alert color="red" title="The job has stopped and waits for you">
        {job.stopReason} Nothing is lost: what has not been sent is still queued. Resume when it is mended.
      </Alert>
    );
  }
  if (view.missedStart || view.waiting?.cause === 'overdue') {
    return (
      <Alert color="yellow" title={`Its start at ${when(job.effectiveAt)} was missed`}>
        No console was running then. Start it now, or cancel it.
      </Alert>
    );
  }
  if (job.state === 'scheduled')
    return (
      <Alert color="blue" title={`Starts at ${when(job.effectiveAt)}`}>
        The console must be running then.
      </Alert>
    );
  if (job.state === 'interrupted') {
    return (
      <Alert color="yellow" title="The console ended while this job was running">
        On resume, what was under way is read back at the carrier before anything is sent again.
      </Alert>
    );
  }
  if (job.state === 'paused') {
    return (
      <Alert color="yellow" title={job.stopReason === null ? 'Paused' : 'Paused: a decision is needed'}>
        {job.stopReason ?? 'Nothing new leaves until you resume.'}
      </Alert>
    );
  }
  const wait = progress === null ? view.waiting : progress.waiting;
  if (wait !== null && (wait.cause !== 'throttled' || wait.askedUntil !== null)) {
    return (
      <Alert
        color={['unreachable', 'unreadable', 'unattended'].includes(wait.cause) ? 'yellow' : 'blue'}
        title={waitingText(wait, when)}
      >
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm">
            {wait.cause === 'unattended'
              ? 'Nothing is sent or read back meanwhile. On resume, what was under way is read back at the carrier before anything is sent again.'
              : 'Nothing new leaves meanwhile. What was sent is still being read back where that is possible.'}
          </Text>
          {['throttled', 'unreachable', 'unreadable'].includes(wait.cause) && (
            <Button
              variant="default"
              size="xs"
              onClick={() => {
                attempt('Still waiting', () => api('jobs.resume', { jobId: job.id }));
              }}
            >
              Try now
            </Button>
          )}
        </Group>
      </Alert>
    );
  }
  if (view.localSyncFailures > 0) {
    return (
      <Alert color="yellow" title={`${count(view.localSyncFailures)} local records could not be updated`}>
        The carrier has made these changes. A device sync mends the local records.
      </Alert>
    );
  }
  if (progress !== null && progress.states.uncertain > 0) {
    return (
      <Alert color="blue" title={`${count(progress.states.uncertain)} changes are being read back`}>
        Their answer was lost on the way. The carrier’s record decides before anything is sent again.
      </Alert>
    );
  }
  return null;
}

/** What became of it later: jobs that retry or undo it. */
function ChildJobs({ view }: { view: JobView }) {
  const go = useNavigation((state) => state.go);
  if (view.children.length === 0) return null;
  return (
    <Text size="sm" className="soft">
      {view.children.map(({ id, kind }, index) => (
        <span key={id}>
          {index > 0 && ' · '}
          {kind === 'undo' ? 'Undone by ' : 'Retried by '}
          <a
            href="#job"
            onClick={(event) => {
              event.preventDefault();
              go({ name: 'job', jobId: id });
            }}
          >
            job {id}
          </a>
        </span>
      ))}
    </Text>
  );
}

function Reasons({ view, onShow }: { view: JobView; onShow: (reason: string) => void }) {
  if (view.reasons.length === 0) return null;
  return (
    <div className="panel">
      <Table verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Why devices did not change</Table.Th>
            <Table.Th>Carrier code</Table.Th>
            <Table.Th ta="right">Devices</Table.Th>
            <Table.Th />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {view.reasons.slice(0, 4).map(({ code, reason, count: size }) => (
            <Table.Tr key={`${code ?? ''} ${reason}`}>
              <Table.Td>{reason}</Table.Td>
              <Table.Td className="mono">{code}</Table.Td>
              <Table.Td ta="right" className="number">
                {count(size)}
              </Table.Td>
              <Table.Td ta="right">
                <Button
                  variant="subtle"
                  size="compact-xs"
                  onClick={() => {
                    onShow(code ?? reason);
                  }}
                >
                  Show devices
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
