import { open } from 'node:fs/promises';
import { ImageFault } from '../core/errors.ts';
import { checkSize, DEFAULT_MAXIMUM_BYTES } from '../core/object.ts';

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
