import { readdir, stat } from 'node:fs/promises';
import { pathName } from '../../../../adapters/files/file-path.ts';
import { systemFolder } from '../../../../adapters/files/picture-names.ts';
import { spaced } from '../../../../core/evaluation/true-labels.ts';
import { imagePathsIn } from '../../../images/image-paths.ts';
import { foundImageBytes } from '../../../images/image-results.ts';
import { leftOutRemarks } from '../../../images/left-out.ts';
import { openPictureSet } from '../../../picture-sets/open-picture-set.ts';
import type { LabelledPicture, PictureSet } from '../../../picture-sets/picture-set.ts';

/**
 * The labelled pictures of `--all`: a folder of labels' folders or a manifest, as `cliptag evaluate` takes them, or what a shell makes
 * of `FOLDER/*` and `FOLDER/LABEL/*`: labels' folders, and pictures in them.
 *
 * @throws {UsageError} for what is none of these
 */
export async function labelFolders(operands: readonly string[]): Promise<PictureSet> {
  const [source, ...others] = operands;
  if (source !== undefined && others.length === 0 && !(await isLabelFolder(source)))
    return openPictureSet(source);
  const { paths, leftOut } = await imagePathsIn(operands);
  const folders = operands.map(withoutEnd);
  const pictures = paths.map((image): LabelledPicture => {
    const path = pathName(image.path);
    return { name: path, labels: [labelOf(path, folders)], read: () => foundImageBytes(image) };
  });
  return {
    labels: [...new Set(pictures.flatMap(({ labels }) => labels))].map((label) => ({
      ...{ label, word: spaced(label) || label, isCandidate: true },
    })),
    pictures,
    remarks: leftOutRemarks(leftOut),
    close: async () => {},
  };
}

/** Name of the folder that was named, or, of a file that was named, of the one that it is in. */
function labelOf(path: string, folders: readonly string[]): string {
  const folder = folders.find((one) => path.startsWith(`${one}/`));
  return (folder ?? path.slice(0, Math.max(0, path.lastIndexOf('/')))).split('/').at(-1) ?? '';
}

function withoutEnd(path: string): string {
  return path.replace(/\/+$/, '');
}

/** A folder without folders in it holds the pictures of one label. */
async function isLabelFolder(path: string): Promise<boolean> {
  if (!(await stat(path).catch(() => undefined))?.isDirectory()) return false;
  const entries = await readdir(path, { withFileTypes: true });
  return !entries.some(
    (entry) => entry.isDirectory() && !entry.name.startsWith('.') && systemFolder(entry.name) === undefined,
  );
}
