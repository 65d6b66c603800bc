import { Alert, Button, Group, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { ProviderView } from '../../../src-preload/contract';
import { costScope } from '../../../src-main/domain/cost';
import type { Review } from '../../../src-main/bulk-change/create-job';
import { ReviewOptions } from './ReviewOptions';
import { api } from '../../lib/api';
import { attempt, showDone } from '../../lib/failures';
import { costDifference, count, devices, duration, money, signedMoney, when } from '../../lib/format';
import { Failed, Loading, Tile } from '../../components/Page';
import { useDraft } from '../../state/draft';
import { useLive } from '../../state/live';
import { useSelection } from '../../state/selection';

interface Props {
  provider: ProviderView;
  review: Review | undefined;
  failure: { message: string; next: string | null } | undefined;
}

/** What will happen, before anything leaves. */
export function ReviewPanel({ provider, review, failure }: Props) {
  if (failure !== undefined) return <Failed failure={failure} />;
  if (review === undefined) return <Loading />;
  const { plan, order } = review;
  const isPlan = order.type === 'carrier-rate-plan';
  return (
    <Stack gap="lg" maw={1080}>
      {review.problems.map((problem) => (
        <Alert key={problem.message} color="red" title="This change cannot be started">
          {problem.message}
        </Alert>
      ))}
      {review.needsApproval && review.problems.length === 0 && (
        <Alert color="blue" title="It needs a second person">
          A change this large waits until somebody else who may approve has looked at it.
          {review.unapprovedBefore > 0 &&
            ` It counts with ${devices(review.unapprovedBefore)} of your changes of the last 24 hours: ${count(review.willChange + review.unapprovedBefore)} together.`}{' '}
          They approve exactly this: if a device, the plan or the date is another one by then, it does not start.
        </Alert>
      )}
      <Text size="md">
        <b>{devices(review.willChange)}</b>{' '}
        {isPlan ? 'will be changed to' : order.type === 'custom-fields' ? 'will get' : 'will be brought to the state'}{' '}
        <b>{isPlan && plan === null ? 'an unknown plan' : review.targetName}</b>{' '}
        <span className="mono soft">{plan?.code}</span>
      </Text>
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
        <Tile label="Will change" value={count(review.willChange)} detail={`in ${count(review.requests)} requests`} />
        <Tile
          label={isPlan ? 'Skipped: on this plan already' : 'Skipped: so already'}
          value={count(review.alreadyReached)}
          detail={review.lastSyncAt === null ? 'never synced' : `as of ${when(review.lastSyncAt)}`}
        />
        {isPlan ? (
          <CostTile review={review} />
        ) : (
          <Tile label="Cost a month" value="unchanged" detail="the rate plans stay" />
        )}
        <Tile
          label="Expected duration"
          value={review.expectedSeconds === null ? '—' : duration(review.expectedSeconds)}
          detail={review.expectedSeconds === null ? 'known after the first job' : 'at the rate of the last job'}
        />
      </SimpleGrid>
      <Drift provider={provider} review={review} />
      <Remarks review={review} />
      <QuotaCheck provider={provider} review={review} />
      <section>
        <Title order={2} mb={6}>
          {isPlan ? 'From which plan to which' : 'From what to what'}
        </Title>
        <div className="panel">
          <Table verticalSpacing={5}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Now</Table.Th>
                <Table.Th>New</Table.Th>
                <Table.Th ta="right">Devices</Table.Th>
                {isPlan && (
                  <>
                    <Table.Th ta="right">Price now</Table.Th>
                    <Table.Th ta="right">Price new</Table.Th>
                    <Table.Th ta="right">Difference a month</Table.Th>
                  </>
                )}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {review.from.map((from) => (
                <Table.Tr key={from.value ?? ''}>
                  <Table.Td>{from.name}</Table.Td>
                  <Table.Td>{review.targetName}</Table.Td>
                  <Table.Td ta="right" className="number">
                    {count(from.devices)}
                  </Table.Td>
                  {isPlan && (
                    <>
                      <Table.Td ta="right" className="number">
                        {money(from.price)}
                      </Table.Td>
                      <Table.Td ta="right" className="number">
                        {money(plan?.price ?? null)}
                      </Table.Td>
                      <Table.Td ta="right" className="number">
                        {costDifference(from.price, plan?.price ?? null, from.devices)}
                      </Table.Td>
                    </>
                  )}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      </section>
      <ReviewOptions review={review} />
    </Stack>
  );
}

function CostTile({ review }: { review: Review }) {
  const scope = costScope(review, review.willChange);
  if (review.cost === null) return <Tile label="Cost a month" value="—" detail={`Not known: ${scope}`} />;
  const { before, after } = review.cost;
  return (
    <Tile
      label="Cost a month"
      value={signedMoney({ amount: after.amount - before.amount, currency: after.currency })}
      detail={`${money(before)} → ${money(after)} ${scope}`}
    />
  );
}

/** The plan of some was changed elsewhere: what the console believes of the others may be stale too. */
function Drift({ provider, review }: { provider: ProviderView; review: Review }) {
  const { ids } = useSelection();
  const [busy, setBusy] = useState(false);
  const changed = useLive((state) => state.inventoryChanged);
  if (review.unknown === review.total) return null;
  const refresh = (): void => {
    setBusy(true);
    attempt('Not refreshed', async () => {
      try {
        const result = await api('devices.refresh', { providerId: provider.id, deviceIds: [...ids] });
        changed();
        showDone(
          'Read from the carrier',
          `${devices(result.read)} read, ${count(result.changed)} of them had changed elsewhere.`,
        );
      } finally {
        setBusy(false);
      }
    });
  };
  return (
    <Alert
      color={review.drifted > 0 ? 'yellow' : 'gray'}
      title={
        review.drifted > 0
          ? `The plan of ${devices(review.drifted)} was changed elsewhere since the console last changed it`
          : undefined
      }
    >
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">
          {review.drifted > 0 && 'The portal, a trigger or another user did it. '}
          What is shown here is{' '}
          {review.lastSyncAt === null ? 'from an import' : `what the carrier listed ${when(review.lastSyncAt)}`}.
        </Text>
        <Button variant="default" size="xs" loading={busy} onClick={refresh}>
          Refresh these devices
        </Button>
      </Group>
    </Alert>
  );
}

/** The console counts what it did and what syncs found; the carrier's own history may know of more. */
function QuotaCheck({ provider, review }: { provider: ProviderView; review: Review }) {
  const { ids } = useSelection();
  const effectiveAt = useDraft((state) => state.effectiveAt);
  const [busy, setBusy] = useState(false);
  const changed = useLive((state) => state.inventoryChanged);
  const near = review.lastOfMonth + review.quotaUsed;
  if (near === 0) return null;
  const check = (): void => {
    setBusy(true);
    attempt('Not checked', async () => {
      try {
        const { read, corrected } = await api('changes.checkQuota', {
          providerId: provider.id,
          deviceIds: [...ids],
          effectiveAt,
        });
        changed();
        showDone(
          'Checked with the carrier',
          corrected === 0
            ? `The history of ${devices(read)} shows no more plan changes than the console knew.`
            : `${devices(corrected)} of ${count(read)} had more plan changes this month than the console knew.`,
        );
      } finally {
        setBusy(false);
      }
    });
  };
  return (
    <Group gap="sm">
      <Text size="sm" className="soft">
        {devices(near)} {near === 1 ? 'has' : 'have'} three or more plan changes this month, as far as the console
        knows.
      </Text>
      <Button variant="default" size="xs" loading={busy} onClick={check}>
        Check with the carrier
      </Button>
    </Group>
  );
}

function Remarks({ review }: { review: Review }) {
  /** Not in the inventory, and sent all the same. */
  const asked = review.unknown - review.leftOut;
  const remarks = [
    review.notActive > 0 &&
      `${devices(review.notActive)} of them ${review.notActive === 1 ? 'is' : 'are'} ${review.order.type === 'restore' ? 'not suspended' : 'not active'}. The carrier is likely to refuse ${review.notActive === 1 ? 'it' : 'them'}; each is sent alone and last, so that no other device waits.`,
    review.quotaUsed > 0 &&
      `${devices(review.quotaUsed)} had the month’s four plan changes and will be skipped; the carrier would refuse a fifth.`,
    review.lastOfMonth > 0 && `For ${devices(review.lastOfMonth)} it is the last plan change of the month.`,
    review.leftOut > 0 &&
      `${devices(review.leftOut)} of the list ${review.leftOut === 1 ? 'is' : 'are'} not in the inventory and left out: nothing is sent for ${review.leftOut === 1 ? 'it' : 'them'}. The report lists ${review.leftOut === 1 ? 'it' : 'them'} as skipped.`,
    asked > 0 &&
      `${devices(asked)} ${asked === 1 ? 'is' : 'are'} not in the inventory. ${asked === 1 ? 'It' : 'Each'} is read at the carrier before anything is sent for it.`,
    review.notListed > 0 &&
      `${devices(review.notListed)} ${review.notListed === 1 ? 'was' : 'were'} not in the carrier’s list at the last sync and will be skipped.`,
    review.heldByOtherJobs > 0 &&
      `${devices(review.heldByOtherJobs)} ${review.heldByOtherJobs === 1 ? 'is' : 'are'} held by another job and will be skipped here.`,
    review.abortAfter !== null &&
      (review.abortAfter === 1
        ? 'The failure rule counts from the first outcome on.'
        : `The failure rule counts once ${count(review.abortAfter)} devices have an outcome.`),
    review.order.type === 'carrier-rate-plan' &&
      'A device’s plan can be changed at most four times a month, and a change cannot be taken back freely.',
  ].filter((remark) => remark !== false);
  return (
    <Stack gap={4}>
      {remarks.map((remark) => (
        <Text key={remark} size="sm" className="soft">
          {remark}
        </Text>
      ))}
    </Stack>
  );
}
