import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../adapters/files/atomic-write.ts';
import { fitFileOf } from '../adapters/files/fit-file.ts';
import { readLabelSets } from '../adapters/files/label-set-files.ts';
import type { LabelSet } from '../core/labels/label-set.ts';

interface Kept {
  /** Of the file, and of what was fitted to it. */
  readonly digest: string;
  readonly labelSets: readonly LabelSet[];
}

const NAME = 'label-sets.json';

/**
 * The label sets of a file, kept in a folder as they were read: YAML of a thousand labels takes a third of the time to the first tag.
 * The folder must be one of the very code that runs, which another version of it may understand differently.
 *
 * @throws {InvalidInput} with all faults of the file
 */
export async function keptLabelSets(path: string, folder: string): Promise<readonly LabelSet[]> {
  const digest = await digestOfFiles([path, fitFileOf(path).toString()]);
  const keptPath = join(folder, NAME);
  const kept = await readKept(keptPath);
  if (kept?.digest === digest) return kept.labelSets;
  const labelSets = await readLabelSets([path]);
  // Where nothing can be kept, the next start reads it again.
  await writeAtomically(keptPath, JSON.stringify({ digest, labelSets } satisfies Kept)).catch(() => {});
  return labelSets;
}

async function readKept(path: string): Promise<Kept | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Of all their bytes; a file that is not there differs from an empty one. */
async function digestOfFiles(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    const bytes = await readFile(path).catch(() => undefined);
    hash.update(`${bytes?.length}\n`).update(bytes ?? '');
  }
  return hash.digest('hex');
}
