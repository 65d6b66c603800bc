import { Badge } from '@mantine/core';
import { useMemo, useState, type CSSProperties } from 'react';
import type { ImportLine, ImportPreview, ImportVerdict } from '../../../src-main/tables/import-table';
import { count, sentence } from '../../lib/format';
import { DataGrid } from '../../components/grid/DataGrid';
import { localPages } from '../../components/grid/local-pages';
import { useColumns, type Column } from '../../components/grid/use-columns';
import { EmptyState } from '../../components/Page';
import { Tally } from '../../components/Tally';
import { IMPORT_COLORS, IMPORT_WORDS, type ImportKind } from './import-words';

const VERDICTS: readonly ImportVerdict[] = ['new', 'changed', 'same', 'refused', 'none'];

/** What each row of a file would do, before anything is written. */
export function ImportLines({ kind, preview }: { kind: ImportKind; preview: ImportPreview }) {
  const [shown, setShown] = useState<ImportVerdict | 'all'>('all');
  const { lines, counts } = preview;
  const listed = useMemo(() => lines.filter(({ verdict }) => shown === 'all' || verdict === shown), [lines, shown]);
  const columns = useMemo<Column<ImportLine>[]>(
    () => [
      {
        key: 'line',
        header: 'Line',
        width: 70,
        align: 'right',
        cell: ({ line }) => <span className="number soft">{count(line)}</span>,
      },
      { key: 'text', header: 'In the file', width: 240, cell: ({ text }) => <span className="mono">{text}</span> },
      {
        key: 'what',
        header: 'Result',
        width: 150,
        cell: ({ verdict }) => (
          <Badge color={IMPORT_COLORS[verdict]} variant="light" tt="none" size="sm">
            {IMPORT_WORDS[kind].verdicts[verdict][0]}
          </Badge>
        ),
      },
      {
        key: 'why',
        header: 'Explanation',
        width: 240,
        grow: 1,
        cell: ({ verdict, why }) => (verdict === 'refused' || verdict === 'none' ? sentence(why) : why),
      },
    ],
    [kind],
  );
  const layout = useColumns('import-lines', columns);
  return (
    <>
      <Tally
        label="Rows by what they would do"
        shown={shown}
        onShow={setShown}
        parts={VERDICTS.filter((verdict) => verdict !== 'none' || counts.none > 0).map((verdict) => ({
          key: verdict,
          count: count(counts[verdict]),
          label: IMPORT_WORDS[kind].verdicts[verdict][0],
          effect: counts[verdict] === 0 ? ' ' : IMPORT_WORDS[kind].verdicts[verdict][1],
          color: counts[verdict] === 0 ? 'gray' : IMPORT_COLORS[verdict],
          canShow: counts[verdict] > 0,
        }))}
      />
      <div className="panel import-lines" style={{ '--lines': lines.length } as CSSProperties}>
        <DataGrid
          label="What each row would do"
          layout={layout}
          pages={localPages(listed)}
          rowKey={({ line }) => line}
          wraps
          empty={<EmptyState title="No such row" />}
        />
      </div>
    </>
  );
}
