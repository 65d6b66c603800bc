import { Button, Group, Stepper, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { CallInput, ProviderView } from '../../../src-preload/contract';
import { api } from '../../app/api';
import { attempt } from '../../app/failures';
import { devices } from '../../app/format';
import { Nothing, PageHead } from '../../components/Page';
import { WhyDisabled } from '../../components/WhyDisabled';
import { useDraft } from '../../state/draft';
import { useNavigation } from '../../state/navigation';
import { useSelection, useSelectionSize } from '../../state/selection';
import { useLoad } from '../../state/use-load';
import { useLive } from '../../state/live';
import { PlanChoice } from './PlanChoice';
import { ReviewPanel } from './ReviewPanel';

type Request = CallInput<'changes.review'>;
/** Outcomes before the abort rule counts: a handful of failures at the start is no trend. */
const ABORT_AFTER = 50;

/** From the selected devices to a job: choose the plan, read what will happen, start it. */
export function ChangeScreen({ provider }: { provider: ProviderView }) {
  const size = useSelectionSize();
  const { ids, unknown, clear } = useSelection();
  const go = useNavigation((state) => state.go);
  const tick = useLive((state) => state.inventoryTick);
  const draft = useDraft();
  const { planCode, step, effectiveAt } = draft;
  const [starting, setStarting] = useState(false);
  const request = useMemo<Request>(
    () => ({
      providerId: provider.id,
      selection: { deviceIds: [...ids], identifiers: [...unknown] },
      planCode,
      effectiveAt,
      parent: draft.parent,
      ignoreQuota: draft.ignoreQuota,
      guards: {
        abortShare: draft.abortPercent === null ? undefined : draft.abortPercent / 100,
        abortAfter: ABORT_AFTER,
        canary: draft.canary ?? undefined,
      },
    }),
    [
      provider.id,
      ids,
      unknown,
      planCode,
      effectiveAt,
      draft.parent,
      draft.ignoreQuota,
      draft.abortPercent,
      draft.canary,
    ],
  );
  const review = useLoad(
    size === 0 ? null : JSON.stringify([provider.id, size, planCode, draft.ignoreQuota, tick]),
    () => api('changes.review', request),
  );

  if (size === 0) {
    return (
      <div className="page-fill">
        <PageHead title="Change rate plan" />
        <Nothing title="No device is selected">
          <Text size="sm" className="soft">
            Select the devices first, then choose their new plan here.
          </Text>
          <Button
            mt="xs"
            onClick={() => {
              go({ name: 'devices' });
            }}
          >
            Go to devices
          </Button>
        </Nothing>
      </div>
    );
  }

  const start = (): void => {
    setStarting(true);
    attempt('The change was not started', async () => {
      try {
        const { jobId } = await api('changes.start', request);
        clear();
        go({ name: 'job', jobId });
      } finally {
        setStarting(false);
      }
    });
  };
  const problem = review.value?.problems[0]?.message ?? null;
  const nothingToDo = review.value?.willChange === 0 ? 'No device would change.' : null;
  const startLabel =
    effectiveAt === null
      ? `Change ${devices(review.value?.willChange ?? 0)}`
      : `Schedule ${devices(review.value?.willChange ?? 0)}`;
  return (
    <div className="page-fill">
      <PageHead
        title="Change rate plan"
        detail={`${devices(size)} selected on ${provider.name}${draft.parent === undefined ? '' : ` · retry of job ${draft.parent.jobId.toString()}`}`}
      >
        <Stepper
          active={step === 'plan' ? 1 : 2}
          size="xs"
          w={460}
          allowNextStepsSelect={false}
          onStepClick={(index) => {
            if (index === 0) go({ name: 'devices' });
            else if (index === 1) draft.set({ step: 'plan' });
          }}
        >
          <Stepper.Step label="Devices" />
          <Stepper.Step label="Rate plan" />
          <Stepper.Step label="Review" />
        </Stepper>
      </PageHead>
      <div className="page-body">
        {step === 'plan' ? (
          <PlanChoice
            provider={provider}
            value={planCode}
            onChange={(code) => {
              draft.set({ planCode: code });
            }}
            review={review.value}
          />
        ) : (
          <ReviewPanel review={review.value} failure={review.failure} />
        )}
      </div>
      <footer className="page-foot">
        <Button
          variant="default"
          onClick={() => {
            if (step === 'review') draft.set({ step: 'plan' });
            else go({ name: 'devices' });
          }}
        >
          Back
        </Button>
        <Group ml="auto">
          {step === 'plan' ? (
            <WhyDisabled reason={planCode === '' ? 'Choose a rate plan first.' : null}>
              <Button
                disabled={planCode === ''}
                onClick={() => {
                  draft.set({ step: 'review' });
                }}
              >
                Review
              </Button>
            </WhyDisabled>
          ) : (
            <WhyDisabled reason={problem ?? nothingToDo}>
              <Button
                loading={starting || (review.value === undefined && review.failure === undefined)}
                disabled={problem !== null || nothingToDo !== null || review.value === undefined}
                onClick={start}
              >
                {startLabel}
              </Button>
            </WhyDisabled>
          )}
        </Group>
      </footer>
    </div>
  );
}
