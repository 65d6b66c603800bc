import { Button, Group, Modal, NumberInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { api } from '../../lib/api';
import { attempt, showDone, showNote } from '../../lib/failures';
import { count } from '../../lib/format';

const FIRST_MONTHS = 12;

/** Retention: old entries leave the store for a signed file, which can be kept elsewhere. */
export function SealDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [months, setMonths] = useState(FIRST_MONTHS);
  const [busy, setBusy] = useState(false);
  const seal = (): void => {
    setBusy(true);
    attempt('Nothing was sealed', async () => {
      try {
        const before = new Date();
        before.setMonth(before.getMonth() - months);
        const sealed = await api('audit.seal', { before: before.toISOString() });
        if (sealed === null) showNote('Nothing to seal', 'No entry is that old.');
        else showDone(`${count(sealed.entries)} entries sealed`, sealed.file);
        onClose();
      } finally {
        setBusy(false);
      }
    });
  };
  return (
    <Modal opened={opened} onClose={onClose} title="Seal old entries">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          seal();
        }}
      >
        <Stack>
          <Text size="sm">
            Older entries are written to a file in the data folder and taken out of the store. The store keeps the
            file’s hash and a signature: the chain goes on, and a file that is changed shows. Nothing is deleted; keep
            the file as long as you have to.
          </Text>
          <NumberInput
            label="Months to keep in the store"
            description="What happened in the last 90 days always stays"
            min={3}
            max={600}
            allowDecimal={false}
            data-autofocus
            value={months}
            onChange={(value) => {
              if (typeof value === 'number') setMonths(value);
            }}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Leave it
            </Button>
            <Button type="submit" loading={busy}>
              Seal
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
