/** Cells as text, for the clipboard. */
import { isValidElement, type ReactNode } from 'react';
import { defused, isIdentifierText } from '../../../src-main/domain/formula-text';
import type { Column } from './use-columns';

/** What a cell shows. A column whose cells are more than marked-up text has a `text` of its own. */
export function cellText<T>(column: Column<T>, row: T): string {
  return column.text?.(row) ?? nodeText(column.cell(row));
}

function nodeText(node: ReactNode): string {
  if (typeof node === 'string') return node;
  if (typeof node === 'number') return node.toString();
  if (Array.isArray(node)) return node.map((one: ReactNode) => nodeText(one)).join('');
  return isValidElement<{ children?: ReactNode }>(node) ? nodeText(node.props.children) : '';
}

/** Rows as a spreadsheet takes them from the clipboard: tabs between cells, quotes around what has a tab, break or quote. */
export function tabSeparated(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => cells.map(tabCell).join('\t')).join('\r\n');
}

function tabCell(text: string): string {
  const safe = isIdentifierText(text) ? text : defused(text);
  return /[\t\r\n"]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The same as a table whose cells are text: Excel takes this one, and would round long numbers of the other. */
export function htmlTable(rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `<tr>${cells.map((text) => `<td style='mso-number-format:"\\@"'>${escaped(text)}</td>`).join('')}</tr>`;
  return `<table>${rows.map(line).join('')}</table>`;
}

function escaped(text: string): string {
  const safe = isIdentifierText(text) ? text : defused(text);
  return safe
    .replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0).toString()};`)
    .replace(/\r\n|\r|\n/g, '<br>');
}
