import { Drawer, Group, Stack, Table, Text, Timeline, Title, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { customFieldsText, valueText } from '../../../src-main/domain/change-order';
import type { DeviceHistoryEntry } from '../../../src-main/store/devices';
import type { Job } from '../../../src-main/store/jobs';
import { STATUS_OF } from '../../../src-main/domain/changes';
import { api } from '../../lib/api';
import { when } from '../../lib/format';
import { Failed, Loading } from '../../components/Page';
import { StatusBadge } from '../../components/StatusBadge';
import { useNavigation } from '../../state/navigation';
import { useLoad } from '../../state/use-load';
import { usePlanNames } from '../../state/plan-names';
import { ChangeLog } from '../jobs/ChangeLog';

/** One device's whole story: what it is, what changed, and what the carrier said. */
export function DeviceDrawer({
  providerId,
  deviceId,
  onClose,
}: {
  providerId: number;
  deviceId: number | null;
  onClose: () => void;
}) {
  const planName = usePlanNames(deviceId === null ? null : providerId);
  const story = useLoad(deviceId === null ? null : `story ${deviceId.toString()}`, () =>
    api('devices.story', { deviceId: deviceId ?? 0 }),
  );
  return (
    <Drawer opened={deviceId !== null} onClose={onClose} title="Device">
      {story.failure !== undefined && <Failed failure={story.failure} />}
      {story.value === undefined ? <Loading /> : <Story story={story.value} planName={planName} />}
    </Drawer>
  );
}

function Story({
  story,
  planName,
}: {
  story: Awaited<ReturnType<typeof api<'devices.story'>>>;
  planName: (code: string | null) => string;
}) {
  const { device, history, changes } = story;
  const [shown, setShown] = useState<number | null>(null);
  const go = useNavigation((state) => state.go);
  const facts: [string, string | null][] = [
    ['ICCID', device.iccid],
    ['IMEI', device.imei],
    ['MDN', device.mdn],
    ['Rate plan', device.planCode === null ? null : `${planName(device.planCode)} (${device.planCode})`],
    ['State', device.state],
    ['Customer', device.customer],
    ['Group', device.groupName],
    ['Custom fields', customFieldsText(device.customFields)],
    ['Last connected', when(device.lastConnectedAt)],
    ['Billing cycle ends', when(device.billingCycleEnds)],
    ['Read from the carrier', when(device.syncedAt)],
  ];
  return (
    <Stack gap="lg">
      <Table verticalSpacing={4} layout="fixed">
        <Table.Tbody>
          {facts.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th w={170} fw={400} className="soft">
                {name}
              </Table.Th>
              <Table.Td className={/^\d{10,}$/.test(value ?? '') ? 'mono' : ''}>{value ?? '—'}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <section>
        <Title order={2} mb={6}>
          Changes of this console
        </Title>
        {changes.length === 0 && (
          <Text size="sm" className="soft">
            None yet.
          </Text>
        )}
        <Stack gap={6}>
          {changes.map((change) => (
            <div key={change.id} className="panel">
              <UnstyledButton
                p="xs"
                w="100%"
                aria-expanded={shown === change.id}
                onClick={() => {
                  setShown(shown === change.id ? null : change.id);
                }}
              >
                <Group justify="space-between" wrap="nowrap">
                  <Text size="sm" truncate>
                    {nameOfValue(change.job, change.fromValue, planName)} →{' '}
                    {nameOfValue(change.job, change.job.target, planName)}
                  </Text>
                  <StatusBadge status={STATUS_OF[change.state]} />
                </Group>
                <Text size="xs" className="soft">
                  Job {change.jobId} · {when(change.finishedAt ?? change.submittedAt)}
                  {change.reason === null ? '' : ` · ${change.reason}`}
                </Text>
              </UnstyledButton>
              {shown === change.id && (
                <Stack p="xs" pt={0} gap={6}>
                  <ChangeLog changeId={change.id} />
                  <a
                    href="#job"
                    onClick={(event) => {
                      event.preventDefault();
                      go({ name: 'job', jobId: change.jobId });
                    }}
                  >
                    Open job {change.jobId}
                  </a>
                </Stack>
              )}
            </div>
          ))}
        </Stack>
      </section>
      <section>
        <Title order={2} mb={6}>
          History
        </Title>
        {history.length === 0 ? (
          <Text size="sm" className="soft">
            Nothing has changed since the device was first read.
          </Text>
        ) : (
          <Timeline bulletSize={12} lineWidth={2}>
            {history.map((entry, index) => (
              <Timeline.Item
                key={index}
                title={
                  <Text size="sm">{`${entry.field}: ${nameOf(entry.field, entry.oldValue, planName)} → ${nameOf(entry.field, entry.newValue, planName)}`}</Text>
                }
              >
                <Text size="xs" className="soft">
                  {when(entry.at)} ·{' '}
                  {entry.jobId === null
                    ? entry.source === 'sync'
                      ? 'seen at the carrier'
                      : 'imported'
                    : `job ${entry.jobId.toString()}`}
                </Text>
              </Timeline.Item>
            ))}
          </Timeline>
        )}
      </section>
    </Stack>
  );
}

function nameOf(
  field: DeviceHistoryEntry['field'],
  value: string | null,
  planName: (code: string | null) => string,
): string {
  if (value === null) return 'none';
  if (field === 'custom fields') return valueText('custom-fields', value);
  return field === 'plan' ? planName(value) : value;
}

function nameOfValue(job: Pick<Job, 'type'>, value: string | null, planName: (code: string | null) => string): string {
  return job.type === 'carrier-rate-plan' ? planName(value) : valueText(job.type, value);
}
