import { randomUUID } from 'node:crypto';
import { constants, createReadStream, type ReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type AssertSpace, RESERVED_BYTES, spaceOf } from '../store/free-space.ts';
import { appendNote, type ObjectNote, readNote, removeNotes } from './object-note.ts';

/** Ids of files that are not ours, with the path behind it: they are read, and never written, noted in or removed. */
const REFERENCE = 'file:';

/** The id under which a file of somebody else's is read. */
export function referenceTo(path: string): string {
  return `${REFERENCE}${path}`;
}

export function isReference(id: string): boolean {
  return id.startsWith(REFERENCE);
}

/** Reads a file of somebody else's. A link that was put in its place meanwhile leads nowhere: the reader gets ELOOP. */
export function readUnlinked(
  path: string,
  options: { start?: number; end?: number; signal?: AbortSignal | undefined } = {},
): ReadStream {
  // Node takes numbers for flags, which its types do not know here.
  const flags = (constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)) as unknown as string;
  return createReadStream(path, { ...options, flags });
}

/** Files that hold the bytes of objects and parts, named by random ids; only notes are added to them. */
export interface BlobFiles {
  /**
   * Writes one blob; it is on disk, under its final name, when this resolves. When `fill` fails, nothing is left.
   *
   * @param expectedBytes how large it will be, as far as that is known
   * @throws {DiskFullError}
   */
  write<Result>(
    fill: (append: Append) => Promise<Result>,
    expectedBytes: number,
  ): Promise<{ id: string; result: Result }>;
  /** Bytes `first` to `last`, both included. */
  read(id: string, first: number, last: number): AsyncIterable<Buffer>;
  /** Keeps blobs readable until the returned function is called, even if they are removed meanwhile. */
  pin(ids: readonly string[]): () => Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
  /** Notes in an object's first blob what object it is. The last note counts. */
  note(id: string, note: ObjectNote): Promise<void>;
  readNote(id: string): Promise<ObjectNote | undefined>;
  /** Removes the notes of a blob whose object is about to be deleted. */
  disown(id: string): Promise<void>;
  /** All finished blobs. */
  ids(): Promise<ReadonlySet<string>>;
  /** Removes what a crash left behind: unfinished files, and blobs that no metadata knows. */
  removeOrphans(known: ReadonlySet<string>): Promise<void>;
}

export type Append = (bytes: Uint8Array) => Promise<void>;

const BYTES_BETWEEN_CHECKS = 4 * 1024 * 1024;

export async function openBlobFiles(folder: string): Promise<BlobFiles> {
  const unfinished = join(folder, 'unfinished');
  const finished = join(folder, 'blobs');
  await mkdir(unfinished, { recursive: true });
  await mkdir(finished, { recursive: true });
  const assertSpace = spaceOf(folder, RESERVED_BYTES.uploads);
  const pathOf = (id: string) => join(finished, id);
  const removeFile = (id: string) => rm(pathOf(id), { force: true });
  const disown = async (id: string) => (isReference(id) ? undefined : removeNotes(pathOf(id)));
  const pins = createPins(removeFile, disown);

  return {
    ...pins,
    async write(fill, expectedBytes) {
      await assertSpace(expectedBytes);
      const id = randomUUID();
      const path = join(unfinished, id);
      try {
        const result = await writeFile(path, (append) => fill(withSpace(append, assertSpace)));
        await rename(path, pathOf(id));
        await syncFolder(finished);
        return { id, result };
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
    },
    read: (id, first, last) =>
      isReference(id)
        ? readUnlinked(id.slice(REFERENCE.length), { start: first, end: last })
        : createReadStream(pathOf(id), { start: first, end: last }),
    note: async (id, note) => (isReference(id) ? undefined : appendNote(pathOf(id), note)),
    readNote: (id) => readNote(pathOf(id)),
    disown,
    ids: async () => new Set(await readdir(finished)),
    async removeOrphans(known) {
      for (const id of await readdir(unfinished)) await rm(join(unfinished, id), { force: true });
      for (const id of await readdir(finished)) if (!known.has(id)) await removeFile(id);
    },
  };
}

/** Others write at the same time, and a client may send more than it has told. */
function withSpace(append: Append, assertSpace: AssertSpace): Append {
  let unchecked = 0;
  return async (bytes) => {
    unchecked += bytes.length;
    if (unchecked > BYTES_BETWEEN_CHECKS) {
      await assertSpace(0);
      unchecked = 0;
    }
    await append(bytes);
  };
}

async function writeFile<Result>(path: string, fill: (append: Append) => Promise<Result>): Promise<Result> {
  const file = await open(path, 'wx');
  try {
    const result = await fill((bytes) => appendAll(file, bytes));
    await file.sync();
    return result;
  } finally {
    await file.close();
  }
}

/** One call of `write` may write less than it was given. */
async function appendAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length; ) {
    offset += (await file.write(bytes, offset)).bytesWritten;
  }
}

/** A new name is on disk only once its folder is flushed. Windows cannot open folders; there it is not. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * An object may be replaced while somebody still reads its second file, so removal waits for the readers. Until then the
 * file is without its note: if the process ends meanwhile, a deleted object must not come back.
 */
function createPins(
  removeFile: (id: string) => Promise<void>,
  disown: (id: string) => Promise<void>,
): Pick<BlobFiles, 'pin' | 'remove'> {
  const readers = new Map<string, number>();
  const removedLater = new Set<string>();

  async function unpin(id: string): Promise<void> {
    const left = (readers.get(id) ?? 1) - 1;
    if (left > 0) {
      readers.set(id, left);
      return;
    }
    readers.delete(id);
    if (removedLater.delete(id)) await removeFile(id);
  }

  return {
    pin(ids) {
      for (const id of ids) readers.set(id, (readers.get(id) ?? 0) + 1);
      return async () => {
        for (const id of ids) await unpin(id);
      };
    },
    async remove(ids) {
      for (const id of ids.filter((one) => !isReference(one))) {
        if (readers.has(id)) {
          removedLater.add(id);
          await disown(id);
        } else {
          await removeFile(id);
        }
      }
    },
  };
}
