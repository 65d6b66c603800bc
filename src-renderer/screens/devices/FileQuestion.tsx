import type { HandedFileState } from '../../state/use-handed-file';
import { ColumnQuestion } from './ColumnQuestion';
import { SheetQuestion } from './SheetQuestion';

/** What only a person knows of a file; it is read again with the answer. */
export function FileQuestion({ handed }: { handed: HandedFileState }) {
  const { file, question, isBusy, choose } = handed;
  const name = file?.name ?? 'the file';
  if (question === null) return null;
  return question.what === 'sheets' ? (
    <SheetQuestion
      file={name}
      sheets={question.sheets}
      busy={isBusy}
      onChoose={(sheet) => {
        choose({ sheet });
      }}
    />
  ) : (
    <ColumnQuestion
      file={name}
      columns={question.columns}
      busy={isBusy}
      onChoose={(column) => {
        choose({ column });
      }}
    />
  );
}
