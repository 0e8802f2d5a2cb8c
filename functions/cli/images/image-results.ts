import { open } from 'node:fs/promises';
import { pMapIterable } from 'p-map';
import { CliptagError, ImageFault } from '../../core/errors.ts';
import { checkSize, DEFAULT_MAXIMUM_BYTES } from '../../core/objects/object.ts';

/** Why an image has no result. */
export interface NamedFault {
  readonly status: 'unsupported' | 'failed';
  readonly reason: string;
}

/** What became of one image file. A fault is the image's own; the others go on. */
export type ImageResult<Value> =
  | { readonly path: string; readonly value: Value }
  | { readonly path: string; readonly fault: NamedFault };

/**
 * Images held in memory at once, as files or as pixels: enough to fill a batch of the encoder while the next are
 * decoded. Memory is at most this many times the largest file that is accepted.
 */
export const IMAGES_AT_ONCE = 8;

/** Reads image files and works on their bytes, several at once; the results come in the order of the paths. */
export function imageResults<Value>(
  paths: readonly string[],
  work: (bytes: Uint8Array) => Promise<Value>,
): AsyncIterable<ImageResult<Value>> {
  return severalAtOnce(paths, async (path): Promise<ImageResult<Value>> => {
    try {
      return { path, value: await work(await imageBytes(path)) };
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

/**
 * The bytes of an image file, refused by its size before it is read.
 *
 * @throws {ImageFault} `not-readable`, `empty` or `too-large`
 */
export async function imageBytes(path: string, maximumBytes = DEFAULT_MAXIMUM_BYTES): Promise<Uint8Array> {
  const file = await open(path).catch(rejectUnreadable);
  try {
    const { size } = await file.stat();
    checkSize(size, maximumBytes);
    return await file.readFile().catch(rejectUnreadable);
  } finally {
    await file.close();
  }
}

function rejectUnreadable({ code, message }: NodeJS.ErrnoException): never {
  throw new ImageFault('failed', 'not-readable', `Expected a readable file but received ${code ?? message}`);
}
