import { Alert, Button, FileButton, Group, Modal, Progress, Stack, Text, Textarea } from '@mantine/core';
import { useRef, useState } from 'react';
import type { Identified } from '../../../src-main/inventory/identify';
import { api } from '../../lib/api';
import { failureText } from '../../lib/failures';
import { LIST_FILES } from '../../lib/send-file';
import { Allowed, DisabledTooltip } from '../../components/DisabledTooltip';
import { useDialogs } from '../../state/dialogs';
import { useHandedFile } from '../../state/use-handed-file';
import { SheetChoice } from './SheetChoice';
import { ListResult } from './ListResult';
import { FileQuestion } from './FileQuestion';

interface Props {
  providerId: number;
  opened: boolean;
  onClose: () => void;
}

/** Characters above which a text field takes seconds to lay out what is pasted; such a list is checked without being shown. */
const LONG_LIST = 100_000;

/** Selects devices by a pasted column or a file, and accounts for every line. */
export function PasteDialog({ providerId, opened, onClose }: Props) {
  const { file, turn } = useDialogs();
  return (
    <Modal opened={opened} onClose={onClose} size="min(1180px, 94vw)" title="Select from list">
      <FromList key={turn} providerId={providerId} first={file} onClose={onClose} />
    </Modal>
  );
}

function FromList({ providerId, first, onClose }: { providerId: number; first: File | null; onClose: () => void }) {
  const [text, setText] = useState('');
  const [pasted, setPasted] = useState<Identified | null>(null);
  const [isChecking, setChecking] = useState(false);
  const [failure, setFailure] = useState<{ message: string; next: string | null } | null>(null);
  const handed = useHandedFile(providerId, 'identifiers', first);
  const show = useDialogs((state) => state.show);
  const { file, look } = handed;
  const result = pasted ?? (look?.what === 'identifiers' ? look.identified : null);
  const checks = useRef(0);
  const check = (list: string): void => {
    const mine = ++checks.current;
    setChecking(true);
    setFailure(null);
    handed.forget();
    api('devices.identify', { providerId, text: list })
      .then(
        (found) => {
          // A file that was chosen meanwhile is what counts.
          if (mine === checks.current) setPasted(found);
        },
        (error: unknown) => {
          if (mine === checks.current) setFailure(failureText(error));
        },
      )
      .finally(() => {
        if (mine === checks.current) setChecking(false);
      });
  };
  const back = (): void => {
    setPasted(null);
    handed.forget();
  };
  if (result !== null)
    return (
      <ListResult
        key={result.sheet}
        providerId={providerId}
        result={result}
        name={file?.name ?? null}
        sheet={<SheetChoice handed={handed} seen={result} />}
        failure={pasted === null ? handed.failure : null}
        onSelected={onClose}
      >
        <Button variant="default" onClick={back}>
          {file === null ? 'Back to the list' : 'Another list …'}
        </Button>
        {file !== null && (
          <Allowed to="inventory">
            <Button
              variant="subtle"
              onClick={() => {
                show('import', file);
              }}
            >
              Import devices and customers instead
            </Button>
          </Allowed>
        )}
      </ListResult>
    );
  if (file !== null && handed.failure === null) {
    if (handed.question !== null) return <FileQuestion handed={handed} />;
    return (
      <Stack gap="xs" role="status">
        <Text size="sm">Reading {file.name} …</Text>
        <Progress value={(handed.share ?? 1) * 100} aria-label="File progress" animated />
      </Stack>
    );
  }
  const wrong = failure ?? handed.failure;
  return (
    <Stack gap="sm">
      {wrong !== null && (
        <Alert
          color="red"
          title={handed.file === null ? 'The list cannot be used' : `${handed.file.name} cannot be used`}
        >
          {wrong.message} {wrong.next}
        </Alert>
      )}
      <Textarea
        rows={12}
        label="ICCIDs, IMEIs or MDNs, one per line"
        description="A column from a spreadsheet or a whole table will do. You can also drop a CSV, text or XLSX file on the window."
        placeholder="89148000000000000012"
        classNames={{ input: 'mono' }}
        data-autofocus
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
        }}
        onPaste={(event) => {
          const list = event.clipboardData.getData('text');
          if (text !== '' || list.length < LONG_LIST) return;
          event.preventDefault();
          check(list);
        }}
      />
      {isChecking && (
        <Text size="sm" className="soft" role="status">
          Checking the list …
        </Text>
      )}
      <Group justify="space-between">
        <FileButton
          accept={LIST_FILES}
          onChange={(chosen) => {
            if (chosen === null) return;
            checks.current++;
            setChecking(false);
            setFailure(null);
            handed.take(chosen);
          }}
        >
          {(props) => (
            <Button variant="default" {...props}>
              Choose a file …
            </Button>
          )}
        </FileButton>
        <DisabledTooltip reason={text.trim() === '' ? 'Paste a list first.' : null}>
          <Button
            loading={isChecking}
            disabled={text.trim() === ''}
            onClick={() => {
              check(text);
            }}
          >
            Check
          </Button>
        </DisabledTooltip>
      </Group>
    </Stack>
  );
}
