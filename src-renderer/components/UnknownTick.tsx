import { Alert, Checkbox, Stack, Text } from '@mantine/core';
import { TriangleAlert } from 'lucide-react';
import type { DeviceIdentifier } from '../../src-main/domain/identifiers';
import { useSelection } from '../state/selection';
import { doubtfulOf, doubtWarning, sendLabel, unknownExplanation, unknownSummary } from './unknown-words';
import { useMemo } from 'react';

interface Props {
  unknown: readonly DeviceIdentifier[];
  send: boolean;
  onChange: (send: boolean) => void;
}

/** Identifiers that the inventory does not have are left out until a person wants them sent. */
export function UnknownTick({ unknown, send, onChange }: Props) {
  const doubtful = useMemo(() => doubtfulOf(unknown), [unknown]);
  const warning = doubtWarning(unknown.length, doubtful);
  return (
    <Stack gap={4}>
      <Checkbox
        size="xs"
        label={sendLabel(unknown.length)}
        styles={{ description: { fontSize: 'var(--mantine-font-size-xs)' } }}
        description={unknownExplanation(unknown.length, send)}
        checked={send}
        onChange={(event) => {
          onChange(event.currentTarget.checked);
        }}
      />
      {warning !== null && (
        <Text size="xs" pl={28} className={send ? 'warning' : 'soft'}>
          {send && <TriangleAlert size={13} aria-hidden />} {warning}
        </Text>
      )}
    </Stack>
  );
}

/** The same for the selection, where a change is prepared. */
export function UnknownOfSelection() {
  const { unknown, sendUnknown, setSendUnknown } = useSelection();
  if (unknown.length === 0) return null;
  return (
    <Alert
      color={sendUnknown ? 'yellow' : 'gray'}
      title={unknownSummary(unknown.length, sendUnknown)}
      mb="md"
      maw={1080}
    >
      <UnknownTick unknown={unknown} send={sendUnknown} onChange={setSendUnknown} />
    </Alert>
  );
}
