import { Badge, Button } from '@mantine/core';
import { useMemo, useState, type CSSProperties } from 'react';
import { LINE_VERDICTS, type LineVerdict } from '../../../src-main/domain/list-lines';
import type { Identified, IdentifiedLine } from '../../../src-main/inventory/identify';
import { count } from '../../lib/format';
import { DataGrid } from '../../components/grid/DataGrid';
import { localPages } from '../../components/grid/local-pages';
import { useColumns, type Column } from '../../components/grid/use-columns';
import { EmptyState } from '../../components/Page';
import { Tally, type TallyPart } from '../../components/Tally';
import { LineText } from './LineText';
import { countsNow, LEFT_OUT, lineNow, verdictWords, type Fix, type Fixes } from './list-fixes';

const COLORS: Readonly<Record<Fix['verdict'], string>> = {
  found: 'green',
  unknown: 'yellow',
  duplicate: 'gray',
  none: 'gray',
  contradiction: 'red',
  ambiguous: 'red',
  mangled: 'red',
  malformed: 'red',
  'left out': 'gray',
};

interface Props {
  result: Identified;
  fixes: Fixes;
  onFix: (place: number, fix: Fix | undefined) => void;
  onText: (place: number, text: string) => void;
  /** Unknown identifiers are sent to the carrier. */
  sends: boolean;
}

interface Listed {
  /** In the result's lines. */
  place: number;
  line: IdentifiedLine;
}

/** Accounts for every line of a list; those that are not simply found can be mended where they stand. */
export function ImportResults({ result, fixes, onFix, onText, sends }: Props) {
  const [shown, setShown] = useState<Fix['verdict'] | 'all'>('all');
  const counts = useMemo(() => countsNow(result, fixes), [result, fixes]);
  const all = useMemo(() => result.lines.map((line, place): Listed => ({ place, line })), [result.lines]);
  // A line stays where it stands while it is mended.
  const lines = useMemo(
    () =>
      shown === 'all'
        ? all
        : all.filter(({ place, line }) => line.verdict === shown || fixes.get(place)?.verdict === shown),
    [all, shown, fixes],
  );
  const columns = useMemo(() => columnsOf(fixes, onFix, onText, sends), [fixes, onFix, onText, sends]);
  const layout = useColumns('lines', columns);
  const verdicts: Fix['verdict'][] = [...verdictKeys(), 'left out'];
  return (
    <>
      <Tally
        label="Lines by what they are"
        shown={shown}
        onShow={setShown}
        parts={verdicts
          .filter((verdict) => verdict === 'found' || counts[verdict] > 0 || verdict === shown)
          .map((verdict) => ({
            key: verdict,
            count: count(counts[verdict]),
            label: verdictWords(verdict),
            effect: counts[verdict] === 0 ? 'none' : effectOf(verdict, sends, result.warnings),
            color: counts[verdict] === 0 ? 'gray' : COLORS[verdict],
            canShow: verdict === 'found' ? result.warnings > 0 : all.length > 0,
          }))}
      />
      {all.length > 0 && (
        <div className="panel list-lines" style={{ '--lines': all.length } as CSSProperties}>
          <DataGrid
            label="Lines that need a look"
            layout={layout}
            pages={localPages(lines)}
            rowKey={({ place }) => place}
            wraps
            empty={<EmptyState title="No such line" />}
          />
        </div>
      )}
    </>
  );
}

function verdictKeys(): LineVerdict[] {
  return Object.keys(LINE_VERDICTS) as LineVerdict[];
}

function effectOf(verdict: Fix['verdict'], sends: boolean, warnings: number): TallyPart<string>['effect'] {
  switch (verdict) {
    case 'found':
      return warnings === 0 ? 'selected' : `selected, ${count(warnings)} with a warning`;
    case 'unknown':
      return sends ? 'sent to the carrier' : 'left out';
    case 'duplicate':
      return 'counted once';
    case 'none':
    case 'left out':
      return 'not selected';
    default:
      return 'left out until fixed';
  }
}

function columnsOf(fixes: Fixes, onFix: Props['onFix'], onText: Props['onText'], sends: boolean): Column<Listed>[] {
  return [
    {
      key: 'line',
      header: 'Line',
      width: 70,
      align: 'right',
      cell: ({ line }) => <span className="number soft">{count(line.line)}</span>,
    },
    {
      key: 'text',
      header: 'As in the list',
      width: 250,
      cell: ({ place, line }) => (
        <LineText
          key={place}
          line={line}
          fix={fixes.get(place)}
          onFix={(fix) => {
            onFix(place, fix);
          }}
          onText={(text) => {
            onText(place, text);
          }}
        />
      ),
    },
    {
      key: 'what',
      header: 'Result',
      width: 208,
      cell: ({ place, line }) => {
        const { verdict } = lineNow(line, fixes.get(place));
        return (
          <Badge color={COLORS[verdict]} variant="light" tt="none" size="sm">
            {verdictWords(verdict)}
          </Badge>
        );
      },
    },
    {
      key: 'note',
      header: 'Explanation',
      width: 240,
      grow: 1,
      cell: ({ place, line }) => lineNow(line, fixes.get(place)).note,
    },
    {
      key: 'leave',
      header: '',
      width: 92,
      cell: ({ place, line }) => {
        const fix = fixes.get(place);
        const isOut = fix?.verdict === 'left out';
        if (!isOut && !(sends && lineNow(line, fix).verdict === 'unknown')) return null;
        return (
          <Button
            variant="subtle"
            size="compact-xs"
            aria-label={`${isOut ? 'Put back' : 'Leave out'} line ${line.line.toString()}`}
            onClick={() => {
              onFix(place, isOut ? undefined : LEFT_OUT);
            }}
          >
            {isOut ? 'Put back' : 'Leave out'}
          </Button>
        );
      },
    },
  ];
}
