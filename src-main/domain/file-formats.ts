/** The forms in which a table leaves the console. */

export const FILE_FORMATS = ['csv', 'csv-excel', 'xlsx'] as const;
/**
 * - `csv`: identifiers as they are, for other programs
 * - `csv-excel`: identifiers as `="8914…"`: Excel would keep 15 digits of them and show the rest as zeros
 * - `xlsx`: identifiers in text cells
 */
export type FileFormat = (typeof FILE_FORMATS)[number];

export const FILE_FORMAT_NAMES: Readonly<Record<FileFormat, string>> = {
  csv: 'CSV',
  'csv-excel': 'CSV for Excel',
  xlsx: 'Excel workbook',
};

export function endingOf(format: FileFormat): 'csv' | 'xlsx' {
  return format === 'xlsx' ? 'xlsx' : 'csv';
}

/** The form that the file's own ending says, where a person has typed another one than that of the form they chose. */
export function formatOfName(file: string, chosen: FileFormat): FileFormat {
  const ending = /\.([a-z]+)$/i.exec(file)?.[1]?.toLowerCase();
  if (ending === endingOf(chosen)) return chosen;
  if (ending === 'xlsx') return 'xlsx';
  return ending === 'csv' ? 'csv' : chosen;
}
