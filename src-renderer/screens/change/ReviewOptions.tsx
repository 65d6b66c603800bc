import { Checkbox, Group, NumberInput, SegmentedControl, Stack, Text, TextInput, Title } from '@mantine/core';
import type { Review } from '../../../src-main/bulk-change/create-job';
import { PRIORITIES } from '../../../src-main/domain/jobs';
import { devices, PRIORITY_NAMES } from '../../lib/format';
import { Allowed } from '../../components/DisabledTooltip';
import { useDraft } from '../../state/draft';

const FIRST_TRIAL = 20;
const FIRST_ABORT_PERCENT = 20;

/** When the change starts and before which others, and when it is to stop by itself and ask. */
export function ReviewOptions({ review }: { review: Review }) {
  const { effectiveAt, abortPercent, canary, ignoreQuota, priority, set } = useDraft();
  return (
    <Group align="flex-start" gap={64}>
      <section>
        <Title order={2} mb={6}>
          When
        </Title>
        <Stack gap={6} align="flex-start">
          <SegmentedControl
            size="xs"
            aria-label="When to start"
            value={effectiveAt === null ? 'now' : 'later'}
            onChange={(value) => {
              set({ effectiveAt: value === 'now' ? null : new Date(Date.now() + 3_600_000).toISOString() });
            }}
            data={[
              { value: 'now', label: 'At once' },
              { value: 'later', label: 'At a set time' },
            ]}
          />
          {effectiveAt !== null && (
            <>
              <TextInput
                type="datetime-local"
                aria-label="Effective date"
                value={localInput(effectiveAt)}
                onChange={(event) => {
                  const time = Date.parse(event.currentTarget.value);
                  if (!Number.isNaN(time)) set({ effectiveAt: new Date(time).toISOString() });
                }}
              />
              <Text size="xs" className="soft" maw={280}>
                The console must be running then; if it is not, it asks before it starts late.
              </Text>
            </>
          )}
          <Title order={2} mt={8}>
            Priority
          </Title>
          <SegmentedControl
            size="xs"
            aria-label="Priority"
            value={priority}
            onChange={(value) => {
              set({ priority: value });
            }}
            data={PRIORITIES.map((value) => ({ value, label: PRIORITY_NAMES[value] }))}
          />
        </Stack>
      </section>
      <section>
        <Title order={2} mb={6}>
          Stop and ask
        </Title>
        <Stack gap={8}>
          <Group gap={8}>
            <Checkbox
              size="xs"
              label="Pause when more than"
              checked={abortPercent !== null}
              onChange={(event) => {
                set({ abortPercent: event.currentTarget.checked ? FIRST_ABORT_PERCENT : null });
              }}
            />
            <NumberInput
              w={76}
              aria-label="Percent of failures"
              min={1}
              max={99}
              suffix=" %"
              disabled={abortPercent === null}
              value={abortPercent ?? FIRST_ABORT_PERCENT}
              onChange={(value) => {
                if (typeof value === 'number') set({ abortPercent: value });
              }}
            />
            <Text size="sm">of the devices fail</Text>
          </Group>
          <Group gap={8}>
            <Checkbox
              size="xs"
              label="Send a trial of"
              checked={canary !== null}
              onChange={(event) => {
                set({ canary: event.currentTarget.checked ? FIRST_TRIAL : null });
              }}
            />
            <NumberInput
              w={76}
              aria-label="Devices of the trial"
              min={1}
              max={Math.max(1, review.willChange)}
              disabled={canary === null}
              value={canary ?? FIRST_TRIAL}
              onChange={(value) => {
                if (typeof value === 'number') set({ canary: value });
              }}
            />
            <Text size="sm">devices first, then wait for me</Text>
          </Group>
          {(review.quotaUsed > 0 || ignoreQuota) && (
            <Allowed to="override-quota">
              <Checkbox
                size="xs"
                label={
                  ignoreQuota
                    ? 'Send devices that had four plan changes too'
                    : `Send the ${devices(review.quotaUsed)} that had four plan changes too`
                }
                checked={ignoreQuota}
                onChange={(event) => {
                  set({ ignoreQuota: event.currentTarget.checked });
                }}
              />
            </Allowed>
          )}
        </Stack>
      </section>
    </Group>
  );
}

/** What a `datetime-local` field wants: local time without a zone. */
function localInput(iso: string): string {
  const date = new Date(iso);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
