import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isReference, readUnlinked, referenceTo } from './blob-files.ts';
import { assertSize, measuredBytes, storeBytes } from './body.ts';
import { del, keysUnder, objectKey } from './metadata.ts';
import { type Changing, changeObject } from './object-commit.ts';
import { plainObject } from './object-operations.ts';
import { checkedKey } from './request.ts';
import { findObject, type S3State } from './state.ts';

/** A file of a folder, as its object tells of it. */
export interface FolderFile {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedMilliseconds: number;
}

export interface FolderObjectsOptions {
  readonly bucket: string;
  /** Whether bytes are copied; else objects are read out of the folder, and their files never touched. */
  readonly isCopied: boolean;
}

/**
 * What became of a file: `changing` is one that was written meanwhile, `taken` is the key of an upload, and `deleted` is one as a client has
 * deleted its copy.
 */
export type PutOutcome = 'put' | 'changing' | 'taken' | 'deleted';

/** Objects that follow the files of a folder. */
export interface FolderObjects {
  /**
   * Those that were made of files and have keys that begin so. One that was made of a file elsewhere than below the folder, or the other
   * way than objects are made now, is listed with another time than any file has, so that it is made anew.
   */
  list(prefix: string, folder: string): Promise<readonly FolderFile[]>;
  /**
   * @param signal ends it, where a large file is read for long
   * @throws the file system's error; {S3Error} `KeyTooLongError`, `EntityTooLarge`
   */
  put(key: string, path: string, signal?: AbortSignal): Promise<PutOutcome>;
  /** Removes an object that was made of a file. */
  remove(key: string): Promise<void>;
}

const BY_FOLDER = {
  authentication: { accessKeyId: 'folder' },
  sourceIpAddress: '127.0.0.1',
  requestId: 'folder',
} as const;

export function folderObjects(state: S3State, { bucket, isCopied }: FolderObjectsOptions): FolderObjects {
  const changing: Changing = { ...BY_FOLDER, bucket };
  return {
    async list(prefix, folder) {
      const files: FolderFile[] = [];
      for await (const { key, sizeBytes, file, blobs } of state.metadata.objects.values(keysUnder(bucket))) {
        if (!key.startsWith(prefix) || !file) continue;
        const isAsNow =
          file.path === join(folder, key.slice(prefix.length)) &&
          blobs.some(({ id }) => isReference(id)) !== isCopied;
        files.push({
          key,
          sizeBytes,
          modifiedMilliseconds: isAsNow ? file.modifiedMilliseconds : Number.NaN,
        });
      }
      return files;
    },

    async put(key, path, signal) {
      checkedKey(key);
      const current = await findObject(state, bucket, key);
      if (current && !current.file) return 'taken';
      const before = await stat(path);
      if (isCopied && !current && (await isLetGo(state, bucket, key, before))) return 'deleted';
      assertSize(before.size);
      const read = () => bytesOf(path, signal);
      const bytes = isCopied
        ? await storeBytes(read(), state.blobs, [])
        : { blobId: referenceTo(path), ...(await measuredBytes(read())) };
      const newBlobIds = isCopied ? [bytes.blobId] : [];
      const after = await stat(path);
      if (after.mtimeMs !== before.mtimeMs || after.size !== bytes.sizeBytes) {
        await state.blobs.remove(newBlobIds);
        return 'changing';
      }
      const headers = { 'content-type': 'binary/octet-stream' };
      const file = { path, modifiedMilliseconds: before.mtimeMs };
      await changeObject(state, changing, {
        ...{ key, newBlobIds, isOfFolder: true, eventName: 'ObjectCreated:Put' },
        object: { ...plainObject(bytes, { headers, tags: [] }), file },
      });
      return 'put';
    },

    async remove(key) {
      const current = await findObject(state, bucket, key);
      if (!current) return state.metadata.commit([del(state.metadata.letGoFiles, objectKey(bucket, key))]);
      if (!current.file) return;
      await changeObject(state, changing, {
        ...{ key, isOfFolder: true, eventName: 'ObjectRemoved:Delete' },
        object: undefined,
      });
    },
  };
}

/** Opens the file when somebody reads: of one that is opened before, nobody would hear that it was aborted. */
async function* bytesOf(path: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  signal?.throwIfAborted();
  yield* readUnlinked(path, { signal });
}

async function isLetGo(
  { metadata }: S3State,
  bucket: string,
  key: string,
  { size, mtimeMs }: Pick<Stats, 'size' | 'mtimeMs'>,
): Promise<boolean> {
  const letGo = await metadata.letGoFiles.get(objectKey(bucket, key));
  return letGo?.sizeBytes === size && letGo.modifiedMilliseconds === mtimeMs;
}
