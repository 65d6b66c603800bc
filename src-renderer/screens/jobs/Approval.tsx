import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { JobView } from '../../../src-preload/contract';
import { isSamePerson } from '../../../src-main/domain/roles';
import { api } from '../../lib/api';
import { attempt, showDone } from '../../lib/failures';
import { devices, when } from '../../lib/format';
import { DisabledTooltip } from '../../components/DisabledTooltip';
import { useSession, useWhyMayNot } from '../../state/session';

/** A large change that waits for a second person: what exactly they approve, and their decision. */
export function ApprovalNotice({ view }: { view: JobView }) {
  const { id, author, target, effectiveAt, digest, stopReason } = view.job;
  const me = useSession((state) => state.view?.name ?? '');
  const mayNot = useWhyMayNot('approve');
  const [note, setNote] = useState('');
  const own = isSamePerson(me, author);
  const decide = (decision: 'approve' | 'reject'): void => {
    attempt(decision === 'approve' ? 'Not approved' : 'Not rejected', async () => {
      await api(`jobs.${decision}`, { jobId: id, digest: digest ?? '', note });
      showDone(decision === 'approve' ? 'Approved' : 'Rejected', `Job ${id.toString()} of ${author}`);
    });
  };
  const whyNot = mayNot ?? (own ? 'You are its author: somebody else has to approve it.' : null);
  return (
    <Alert color={stopReason === null ? 'blue' : 'red'} title={stopReason ?? `Waits for somebody else than ${author}`}>
      <Stack gap={8}>
        <Text size="sm">
          {devices(view.counts.total - view.counts.skipped)} on {view.provider} get {view.targetName}{' '}
          <span className="mono">({target})</span>, {effectiveAt === null ? 'at once' : `from ${when(effectiveAt)}`}. An
          approval is for exactly the devices below, this plan and this date; if any of it is changed, nothing is sent.
        </Text>
        <Text size="xs" className="mono" style={{ overflowWrap: 'anywhere' }}>
          {digest}
        </Text>
        <Group align="flex-end">
          <TextInput
            label="Note for the record"
            w={320}
            maxLength={500}
            value={note}
            onChange={(event) => {
              setNote(event.currentTarget.value);
            }}
          />
          <DisabledTooltip reason={whyNot}>
            <Button
              disabled={whyNot !== null}
              onClick={() => {
                decide('approve');
              }}
            >
              Approve
            </Button>
          </DisabledTooltip>
          <DisabledTooltip reason={mayNot}>
            <Button
              variant="default"
              disabled={mayNot !== null}
              onClick={() => {
                decide('reject');
              }}
            >
              Reject
            </Button>
          </DisabledTooltip>
        </Group>
      </Stack>
    </Alert>
  );
}

/** Who decided what, for ever after. */
export function Decisions({ view }: { view: JobView }) {
  if (view.approvals.length === 0) return null;
  return (
    <Text size="sm" className="soft">
      {view.approvals
        .map(
          ({ decision, by, at, note }) =>
            `${decision === 'approved' ? 'Approved' : 'Rejected'} by ${by}, ${when(at)}${note === '' ? '' : `: ${note}`}`,
        )
        .join(' · ')}
    </Text>
  );
}
