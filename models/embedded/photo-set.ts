import { type FileHandle, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** One kind of picture in a packed photo set. */
export interface PhotoLabel {
  readonly label: string;
  /** What the model was trained to hear for it, e.g. `a photo of a dog`. */
  readonly phrase: string;
  /** Other labels that are true of it. */
  readonly also: readonly string[];
  /** Pictures in each split. */
  readonly train: number;
  readonly test: number;
}

export interface Photo {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
  readonly label: string;
  readonly split: string;
}

/**
 * Photographs packed one behind the other: `manifest.jsonl` has a line `[file, offset, length, label, split, …]` for
 * each, and beside it lie the files and `labels.json`.
 */
export interface PhotoSet {
  readonly labels: readonly PhotoLabel[];
  readonly photos: readonly Photo[];
  /** The encoded picture. */
  read(photo: Photo): Promise<Uint8Array>;
  close(): Promise<void>;
}

const labelsFile = z.array(
  z.object({
    label: z.string(),
    phrase: z.string(),
    also: z.array(z.string()).default([]),
    train: z.number().default(0),
    test: z.number().default(0),
  }),
);
const manifestLine = z.tuple([z.string(), z.number(), z.number(), z.string(), z.string()]).rest(z.unknown());

/** @throws when a file is missing or not as described, with its path */
export async function openPhotoSet(manifestPath: string): Promise<PhotoSet> {
  const folder = dirname(manifestPath);
  const labels = labelsFile.parse(JSON.parse(await readFile(join(folder, 'labels.json'), 'utf8')));
  const lines = (await readFile(manifestPath, 'utf8')).split('\n').filter((line) => line !== '');
  const handles = new Map<string, Promise<FileHandle>>();
  return {
    labels,
    photos: lines.map(parsePhoto),
    read: async ({ file, offset, length }) => {
      const opened = handles.get(file) ?? open(join(folder, file));
      handles.set(file, opened);
      const { buffer, bytesRead } = await (await opened).read(Buffer.alloc(length), 0, length, offset);
      if (bytesRead < length)
        throw new Error(`Expected ${length} bytes at ${offset} of ${file} but found ${bytesRead}`);
      return buffer;
    },
    close: async () => {
      for (const handle of handles.values()) await (await handle).close();
    },
  };
}

function parsePhoto(line: string, index: number): Photo {
  const { success, data } = manifestLine.safeParse(JSON.parse(line));
  if (!success)
    throw new Error(
      `Expected [file, offset, length, label, split, …] in line ${index + 1} but found ${line}`,
    );
  const [file, offset, length, label, split] = data;
  return { file, offset, length, label, split };
}
