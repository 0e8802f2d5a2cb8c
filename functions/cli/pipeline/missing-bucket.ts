import { CliptagError } from '../../core/errors.ts';
import { didYouMean, nearestWords } from '../../core/labels/near-words.ts';

/**
 * Says that a bucket is not there, in the words of every command.
 *
 * @param known the buckets that are
 * @example
 * missingBucket('phtos', ['photos']).message // there is no bucket "phtos"; did you mean "photos"?
 */
export function missingBucket(
  bucket: string,
  known: readonly string[],
  options: { readonly cause?: unknown } = {},
): CliptagError {
  const meant = didYouMean(nearestWords(bucket, known));
  return new CliptagError('no-bucket', `there is no bucket "${bucket}"${meant}`, options);
}
