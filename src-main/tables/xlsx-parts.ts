/** The parts of an XLSX workbook as XML (ECMA-376), as few as Excel and LibreOffice take. */
import { colToLetter } from 'hucre/xlsx';

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/package/2006/relationships';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** The formats in {@link STYLES}. A cell of format "text" stays text when somebody edits it. */
export const STYLE = { text: 0, identifier: 1, header: 2 } as const;

/** Excel takes no more in a cell, and calls a file with a longer one damaged. */
const LONGEST_TEXT = 32_767;
/** Excel takes no longer name for a sheet. */
const LONGEST_NAME = 31;

export const ROOT_RELATIONS = `${HEAD}<Relationships xmlns="${RELATIONS}"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`;

export const STYLES = `${HEAD}<styleSheet xmlns="${MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font><font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;

export function contentTypes(sheets: number): string {
  const parts = numbers(sheets).map(
    (n) => `<Override PartName="/xl/worksheets/sheet${n}.xml" ContentType="${TYPE}.worksheet+xml"/>`,
  );
  return `${HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/>${parts.join('')}</Types>`;
}

export function workbookRelations(sheets: number): string {
  const parts = numbers(sheets).map(
    (n) => `<Relationship Id="rId${n}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${n}.xml"/>`,
  );
  return `${HEAD}<Relationships xmlns="${RELATIONS}">${parts.join('')}<Relationship Id="rId${String(sheets + 1)}" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`;
}

/**
 * @param sizes rows of each sheet, with the header
 * @param columns how many there are
 */
export function workbook(name: string, sizes: readonly number[], columns: number): string {
  const named = sizes.map((rows, index) => ({ name: sheetName(name, index), index, rows }));
  const sheets = named.map(({ name: sheet, index }) => {
    const n = String(index + 1);
    return `<sheet name="${escaped(sheet)}" sheetId="${n}" r:id="rId${n}"/>`;
  });
  // Excel keeps the range of a filter under this name, too.
  const filters = named.map(({ name: sheet, index, rows }) => {
    const range = `'${sheet.replaceAll("'", "''")}'!$A$1:$${colToLetter(columns - 1)}$${String(rows)}`;
    return `<definedName name="_xlnm._FilterDatabase" localSheetId="${String(index)}" hidden="1">${escaped(range)}</definedName>`;
  });
  return `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><bookViews><workbookView/></bookViews><sheets>${sheets.join('')}</sheets><definedNames>${filters.join('')}</definedNames></workbook>`;
}

/** @param widths of the columns, in characters */
export function sheetStart(widths: readonly number[], isFirst: boolean): string {
  const columns = widths.map((width, index) => {
    const n = String(index + 1);
    return `<col min="${n}" max="${n}" width="${String(width)}" customWidth="1"/>`;
  });
  return `${HEAD}<worksheet xmlns="${MAIN}"><sheetViews><sheetView${isFirst ? ' tabSelected="1"' : ''} workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft" activeCell="A2" sqref="A2"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>${columns.join('')}</cols><sheetData>`;
}

export function sheetEnd(columns: number, rows: number): string {
  const range = `A1:${colToLetter(columns - 1)}${String(rows)}`;
  // Digits that are text on purpose need no green corner.
  return `</sheetData><autoFilter ref="${range}"/><ignoredErrors><ignoredError sqref="${range}" numberStoredAsText="1"/></ignoredErrors></worksheet>`;
}

/** A cell of text, whatever it looks like. @param place such as `B7` */
export function textCell(place: string, text: string, style: number): string {
  const whole = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text;
  const space = /^\s|\s$|\n/.test(whole) ? ' xml:space="preserve"' : '';
  const format = style === 0 ? '' : ` s="${String(style)}"`;
  return `<c r="${place}"${format} t="inlineStr"><is><t${space}>${cellText(whole)}</t></is></c>`;
}

/** What reads like the standard's escape of a character is escaped itself; a CR would be lost in XML without it. */
function cellText(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return escaped(text.replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')).replaceAll('\r', '_x000D_');
}

/** Anything that is not itself in XML, or in a cell; most cells have nothing of it. */
const SPECIAL = /[^\t\n\x20-\x25\x27-\x3b\x3d\x3f-\x5e\x60-\ud7ff\ue000-\ufffd]/;
// Characters that XML 1.0 does not have are no part of a name that people could read.
const NOT_IN_XML =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function escaped(text: string): string {
  return text.replace(NOT_IN_XML, '').replace(/[&<>"]/g, (character) => `&#${String(character.charCodeAt(0))};`);
}

function sheetName(name: string, index: number): string {
  const number = index === 0 ? '' : ` ${String(index + 1)}`;
  const plain = name
    .replace(/[\\/?*[\]:]/g, ' ')
    .replace(/^'+|'+$/g, '')
    .trim();
  return `${(plain === '' ? 'Sheet' : plain).slice(0, LONGEST_NAME - number.length)}${number}`;
}

function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(index + 1));
}
