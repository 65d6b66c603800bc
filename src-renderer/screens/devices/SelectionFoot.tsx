import { Button, Group, Text } from '@mantine/core';
import { count, devices } from '../../app/format';
import { WhyDisabled } from '../../components/WhyDisabled';
import { useNavigation } from '../../state/navigation';
import { useSelection, useSelectionSize } from '../../state/selection';

/** How many devices are selected, also those that the filter hides, and the way on. */
export function SelectionFoot() {
  const size = useSelectionSize();
  const clear = useSelection((state) => state.clear);
  const unknown = useSelection((state) => state.unknown.length);
  const go = useNavigation((state) => state.go);
  return (
    <footer className="page-foot">
      <Text size="sm" fw={600} className="number" aria-live="polite">
        {size === 0 ? 'No device selected' : `${devices(size)} selected`}
      </Text>
      {unknown > 0 && (
        <Text size="xs" className="soft">
          {count(unknown)} of them are not in the inventory
        </Text>
      )}
      {size > 0 && (
        <Button variant="subtle" size="compact-sm" onClick={clear}>
          Clear
        </Button>
      )}
      <Group ml="auto">
        <WhyDisabled reason={size === 0 ? 'Select devices first.' : null}>
          <Button
            disabled={size === 0}
            onClick={() => {
              go({ name: 'change' });
            }}
          >
            Change …
          </Button>
        </WhyDisabled>
      </Group>
    </footer>
  );
}
