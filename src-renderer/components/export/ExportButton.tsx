import { Button, Group, Popover, Radio, Stack, Text } from '@mantine/core';
import { FileDown } from 'lucide-react';
import { useState } from 'react';
import { FILE_FORMATS, FILE_FORMAT_NAMES, type FileFormat } from '../../../src-main/domain/file-formats';
import type { Exported } from '../../../src-preload/contract';
import { count } from '../../lib/format';
import { usePreferences } from '../../state/preferences';
import { useWhyMayNot } from '../../state/session';
import { DisabledTooltip } from '../DisabledTooltip';
import { runExport } from './run-export';

export interface ExportScope {
  key: string;
  label: string;
  /** Rows; null where nobody knows. */
  size: number | null;
}

export interface ExportOrder<C> {
  scope: string;
  columns: C[];
  format: FileFormat;
  ticket: string;
}

interface Props<C> {
  /** What the rows are, such as `devices`. */
  noun: string;
  needs?: 'export' | 'audit';
  /** What can be exported; the first one is chosen until a person chooses another. */
  scopes: readonly ExportScope[];
  /** The keys of the columns that are shown, in their order, and all that there are. */
  columns: { shown: C[]; all: C[] };
  run: (order: ExportOrder<C>) => Promise<Exported>;
}

const FORMAT_WORDS: Readonly<Record<FileFormat, string>> = {
  xlsx: 'Identifiers are text; opens in Excel and LibreOffice',
  'csv-excel': 'Identifiers as ="8914…", so that Excel keeps every digit',
  csv: 'Identifiers as they are, for other programs',
};
/** The one that most people want comes first. */
const FORMATS = [...FILE_FORMATS].reverse();

/** Takes a table out of the console: which rows, which columns, in which form. The form is remembered. */
export function ExportButton<C>(props: Props<C>) {
  const [opened, setOpened] = useState(false);
  const mayNot = useWhyMayNot(props.needs ?? 'export');
  const isEmpty = props.scopes.every(({ size }) => size === 0);
  const reason = mayNot ?? (isEmpty ? 'There is nothing to export.' : null);
  return (
    <Popover opened={opened} onChange={setOpened} width={380} position="bottom-end" shadow="md" trapFocus returnFocus>
      <DisabledTooltip reason={reason}>
        <Popover.Target>
          <Button
            variant="default"
            leftSection={<FileDown size={14} aria-hidden />}
            disabled={reason !== null}
            onClick={() => {
              setOpened(!opened);
            }}
          >
            Export …
          </Button>
        </Popover.Target>
      </DisabledTooltip>
      <Popover.Dropdown aria-label={`Export ${props.noun}`}>
        {opened && (
          <Choices
            {...props}
            onDone={() => {
              setOpened(false);
            }}
          />
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

function Choices<C>({ noun, scopes, columns, run, onDone }: Props<C> & { onDone: () => void }) {
  const { exportAs, setExportAs } = usePreferences();
  const [chosen, setChosen] = useState<string | null>(null);
  const scope = scopes.find(({ key }) => key === chosen) ?? scopes.find(({ size }) => size !== 0);
  const isShown = exportAs.columns === 'shown';
  return (
    <Stack gap="md">
      {scopes.length > 1 && (
        <Radio.Group label="Rows" value={scope?.key ?? ''} onChange={setChosen}>
          <Stack gap={6} mt={4}>
            {scopes.map(({ key, label, size }) => (
              <Radio
                key={key}
                size="xs"
                value={key}
                label={size === null ? label : `${label} (${count(size)})`}
                disabled={size === 0}
              />
            ))}
          </Stack>
        </Radio.Group>
      )}
      <Radio.Group
        label="Columns"
        value={exportAs.columns}
        onChange={(value) => {
          setExportAs({ columns: value === 'all' ? 'all' : 'shown' });
        }}
      >
        <Group gap="lg" mt={4}>
          <Radio size="xs" value="shown" label={`As shown (${count(columns.shown.length)})`} />
          <Radio size="xs" value="all" label={`All (${count(columns.all.length)})`} />
        </Group>
      </Radio.Group>
      <Radio.Group
        label="Format"
        value={exportAs.format}
        onChange={(value) => {
          const format = FORMATS.find((one) => one === value);
          if (format !== undefined) setExportAs({ format });
        }}
      >
        <Stack gap={8} mt={4}>
          {FORMATS.map((format) => (
            <Radio
              key={format}
              size="xs"
              value={format}
              label={FILE_FORMAT_NAMES[format]}
              description={FORMAT_WORDS[format]}
            />
          ))}
        </Stack>
      </Radio.Group>
      <Group justify="space-between" wrap="nowrap">
        <Text size="xs" className="soft">
          It is written into the audit log.
        </Text>
        <Button
          disabled={scope === undefined}
          onClick={() => {
            if (scope === undefined) return;
            onDone();
            const order = { scope: scope.key, columns: isShown ? columns.shown : columns.all, format: exportAs.format };
            runExport({ noun, size: scope.size, run: (ticket) => run({ ...order, ticket }) });
          }}
        >
          {scope?.size == null ? 'Export' : `Export ${count(scope.size)}`}
        </Button>
      </Group>
    </Stack>
  );
}
