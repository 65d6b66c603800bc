import { Button, Group, SegmentedControl, Stepper, Text } from '@mantine/core';
import { FileDown } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { CallInput, ProviderView } from '../../../src-preload/contract';
import { CHANGE_TYPE_NAMES, CHANGE_TYPES } from '../../../src-main/domain/change-order';
import { api } from '../../lib/api';
import { attempt, showDone } from '../../lib/failures';
import { asksForNumber, ConfirmNumber } from '../../components/ConfirmNumber';
import { devices } from '../../lib/format';
import { EmptyState, PageHead } from '../../components/Page';
import { DisabledTooltip } from '../../components/DisabledTooltip';
import { orderOfDraft, useDraft } from '../../state/draft';
import { useNavigation } from '../../state/navigation';
import { requestOf, useSelection, useSelectionSize } from '../../state/selection';
import { turnOf, useLoad } from '../../state/use-load';
import { useLive } from '../../state/live';
import { UnknownOfSelection } from '../../components/UnknownTick';
import { FieldsChoice } from './FieldsChoice';
import { PlanChoice } from './PlanChoice';
import { ReviewPanel } from './ReviewPanel';
import { StateChoice } from './StateChoice';

type Request = CallInput<'changes.review'>;
/** Outcomes before the abort rule counts: a handful of failures at the start is no trend. */
const ABORT_AFTER = 50;

/** From the selected devices to a job: choose what they get, read what will happen, start it. */
export function ChangeScreen({ provider }: { provider: ProviderView }) {
  const size = useSelectionSize();
  const { ids, unknown, sendUnknown, clear } = useSelection();
  const go = useNavigation((state) => state.go);
  const tick = useLive((state) => state.inventoryTick);
  const draft = useDraft();
  const { type, planCode, fields, step, effectiveAt } = draft;
  const order = useMemo(() => orderOfDraft({ type, planCode, fields }), [type, planCode, fields]);
  const [starting, setStarting] = useState(false);
  const [confirming, setConfirming] = useState(false);
  const request = useMemo<Request>(
    () => ({
      providerId: provider.id,
      selection: requestOf({ ids, unknown, sendUnknown }),
      order,
      effectiveAt,
      // An undo has a page of its own: what comes here is a retry.
      parent: draft.parent === undefined ? undefined : { jobId: draft.parent.jobId, kind: 'retry' },
      ignoreQuota: draft.ignoreQuota,
      priority: draft.priority,
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
      sendUnknown,
      order,
      effectiveAt,
      draft.parent,
      draft.ignoreQuota,
      draft.priority,
      draft.abortPercent,
      draft.canary,
    ],
  );
  const subject = JSON.stringify([
    provider.id,
    turnOf(ids),
    turnOf(unknown),
    sendUnknown,
    order,
    effectiveAt,
    draft.ignoreQuota,
  ]);
  const review = useLoad(size === 0 ? null : `${tick.toString()} ${subject}`, () => api('changes.review', request));

  if (size === 0) {
    return (
      <div className="page-fill">
        <PageHead title="Change devices" />
        <EmptyState title="No device is selected">
          <Text size="sm" className="soft">
            Select the devices first, then choose here what they get.
          </Text>
          <UnknownOfSelection />
          <Button
            mt="xs"
            onClick={() => {
              go({ name: 'devices' });
            }}
          >
            Go to devices
          </Button>
        </EmptyState>
      </div>
    );
  }

  // What is shown is of what is chosen now, and nothing starts before it is there.
  const shown = review.loadedFor?.endsWith(subject) === true ? review.value : undefined;
  const willChange = shown?.willChange ?? 0;
  const start = (): void => {
    setStarting(true);
    attempt('The change was not started', async () => {
      try {
        const { jobId } = await api('changes.start', { ...request, confirmed: shown?.digest ?? '' });
        clear();
        go({ name: 'job', jobId });
      } finally {
        setStarting(false);
      }
    });
  };
  const problem = shown?.problems[0]?.message ?? null;
  const nothingToDo = shown?.willChange === 0 ? 'No device would change.' : null;
  const missing =
    type === 'carrier-rate-plan' && planCode === ''
      ? 'Choose a rate plan first.'
      : type === 'custom-fields' && Object.keys(fields).length === 0
        ? 'Fill in a field first.'
        : null;
  const verb =
    shown?.needsApproval === true
      ? 'Ask for approval of'
      : effectiveAt !== null
        ? 'Schedule'
        : type === 'suspend' || type === 'restore'
          ? CHANGE_TYPE_NAMES[type]
          : 'Change';
  const startLabel = `${verb} ${devices(willChange)}`;
  return (
    <div className="page-fill">
      <PageHead
        title="Change devices"
        detail={`${devices(size)} selected on ${provider.name}${draft.parent === undefined ? '' : ` · retry of job ${draft.parent.jobId.toString()}`}`}
      >
        <Stepper
          active={step === 'choice' ? 1 : 2}
          size="xs"
          w={460}
          maw="100%"
          allowNextStepsSelect={false}
          onStepClick={(index) => {
            if (index === 0) go({ name: 'devices' });
            else if (index === 1) draft.set({ step: 'choice' });
          }}
        >
          <Stepper.Step label="Devices" />
          <Stepper.Step label={CHANGE_TYPE_NAMES[type]} />
          <Stepper.Step label="Review" />
        </Stepper>
      </PageHead>
      <div className="page-body">
        <UnknownOfSelection />
        {step === 'choice' ? (
          <>
            <SegmentedControl
              size="xs"
              mb="md"
              aria-label="What to change"
              value={type}
              onChange={(value) => {
                draft.set({ type: value });
              }}
              data={CHANGE_TYPES.map((value) => ({ value, label: CHANGE_TYPE_NAMES[value] }))}
            />
            {type === 'carrier-rate-plan' && (
              <PlanChoice
                provider={provider}
                value={planCode}
                onChange={(code) => {
                  draft.set({ planCode: code });
                }}
                review={review.value}
              />
            )}
            {type === 'custom-fields' && <FieldsChoice />}
            {(type === 'suspend' || type === 'restore') && <StateChoice type={type} />}
          </>
        ) : (
          <ReviewPanel provider={provider} review={shown} failure={review.isStale ? undefined : review.failure} />
        )}
      </div>
      <footer className="page-foot">
        <Button
          variant="default"
          onClick={() => {
            if (step === 'review') draft.set({ step: 'choice' });
            else go({ name: 'devices' });
          }}
        >
          Back
        </Button>
        <Group ml="auto">
          {step === 'choice' ? (
            <DisabledTooltip reason={missing}>
              <Button
                disabled={missing !== null}
                onClick={() => {
                  draft.set({ step: 'review' });
                }}
              >
                Review
              </Button>
            </DisabledTooltip>
          ) : (
            <>
              <DisabledTooltip reason={shown === undefined ? 'The review is not there yet.' : null}>
                <Button
                  variant="default"
                  disabled={shown === undefined}
                  leftSection={<FileDown size={14} aria-hidden />}
                  onClick={() => {
                    attempt('The dry run was not saved', async () => {
                      const { file } = await api('changes.saveDryRun', request);
                      if (file !== null) showDone('Dry run saved; nothing was sent', file);
                    });
                  }}
                >
                  Save as dry run
                </Button>
              </DisabledTooltip>
              <DisabledTooltip reason={problem ?? nothingToDo}>
                <Button
                  loading={starting || review.isStale}
                  disabled={problem !== null || nothingToDo !== null || shown === undefined}
                  onClick={() => {
                    if (asksForNumber(provider.confirmAbove, willChange)) setConfirming(true);
                    else start();
                  }}
                >
                  {startLabel}
                </Button>
              </DisabledTooltip>
            </>
          )}
        </Group>
      </footer>
      <ConfirmNumber
        opened={confirming}
        title={`${startLabel} on ${provider.name}?`}
        number={willChange}
        action={startLabel}
        onConfirm={start}
        onClose={() => {
          setConfirming(false);
        }}
      >
        <Text size="sm">
          {type === 'carrier-rate-plan'
            ? 'It bills money, takes one of the four plan changes that each device has in a month, and cannot be taken back freely.'
            : 'The carrier carries it out at once.'}
        </Text>
      </ConfirmNumber>
    </div>
  );
}
