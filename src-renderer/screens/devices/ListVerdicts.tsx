import { Badge, Button, Chip, Group, Select, Text, TextInput } from '@mantine/core';
import { FileDown } from 'lucide-react';
import { useMemo, useState } from 'react';
import { LINE_VERDICTS, type LineVerdict } from '../../../src-main/domain/identifiers';
import type { Identified, IdentifiedLine } from '../../../src-main/inventory/identify';
import { api } from '../../app/api';
import { attempt, showDone } from '../../app/failures';
import { count } from '../../app/format';
import { DataGrid } from '../../components/grid/DataGrid';
import { localPages } from '../../components/grid/local-pages';
import { useColumns, type Column } from '../../components/grid/use-columns';
import { Nothing } from '../../components/Page';
import { chosen, fixOf, LEFT_OUT, lineNow, type Fix, type Fixes } from './list-fixes';

const COLORS: Readonly<Record<Fix['verdict'], string>> = {
  found: 'green',
  unknown: 'yellow',
  duplicate: 'gray',
  ambiguous: 'red',
  mangled: 'red',
  malformed: 'red',
  'left out': 'gray',
};

interface Props {
  providerId: number;
  result: Identified;
  fixes: Fixes;
  onFix: (line: number, fix: Fix) => void;
}

/** Accounts for every line of a list; those that are not simply found can be mended where they stand. */
export function ListVerdicts({ providerId, result, fixes, onFix }: Props) {
  const [shown, setShown] = useState<LineVerdict | 'all'>('all');
  const total = Object.values(result.counts).reduce((sum, value) => sum + value, 0);
  const lines = useMemo(
    () => result.notable.filter((line) => shown === 'all' || line.verdict === shown),
    [result.notable, shown],
  );
  const columns = useMemo<Column<IdentifiedLine>[]>(
    () => [
      {
        key: 'line',
        header: 'Line',
        width: 64,
        align: 'right',
        cell: ({ line }) => <span className="number">{count(line)}</span>,
      },
      {
        key: 'text',
        header: 'Text',
        width: 230,
        cell: (line) => <LineText providerId={providerId} line={line} fix={fixes.get(line.line)} onFix={onFix} />,
      },
      {
        key: 'what',
        header: 'What it is',
        width: 150,
        cell: (line) => <Verdict verdict={lineNow(line, fixes).verdict} />,
      },
      {
        key: 'note',
        header: 'Explanation',
        width: 200,
        grow: 1,
        cell: (line) => {
          const { note } = lineNow(line, fixes);
          return (
            <span className="soft" title={note}>
              {note}
            </span>
          );
        },
      },
      {
        key: 'leave',
        header: '',
        width: 84,
        cell: (line) =>
          line.verdict === 'unknown' && fixes.get(line.line)?.verdict !== 'left out' ? (
            <Button
              variant="subtle"
              size="compact-xs"
              aria-label={`Leave line ${line.line.toString()} out`}
              onClick={() => {
                onFix(line.line, LEFT_OUT);
              }}
            >
              Leave out
            </Button>
          ) : null,
      },
    ],
    [providerId, fixes, onFix],
  );
  const layout = useColumns('lines', columns);
  const save = (): void => {
    attempt('The lines were not saved', async () => {
      const { file } = await api('devices.saveLines', {
        lines: result.notable.map((line) => {
          const { text, verdict, note } = lineNow(line, fixes);
          return {
            line: line.line,
            text,
            verdict: verdict === 'left out' ? line.verdict : verdict,
            note: verdict === 'left out' ? 'Left out by a person.' : note,
          };
        }),
      });
      if (file !== null) showDone('Lines saved', file);
    });
  };
  return (
    <>
      <Group gap="xs">
        <Text size="sm" fw={600}>
          {count(total)} {total === 1 ? 'line' : 'lines'}
        </Text>
        <Badge color="green" variant="light" tt="none" size="lg">
          {count(result.counts.found)} {LINE_VERDICTS.found}
        </Badge>
        {result.warnings > 0 && (
          <Badge color="yellow" variant="light" tt="none" size="lg">
            {count(result.warnings)} with a doubtful check digit
          </Badge>
        )}
        <Chip.Group
          value={shown}
          onChange={(value) => {
            setShown(value);
          }}
        >
          <Group gap={6}>
            {result.notable.length > 0 && (
              <Chip size="xs" value="all">
                All that need a look
              </Chip>
            )}
            {(Object.keys(LINE_VERDICTS) as LineVerdict[])
              .filter((verdict) => verdict !== 'found' && result.counts[verdict] > 0)
              .map((verdict) => (
                <Chip key={verdict} size="xs" value={verdict}>
                  {count(result.counts[verdict])} {LINE_VERDICTS[verdict]}
                </Chip>
              ))}
          </Group>
        </Chip.Group>
        {result.notable.length > 0 && (
          <Button ml="auto" variant="default" leftSection={<FileDown size={14} aria-hidden />} onClick={save}>
            Save these lines
          </Button>
        )}
      </Group>
      {result.counts.unknown > 0 && (
        <Text size="sm" className="soft">
          Identifiers that the inventory does not have are sent too: the carrier decides. Sync first if the inventory
          may be old, or leave them out.
        </Text>
      )}
      {result.notable.length > 0 && (
        <div className="panel" style={{ height: 340, display: 'flex' }}>
          <DataGrid
            label="Lines that need a look"
            layout={layout}
            pages={localPages(lines)}
            rowKey={(line) => line.line}
            empty={<Nothing title="No such line" />}
          />
        </div>
      )}
    </>
  );
}

function Verdict({ verdict }: { verdict: Fix['verdict'] }) {
  return (
    <Badge color={COLORS[verdict]} variant="light" tt="none" size="sm">
      {verdict === 'left out' ? verdict : LINE_VERDICTS[verdict]}
    </Badge>
  );
}

/** A line that is wrong is typed anew, one with several devices chosen from; the others only stand there. */
function LineText({
  providerId,
  line,
  fix,
  onFix,
}: {
  providerId: number;
  line: IdentifiedLine;
  fix: Fix | undefined;
  onFix: Props['onFix'];
}) {
  const [text, setText] = useState(fix?.text ?? line.text);
  const label = `Line ${line.line.toString()}`;
  if (line.verdict === 'duplicate' || line.verdict === 'found') return <span className="mono">{line.text}</span>;
  if (line.candidates.length > 0) {
    return (
      <Select
        size="xs"
        aria-label={label}
        placeholder={line.text}
        data={line.candidates.map(({ id, iccid }) => ({
          value: id.toString(),
          label: iccid ?? `device ${id.toString()}`,
        }))}
        value={fix?.deviceIds[0]?.toString() ?? null}
        onChange={(value) => {
          if (value !== null) onFix(line.line, chosen(line.text, Number(value)));
        }}
      />
    );
  }
  const check = (): void => {
    const next = text.trim();
    if (next === (fix?.text ?? line.text)) return;
    attempt('The line was not checked', async () => {
      onFix(line.line, fixOf(next, await api('devices.identify', { providerId, text: next })));
    });
  };
  return (
    <TextInput
      size="xs"
      className="mono"
      aria-label={label}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
      }}
      onBlur={check}
      onKeyDown={(event) => {
        if (event.key === 'Enter') check();
      }}
    />
  );
}
