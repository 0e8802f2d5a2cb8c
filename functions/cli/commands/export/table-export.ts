import { type CsvRows, imageRows, tagRows } from './csv-text.ts';
import { type ExportFlags, type ExportFormat, formatOf } from './export-flags.ts';
import type { ExportTarget } from './export-target.ts';
import type { ExportedImage } from './exported-images.ts';

/** A table that is written image by image. */
export interface TableExport {
  add(image: ExportedImage): Promise<void>;
  finish(): Promise<void>;
  /** What is to be said of what was written. */
  remarks(): readonly string[];
}

/** U+FEFF as the first character tells Excel that the file is UTF-8. */
const MARK = '\ufeff';

/** Begins a table in the format that the flags name. */
export async function tableExport(flags: ExportFlags, target: ExportTarget): Promise<TableExport> {
  const format = formatOf(flags);
  if (format === 'parquet') {
    const { parquetRows } = await import('./parquet-rows.ts');
    return { ...parquetRows((bytes) => target.write(bytes)), remarks: () => [] };
  }
  if (format === 'jsonl') {
    return {
      add: (image) => target.write(`${JSON.stringify(image)}\n`),
      finish: async () => {},
      remarks: () => [],
    };
  }
  const isGuarded = flags.excel ?? false;
  const rows = csvRows(format, isGuarded);
  // Not before there is an answer: a query that is wrong leaves nothing behind.
  let head = [`${isGuarded ? MARK : ''}${rows.head}`];
  const writeLines = async (lines: readonly string[]) => {
    const all = [...head, ...lines];
    head = [];
    if (all.length > 0) await target.write(`${all.join('\r\n')}\r\n`);
  };
  return {
    add: (image) => writeLines(rows.rowsOf(image)),
    finish: () => writeLines([]),
    remarks: () => (isGuarded || rows.formulas() === 0 ? [] : [formulaRemark(rows.formulas())]),
  };
}

function csvRows(format: ExportFormat, isGuarded: boolean): CsvRows {
  return format === 'csv-tags' ? tagRows({ isGuarded }) : imageRows({ isGuarded });
}

function formulaRemark(count: number): string {
  const cells = count === 1 ? '1 cell begins' : `${count} cells begin`;
  return `${cells} with =, +, - or @, which a spreadsheet takes for a formula: --excel keeps it from that`;
}
