import { S3Error } from './errors.ts';
import type { Blob } from './records.ts';

/** Bytes of an object, `first` and `last` included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The one range of a Range header. `undefined`, for the whole object, without one, or when it is none that S3
 * takes: several ranges, other units.
 *
 * @throws {S3Error} `InvalidRange` when the object has no such bytes
 */
export function parseRange(range: string | undefined, sizeBytes: number): ByteRange | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  if (from !== '' && to !== '' && Number(from) > Number(to)) return undefined;
  const first = from === '' ? Math.max(0, sizeBytes - Number(to)) : Number(from);
  const last = from === '' || to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  if (first <= last) return { first, last };
  throw new S3Error(416, 'InvalidRange', `The object has ${sizeBytes} bytes: none in the requested range.`, {
    'content-range': `bytes */${sizeBytes}`,
  });
}

/** The pieces of an object's blobs that make up a range, in order. */
export function piecesOf(
  blobs: readonly Blob[],
  { first, last }: ByteRange,
): (ByteRange & { readonly id: string })[] {
  let offset = 0;
  return blobs.flatMap(({ id, sizeBytes }) => {
    const start = offset;
    offset += sizeBytes;
    const piece = { id, first: Math.max(first - start, 0), last: Math.min(last - start, sizeBytes - 1) };
    return piece.first <= piece.last ? [piece] : [];
  });
}
