import { Alert, Button, Group, List, Text } from '@mantine/core';
import { useState } from 'react';
import type { ProviderView } from '../../../src-preload/contract';
import { api } from '../../lib/api';
import { attempt, showDone } from '../../lib/failures';
import { when } from '../../lib/format';
import { Allowed } from '../../components/DisabledTooltip';
import { useProviders } from '../../state/providers';

/** Settings that loosen a guard wait here for another Admin than the one who proposed them. */
export function ProposalPanel({ provider }: { provider: ProviderView }) {
  const [busy, setBusy] = useState(false);
  const { load } = useProviders();
  const { proposal } = provider;
  if (proposal === null) return null;
  const decide = (call: 'providers.agree' | 'providers.reject', done: string): void => {
    setBusy(true);
    attempt('Not decided', async () => {
      try {
        if (call === 'providers.agree') await api(call, { providerId: provider.id, digest: proposal.digest });
        else await api(call, { providerId: provider.id });
        await load();
        showDone(
          done,
          `The settings of “${provider.name}” are ${call === 'providers.agree' ? 'saved' : 'as they were'}.`,
        );
      } finally {
        setBusy(false);
      }
    });
  };
  return (
    <Alert color="yellow" title="These settings wait for a second Admin">
      <Text size="sm">
        {proposal.by} proposed them on {when(proposal.at)}. If another Admin agrees:
      </Text>
      <List size="sm" my="xs">
        {proposal.loosens.map((words) => (
          <List.Item key={words}>{words}</List.Item>
        ))}
      </List>
      <Text size="sm">All that would change:</Text>
      <List size="sm" my="xs">
        {proposal.differences.map((words) => (
          <List.Item key={words} style={{ overflowWrap: 'anywhere' }}>
            {words}
          </List.Item>
        ))}
      </List>
      <Group gap="xs">
        {!proposal.isMine && (
          <Allowed to="settings">
            <Button
              size="xs"
              loading={busy}
              onClick={() => {
                decide('providers.agree', 'Agreed');
              }}
            >
              Agree and save
            </Button>
          </Allowed>
        )}
        <Allowed to="settings">
          <Button
            size="xs"
            variant="default"
            loading={busy}
            onClick={() => {
              decide('providers.reject', proposal.isMine ? 'Withdrawn' : 'Rejected');
            }}
          >
            {proposal.isMine ? 'Withdraw' : 'Reject'}
          </Button>
        </Allowed>
      </Group>
    </Alert>
  );
}
