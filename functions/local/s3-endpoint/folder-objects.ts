import { stat } from 'node:fs/promises';
import { readUnlinked, referenceTo } from './blob-files.ts';
import { measuredBytes, storeBytes } from './body.ts';
import { keysUnder } from './metadata.ts';
import { type Changing, changeObject } from './object-commit.ts';
import { plainObject } from './object-operations.ts';
import type { ObjectRecord } from './records.ts';
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

/** What became of a file: `changing` is one that was written meanwhile, `taken` is the key of an upload. */
export type PutOutcome = 'put' | 'changing' | 'taken';

/** Objects that follow the files of a folder. */
export interface FolderObjects {
  /** Those that were made of files and have keys that begin so. */
  list(prefix: string): Promise<readonly FolderFile[]>;
  /** @throws the file system's error; {S3Error} `KeyTooLongError` */
  put(key: string, path: string): Promise<PutOutcome>;
  /** Removes an object that was made of a file. */
  remove(key: string): Promise<void>;
}

/** Tells an object of a file from an upload, and when the file was changed. */
const MODIFIED_HEADER = 'x-amz-meta-cliptag-file-modified';

const BY_FOLDER = {
  authentication: { accessKeyId: 'folder' },
  sourceIpAddress: '127.0.0.1',
  requestId: 'folder',
} as const;

export function folderObjects(state: S3State, { bucket, isCopied }: FolderObjectsOptions): FolderObjects {
  const changing: Changing = { ...BY_FOLDER, bucket };
  return {
    async list(prefix) {
      const files: FolderFile[] = [];
      for await (const object of state.metadata.objects.values(keysUnder(bucket))) {
        if (object.key.startsWith(prefix) && isOfFile(object)) files.push(fileOf(object));
      }
      return files;
    },

    async put(key, path) {
      checkedKey(key);
      const current = await findObject(state, bucket, key);
      if (current && !isOfFile(current)) return 'taken';
      const before = await stat(path);
      const bytes = isCopied
        ? await storeBytes(readUnlinked(path), state.blobs, [])
        : { blobId: referenceTo(path), ...(await measuredBytes(readUnlinked(path))) };
      const newBlobIds = isCopied ? [bytes.blobId] : [];
      const after = await stat(path);
      if (after.mtimeMs !== before.mtimeMs || after.size !== bytes.sizeBytes) {
        await state.blobs.remove(newBlobIds);
        return 'changing';
      }
      const headers = { [MODIFIED_HEADER]: String(before.mtimeMs), 'content-type': 'binary/octet-stream' };
      await changeObject(state, changing, {
        ...{ key, newBlobIds, isOfFolder: true, eventName: 'ObjectCreated:Put' },
        object: plainObject(bytes, { headers, tags: [] }),
      });
      return 'put';
    },

    async remove(key) {
      const current = await findObject(state, bucket, key);
      if (!current || !isOfFile(current)) return;
      await changeObject(state, changing, {
        ...{ key, isOfFolder: true, eventName: 'ObjectRemoved:Delete' },
        object: undefined,
      });
    },
  };
}

function isOfFile({ headers }: ObjectRecord): boolean {
  return Object.hasOwn(headers, MODIFIED_HEADER);
}

function fileOf({ key, sizeBytes, headers }: ObjectRecord): FolderFile {
  return { key, sizeBytes, modifiedMilliseconds: Number(headers[MODIFIED_HEADER]) };
}
