import { Alert, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import type { Review } from '../../../src-main/engine/bulk-change';
import type { Money } from '../../../src-main/domain/money';
import { ReviewOptions } from './ReviewOptions';
import { count, devices, duration, money, when } from '../../app/format';
import { Failed, Loading, Tile } from '../../components/Page';

interface Props {
  review: Review | undefined;
  failure: { message: string; next: string | null } | undefined;
}

/** What will happen, before anything leaves. */
export function ReviewPanel({ review, failure }: Props) {
  if (failure !== undefined) return <Failed failure={failure} />;
  if (review === undefined) return <Loading />;
  const { plan } = review;
  return (
    <Stack gap="lg" maw={1080}>
      {review.problems.map((problem) => (
        <Alert key={problem.message} color="red" title="This change cannot be started">
          {problem.message}
        </Alert>
      ))}
      <Text size="md">
        <b>{devices(review.willChange)}</b> will be changed to <b>{plan?.name ?? 'an unknown plan'}</b>{' '}
        <span className="mono soft">{plan?.code}</span>
      </Text>
      <SimpleGrid cols={4} spacing="sm">
        <Tile label="Will change" value={count(review.willChange)} detail={`in ${count(review.requests)} requests`} />
        <Tile
          label="Skipped: on this plan already"
          value={count(review.alreadyOnPlan)}
          detail={review.lastSyncAt === null ? 'never synced' : `as of ${when(review.lastSyncAt)}`}
        />
        <CostTile review={review} />
        <Tile
          label="Expected duration"
          value={review.expectedSeconds === null ? '—' : duration(review.expectedSeconds)}
          detail={review.expectedSeconds === null ? 'known after the first job' : 'at the rate of the last job'}
        />
      </SimpleGrid>
      <Remarks review={review} />
      <section>
        <Title order={2} mb={6}>
          From which plan to which
        </Title>
        <div className="panel">
          <Table verticalSpacing={5}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Now</Table.Th>
                <Table.Th>New</Table.Th>
                <Table.Th ta="right">Devices</Table.Th>
                <Table.Th ta="right">Price now</Table.Th>
                <Table.Th ta="right">Price new</Table.Th>
                <Table.Th ta="right">Difference a month</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {review.fromPlans.map((from) => (
                <Table.Tr key={from.code ?? ''}>
                  <Table.Td>{from.name}</Table.Td>
                  <Table.Td>{plan?.name}</Table.Td>
                  <Table.Td ta="right" className="number">
                    {count(from.devices)}
                  </Table.Td>
                  <Table.Td ta="right" className="number">
                    {money(from.price)}
                  </Table.Td>
                  <Table.Td ta="right" className="number">
                    {money(plan?.price ?? null)}
                  </Table.Td>
                  <Table.Td ta="right" className="number">
                    {difference(from.price, plan?.price ?? null, from.devices)}
                  </Table.Td>
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
  if (review.cost === null)
    return <Tile label="Cost a month" value="—" detail="A price is missing; enter it under Rate plans" />;
  const { before, after } = review.cost;
  const change = after.minor - before.minor;
  const missing = review.devicesWithoutPrice > 0 ? ` · ${count(review.devicesWithoutPrice)} without a price` : '';
  return (
    <Tile
      label="Cost a month"
      value={`${change > 0 ? '+' : ''}${money({ minor: change, currency: after.currency })}`}
      detail={`${money(before)} → ${money(after)}${missing}`}
    />
  );
}

function Remarks({ review }: { review: Review }) {
  const remarks = [
    review.notActive > 0 &&
      `${devices(review.notActive)} of them ${review.notActive === 1 ? 'is' : 'are'} not active. The carrier is likely to refuse ${review.notActive === 1 ? 'it' : 'them'}; each is sent alone and last, so that no other device waits.`,
    review.quotaUsed > 0 &&
      `${devices(review.quotaUsed)} had the month’s four plan changes and will be skipped; the carrier would refuse a fifth.`,
    review.lastOfMonth > 0 && `For ${devices(review.lastOfMonth)} it is the last plan change of the month.`,
    review.unknown > 0 &&
      `${devices(review.unknown)} of them ${review.unknown === 1 ? 'is' : 'are'} not in the inventory. The carrier decides.`,
    review.notListed > 0 &&
      `${devices(review.notListed)} ${review.notListed === 1 ? 'was' : 'were'} not in the carrier’s list at the last sync and will be skipped.`,
    review.heldByOtherJobs > 0 &&
      `${devices(review.heldByOtherJobs)} ${review.heldByOtherJobs === 1 ? 'is' : 'are'} held by another job and will be skipped here.`,
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

function difference(now: Money | null, next: Money | null, size: number): string {
  if (now === null || next === null || now.currency !== next.currency) return '—';
  const minor = (next.minor - now.minor) * size;
  return `${minor > 0 ? '+' : ''}${money({ minor, currency: next.currency })}`;
}
