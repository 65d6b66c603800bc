import { Alert, Button, FileButton, Group, Modal, Progress, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useDropzone } from 'react-dropzone';
import { showDone } from '../../lib/failures';
import { LIST_FILES } from '../../lib/send-file';
import { DisabledTooltip } from '../../components/DisabledTooltip';
import { useLive } from '../../state/live';
import { useHandedFile } from '../../state/use-handed-file';
import { applyLabel, describeDone, IMPORT_WORDS, whyNotYet, writes, type ImportKind } from './import-words';
import { ImportPreviewPanel } from './ImportPreviewPanel';
import { FileQuestion } from './FileQuestion';

interface Props {
  providerId: number;
  what: ImportKind;
  opened: boolean;
  /** One that was dropped on the window. */
  file?: File | null;
  /** Grows with each file that is dropped. */
  turn?: number;
  onClose: () => void;
}

/** Shows what a file would change, and writes it once a person has seen that. */
export function ImportDialog({ providerId, what, opened, file = null, turn = 0, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} size="min(1080px, 94vw)" title={IMPORT_WORDS[what].title}>
      <Import key={turn} providerId={providerId} what={what} first={file} onClose={onClose} />
    </Modal>
  );
}

function Import({
  providerId,
  what,
  first,
  onClose,
}: {
  providerId: number;
  what: ImportKind;
  first: File | null;
  onClose: () => void;
}) {
  const handed = useHandedFile(providerId, what, first);
  const [leavesOut, setLeavesOut] = useState(false);
  const changed = useLive((state) => state.inventoryChanged);
  const { file, look, question, failure } = handed;
  const take = (chosen: File): void => {
    setLeavesOut(false);
    handed.take(chosen);
  };
  // A file that is dropped on the dialog is for it, not for the window behind.
  const { getRootProps } = useDropzone({
    multiple: false,
    noClick: true,
    noKeyboard: true,
    noDragEventsBubbling: true,
    onDropAccepted: ([dropped]) => {
      if (dropped !== undefined) take(dropped);
    },
  });
  const preview = look === null || look.what === 'identifiers' ? null : look;
  const reason =
    preview === null
      ? null
      : handed.failure !== null && !handed.mayTryAgain
        ? 'Change what does not fit first.'
        : whyNotYet(preview.preview, leavesOut);
  const apply = (): void => {
    handed.apply(leavesOut).then(
      (done) => {
        showDone('Imported', describeDone(done));
        changed();
        onClose();
      },
      // It is shown as the file's failure.
      () => undefined,
    );
  };
  return (
    <div {...getRootProps({ tabIndex: -1 })}>
      <Stack gap="sm">
        {preview === null && (
          <Text size="sm" maw={760}>
            {IMPORT_WORDS[what].explanation}
          </Text>
        )}
        {preview === null && failure !== null && (
          <Alert color="red" title={failure.message}>
            {failure.next ?? 'Nothing was imported.'}
          </Alert>
        )}
        {preview === null && handed.isBusy && question === null && (
          <Stack gap="xs" role="status">
            <Text size="sm">Reading {file?.name} …</Text>
            <Progress value={(handed.share ?? 1) * 100} aria-label="Import progress" animated />
          </Stack>
        )}
        {question !== null && failure === null && <FileQuestion handed={handed} />}
        {preview !== null && (
          <ImportPreviewPanel handed={handed} look={preview} leavesOut={leavesOut} onLeaveOut={setLeavesOut} />
        )}
        <Group justify="space-between">
          <FileButton
            accept={LIST_FILES}
            onChange={(chosen) => {
              if (chosen !== null) take(chosen);
            }}
          >
            {(props) => (
              <Button {...(preview === null ? { ml: 'auto' } : { variant: 'default' })} {...props}>
                {file === null ? 'Choose a file …' : 'Choose another file …'}
              </Button>
            )}
          </FileButton>
          {preview !== null && (
            <DisabledTooltip reason={reason}>
              <Button loading={handed.isBusy} disabled={reason !== null} onClick={apply}>
                {applyLabel(what, writes(preview.preview))}
              </Button>
            </DisabledTooltip>
          )}
        </Group>
      </Stack>
    </div>
  );
}
