import { Button, Group, Stack, Text, Title } from '@mantine/core';
import type { CallInput, ProviderView } from '../../../src-preload/contract';
import { api } from '../../lib/api';
import { attempt, showDone } from '../../lib/failures';
import { count, when } from '../../lib/format';
import { Allowed } from '../../components/DisabledTooltip';
import { useProviders } from '../../state/providers';

/** What the console found out about this carrier account by itself; each can be forgotten and is then found out anew. */
export function LearnedPanel({ provider }: { provider: ProviderView }) {
  const load = useProviders((state) => state.load);
  const { learnedRequestsPerSecond: rate, learnedRateAt, learnedBatchSize, learnedRefusals } = provider;
  const forget = (what: CallInput<'providers.forgetLearned'>['what']): void => {
    attempt('Not forgotten', async () => {
      await api('providers.forgetLearned', { providerId: provider.id, what });
      await load();
      showDone('Forgotten', 'The next job finds it out again.');
    });
  };
  const nothing = rate === null && learnedBatchSize === null && learnedRefusals.length === 0;
  return (
    <section>
      <Title order={2} mb={6}>
        Learned from the carrier
      </Title>
      {nothing ? (
        <Text size="sm" className="soft">
          Nothing yet. Jobs find out how many requests a second the carrier takes.
        </Text>
      ) : (
        <Stack gap={6}>
          {(rate !== null || learnedBatchSize !== null) && (
            <Fact
              text={[
                rate === null ? null : `${rate.toFixed(rate < 10 ? 2 : 1)} requests a second`,
                learnedBatchSize === null ? null : `at most ${count(learnedBatchSize)} devices in one request`,
              ]
                .filter((part) => part !== null)
                .join(', ')}
              detail={learnedRateAt === null ? 'Found by an earlier job' : `Found ${when(learnedRateAt)}`}
              onForget={() => {
                forget('rate');
              }}
            />
          )}
          {learnedRefusals.map(({ key, at, jobId }) => (
            <Fact
              key={key}
              text={`The answer ${key} means that nothing was done`}
              detail={`Found by reading back, job ${jobId.toString()}, ${when(at)}`}
              onForget={() => {
                forget({ refusal: key });
              }}
            />
          ))}
        </Stack>
      )}
    </section>
  );
}

function Fact({ text, detail, onForget }: { text: string; detail: string; onForget: () => void }) {
  return (
    <Group justify="space-between" wrap="nowrap">
      <div>
        <Text size="sm">{text}</Text>
        <Text size="xs" className="soft">
          {detail}
        </Text>
      </div>
      <Allowed to="settings">
        <Button variant="default" size="xs" onClick={onForget}>
          Forget
        </Button>
      </Allowed>
    </Group>
  );
}
