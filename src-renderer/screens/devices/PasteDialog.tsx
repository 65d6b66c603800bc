import {
  Alert,
  Badge,
  Button,
  FileButton,
  Group,
  Modal,
  ScrollArea,
  Stack,
  Table,
  Text,
  Textarea,
} from '@mantine/core';
import { useState } from 'react';
import type { Identified, LineVerdict } from '../../../src-main/inventory/identify';
import { api } from '../../app/api';
import { failureText } from '../../app/failures';
import { count, devices } from '../../app/format';
import { sendFile } from '../../app/send-file';
import { WhyDisabled } from '../../components/WhyDisabled';
import { useSelection } from '../../state/selection';

const WORDS: Record<LineVerdict, { label: string; color: string }> = {
  found: { label: 'found', color: 'green' },
  unknown: { label: 'not in the inventory', color: 'yellow' },
  duplicate: { label: 'repeated', color: 'gray' },
  ambiguous: { label: 'ambiguous', color: 'red' },
  mangled: { label: 'mangled by a spreadsheet', color: 'red' },
  malformed: { label: 'not an identifier', color: 'red' },
};

/** Selects devices by a pasted column or a file, and accounts for every line. */
export function PasteDialog({
  providerId,
  opened,
  onClose,
}: {
  providerId: number;
  opened: boolean;
  onClose: () => void;
}) {
  const [text, setText] = useState('');
  const [result, setResult] = useState<Identified | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const add = useSelection((state) => state.add);
  const close = (): void => {
    setText('');
    setResult(null);
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
  const checkFile = (file: File | null): void => {
    if (file === null) return;
    check(async () => {
      const imported = await sendFile(providerId, 'identifiers', file);
      if (imported.what !== 'identifiers') throw new Error('another import answered');
      return imported.identified;
    });
  };
  const usable = result === null ? 0 : result.deviceIds.length + result.unknown.length;
  return (
    <Modal
      opened={opened}
      onClose={close}
      size={720}
      title={<Text fw={600}>Select devices by a list</Text>}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="sm">
        {result === null ? (
          <>
            <Textarea
              autosize
              minRows={8}
              maxRows={14}
              aria-label="ICCIDs, IMEIs or MDNs, one a line"
              placeholder={'One ICCID, IMEI or MDN a line, such as\n89148000000000000012'}
              className="mono"
              data-autofocus
              value={text}
              onChange={(event) => {
                setText(event.currentTarget.value);
              }}
            />
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
              <WhyDisabled reason={text.trim() === '' ? 'Paste a list first.' : null}>
                <Button
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
            <Verdicts result={result} />
            <Group justify="space-between">
              <Button
                variant="default"
                onClick={() => {
                  setResult(null);
                }}
              >
                Back to the list
              </Button>
              <WhyDisabled reason={usable === 0 ? 'None of the lines names a device.' : null}>
                <Button
                  disabled={usable === 0}
                  onClick={() => {
                    add(result.deviceIds, result.unknown);
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

function Verdicts({ result }: { result: Identified }) {
  const total = Object.values(result.counts).reduce((sum, value) => sum + value, 0);
  return (
    <>
      <Group gap="xs">
        <Text size="sm" fw={600}>
          {count(total)} lines:
        </Text>
        {(Object.keys(WORDS) as LineVerdict[])
          .filter((verdict) => result.counts[verdict] > 0)
          .map((verdict) => (
            <Badge key={verdict} color={WORDS[verdict].color} variant="light" tt="none" size="lg">
              {count(result.counts[verdict])} {WORDS[verdict].label}
            </Badge>
          ))}
        {result.warnings > 0 && (
          <Badge color="yellow" variant="light" tt="none" size="lg">
            {count(result.warnings)} with a doubtful check digit
          </Badge>
        )}
      </Group>
      {result.counts.unknown > 0 && (
        <Text size="sm" className="soft">
          Identifiers that the inventory does not have are sent too: the carrier decides. Sync first if the inventory
          may be old.
        </Text>
      )}
      {result.notable.length > 0 && (
        <ScrollArea.Autosize mah={320} className="panel">
          <Table verticalSpacing={4} stickyHeader>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Line</Table.Th>
                <Table.Th>Text</Table.Th>
                <Table.Th>What it is</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {result.notable.map((line) => (
                <Table.Tr key={`${line.line.toString()} ${line.verdict}`}>
                  <Table.Td className="number">{line.line}</Table.Td>
                  <Table.Td className="mono">{line.text}</Table.Td>
                  <Table.Td>
                    {WORDS[line.verdict].label}
                    <Text size="xs" className="soft">
                      {line.note}
                    </Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollArea.Autosize>
      )}
    </>
  );
}
