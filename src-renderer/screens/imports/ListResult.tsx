import { Alert, Button, Group, Menu, Stack } from '@mantine/core';
import { FileDown } from 'lucide-react';
import { useCallback, useMemo, useState, type ReactNode } from 'react';
import { FILE_FORMATS, FILE_FORMAT_NAMES, type FileFormat } from '../../../src-main/domain/file-formats';
import { shownText } from '../../../src-main/domain/shown-text';
import type { Identified } from '../../../src-main/inventory/identify';
import { api } from '../../lib/api';
import { attempt, showDone } from '../../lib/failures';
import { count, devices } from '../../lib/format';
import { DisabledTooltip } from '../../components/DisabledTooltip';
import { sizeOf, useSelection } from '../../state/selection';
import { FileFacts } from './FileFacts';
import { fixOf, lineNow, namedBy, type Fix, type Fixes } from './list-fixes';
import { ImportResults } from './ImportResults';
import { UnknownTick } from '../../components/UnknownTick';

interface Props {
  providerId: number;
  result: Identified;
  /** The file's name; null for a text that was pasted. */
  name: string | null;
  /** Where another sheet of the workbook is chosen. */
  sheet: ReactNode;
  /** Why another sheet could not be read. */
  failure: { message: string; next: string | null } | null;
  /** What else can be done with it. */
  children: ReactNode;
  onSelected: () => void;
}

const NO_FIXES: Fixes = new Map();

/** What the lines of a list are, what is done with those that are unknown, and the way on. */
export function ListResult({ providerId, result, name, sheet, failure, children, onSelected }: Props) {
  const [fixes, setFixes] = useState(NO_FIXES);
  const [sends, setSends] = useState(() => useSelection.getState().sendUnknown);
  const add = useSelection((state) => state.add);
  const onFix = useCallback((place: number, fix: Fix | undefined) => {
    setFixes((before) => {
      const next = new Map(before);
      if (fix === undefined) next.delete(place);
      else next.set(place, fix);
      return next;
    });
  }, []);
  const onText = useCallback(
    (place: number, text: string) => {
      attempt('The line was not checked', async () => {
        const answer = await api('devices.identify', { providerId, text });
        setFixes((before) => new Map(before).set(place, fixOf(text, answer, namedBy(result, before, place))));
      });
    },
    [providerId, result],
  );
  const named = useMemo(() => namedBy(result, fixes), [result, fixes]);
  const usable = sizeOf({ ids: named.deviceIds, unknown: named.unknown, sendUnknown: sends });
  const save = (format: FileFormat): void => {
    attempt('The lines were not saved', async () => {
      const { file } = await api('devices.saveLines', { lines: linesToSave(result, fixes), format });
      if (file !== null) showDone('Lines saved', file);
    });
  };
  const nothing =
    named.unknown.length > 0
      ? 'None of the lines names a device of the inventory.'
      : 'None of the lines names a device.';
  return (
    <Stack gap="sm">
      <FileFacts name={name} facts={result} rows={`${count(result.rows)} ${result.rows === 1 ? 'row' : 'rows'}`}>
        {sheet}
      </FileFacts>
      {failure !== null && (
        <Alert color="red" title="The other sheet cannot be used">
          {failure.message} {failure.next}
        </Alert>
      )}
      <ImportResults result={result} fixes={fixes} onFix={onFix} onText={onText} sends={sends} />
      {named.unknown.length > 0 && <UnknownTick unknown={named.unknown} send={sends} onChange={setSends} />}
      <Group>
        {children}
        <Group ml="auto" gap="xs">
          {result.lines.length > 0 && (
            <Menu position="top-end">
              <Menu.Target>
                <Button variant="default" leftSection={<FileDown size={14} aria-hidden />}>
                  Save these lines …
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                {FILE_FORMATS.map((format) => (
                  <Menu.Item
                    key={format}
                    onClick={() => {
                      save(format);
                    }}
                  >
                    {FILE_FORMAT_NAMES[format]}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
          )}
          <DisabledTooltip reason={usable === 0 ? nothing : null}>
            <Button
              autoFocus
              disabled={usable === 0}
              onClick={() => {
                add(named.deviceIds, named.unknown, sends);
                onSelected();
              }}
            >
              Select {devices(usable)}
            </Button>
          </DisabledTooltip>
        </Group>
      </Group>
    </Stack>
  );
}

/** Those that need a look, as they are now. */
function linesToSave(result: Identified, fixes: Fixes) {
  return result.lines.map((line, place) => {
    const { text, verdict, note } = lineNow(line, fixes.get(place));
    const isOut = verdict === 'left out';
    return {
      line: line.line,
      text: shownText(text),
      verdict: isOut ? line.verdict : verdict,
      note: isOut ? 'Left out by a person.' : note,
    };
  });
}
