import { readFile, stat } from 'node:fs/promises';
import type { DataWord } from '../../../core/evaluation/true-labels.ts';
import { UsageError } from '../../../terminal/exit-code.ts';
import { labelledFolder } from './labelled-folder.ts';
import { packedPhotoSet } from './packed-photo-set.ts';
import { pictureManifest } from './picture-manifest.ts';

/** A picture of which is known what it shows. */
export interface LabelledPicture {
  /** As reports call it: its path, or its place in a packed file. */
  readonly name: string;
  /** Its own label, then others that are true of it as well. */
  readonly labels: readonly string[];
  /** @throws {ImageFault} `not-readable`, `empty` or `too-large` */
  read(): Promise<Uint8Array>;
}

/** A label of a data set, and how the model is asked about it. */
export interface DataLabel extends DataWord {
  /** As it stands in the data set, e.g. the folder's name. */
  readonly label: string;
  /** Whether it has pictures enough to be told from the others. */
  readonly isCandidate: boolean;
}

export interface PictureSet {
  readonly labels: readonly DataLabel[];
  readonly pictures: readonly LabelledPicture[];
  /** Pictures of the labels that were asked for of every split, in other splits than the chosen one. */
  readonly ofOtherSplits?: readonly LabelledPicture[];
  /** What was passed over, and why. */
  readonly remarks: readonly string[];
  close(): Promise<void>;
}

/** Which pictures of a packed photo set. */
export interface SplitChoice {
  /** @default test */
  readonly split?: string | undefined;
  /** Labels whose pictures in other splits are wanted as well. @default none */
  readonly everySplitOf?: readonly string[] | undefined;
}

/**
 * The labelled pictures of a folder `FOLDER/LABEL/…`, of a manifest of JSON lines `{"path", "labels"}`, or of a packed
 * photo set's manifest.
 *
 * @throws {UsageError} when there is nothing at the path, or no pictures of that split
 * @throws {InvalidInput} naming the faulty lines of a manifest
 */
export async function openPictureSet(path: string, choice: SplitChoice = {}): Promise<PictureSet> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new UsageError([`no such file or folder: ${path}`]);
  if (!found.isDirectory() && !found.isFile()) {
    throw new UsageError([`neither a file nor a folder: ${path}`]);
  }
  const text = found.isFile() ? await readManifest(path) : '';
  const isPacked = text.trimStart().startsWith('[');
  if (isPacked) return packedPhotoSet(path, text, choice);
  if (choice.split !== undefined)
    throw new UsageError([`--split is for a packed photo set, but ${path} is none`]);
  return found.isDirectory() ? labelledFolder(path) : pictureManifest(path, text);
}

async function readManifest(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(({ code, message }: NodeJS.ErrnoException) => {
    throw new UsageError([`cannot read ${path} (${code ?? message})`]);
  });
}
