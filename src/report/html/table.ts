/** A table of rows, its columns told by what each shows of a row. */
import { html, type Markup, type Part } from './markup.js';

export interface Column<T> {
  readonly head: string;
  readonly cell: (row: T) => string | Markup;
  /** Set from the left, and broken where there is no room; figures are neither. */
  readonly isText?: boolean;
}

/** `name` says what it is of to who does not see it: it scrolls by itself where it is too wide. */
export function table<T>(
  name: string,
  columns: readonly Column<T>[],
  rows: readonly T[],
  isSum: (row: T) => boolean = () => false,
): Markup {
  const side = ({ isText = false }: Column<T>) => (isText ? html` class="text"` : undefined);
  const line = (row: T): Part => {
    const cells = columns.map((column, i) =>
      i === 0
        ? html`<th scope="row"${side(column)}>${column.cell(row)}</th>`
        : html`<td${side(column)}>${column.cell(row)}</td>`,
    );
    return html`<tr class="${isSum(row) ? 'sum' : ''}">${cells}</tr>`;
  };
  const head = columns.map((column) => html`<th scope="col"${side(column)}>${column.head}</th>`);
  return html`<div class="scroll" role="region" aria-label="${name}" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${rows.map(line)}</tbody></table></div>`;
}

/** Rows of a table that may be long; the document within the report has all. */
const MOST_ROWS = 600;

/** The same, folded away, with no more rows than one reads. */
export function foldedTable<T>(
  name: string,
  summary: string,
  columns: readonly Column<T>[],
  rows: readonly T[],
): Markup {
  const shown = rows.slice(0, MOST_ROWS);
  const cut =
    rows.length > shown.length
      ? html`<p class="note">The first ${shown.length} of ${rows.length}; the result within this file has all.</p>`
      : undefined;
  return html`<details><summary>${summary}</summary>${table(name, columns, shown)}${cut}</details>`;
}
