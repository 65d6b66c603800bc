import { Text } from '@mantine/core';
import { FileDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { useDropzone } from 'react-dropzone';
import { showFailure } from '../../lib/failures';
import { useDialogs } from '../../state/dialogs';
import { useProviders } from '../../state/providers';

/**
 * Around the window: a list that is dropped anywhere is checked at once. Whatever the file is goes to the main process, which
 * knows what to say about one that is no list.
 */
export function FileDrop({ children }: { children: ReactNode }) {
  const show = useDialogs((state) => state.show);
  const { getRootProps, isDragActive } = useDropzone({
    multiple: false,
    noClick: true,
    noKeyboard: true,
    onDropAccepted: ([file]) => {
      if (useProviders.getState().currentId === null)
        showFailure('There is no account yet', new Error('Open the demo or connect an account, then drop it again.'));
      else if (file !== undefined) show(useDialogs.getState().open === 'import' ? 'import' : 'paste', file);
    },
    onDropRejected: () => {
      showFailure('Only one file can be dropped at a time', new Error('Drop the files one after another.'));
    },
  });
  return (
    <div {...getRootProps({ className: 'frame', tabIndex: -1 })}>
      {children}
      {isDragActive && (
        <div className="drop-here">
          <FileDown size={28} aria-hidden />
          <Text fw={600}>Drop the list here</Text>
        </div>
      )}
    </div>
  );
}
