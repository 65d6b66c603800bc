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
