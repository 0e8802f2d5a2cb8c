import { existsSync } from 'node:fs';
import { type LabelSetFile, readLabelSetFiles } from '../../../adapters/files/label-set-files.ts';
import { InvalidInput } from '../../../core/errors.ts';
import { UsageError } from '../../../terminal/exit-code.ts';

/** One thing to be told of a file, and where it is. */
export interface CheckedLine {
  readonly path?: string;
  readonly level: 'fault' | 'warning' | 'remark';
  /** Kind of a warning. */
  readonly code?: string;
  readonly line?: number;
  readonly column?: number;
  readonly labels?: readonly string[];
  readonly message: string;
}

/** Files and folders as they are read for tagging: those that can be, and what is wrong with the others. */
export interface CheckedFiles {
  readonly found: readonly LabelSetFile[];
  readonly lines: readonly CheckedLine[];
}

/**
 * Reads each of them by itself, so that the faults of one hide nothing of another.
 *
 * @throws {UsageError} naming those that are not there
 */
export async function checkedFiles(paths: readonly string[]): Promise<CheckedFiles> {
  const missing = paths.filter((path) => !existsSync(path));
  if (missing.length > 0) throw new UsageError(missing.map((path) => `no such file or folder: ${path}`));
  const found = new Map<string, LabelSetFile>();
  const lines: CheckedLine[] = [];
  for (const path of new Set(paths)) {
    try {
      const remark = (message: string) => lines.push({ level: 'remark', ...placed(message) });
      for (const file of await readLabelSetFiles([path], remark)) found.set(file.path, file);
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      lines.push(...error.faults.map((fault) => ({ level: 'fault' as const, ...placed(fault) })));
    }
  }
  return { found: [...found.values()], lines };
}

/** Texts of faults begin with the path, and have the place behind it or at their end. */
const PLACED = /^(?<path>.+?\.(?:ya?ml|json)): (?<message>.*)$/is;
const PLACE = /\bline (?<line>\d+), column (?<column>\d+)\b/;

function placed(text: string): Pick<CheckedLine, 'path' | 'line' | 'column' | 'message'> {
  const { path, message = text } = PLACED.exec(text)?.groups ?? {};
  const { line, column } = PLACE.exec(message)?.groups ?? {};
  return {
    ...(path !== undefined && { path }),
    ...(line !== undefined && { line: Number(line), column: Number(column) }),
    message,
  };
}
