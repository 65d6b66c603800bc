import { Alert, Button, FileButton, Group, Modal, Progress, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ImportResult } from '../../../src-preload/contract';
import { failureText, showDone } from '../../app/failures';
import { count } from '../../app/format';
import { sendFile } from '../../app/send-file';
import { useLive } from '../../state/live';

const WORDS = {
  devices: {
    title: 'Import devices and customers',
    explanation:
      'A CSV file with a column ICCID, IMEI or MDN and, if you like, Customer. Other columns are passed over; commas, semicolons and tabs all work.',
  },
  prices: {
    title: 'Import plan prices',
    explanation:
      'A CSV file with the columns Code and Price (per device and month) and, if it is not USD, Currency as a code such as EUR.',
  },
} as const;

/** Takes a file over as a whole, or says which lines stand in the way. */
export function ImportDialog({
  providerId,
  what,
  opened,
  file = null,
  onClose,
}: {
  providerId: number;
  what: keyof typeof WORDS;
  opened: boolean;
  /** One that was dropped on the window. */
  file?: File | null;
  onClose: () => void;
}) {
  const [share, setShare] = useState<number | null>(null);
  const [failure, setFailure] = useState<{ message: string; next: string | null } | null>(null);
  const changed = useLive((state) => state.inventoryChanged);
  const take = (file: File | null): void => {
    if (file === null) return;
    setFailure(null);
    setShare(0);
    sendFile(providerId, what, file, setShare)
      .then(
        (result) => {
          showDone('Imported', describe(result));
          changed();
          onClose();
        },
        (error: unknown) => {
          setFailure(failureText(error));
        },
      )
      .finally(() => {
        setShare(null);
      });
  };
  return (
    <Modal opened={opened} onClose={onClose} size={560} title={WORDS[what].title}>
      <Stack gap="sm">
        <Text size="sm">{WORDS[what].explanation}</Text>
        <Text size="sm" className="soft">
          All of the file is imported or nothing.
        </Text>
        {failure !== null && (
          <Alert color="red" title={failure.next ?? 'Nothing was imported.'}>
            {failure.message}
          </Alert>
        )}
        {share !== null && <Progress value={share * 100} aria-label="Import progress" animated />}
        <Group justify="flex-end">
          <FileButton accept=".csv,.txt,.tsv,text/csv,text/plain" onChange={take}>
            {(props) => (
              <Button variant={file === null ? 'filled' : 'default'} loading={share !== null} {...props}>
                Choose a file …
              </Button>
            )}
          </FileButton>
          {file !== null && (
            <Button
              loading={share !== null}
              onClick={() => {
                take(file);
              }}
            >
              Import {file.name}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

function describe(result: ImportResult): string {
  if (result.what === 'prices') return `${count(result.prices)} plans have a price from this file.`;
  if (result.what === 'identifiers') return `${count(result.identified.counts.found)} devices found.`;
  const { lines, added, assigned } = result.devices;
  return `${count(lines)} lines: ${count(added)} devices are new, ${count(assigned)} have another customer.`;
}
