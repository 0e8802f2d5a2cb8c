import { extname } from 'node:path';
import { printable } from '../../core/printable.ts';

/** Kinds that are named; the others are counted. */
const SHOWN_KINDS = 10;
/** A name that ends in a dot and a sentence has no extension. */
const LONGEST_EXTENSION = 12;

/** What was passed over in folders: counts by extension, and by the name of what systems put there. */
export interface LeftOut {
  readonly files: Map<string, number>;
  readonly system: Map<string, number>;
}

export function nothingLeftOut(): LeftOut {
  return { files: new Map(), system: new Map() };
}

/** What was passed over in several folders together. */
export function mergedLeftOut(parts: readonly LeftOut[]): LeftOut {
  const all = nothingLeftOut();
  for (const { files, system } of parts) {
    for (const [kind, number] of files) count(all.files, kind, number);
    for (const [kind, number] of system) count(all.system, kind, number);
  }
  return all;
}

/** Counts a file by its extension. */
export function countFile({ files }: LeftOut, name: string): void {
  const extension = extname(name).toLowerCase();
  count(files, extension.length > 1 && extension.length <= LONGEST_EXTENSION ? extension : '');
}

export function count(counts: Map<string, number>, kind: string, number = 1): void {
  counts.set(kind, (counts.get(kind) ?? 0) + number);
}

/** Remarks on what was left out, e.g. `3 files left out: .xyz`; none when that is nothing. */
export function leftOutRemarks({ files, system }: LeftOut): readonly string[] {
  const all = [...files.values()].reduce((sum, number) => sum + number, 0);
  const named = new Map(
    [...files].map(([extension, number]) => [extension || 'without an extension', number]),
  );
  const kinds = named.size === 1 ? printable([...named.keys()].join()) : kindsOf(named);
  return [
    ...(all > 0 ? [`${all} ${all === 1 ? 'file' : 'files'} left out: ${kinds}`] : []),
    ...(system.size > 0 ? [`left out as the system's own: ${kindsOf(system)}`] : []),
  ];
}

/** Most frequent first. */
function kindsOf(counts: ReadonlyMap<string, number>): string {
  const kinds = [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
  const texts = kinds.slice(0, SHOWN_KINDS).map(([kind, number]) => `${printable(kind)} (${number})`);
  const rest = kinds.slice(SHOWN_KINDS).reduce((sum, [, number]) => sum + number, 0);
  return [...texts, ...(rest > 0 ? [`other kinds (${rest})`] : [])].join(', ');
}
