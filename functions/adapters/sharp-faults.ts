import { CliptagError, ImageFault } from '../core/errors.ts';
import type { AcceptedFormat } from '../core/picture/image-format.ts';
import { endsEarly } from '../core/picture/truncation.ts';

export interface Upload {
  readonly bytes: Uint8Array;
  readonly format: AcceptedFormat;
}

/**
 * Runs one of sharp's operations on an upload.
 *
 * @throws {ImageFault} `truncated` or `corrupt`: libvips says what is wrong in words only, so the file's structure
 *   tells a cut picture from a damaged one
 * @throws {CliptagError} retryable, when there was not enough memory
 */
export async function asFault<Result>(upload: Upload, operation: () => Promise<Result>): Promise<Result> {
  try {
    return await operation();
  } catch (error) {
    const [reason = ''] = String(error instanceof Error ? error.message : error).split('\n');
    // Not the picture's fault: the limits on pixels keep a lone picture far from this.
    if (/out of memory/i.test(reason)) {
      throw new CliptagError('decode-out-of-memory', reason, { retryable: true, cause: error });
    }
    const { bytes, format } = upload;
    const code = endsEarly(bytes, format) ? 'truncated' : 'corrupt';
    throw new ImageFault(
      'failed',
      code,
      `Expected a whole image of format ${format} but received a ${code} one: ${reason}`,
    );
  }
}

/**
 * Gives up waiting when time runs out. sharp's own timeout frees the thread as well, but only between regions of a
 * picture: one costly SVG filter cannot be interrupted. The fault is retryable, since a busy machine may be the
 * reason; a picture that is always too slow ends in the dead-letter queue and the rest of its batch does not.
 *
 * @throws {CliptagError} retryable, `decode-timeout`
 */
export async function withinTime<Result>(work: Promise<Result>, seconds: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `Expected to decode the image within ${seconds} s but it took longer`;
    const fault = new CliptagError('decode-timeout', message, { retryable: true });
    timer = setTimeout(() => reject(fault), seconds * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
