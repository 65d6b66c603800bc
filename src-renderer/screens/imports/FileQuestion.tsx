import { Button, Group } from '@mantine/core';
import type { HandedFileState } from '../../state/use-handed-file';
import { ColumnQuestion } from './ColumnQuestion';
import { SheetChoice } from './SheetChoice';
import { SheetQuestion } from './SheetQuestion';

/** What only a person knows of a file; it is read again with the answer. */
export function FileQuestion({ handed }: { handed: HandedFileState }) {
  const { file, question, isBusy, choose, forget } = handed;
  const name = file?.name ?? 'the file';
  if (question === null) return null;
  const another = (
    <Button variant="default" onClick={forget}>
      Another file …
    </Button>
  );
  if (question.what === 'sheets')
    return (
      <SheetQuestion
        file={name}
        sheets={question.sheets}
        busy={isBusy}
        onChoose={(sheet) => {
          choose({ sheet });
        }}
      >
        {another}
      </SheetQuestion>
    );
  return (
    <>
      <Group mb="xs">
        <SheetChoice handed={handed} seen={question} />
      </Group>
      <ColumnQuestion
        key={question.sheet}
        file={name}
        question={question}
        busy={isBusy}
        onChoose={(deviceColumns) => {
          choose({ deviceColumns });
        }}
      >
        {another}
      </ColumnQuestion>
    </>
  );
}
