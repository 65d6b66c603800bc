import { Button, Group, Radio, Stack } from '@mantine/core';
import { useState, type ReactNode } from 'react';

/** Several sheets of a workbook may be meant, and only a person knows which. */
export function SheetQuestion({
  file,
  sheets,
  busy,
  onChoose,
  children,
}: {
  file: string;
  sheets: readonly string[];
  busy: boolean;
  onChoose: (sheet: string) => void;
  /** What else can be done. */
  children: ReactNode;
}) {
  const [sheet, setSheet] = useState<string | null>(null);
  return (
    <Stack>
      <Radio.Group
        styles={{ description: { fontSize: 'var(--mantine-font-size-xs)' } }}
        label="Which sheet should be read?"
        description={`Several sheets of ${file} have what is looked for.`}
        value={sheet}
        onChange={setSheet}
      >
        <Stack gap={8} mt="sm">
          {sheets.map((name) => (
            <Radio key={name} size="xs" value={name} label={name} />
          ))}
        </Stack>
      </Radio.Group>
      <Group justify="space-between">
        {children}
        <Button
          loading={busy}
          disabled={sheet === null}
          onClick={() => {
            if (sheet !== null) onChoose(sheet);
          }}
        >
          Read this sheet
        </Button>
      </Group>
    </Stack>
  );
}
