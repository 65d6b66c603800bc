import { Button, Checkbox, Group, Popover, Stack, Text, Tooltip } from '@mantine/core';
import { useId, useMemo, useState } from 'react';
import type { Facet } from '../../../src-main/store/devices';
import { api } from '../../lib/api';
import { count, devices } from '../../lib/format';
import { Failed, Loading } from '../../components/Page';
import { DisabledTooltip } from '../../components/DisabledTooltip';
import { useNavigation } from '../../state/navigation';
import { useWhyMayNot } from '../../state/session';
import { usePlanNames } from '../../state/plan-names';
import { namedSize, useSelection, useSelectionSize } from '../../state/selection';
import { useLoad } from '../../state/use-load';
import { doubtfulOf, doubtWarning, unknownExplanation, unknownSummary } from '../../components/unknown-words';

/** How many devices are selected, also those that the filter hides, what they are, and the way on. */
export function SelectionBar({ providerId }: { providerId: number }) {
  const size = useSelectionSize();
  const clear = useSelection((state) => state.clear);
  const named = useSelection(namedSize);
  const mayNot = useWhyMayNot('change');
  const go = useNavigation((state) => state.go);
  return (
    <footer className="page-foot">
      <Text size="sm" fw={600} className="number" aria-live="polite">
        {size === 0 ? 'No device selected' : `${devices(size)} selected`}
      </Text>
      {named > 0 && (
        <>
          {size > 0 && <Composition providerId={providerId} />}
          <Button variant="subtle" size="compact-sm" onClick={clear}>
            Clear
          </Button>
          <UnknownInFoot />
        </>
      )}
      <Group ml="auto">
        <DisabledTooltip reason={mayNot ?? (size === 0 ? 'Select devices first.' : null)}>
          <Button
            data-tour-target="1"
            disabled={size === 0 || mayNot !== null}
            onClick={() => {
              go({ name: 'change' });
            }}
          >
            Change …
          </Button>
        </DisabledTooltip>
      </Group>
    </footer>
  );
}

/** What the selected devices are; counted when somebody looks. */
function Composition({ providerId }: { providerId: number }) {
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} width={420} position="top-start" shadow="md" trapFocus>
      <Popover.Target>
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => {
            setOpened(!opened);
          }}
        >
          What are they?
        </Button>
      </Popover.Target>
      <Popover.Dropdown>{opened && <Parts providerId={providerId} />}</Popover.Dropdown>
    </Popover>
  );
}

function Parts({ providerId }: { providerId: number }) {
  const { ids, unknown } = useSelection();
  const planName = usePlanNames(providerId);
  const parts = useLoad(`composition ${ids.size.toString()}`, () =>
    api('devices.composition', { providerId, deviceIds: [...ids] }),
  );
  if (parts.failure !== undefined) return <Failed failure={parts.failure} />;
  if (parts.value === undefined) return <Loading />;
  const { plans, states, customers } = parts.value;
  return (
    <Stack gap="sm">
      <Part title="Rate plan" facets={plans.map((one) => ({ ...one, value: planName(one.value) }))} />
      <Part title="State" facets={states} />
      <Part title="Customer" facets={customers} />
      {unknown.length > 0 && (
        <Part title="Not in the inventory" facets={[{ value: 'identifiers', count: unknown.length }]} />
      )}
    </Stack>
  );
}

/** In one line: what it means stands where the change is prepared. */
function UnknownInFoot() {
  const { unknown, sendUnknown, setSendUnknown } = useSelection();
  const doubtful = useMemo(() => doubtfulOf(unknown), [unknown]);
  const about = useId();
  if (unknown.length === 0) return null;
  return (
    <Group gap="sm" wrap="nowrap">
      <div id={about}>
        <Text size="xs" className="soft number">
          {unknownSummary(unknown.length, sendUnknown)}
        </Text>
        {sendUnknown && doubtful > 0 && (
          <Text size="xs" className="warning">
            {count(doubtful)} with a check digit that does not fit
          </Text>
        )}
      </div>
      <Tooltip
        multiline
        maw={340}
        label={`${unknownExplanation(unknown.length, sendUnknown)} ${doubtWarning(unknown.length, doubtful) ?? ''}`}
        events={{ hover: true, focus: true, touch: true }}
      >
        <Checkbox
          size="xs"
          label={unknown.length === 1 ? 'Send it to the carrier' : 'Send them to the carrier'}
          aria-describedby={about}
          checked={sendUnknown}
          onChange={(event) => {
            setSendUnknown(event.currentTarget.checked);
          }}
        />
      </Tooltip>
    </Group>
  );
}

const SHOWN = 5;

function Part({ title, facets }: { title: string; facets: readonly Facet[] }) {
  const rest = facets.slice(SHOWN);
  const lines = [
    ...facets.slice(0, SHOWN),
    ...(rest.length === 0
      ? []
      : [{ value: `${count(rest.length)} others`, count: rest.reduce((sum, one) => sum + one.count, 0) }]),
  ];
  return (
    <section>
      <Text size="xs" fw={600} className="soft">
        {title}
      </Text>
      {lines.map(({ value, count: size }) => (
        <Group key={value} justify="space-between" wrap="nowrap">
          <Text size="sm" truncate>
            {value === '' ? 'none' : value}
          </Text>
          <Text size="sm" className="number">
            {count(size)}
          </Text>
        </Group>
      ))}
    </section>
  );
}
