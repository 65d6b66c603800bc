import { Alert, Checkbox, Group, Radio, Stack } from '@mantine/core';
import type { ImportLook } from '../../../src-preload/contract';
import type { DecimalMark } from '../../../src-main/catalog/prices';
import { count } from '../../lib/format';
import type { HandedFileState } from '../../state/use-handed-file';
import { FileFacts } from './FileFacts';
import { ImportColumns } from './ImportColumns';
import { SheetChoice } from './SheetChoice';
import { ImportLines } from './ImportLines';
import { IMPORT_WORDS, leaveOutLabel, priceWithComma } from './import-words';

interface Props {
  handed: HandedFileState;
  look: Extract<ImportLook, { what: 'devices' | 'prices' }>;
  leavesOut: boolean;
  onLeaveOut: (leavesOut: boolean) => void;
}

/** How a file was read, what it would change, and what a person can say about both. */
export function ImportPreviewPanel({ handed, look, leavesOut, onLeaveOut }: Props) {
  const { preview } = look;
  const { file, failure, choose } = handed;
  const rows = Object.values(preview.counts).reduce((sum, one) => sum + one, 0);
  return (
    <Stack gap="sm">
      <FileFacts name={file?.name ?? null} facts={preview} rows={`${count(rows)} ${rows === 1 ? 'row' : 'rows'}`}>
        <SheetChoice handed={handed} seen={preview} />
      </FileFacts>
      <ImportColumns
        columns={preview.columns.map((column, index) => {
          const chosen = handed.choices.columns?.[index];
          return chosen === undefined ? column : { ...column, meaning: chosen };
        })}
        meanings={IMPORT_WORDS[look.what].columns}
        onChange={(columns) => {
          choose({ columns });
        }}
      />
      {look.what === 'prices' && (
        <DecimalChoice
          value={handed.choices.decimal ?? look.preview.decimal}
          example={priceWithComma(preview)}
          onChange={(decimal) => {
            choose({ decimal });
          }}
        />
      )}
      {failure !== null && (
        <Alert color="red" title={failure.message}>
          {failure.next}
        </Alert>
      )}
      {failure === null && preview.missing !== null && (
        <Alert color="yellow" title={`No column ${preview.missing} was found`}>
          Nothing was read. Say above which column it is.
        </Alert>
      )}
      {failure === null && preview.missing === null && <ImportLines kind={look.what} preview={preview} />}
      {failure === null && preview.counts.refused > 0 && (
        <Checkbox
          size="xs"
          label={leaveOutLabel(preview.counts.refused)}
          checked={leavesOut}
          onChange={(event) => {
            onLeaveOut(event.currentTarget.checked);
          }}
        />
      )}
    </Stack>
  );
}

/** Nobody guesses whether 1,250 is a thousand or one and a quarter. */
function DecimalChoice({
  value,
  example,
  onChange,
}: {
  value: DecimalMark | null;
  example: string | null;
  onChange: (decimal: DecimalMark) => void;
}) {
  const question = example === null ? 'How are the prices written?' : `What is the comma in ${example}?`;
  return (
    <Radio.Group
      styles={{ error: { fontSize: 'var(--mantine-font-size-xs)', color: 'var(--mantine-color-red-light-color)' } }}
      label={question}
      error={value === null ? 'Choose one before you import.' : undefined}
      value={value}
      onChange={onChange}
    >
      <Group gap="lg" my={4}>
        <Radio size="xs" value="comma" label="A decimal comma: 1,25 is one and a quarter" />
        <Radio
          size="xs"
          value="point"
          label={
            example === null
              ? 'With a decimal point: 1.25'
              : 'Between thousands: 1,250 is one thousand two hundred fifty'
          }
        />
      </Group>
    </Radio.Group>
  );
}
