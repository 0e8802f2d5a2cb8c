import { type ColumnValue, DETAIL_COLUMNS, NAME_COLUMNS } from './columns.ts';
import type { ExportedImage } from './exported-images.ts';

/** What a spreadsheet takes for a formula when a cell begins so (OWASP, "CSV Injection"), in full width, too. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
/** A formula in the midst of a cell, where a spreadsheet takes what stands before it for the end of a cell or of a row. */
const INNER_FORMULA = /(?<!^)([;\t\r\n]["' ]*)(?=[=+\-@＝＋－＠])/g;
/** What spreadsheets cut a text off at, or show nothing of. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
const UNSHOWN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/g;
/** What has to stand between quotes: RFC 4180, 2.5 to 2.7. */
const QUOTED = /[",\r\n]/;

export interface CsvOptions {
  /** Whether an apostrophe goes before what a spreadsheet would take for a formula, and control characters are replaced. */
  readonly isGuarded: boolean;
}

/** Rows of CSV without what ends them; counts cells that a spreadsheet takes for formulas. */
export interface CsvRows {
  readonly head: string;
  rowsOf(image: ExportedImage): readonly string[];
  /** Cells that begin as formulas do, so far. */
  formulas(): number;
}

const TAG_SEPARATOR = '; ';

/** A row for each image: its labels, and its tags with set and score, each in one cell. */
export function imageRows(options: CsvOptions): CsvRows {
  const heads = [
    ...NAME_COLUMNS.map(({ name }) => name),
    'labels',
    'tags',
    ...DETAIL_COLUMNS.map(({ name }) => name),
  ];
  return csvRows(heads, options, (image) => [
    [
      ...NAME_COLUMNS.map(({ of }) => of(image)),
      [...new Set(image.tags.map(({ label }) => label))].join(TAG_SEPARATOR),
      image.tags.map(({ set, label, score }) => `${set}:${label} ${score}`).join(TAG_SEPARATOR),
      ...DETAIL_COLUMNS.map(({ of }) => of(image)),
    ],
  ]);
}

/** A row for each tag of each image. */
export function tagRows(options: CsvOptions): CsvRows {
  return csvRows(['bucket', 'key', 'set', 'label', 'score'], options, ({ bucket, key, tags }) =>
    tags.map(({ set, label, score }) => [bucket, key, set, label, score]),
  );
}

function csvRows(
  heads: readonly string[],
  { isGuarded }: CsvOptions,
  cellsOf: (image: ExportedImage) => ReadonlyArray<readonly ColumnValue[]>,
): CsvRows {
  let formulas = 0;
  const cell = (value: ColumnValue) => {
    const text = String(value ?? '');
    const isFormula = typeof value === 'string' && FORMULA.test(text);
    if (isFormula) formulas += 1;
    return csvCell(isGuarded && typeof value === 'string' ? guarded(text, isFormula) : text);
  };
  return {
    head: heads.map(csvCell).join(','),
    rowsOf: (image) => cellsOf(image).map((cells) => cells.map(cell).join(',')),
    formulas: () => formulas,
  };
}

/**
 * Where a spreadsheet separates cells by `;`, as it does in many countries, or takes a line break for the end of a row, a formula may begin
 * within what is one cell here.
 */
function guarded(text: string, isFormula: boolean): string {
  return `${isFormula ? "'" : ''}${text.replace(INNER_FORMULA, "$1'")}`.replace(UNSHOWN, '\ufffd');
}

/**
 * @example
 * csvCell('say "a, b"') // '"say ""a, b"""'
 */
export function csvCell(text: string): string {
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
