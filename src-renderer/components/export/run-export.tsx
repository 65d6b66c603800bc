/** Runs an export with its progress and a Cancel button in a notification, so that it can be followed from any screen. */
import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { Exported } from '../../../src-preload/contract';
import { api } from '../../lib/api';
import { attempt, showDone, showFailure } from '../../lib/failures';
import { count } from '../../lib/format';
import { useExports } from '../../state/exports';

export interface ExportRun {
  /** What is counted, such as `devices`. */
  noun: string;
  /** Rows that are expected; null where nobody knows. */
  size: number | null;
  /** Asks the main process. */
  run: (ticket: string) => Promise<Exported>;
}

/** A save dialog comes first; there is something to see only when writing takes a while. */
export function runExport({ noun, size, run }: ExportRun): void {
  const ticket = `export-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
  const { begin, end } = useExports.getState();
  begin(ticket);
  let isShown = false;
  const stop = useExports.subscribe(({ rows }) => {
    if (isShown || (rows[ticket] ?? 0) === 0) return;
    isShown = true;
    notifications.show({
      id: ticket,
      title: `Exporting ${noun}`,
      message: <ExportProgress ticket={ticket} size={size} />,
      autoClose: false,
      withCloseButton: false,
    });
  });
  void run(ticket)
    .then(({ file, rows }) => {
      if (file !== null) showDone(`${count(rows)} ${noun} exported`, file);
      else if (isShown) showDone('Export cancelled', 'No file was left.');
    })
    .catch((error: unknown) => {
      showFailure('Not exported', error);
    })
    .finally(() => {
      stop();
      end(ticket);
      notifications.hide(ticket);
    });
}

function ExportProgress({ ticket, size }: { ticket: string; size: number | null }) {
  const rows = useExports((state) => state.rows[ticket]) ?? 0;
  return (
    <Stack gap={6}>
      {size !== null && (
        <Progress value={size === 0 ? 100 : Math.min(100, (rows / size) * 100)} aria-label="Rows written" />
      )}
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" className="number">
          {size === null ? `${count(rows)} rows` : `${count(rows)} of ${count(size)} rows`}
        </Text>
        <Button
          variant="default"
          size="compact-sm"
          onClick={() => {
            attempt('Not cancelled', () => api('export.cancel', { ticket }));
          }}
        >
          Cancel
        </Button>
      </Group>
    </Stack>
  );
}
