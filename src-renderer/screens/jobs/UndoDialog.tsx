import { Button, Group, Modal, ScrollArea, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import type { UndoView } from '../../../src-preload/contract';
import { api } from '../../lib/api';
import { attempt, showDone } from '../../lib/failures';
import type { Review } from '../../../src-main/bulk-change/create-job';
import { costScope } from '../../../src-main/domain/cost';
import { count, devices, money } from '../../lib/format';
import { asksForNumber, ConfirmNumber } from '../../components/ConfirmNumber';
import { Failed, Loading } from '../../components/Page';
import { DisabledTooltip } from '../../components/DisabledTooltip';
import { useNavigation } from '../../state/navigation';
import { useProviders } from '../../state/providers';
import { useLoad } from '../../state/use-load';

const NOTHING_YET = { willChange: 0, digest: '', steps: [], left: [], leftCount: 0 } satisfies UndoView;

/** What an undo would do, by former plan, and what it costs of the month's plan changes. */
export function UndoDialog({
  jobId,
  providerId,
  opened,
  onClose,
}: {
  jobId: number;
  providerId: number;
  opened: boolean;
  onClose: () => void;
}) {
  const [confirming, setConfirming] = useState(false);
  const confirmAbove = useProviders(({ list }) => list?.find((one) => one.id === providerId)?.confirmAbove ?? null);
  const go = useNavigation((state) => state.go);
  const plan = useLoad(opened ? `undo ${jobId.toString()}` : null, () => api('jobs.planUndo', { jobId }));
  const { willChange, digest, steps, left, leftCount } = plan.value ?? NOTHING_YET;
  const quotaUsed = steps.reduce((total, { review }) => total + review.quotaUsed, 0);
  const undo = (): void => {
    onClose();
    attempt('Not undone', async () => {
      const { jobIds } = await api('jobs.undo', { jobId, confirmed: digest });
      showDone(
        'Undo started',
        `${count(jobIds.length)} ${jobIds.length === 1 ? 'job brings' : 'jobs bring'} the devices back.`,
      );
      go({ name: 'jobs' });
    });
  };
  const action = `Bring ${devices(willChange)} back`;
  if (opened && confirming) {
    return (
      <ConfirmNumber
        opened
        title={`${action}?`}
        number={willChange}
        action={action}
        onConfirm={undo}
        onClose={() => {
          setConfirming(false);
        }}
      >
        <Text size="sm">The carrier is asked to change each of them once more.</Text>
      </ConfirmNumber>
    );
  }
  return (
    <Modal opened={opened} onClose={onClose} size={640} title={`Undo job ${jobId.toString()}`}>
      {plan.failure !== undefined && <Failed failure={plan.failure} />}
      {plan.value === undefined && plan.failure === undefined && <Loading />}
      {plan.value !== undefined && (
        <Stack gap="sm">
          <Text size="sm">
            Each device goes back to what it was before. A change request takes one value, so there is one job for each.
          </Text>
          <div className="panel">
            <Table verticalSpacing={5}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Back to</Table.Th>
                  <Table.Th ta="right">Devices</Table.Th>
                  <Table.Th ta="right">Skipped</Table.Th>
                  <Table.Th ta="right">Cost a month</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {steps.map(({ review }) => (
                  <Table.Tr key={review.targetName}>
                    <Table.Td>{review.targetName}</Table.Td>
                    <Table.Td ta="right" className="number">
                      {count(review.willChange)}
                    </Table.Td>
                    <Table.Td ta="right" className="number">
                      {count(review.total - review.willChange)}
                    </Table.Td>
                    <Table.Td ta="right" className="number">
                      <Cost review={review} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
          {steps.some(({ review }) => review.order.type === 'carrier-rate-plan') && (
            <Text size="sm" className="soft">
              It takes one of the four plan changes that each device has in a month
              {quotaUsed > 0 ? `; ${devices(quotaUsed)} have none left and stay as they are` : ''}.
            </Text>
          )}
          {leftCount > 0 && (
            <div>
              <Text size="sm" fw={600}>
                {devices(leftCount)} {leftCount === 1 ? 'stays as it is' : 'stay as they are'}
              </Text>
              <ScrollArea.Autosize mah={140} type="auto">
                {left.map(({ identifier, reason }) => (
                  <Text key={identifier} size="xs" className="soft">
                    <span className="mono">{identifier}</span> {reason}
                  </Text>
                ))}
                {leftCount > left.length && (
                  <Text size="xs" className="soft">
                    and {count(leftCount - left.length)} more
                  </Text>
                )}
              </ScrollArea.Autosize>
            </div>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Leave it
            </Button>
            <DisabledTooltip reason={willChange === 0 ? 'No device would change.' : null}>
              <Button
                color="red"
                disabled={willChange === 0}
                onClick={() => {
                  if (asksForNumber(confirmAbove, willChange)) setConfirming(true);
                  else undo();
                }}
              >
                {action}
              </Button>
            </DisabledTooltip>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}

/** What the devices cost before and after, with what that stands for below it. */
function Cost({ review }: { review: Review }) {
  if (review.order.type !== 'carrier-rate-plan') return 'unchanged';
  return (
    <>
      {review.cost === null ? 'not known' : `${money(review.cost.before)} → ${money(review.cost.after)}`}
      <Text size="xs" className="soft">
        {costScope(review, review.willChange)}
      </Text>
    </>
  );
}
