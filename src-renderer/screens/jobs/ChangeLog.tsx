import { Code, Group, Stack, Text } from '@mantine/core';
import { api } from '../../lib/api';
import { when } from '../../lib/format';
import { Failed, Loading } from '../../components/Page';
import { useLoad } from '../../state/use-load';

/** The log of one change: each API call with request and answer, and the update of the local record. */
export function ChangeLog({ changeId }: { changeId: number }) {
  const log = useLoad(`log ${changeId.toString()}`, () => api('jobs.changeLog', { changeId }));
  if (log.failure !== undefined) return <Failed failure={log.failure} />;
  if (log.value === undefined) return <Loading />;
  if (log.value.length === 0) {
    return (
      <Text size="xs" className="soft">
        Nothing was sent for this device.
      </Text>
    );
  }
  return (
    <Stack gap={8}>
      {log.value.map((entry, index) => (
        <div key={index}>
          <Group gap={6} justify="space-between" wrap="nowrap">
            <Text size="sm" {...(entry.ok ? {} : { c: 'red' })}>
              {entry.kind === 'api-call' ? 'API call' : 'Local record'}: {entry.text}
            </Text>
            <Text size="xs" className="soft" style={{ whiteSpace: 'nowrap' }}>
              {when(entry.at)}
            </Text>
          </Group>
          {entry.request !== null && (
            <details>
              <summary>
                <Text component="span" size="xs" className="soft">
                  Request and answer{entry.httpStatus === null ? '' : ` (HTTP ${entry.httpStatus.toString()})`}
                </Text>
              </summary>
              <Code block className="log-text">
                {entry.request}
              </Code>
              <Code block className="log-text" mt={4}>
                {entry.answer === null || entry.answer === '' ? '(no answer)' : entry.answer}
              </Code>
            </details>
          )}
        </div>
      ))}
    </Stack>
  );
}
