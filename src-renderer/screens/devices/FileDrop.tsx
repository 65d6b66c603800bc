import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { FileDown } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useDropzone } from 'react-dropzone';
import { showFailure } from '../../app/failures';
import { useDialogs } from '../../state/dialogs';
import { useProviders } from '../../state/providers';

const ACCEPTED = { 'text/csv': ['.csv'], 'text/plain': ['.txt'], 'text/tab-separated-values': ['.tsv'] };

/** Around the window: a list that is dropped anywhere selects devices, or says which customers they belong to. */
export function FileDrop({ children }: { children: ReactNode }) {
  const show = useDialogs((state) => state.show);
  const [dropped, setDropped] = useState<File | null>(null);
  const { getRootProps, isDragActive } = useDropzone({
    accept: ACCEPTED,
    multiple: false,
    noClick: true,
    noKeyboard: true,
    onDropAccepted: ([file]) => {
      if (useProviders.getState().currentId === null)
        showFailure('There is no account yet', new Error('Open the demo or connect an account, then drop it again.'));
      else setDropped(file ?? null);
    },
    onDropRejected: () => {
      showFailure('This cannot be taken', new Error('Drop one CSV or text file. Save a workbook as CSV first.'));
    },
  });
  const choose = (dialog: 'paste' | 'import'): void => {
    if (dropped !== null) show(dialog, dropped);
    setDropped(null);
  };
  return (
    <div {...getRootProps({ className: 'frame', tabIndex: -1 })}>
      {children}
      {isDragActive && (
        <div className="drop-here">
          <FileDown size={28} aria-hidden />
          <Text fw={600}>Drop the list here</Text>
        </div>
      )}
      <Modal
        opened={dropped !== null}
        onClose={() => {
          setDropped(null);
        }}
        title={`What is ${dropped?.name ?? 'it'} for?`}
      >
        <Stack>
          <Text size="sm">
            Its ICCIDs, IMEIs or MDNs can select devices, or it can bring new devices and the customers that they belong
            to into the inventory.
          </Text>
          <Group justify="flex-end">
            <Button
              variant="default"
              onClick={() => {
                choose('import');
              }}
            >
              Import devices and customers
            </Button>
            <Button
              data-autofocus
              onClick={() => {
                choose('paste');
              }}
            >
              Select these devices
            </Button>
          </Group>
        </Stack>
      </Modal>
    </div>
  );
}
