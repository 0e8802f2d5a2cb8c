import { type FileHandle, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { readUtf8 } from '../../adapters/files/utf8-text.ts';
import { excerpt, ImageFault, InvalidInput } from '../../core/errors.ts';
import { UsageError } from '../../terminal/exit-code.ts';
import { manifestLines } from './manifest-lines.ts';
import type { PictureSet, SplitChoice } from './picture-set.ts';

/** Labels with fewer pictures, in all splits together, say little about a model: they are no candidates. */
const MINIMUM_PICTURES = 30;
const DEFAULT_SPLIT = 'test';

const count = z.int().min(0);
const labelsFile = z.array(
  z.object({
    label: z.string().min(1),
    /** The prompt that asks the model for it, e.g. `a photo of a dog`. */
    phrase: z.string().min(1),
    /** Other labels that are true of it. */
    also: z.array(z.string()).default([]),
    /** Pictures in each split. */
    train: count.default(0),
    test: count.default(0),
  }),
);
/** File, offset and length in bytes, label, split, and what else its maker noted. */
const manifestLine = z.tuple([z.string().min(1), count, count, z.string(), z.string()]).rest(z.unknown());

/**
 * Pictures packed one after the other into files: the manifest has a line `[file, offset, length, label, split, …]` for each,
 * and beside it lie the files and `labels.json`.
 *
 * @throws {InvalidInput} when a file is missing or not as described, with its path
 * @throws {UsageError} when there are no pictures of that split
 */
export async function packedPhotoSet(
  path: string,
  text: string,
  { split = DEFAULT_SPLIT, everySplitOf = [] }: SplitChoice = {},
): Promise<PictureSet> {
  const folder = dirname(path);
  const form = '[file, offset, length, label, split, …]';
  const lines = manifestLines(text, manifestLine, { path, form });
  const labels = await readLabels(join(folder, 'labels.json'));
  const alsoOf = new Map(labels.map(({ label, also }) => [label, also]));
  const ofSplit = lines.filter((line) => line[4] === split);
  if (ofSplit.length === 0) throw unknownSplit(path, split, new Set(lines.map((line) => line[4])));
  const ofOtherSplits = lines.filter((line) => line[4] !== split && everySplitOf.includes(line[3]));
  const files = await openFiles(folder, new Set([...ofSplit, ...ofOtherSplits].map(([file]) => file)));
  const picture = ([file, offset, length, label]: z.infer<typeof manifestLine>) => ({
    name: `${file} at ${offset}`,
    labels: [label, ...(alsoOf.get(label) ?? [])],
    read: () => readPart(files.get(file), offset, length),
  });
  return {
    labels: labels.map(({ label, phrase, train, test }) => ({
      ...{ label, word: label, phrase },
      isCandidate: train + test >= MINIMUM_PICTURES,
    })),
    pictures: ofSplit.map(picture),
    ofOtherSplits: ofOtherSplits.map(picture),
    remarks: [],
    close: async () => {
      for (const file of files.values()) await file.close();
    },
  };
}

async function readLabels(path: string): Promise<z.infer<typeof labelsFile>> {
  const text = await readUtf8(path, ({ code }) =>
    notPacked(path, `Expected the labels beside the manifest but received ${code}`),
  );
  try {
    return labelsFile.parse(JSON.parse(text));
  } catch {
    throw notPacked(path, `Expected [{"label", "phrase", …}, …] but received ${excerpt(text)}`);
  }
}

async function openFiles(
  folder: string,
  names: ReadonlySet<string>,
): Promise<ReadonlyMap<string, FileHandle>> {
  const files = new Map<string, FileHandle>();
  for (const name of names) {
    const path = join(folder, name);
    const file = await open(path).catch((error: NodeJS.ErrnoException) => error);
    if (file instanceof Error) {
      for (const opened of files.values()) await opened.close();
      throw notPacked(path, `Expected a file of packed pictures but received ${file.code}`);
    }
    files.set(name, file);
  }
  return files;
}

async function readPart(file: FileHandle | undefined, offset: number, length: number): Promise<Uint8Array> {
  const part = await file?.read(Buffer.alloc(length), 0, length, offset);
  if (part?.bytesRead === length) return part.buffer;
  throw new ImageFault(
    'failed',
    'not-readable',
    `Expected ${length} bytes at ${offset} but found ${part?.bytesRead}`,
  );
}

function notPacked(path: string, fault: string): InvalidInput {
  return new InvalidInput(`${path} cannot be used`, [fault]);
}

function unknownSplit(path: string, split: string, known: ReadonlySet<string>): UsageError {
  return new UsageError([`no pictures of split "${split}" in ${path} (splits: ${[...known].join(', ')})`]);
}
