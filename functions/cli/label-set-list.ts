import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readLabelSets } from '../adapters/label-set-files.ts';
import type { LabelSet } from '../core/label-set.ts';

export interface LabelSetAtPath {
  readonly path: string;
  readonly labelSet: LabelSet;
}

/**
 * Label sets with the files that they come from.
 *
 * @throws {InvalidInput} with the faults of all files
 */
export async function labelSetsWithPaths(paths: readonly string[]): Promise<LabelSetAtPath[]> {
  // All together first, so that all faults come at once, two sets of one name among them.
  const names = (await readLabelSets(paths)).map(({ name }) => name);
  const files = (await Promise.all(paths.map(filesAt))).flat();
  const sets = await Promise.all(
    files.map(async (path) => (await readLabelSets([path])).map((labelSet) => ({ path, labelSet }))),
  );
  const byName = new Map(sets.flat().map((found) => [found.labelSet.name, found]));
  return names.flatMap((name) => byName.get(name) ?? []);
}

async function filesAt(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const names = await readdir(path);
  return names.filter((name) => /\.(ya?ml|json)$/i.test(name)).map((name) => join(path, name));
}
