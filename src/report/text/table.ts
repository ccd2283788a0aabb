/** Lines of aligned cells that fit the width there is: columns that matter least are left out first. */

export interface Column {
  readonly head: string;
  readonly width: number;
  readonly align: 'left' | 'right';
  /** Columns with the highest number go first when the line is too long; 0 stays. */
  readonly expendable: number;
}

export class Table {
  readonly #kept: readonly { readonly column: Column; readonly index: number }[];

  constructor(columns: readonly Column[], width: number | undefined) {
    this.#kept = fitted(
      columns.map((column, index) => ({ column, index })),
      width,
    );
  }

  get head(): string {
    return this.#line((column) => column.head);
  }

  /** One cell a column, those left out included. */
  row(cells: readonly string[]): string {
    return this.#line((_, index) => cells[index] ?? '');
  }

  #line(text: (column: Column, index: number) => string): string {
    const cells = this.#kept.map(({ column, index }) => {
      const cell = text(column, index);
      return column.align === 'left' ? cell.padEnd(column.width) : cell.padStart(column.width);
    });
    return cells.join('  ').trimEnd();
  }
}

type Kept = { readonly column: Column; readonly index: number };

function fitted(columns: readonly Kept[], width: number | undefined): readonly Kept[] {
  const needed = columns.reduce((sum, { column }) => sum + column.width + 2, -2);
  const worst = columns.reduce((a, b) => (b.column.expendable > a.column.expendable ? b : a));
  if (width === undefined || needed <= width || worst.column.expendable === 0) return columns;
  return fitted(
    columns.filter((kept) => kept !== worst),
    width,
  );
}
