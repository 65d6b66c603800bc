import { Alert, List, Stack, Text } from '@mantine/core';
import type { ChangeType } from '../../../src-main/domain/change-order';

const ABOUT: Record<Extract<ChangeType, 'suspend' | 'restore'>, { title: string; facts: string[] }> = {
  suspend: {
    title: 'Suspend service',
    facts: [
      'A suspended device has no service and goes on being billed as its contract says.',
      'The carrier ends a suspension by itself when the days that the contract allows are over.',
      'Most accounts may suspend or restore a line up to five times a day.',
    ],
  },
  restore: {
    title: 'Restore service',
    facts: [
      'Suspended devices get their service back, on the rate plan that they had.',
      'Devices that are not suspended are sent each alone and last: the carrier is likely to refuse them.',
    ],
  },
};

/** There is nothing to choose, only something to know. */
export function StateChoice({ type }: { type: 'suspend' | 'restore' }) {
  const { title, facts } = ABOUT[type];
  return (
    <Stack maw={720}>
      <Alert color={type === 'suspend' ? 'yellow' : 'blue'} title={title}>
        <List size="sm" spacing={4}>
          {facts.map((fact) => (
            <List.Item key={fact}>{fact}</List.Item>
          ))}
        </List>
      </Alert>
      <Text size="sm" className="soft">
        Go on to the review to see which devices are concerned.
      </Text>
    </Stack>
  );
}
