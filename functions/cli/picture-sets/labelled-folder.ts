import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type FilePath, filePath, pathIn, pathName } from '../../adapters/files/file-path.ts';
import { isImageName, systemFile, systemFolder } from '../../adapters/files/picture-names.ts';
import { spaced } from '../../core/evaluation/true-labels.ts';
import { UsageError } from '../../terminal/exit-code.ts';
import { type ImagePaths, imagePathsUnder } from '../images/image-paths.ts';
import { foundImageBytes } from '../images/image-results.ts';
import { count, type LeftOut, leftOutRemarks, mergedLeftOut, nothingLeftOut } from '../images/left-out.ts';
import type { LabelledPicture, PictureSet } from './picture-set.ts';

/** A label's folder; a name that is no UTF-8 is a label as it is printed. */
interface LabelFolder extends ImagePaths {
  readonly label: string;
  readonly isText: boolean;
}

/**
 * The pictures under `FOLDER/LABEL/`, at any depth, as `cliptag tag` finds them. The model is asked about the folder's
 * name with `_` and `-` as spaces.
 *
 * @throws {UsageError} when it has pictures but no folder of a label, or cannot be read
 */
export async function labelledFolder(folder: FilePath): Promise<PictureSet> {
  const { folders, files, leftOut } = await entriesOf(folder);
  const unlabelled = files.filter((name) => isImageName(name.toString())).length;
  if (folders.length === 0 && unlabelled > 0) {
    throw new UsageError([
      `expected a folder for each label in ${pathName(folder)}, as in ${join(pathName(folder), 'LABEL', 'photo.jpg')}`,
    ]);
  }
  const found = await Promise.all(folders.map((name) => labelFolder(folder, name)));
  return {
    labels: found
      .filter(({ paths }) => paths.length > 0)
      .map(({ label }) => ({ label, word: spaced(label) || label, isCandidate: true })),
    pictures: found.flatMap(picturesOf),
    remarks: remarksOn(found, leftOut, unlabelled),
    close: async () => {},
  };
}

async function labelFolder(root: FilePath, name: FilePath): Promise<LabelFolder> {
  const images = await imagePathsUnder(pathIn(root, name));
  return { ...images, label: pathName(name), isText: typeof name === 'string' };
}

function picturesOf({ label, paths }: LabelFolder): LabelledPicture[] {
  return paths.map((image) => ({
    name: pathName(image.path),
    labels: [label],
    read: () => foundImageBytes(image),
  }));
}

function remarksOn(found: readonly LabelFolder[], beside: LeftOut, unlabelled: number): readonly string[] {
  const empty = found.filter(({ paths }) => paths.length === 0).map(({ label }) => label);
  const strange = found.filter(({ isText }) => !isText).map(({ label }) => label);
  return [
    ...(unlabelled > 0 ? [`pictures outside the labels' folders, left out: ${unlabelled}`] : []),
    ...leftOutRemarks(mergedLeftOut([beside, ...found.map(({ leftOut }) => leftOut)])),
    ...(empty.length > 0 ? [`labels without pictures: ${empty.join(', ')}`] : []),
    ...(strange.length > 0
      ? [`labels that are no words, since their folders' names are no UTF-8: ${strange.join(', ')}`]
      : []),
  ];
}

interface Entries {
  readonly folders: FilePath[];
  readonly files: FilePath[];
  readonly leftOut: LeftOut;
}

/** Entries by name, without hidden ones and a system's own; a link to a folder counts as a folder. */
async function entriesOf(folder: FilePath): Promise<Entries> {
  const names = await readdir(folder, { encoding: 'buffer' }).catch(
    ({ code, message }: NodeJS.ErrnoException) => {
      throw new UsageError([`cannot read ${pathName(folder)} (${code ?? message})`]);
    },
  );
  const entries: Entries = { folders: [], files: [], leftOut: nothingLeftOut() };
  for (const bytes of names.sort((a, b) => a.compare(b))) {
    const name = bytes.toString();
    const own = systemFolder(name) ?? systemFile(name);
    if (own !== undefined) count(entries.leftOut.system, own);
    if (own !== undefined || name.startsWith('.')) continue;
    const entry = filePath(bytes);
    const found = await stat(pathIn(folder, entry)).catch(() => undefined);
    (found?.isDirectory() ? entries.folders : entries.files).push(entry);
  }
  return entries;
}
