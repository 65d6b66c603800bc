import { Alert, Button, Code, Drawer, Group, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Archive, FileDown, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { SealDialog } from './SealDialog';
import type { CallOutput } from '../../../src-preload/contract';
import type { AuditRow } from '../../../src-main/store/audit-entries';
import { api } from '../../lib/api';
import { attempt, showDone } from '../../lib/failures';
import { count, when } from '../../lib/format';
import { exportColumns } from '../../components/export/export-columns';
import { ExportButton } from '../../components/export/ExportButton';
import { DataGrid } from '../../components/grid/DataGrid';
import { useColumns, type Column } from '../../components/grid/use-columns';
import { usePages } from '../../components/grid/use-pages';
import { EmptyState, PageHead } from '../../components/Page';
import { SearchField } from '../../components/SearchField';
import { Allowed } from '../../components/DisabledTooltip';
import { useLive } from '../../state/live';

const COLUMNS: readonly Column<AuditRow>[] = [
  {
    key: 'seq',
    header: 'No.',
    width: 80,
    align: 'right',
    always: true,
    cell: ({ seq }) => <span className="number">{count(seq)}</span>,
  },
  { key: 'at', header: 'When', width: 130, cell: ({ at }) => <span className="number">{when(at)}</span> },
  { key: 'actor', header: 'Who', width: 100, cell: ({ actor }) => actor },
  { key: 'action', header: 'What', width: 160, cell: ({ action }) => action },
  { key: 'subject', header: 'To what', width: 190, cell: ({ subject }) => <span className="mono">{subject}</span> },
  {
    key: 'detail',
    header: 'Detail',
    width: 200,
    grow: 1,
    cell: ({ detail }) => <span className="soft">{detail}</span>,
  },
];

type Verdict = CallOutput<'audit.verify'>;

/** Who did what, when, to what, and that nobody has rewritten it. */
export function AuditScreen() {
  const tick = useLive((state) => state.jobTick + state.inventoryTick);
  const [search, setSearch] = useState('');
  const [settled] = useDebouncedValue(search, 150);
  const [opened, setOpened] = useState<AuditRow | null>(null);
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [busy, setBusy] = useState<'verify' | 'export' | null>(null);
  const [sealed, setSealed] = useState(0);
  const [sealing, setSealing] = useState(false);
  const [sealTick, setSealTick] = useState(0);
  const pages = usePages<AuditRow>(settled, tick + sealTick, async (offset, limit) => {
    const page = await api('audit.page', { search: settled, offset, limit });
    setSealed(page.sealed);
    return page;
  });
  const layout = useColumns('audit', COLUMNS);
  const run = (what: 'verify' | 'export', work: () => Promise<void>): void => {
    setBusy(what);
    attempt(what === 'verify' ? 'The log was not checked' : 'The log was not exported', async () => {
      try {
        await work();
      } finally {
        setBusy(null);
      }
    });
  };
  return (
    <div className="page-fill">
      <PageHead
        title="Audit log"
        detail="Append-only, each entry chained to the one before, signed; readable without network"
      >
        <Button
          variant="default"
          leftSection={<ShieldCheck size={14} aria-hidden />}
          loading={busy === 'verify'}
          onClick={() => {
            run('verify', async () => {
              setVerdict(await api('audit.verify'));
            });
          }}
        >
          Check the log
        </Button>
        <Button
          variant="default"
          leftSection={<FileDown size={14} aria-hidden />}
          loading={busy === 'export'}
          onClick={() => {
            run('export', async () => {
              const { file, entries } = await api('audit.export');
              if (file !== null)
                showDone(`${count(entries)} entries exported`, `${file}, with verify-audit.mjs beside it`);
            });
          }}
        >
          Export with signatures
        </Button>
        <Allowed to="settings">
          <Button
            variant="default"
            leftSection={<Archive size={14} aria-hidden />}
            onClick={() => {
              setSealing(true);
            }}
          >
            Seal old entries …
          </Button>
        </Allowed>
      </PageHead>
      {verdict !== null && <VerdictNotice verdict={verdict} />}
      <div className="toolbar">
        <SearchField
          width={320}
          label="Search the audit log"
          placeholder="Who, what, device or any detail"
          value={search}
          onChange={setSearch}
        />
        <Text size="sm" className="soft number" aria-live="polite">
          {pages.total === undefined ? '' : `${count(pages.total)} ${pages.total === 1 ? 'entry' : 'entries'}`}
          {sealed > 0 && `; entries 1 to ${count(sealed)} are in sealed files`}
        </Text>
        <Group ml="auto">
          <ExportButton
            noun="entries"
            needs="audit"
            scopes={[
              { key: 'view', label: settled === '' ? 'All entries' : 'All that match', size: pages.total ?? null },
              ...(settled === '' ? [] : [{ key: 'all', label: 'All entries', size: null }]),
            ]}
            columns={exportColumns('audit', layout)}
            run={({ scope, ...order }) => api('export.audit', { search: scope === 'view' ? settled : '', ...order })}
          />
        </Group>
      </div>
      <DataGrid
        label="Audit log"
        layout={layout}
        pages={pages}
        rowKey={({ seq }) => seq}
        onOpen={setOpened}
        empty={<EmptyState title={search === '' ? 'Nothing has been done yet' : 'No entry matches'} />}
      />
      <SealDialog
        opened={sealing}
        onClose={() => {
          setSealing(false);
          setSealTick(sealTick + 1);
        }}
      />
      <Drawer
        opened={opened !== null}
        onClose={() => {
          setOpened(null);
        }}
        title={opened === null ? '' : `Entry ${count(opened.seq)}`}
      >
        {opened !== null && <Entry row={opened} />}
      </Drawer>
    </div>
  );
}

function VerdictNotice({ verdict }: { verdict: Verdict }) {
  const { firstBad, entries, head, checkpoints, ownKey, missingSegments, isSigned, clockSetBack } = verdict;
  if (firstBad !== null) {
    return (
      <Alert color="red" mx={20} mt={12} title={`Entry ${count(firstBad.seq)} is bad: ${firstBad.problem}`}>
        The entries before it are sound. Keep this data folder as it is, and compare it with a backup or an export.
      </Alert>
    );
  }
  const foreign = checkpoints.publicKeys.filter((key) => key !== ownKey).length;
  return (
    <Alert color={foreign > 0 ? 'yellow' : 'green'} mx={20} mt={12} title={`${count(entries)} entries, all sound`}>
      <Text size="sm">
        {!isSigned && 'Nothing is signed: that takes an OS keychain, and this computer has none. '}
        {checkpoints.signedUpTo === 0
          ? isSigned && 'None is signed yet; that happens when a job ends or the console closes.'
          : `Signed up to entry ${count(checkpoints.signedUpTo)}.`}{' '}
        {foreign > 0 && `${count(foreign)} of the signing keys ${foreign === 1 ? 'is' : 'are'} not in this keychain. `}
        {missingSegments.length > 0 &&
          `Not in the data folder any more, so only their signatures were checked: ${missingSegments.join(', ')}. `}
        {clockSetBack.length > 0 &&
          `The computer’s clock was set back at ${clockSetBack.length === 1 ? 'entry' : 'entries'} ${clockSetBack.map(({ seq }) => count(seq)).join(', ')}. `}
        Note this head elsewhere, and a tail that is cut off later will show:
      </Text>
      <Code>{`${entries.toString()}:${head}`}</Code>
    </Alert>
  );
}

function Entry({ row }: { row: AuditRow }) {
  return (
    <Stack gap="sm">
      <Text size="sm">
        {when(row.at)} · {row.actor} · {row.action} · {row.subject}
      </Text>
      <Code block className="log-text" tabIndex={0}>
        {JSON.stringify(JSON.parse(row.detail), null, 2)}
      </Code>
      <Text size="xs" className="soft mono" style={{ overflowWrap: 'anywhere' }}>
        {row.hash}
      </Text>
    </Stack>
  );
}
