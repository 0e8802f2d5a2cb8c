import { invalidArgument, invalidRequest, S3Error } from './errors.ts';
import type { ObjectRecord, StoredBlob } from './records.ts';
import { header, type S3Request } from './request.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const MAXIMUM_PART_NUMBER = 10_000;

/** Bytes of an object, `first` and `last` included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The range of a Range header. `undefined`, which means the whole object, without a header and for one that S3 ignores:
 * several ranges, or other units than bytes.
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
  blobs: readonly StoredBlob[],
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

/** What a read asks for of an object: a range of its bytes, or one of its parts. */
export interface Wanted {
  /** `undefined` is all of it. */
  readonly range: ByteRange | undefined;
  /** The part, where the object was uploaded in parts and one of them is asked for. */
  readonly part?: StoredBlob;
}

/** @throws {S3Error} `InvalidRange`, `InvalidPartNumber`, `InvalidArgument`, `InvalidRequest` */
export function wantedBytes(request: S3Request, object: ObjectRecord): Wanted {
  const range = header(request, 'range');
  const partNumber = request.query.get('partNumber');
  if (partNumber === null) return { range: parseRange(range, object.sizeBytes) };
  if (range !== undefined)
    throw invalidRequest('Cannot specify both Range header and partNumber query parameter.');
  return wantedPart(Number(partNumber), object);
}

/** The parts of an object count from one, as S3 gives their checksums to consecutive parts only. */
function wantedPart(number: number, { sizeBytes, eTag, blobs }: ObjectRecord): Wanted {
  if (!Number.isInteger(number) || number < 1 || number > MAXIMUM_PART_NUMBER)
    throw invalidArgument(`Part number must be an integer between 1 and ${MAXIMUM_PART_NUMBER}, inclusive.`);
  const part = blobs[number - 1];
  if (!part)
    throw new S3Error(416, 'InvalidPartNumber', `The object has ${blobs.length} parts: none is ${number}.`);
  if (sizeBytes === 0) return { range: undefined };
  const first = blobs.slice(0, number - 1).reduce((sum, blob) => sum + blob.sizeBytes, 0);
  return {
    range: { first, last: first + part.sizeBytes - 1 },
    ...(eTag.includes('-') && { part }),
  };
}
