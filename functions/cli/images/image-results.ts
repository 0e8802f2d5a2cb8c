import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pMapIterable } from 'p-map';
import type { FilePath } from '../../adapters/files/file-path.ts';
import { CliptagError, ImageFault } from '../../core/errors.ts';
import { checkSize, DEFAULT_MAXIMUM_BYTES } from '../../core/objects/object.ts';
import type { ImagePath } from './image-paths.ts';

/** Why an image has no result. */
export interface NamedFault {
  readonly status: 'unsupported' | 'failed';
  readonly reason: string;
}

/** What became of one image file. A fault is the image's own; the others go on. */
export type ImageResult<Value> =
  | { readonly path: FilePath; readonly value: Value }
  | { readonly path: FilePath; readonly fault: NamedFault };

/**
 * Images held in memory at once, as files or as pixels: enough to fill a batch of the encoder while the next are
 * decoded. Memory is at most this many times the largest file that is accepted.
 */
export const IMAGES_AT_ONCE = 8;

/** Reads image files and works on their bytes, several at once; the results come in the order of the paths. */
export function imageResults<Value>(
  paths: readonly ImagePath[],
  work: (bytes: Uint8Array) => Promise<Value>,
): AsyncIterable<ImageResult<Value>> {
  return severalAtOnce(paths, async (image): Promise<ImageResult<Value>> => {
    const { path } = image;
    try {
      return { path, value: await work(await foundImageBytes(image)) };
    } catch (error) {
      return { path, fault: namedFault(error) };
    }
  });
}

/** The results in the items' order; beside the one that is taken, {@link IMAGES_AT_ONCE} at most are under way or wait. */
export function severalAtOnce<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): AsyncIterable<Result> {
  return pMapIterable(items, work, { concurrency: IMAGES_AT_ONCE });
}

/** @throws the error itself when it is the program's and not the image's */
export function namedFault(error: unknown): NamedFault {
  // There is no queue here to bring a retryable fault back (a decoder out of time): it is the image's status too.
  if (!(error instanceof CliptagError)) throw error;
  return { status: error instanceof ImageFault ? error.status : 'failed', reason: error.message };
}

/** What has become a named pipe since it was found must not hold the program until somebody writes to it. */
const WITHOUT_WAITING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * The bytes of an image file, refused by its size before it is read.
 *
 * @throws {ImageFault} `not-readable`, `empty` or `too-large`
 */
export async function imageBytes(path: FilePath, maximumBytes = DEFAULT_MAXIMUM_BYTES): Promise<Uint8Array> {
  const file = await open(path, WITHOUT_WAITING).catch(rejectUnreadable);
  try {
    const found = await file.stat();
    if (!found.isFile()) throw notReadable('a file', found.isDirectory() ? 'a folder' : 'something else');
    checkSize(found.size, maximumBytes);
    return await firstBytes(file, found.size).catch(rejectUnreadable);
  } finally {
    await file.close();
  }
}

/** As {@link imageBytes}; what was read already is checked alike, and a folder that could not be read is a fault in the place of its images. */
export async function foundImageBytes({ path, unreadable, bytes }: ImagePath): Promise<Uint8Array> {
  if (bytes !== undefined) {
    checkSize(bytes.length, DEFAULT_MAXIMUM_BYTES);
    return bytes;
  }
  if (unreadable !== undefined) throw notReadable('a readable folder', unreadable);
  return imageBytes(path);
}

/** No more than the file had when it was asked: one that keeps growing would fill the memory. */
async function firstBytes(file: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await file.read(bytes, filled, size - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

function rejectUnreadable({ code, message }: NodeJS.ErrnoException): never {
  throw notReadable('a readable file', code ?? message);
}

function notReadable(expected: string, received: string): ImageFault {
  return new ImageFault('failed', 'not-readable', `Expected ${expected} but received ${received}`);
}
