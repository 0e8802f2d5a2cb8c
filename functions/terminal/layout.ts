/**
 * Rows as lines, each column as wide as its widest cell; the last one is left ragged.
 *
 * @param widthOf the cells that a text takes on a terminal
 */
export function laidOut(rows: ReadonlyArray<readonly string[]>, widthOf: (text: string) => number): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((widest, row) => Math.max(widest, widthOf(row[column] ?? '')), 0),
  );
  const padded = (cell: string, width: number) => cell + ' '.repeat(Math.max(0, width - widthOf(cell)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : padded(cell, widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** Lines that stand two cells further right. */
export function indented(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/^/gm, '  '));
}
