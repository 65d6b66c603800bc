import { Alert, Button, FileButton, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useCallback, useMemo, useState } from 'react';
import type { Identified } from '../../../src-main/inventory/identify';
import { api } from '../../app/api';
import { failureText } from '../../app/failures';
import { devices } from '../../app/format';
import { sendFile } from '../../app/send-file';
import { WhyDisabled } from '../../components/WhyDisabled';
import { useSelection } from '../../state/selection';
import { namedBy, type Fix, type Fixes } from './list-fixes';
import { ListVerdicts } from './ListVerdicts';

interface Props {
  providerId: number;
  opened: boolean;
  /** One that was dropped on the window. */
  file: File | null;
  onClose: () => void;
}

/** Characters above which a text field takes seconds to lay out what is pasted; such a list is checked without being shown. */
const LONG_LIST = 100_000;
const NO_FIXES: Fixes = new Map();

/** Selects devices by a pasted column or a file, and accounts for every line. */
export function PasteDialog({ providerId, opened, file, onClose }: Props) {
  const [text, setText] = useState('');
  const [result, setResult] = useState<Identified | null>(null);
  const [fixes, setFixes] = useState(NO_FIXES);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const add = useSelection((state) => state.add);
  const back = (): void => {
    setResult(null);
    setFixes(NO_FIXES);
  };
  const close = (): void => {
    setText('');
    back();
    setFailure(null);
    onClose();
  };
  const check = (identify: () => Promise<Identified>): void => {
    setBusy(true);
    setFailure(null);
    identify()
      .then(setResult, (error: unknown) => {
        const { message, next } = failureText(error);
        setFailure(`${message} ${next ?? ''}`);
      })
      .finally(() => {
        setBusy(false);
      });
  };
  const checkFile = (chosen: File | null): void => {
    if (chosen === null) return;
    check(async () => {
      const imported = await sendFile(providerId, 'identifiers', chosen);
      if (imported.what !== 'identifiers') throw new Error('another import answered');
      return imported.identified;
    });
  };
  const onFix = useCallback((line: number, fix: Fix) => {
    setFixes((before) => new Map(before).set(line, fix));
  }, []);
  const named = useMemo(() => (result === null ? null : namedBy(result, fixes)), [result, fixes]);
  const usable = named === null ? 0 : named.deviceIds.size + named.unknown.length;
  return (
    <Modal opened={opened} onClose={close} size={900} title="Select devices by a list">
      <Stack gap="sm">
        {result === null || named === null ? (
          <>
            <Textarea
              rows={12}
              aria-label="ICCIDs, IMEIs or MDNs, one a line"
              placeholder={'One ICCID, IMEI or MDN a line, such as\n89148000000000000012'}
              className="mono"
              data-autofocus
              value={text}
              onChange={(event) => {
                setText(event.currentTarget.value);
              }}
              onPaste={(event) => {
                const pasted = event.clipboardData.getData('text');
                if (text !== '' || pasted.length < LONG_LIST) return;
                event.preventDefault();
                check(() => api('devices.identify', { providerId, text: pasted }));
              }}
            />
            {busy && (
              <Text size="sm" className="soft" role="status">
                Checking the list …
              </Text>
            )}
            {failure !== null && (
              <Alert color="red" title="The list cannot be used">
                {failure}
              </Alert>
            )}
            <Group justify="space-between">
              <FileButton accept=".csv,.txt,.tsv,text/csv,text/plain" onChange={checkFile}>
                {(props) => (
                  <Button variant="default" {...props}>
                    Choose a CSV file …
                  </Button>
                )}
              </FileButton>
              {file !== null && (
                <Button
                  ml="auto"
                  loading={busy}
                  onClick={() => {
                    checkFile(file);
                  }}
                >
                  Check {file.name}
                </Button>
              )}
              <WhyDisabled reason={text.trim() === '' ? 'Paste a list first.' : null}>
                <Button
                  variant={file === null ? 'filled' : 'default'}
                  loading={busy}
                  disabled={text.trim() === ''}
                  onClick={() => {
                    check(() => api('devices.identify', { providerId, text }));
                  }}
                >
                  Check
                </Button>
              </WhyDisabled>
            </Group>
          </>
        ) : (
          <>
            <ListVerdicts providerId={providerId} result={result} fixes={fixes} onFix={onFix} />
            <Group justify="space-between">
              <Button variant="default" onClick={back}>
                Back to the list
              </Button>
              <WhyDisabled reason={usable === 0 ? 'None of the lines names a device.' : null}>
                <Button
                  disabled={usable === 0}
                  onClick={() => {
                    add(named.deviceIds, named.unknown);
                    close();
                  }}
                >
                  Select {devices(usable)}
                </Button>
              </WhyDisabled>
            </Group>
          </>
        )}
      </Stack>
    </Modal>
  );
}
