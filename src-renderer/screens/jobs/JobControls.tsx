import { ActionIcon, Button, Group, Menu, Modal, Stack, Text } from '@mantine/core';
import { Ban, Check, Ellipsis, FileText, Link, Pause, Play, RotateCcw, ScanSearch, Undo2 } from 'lucide-react';
import { useState } from 'react';
import type { JobView } from '../../../src-preload/contract';
import { linkToJob } from '../../../src-main/domain/job-link';
import { PRIORITIES } from '../../../src-main/domain/jobs';
import { api } from '../../lib/api';
import { attempt, showDone } from '../../lib/failures';
import { count, devices, PRIORITY_NAMES } from '../../lib/format';
import { Allowed, MenuEntry } from '../../components/DisabledTooltip';
import { FailureReport } from './FailureReport';
import { useDraft } from '../../state/draft';
import { useWhyMayNot } from '../../state/session';
import { useNavigation } from '../../state/navigation';
import { UndoDialog } from './UndoDialog';

const ICON = 14;

/** What can be done with a job; only what makes sense in its state is there. */
export function JobControls({ view }: { view: JobView }) {
  const { id, state, wanted } = view.job;
  const [asking, setAsking] = useState<'cancel' | 'undo' | null>(null);
  const mayNot = useWhyMayNot('change');
  const finished = state === 'finished';
  const isUnattended = view.waiting?.cause === 'unattended';
  const canResume =
    isUnattended || state === 'paused' || state === 'interrupted' || state === 'stopped' || state === 'scheduled';
  const unfinished = finished ? null : 'The job has not finished yet.';
  const toRetry = view.counts.error + view.counts.cancelled;
  return (
    <Group gap={8} wrap="nowrap">
      {(state === 'running' || state === 'ready') && !isUnattended && (
        <Allowed to="change">
          <Button
            variant="default"
            leftSection={<Pause size={ICON} aria-hidden />}
            onClick={() => {
              attempt('Not paused', () => api('jobs.pause', { jobId: id }));
            }}
          >
            Pause
          </Button>
        </Allowed>
      )}
      {canResume && (
        <Allowed to="change">
          <Button
            leftSection={<Play size={ICON} aria-hidden />}
            onClick={() => {
              attempt('Not resumed', () => api('jobs.resume', { jobId: id }));
            }}
          >
            {state === 'scheduled' ? 'Start now' : 'Resume'}
          </Button>
        </Allowed>
      )}
      {!finished && wanted !== 'cancel' && (
        <Allowed to="change">
          <Button
            variant="default"
            leftSection={<Ban size={ICON} aria-hidden />}
            onClick={() => {
              setAsking('cancel');
            }}
          >
            Cancel …
          </Button>
        </Allowed>
      )}
      {finished && toRetry > 0 && <RetryButton jobId={id} size={toRetry} />}
      <FailureReport jobId={id} counts={view.counts} isFinished={finished} />
      <Menu position="bottom-end" width={250}>
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label="More actions">
            <Ellipsis size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<FileText size={ICON} aria-hidden />}
            onClick={() => {
              attempt('The report was not saved', async () => {
                const { file } = await api('jobs.saveReport', { jobId: id });
                if (file !== null) showDone('Final report saved', file);
              });
            }}
          >
            Save final report
          </Menu.Item>
          <Menu.Item
            leftSection={<Link size={ICON} aria-hidden />}
            onClick={() => {
              attempt('The link was not copied', async () => {
                await navigator.clipboard.writeText(linkToJob(id));
                showDone('Link copied', linkToJob(id));
              });
            }}
          >
            Copy link to this job
          </Menu.Item>
          {!finished && mayNot === null && (
            <>
              <Menu.Divider />
              <Menu.Label>Priority</Menu.Label>
              {PRIORITIES.map((priority) => (
                <Menu.Item
                  key={priority}
                  role="menuitemradio"
                  aria-checked={view.job.priority === priority}
                  leftSection={
                    view.job.priority === priority ? (
                      <Check size={ICON} aria-hidden />
                    ) : (
                      <span style={{ width: ICON }} />
                    )
                  }
                  onClick={() => {
                    attempt('The priority was not changed', () => api('jobs.setPriority', { jobId: id, priority }));
                  }}
                >
                  {PRIORITY_NAMES[priority]}
                </Menu.Item>
              ))}
              <Menu.Divider />
            </>
          )}
          <MenuEntry
            icon={<ScanSearch size={ICON} aria-hidden />}
            why={mayNot ?? unfinished ?? (view.counts.unconfirmed === 0 ? 'None is unconfirmed.' : null)}
            onClick={() => {
              attempt('Not re-checked', () => api('jobs.recheck', { jobId: id }));
            }}
          >
            Re-check {count(view.counts.unconfirmed)} unconfirmed
          </MenuEntry>
          <MenuEntry
            icon={<Undo2 size={ICON} aria-hidden />}
            why={mayNot ?? unfinished ?? (view.counts.processed === 0 ? 'No device was changed.' : null)}
            onClick={() => {
              setAsking('undo');
            }}
          >
            Undo …
          </MenuEntry>
        </Menu.Dropdown>
      </Menu>
      <CancelDialog
        jobId={id}
        opened={asking === 'cancel'}
        onClose={() => {
          setAsking(null);
        }}
      />
      <UndoDialog
        jobId={id}
        providerId={view.job.providerId}
        opened={asking === 'undo'}
        onClose={() => {
          setAsking(null);
        }}
      />
    </Group>
  );
}

/** Leads to the review of a new job with the devices that failed or were cancelled. */
function RetryButton({ jobId, size }: { jobId: number; size: number }) {
  const begin = useDraft((state) => state.begin);
  const go = useNavigation((state) => state.go);
  return (
    <Allowed to="change">
      <Button
        variant="default"
        leftSection={<RotateCcw size={ICON} aria-hidden />}
        title={`A new job for the ${devices(size)} that failed or were cancelled`}
        onClick={() => {
          attempt('No retry', async () => {
            begin(await api('jobs.retryRequest', { jobId }));
            go({ name: 'change' });
          });
        }}
      >
        Retry {count(size)} …
      </Button>
    </Allowed>
  );
}

function CancelDialog({ jobId, opened, onClose }: { jobId: number; opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} title={`Cancel job ${jobId.toString()}?`} onClose={onClose}>
      <Stack>
        <Text size="sm">
          What has not been sent is cancelled. What was sent is read back until its outcome is known; the carrier’s
          changes stay.
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Keep it
          </Button>
          <Button
            color="red"
            onClick={() => {
              onClose();
              attempt('Not cancelled', () => api('jobs.cancel', { jobId }));
            }}
          >
            Cancel the job
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
