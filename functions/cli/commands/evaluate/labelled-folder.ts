import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { spaced } from '../../../core/evaluation/true-labels.ts';
import { UsageError } from '../../../terminal/exit-code.ts';
import { imagePathsIn, isImageName } from '../../images/image-paths.ts';
import { imageBytes } from '../../images/image-results.ts';
import type { PictureSet } from './picture-set.ts';

/**
 * The pictures under `FOLDER/LABEL/`, at any depth, as {@link imagePathsIn} finds them. The model is asked about the
 * folder's name with `_` and `-` as spaces.
 *
 * @throws {UsageError} when it has pictures but no folder of a label, or a folder cannot be read
 */
export async function labelledFolder(folder: string): Promise<PictureSet> {
  const { folders, files } = await entriesOf(folder);
  const unlabelled = files.filter(isImageName).length;
  if (folders.length === 0 && unlabelled > 0) {
    throw new UsageError([
      `expected a folder for each label in ${folder}, as in ${join(folder, 'LABEL', 'photo.jpg')}`,
    ]);
  }
  const found = await Promise.all(
    folders.map(async (label) => ({ label, paths: await imagePathsIn([join(folder, label)]) })),
  );
  const empty = found.filter(({ paths }) => paths.length === 0).map(({ label }) => label);
  return {
    labels: found
      .filter(({ paths }) => paths.length > 0)
      .map(({ label }) => ({ label, word: spaced(label) || label, isCandidate: true })),
    pictures: found.flatMap(({ label, paths }) =>
      paths.map((path) => ({ name: path, labels: [label], read: () => imageBytes(path) })),
    ),
    remarks: [
      ...(unlabelled > 0 ? [`pictures outside the labels' folders, left out: ${unlabelled}`] : []),
      ...(empty.length > 0 ? [`labels without pictures: ${empty.join(', ')}`] : []),
    ],
    close: async () => {},
  };
}

/** Entries by name, without hidden ones; a link to a folder counts as a folder. */
async function entriesOf(folder: string): Promise<{ folders: string[]; files: string[] }> {
  const names = await readdir(folder).catch(({ code, message }: NodeJS.ErrnoException) => {
    throw new UsageError([`cannot read ${folder} (${code ?? message})`]);
  });
  const folders: string[] = [];
  const files: string[] = [];
  for (const name of names.filter((visible) => !visible.startsWith('.')).sort()) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    (found?.isDirectory() ? folders : files).push(name);
  }
  return { folders, files };
}
