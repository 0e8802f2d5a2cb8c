import { createHash } from 'node:crypto';
import { decodeAwsChunked } from './aws-chunked.ts';
import type { Append, BlobFiles } from './blob-files.ts';
import {
  announcedChecksums,
  assertChecksums,
  type ChecksumAlgorithm,
  type Checksums,
  checksumsOf,
} from './checksums.ts';
import { incompleteBody, invalidArgument, notImplemented, S3Error } from './errors.ts';
import { type AuthenticatedRequest, header, type S3Request } from './request.ts';

/** Stored bytes, with the size and digests that were calculated on the way. */
export interface StoredBytes {
  readonly blobId: string;
  readonly sizeBytes: number;
  /** MD5 in hexadecimal, without quotes. */
  readonly eTag: string;
  readonly checksums: Checksums;
}

/** S3's limit for one PUT: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MAXIMUM_OBJECT_BYTES = 5 * 1024 ** 3;

/** S3's XML requests are at most 1 MB; a completed upload of 10,000 parts with checksums takes some more. */
const MAXIMUM_DOCUMENT_BYTES = 4 * 1024 ** 2;

/**
 * Streams a request's body to a blob, with every integrity check that the client asked for.
 *
 * @param expectedBytes how large it will be, as far as that is known
 */
export async function storeBody(
  request: AuthenticatedRequest,
  blobs: BlobFiles,
  algorithms: readonly ChecksumAlgorithm[] = [],
  expectedBytes = announcedBytes(request),
): Promise<StoredBytes> {
  assertAnnouncedSize(request, MAXIMUM_OBJECT_BYTES);
  const { id, result } = await blobs.write(
    (append) => receiveBody(request, { append, algorithms, maximumBytes: MAXIMUM_OBJECT_BYTES }),
    expectedBytes,
  );
  return { blobId: id, ...result };
}

/** Stores bytes that come from this endpoint itself, such as a copy's. */
export async function storeBytes(
  bytes: AsyncIterable<Buffer>,
  blobs: BlobFiles,
  algorithms: readonly ChecksumAlgorithm[],
): Promise<StoredBytes> {
  const { id, result } = await blobs.write(
    (append) => measure(bytes, { append, algorithms, maximumBytes: MAXIMUM_OBJECT_BYTES }),
    0,
  );
  return { blobId: id, ...result };
}

/** @throws {S3Error} `EntityTooLarge` for more bytes than an object has */
export function assertSize(sizeBytes: number): void {
  if (sizeBytes > MAXIMUM_OBJECT_BYTES) throw entityTooLarge(MAXIMUM_OBJECT_BYTES);
}

/** What storing bytes would say of them. */
export async function measuredBytes(bytes: AsyncIterable<Buffer>): Promise<Omit<StoredBytes, 'blobId'>> {
  return measure(bytes, { append: async () => {}, algorithms: [], maximumBytes: MAXIMUM_OBJECT_BYTES });
}

/** A request's XML document, with the same checks, held in memory. */
export async function readDocument(request: AuthenticatedRequest): Promise<string> {
  assertAnnouncedSize(request, MAXIMUM_DOCUMENT_BYTES);
  const pieces: Buffer[] = [];
  const append: Append = async (bytes) => void pieces.push(Buffer.from(bytes));
  await receiveBody(request, { append, algorithms: [], maximumBytes: MAXIMUM_DOCUMENT_BYTES });
  return Buffer.concat(pieces).toString('utf8');
}

interface Destination {
  readonly append: Append;
  readonly algorithms: readonly ChecksumAlgorithm[];
  readonly maximumBytes: number;
}

/** @throws {S3Error} when a check fails; the caller then throws away what was appended */
async function receiveBody(request: AuthenticatedRequest, destination: Destination) {
  const { bodyHash } = request.authentication;
  const announced = announcedChecksums(request.headers);
  const trailers = new Map<string, string>();
  const sha256: readonly ChecksumAlgorithm[] = isHash(bodyHash) ? ['sha256'] : [];
  const asked = [...destination.algorithms, ...keys(announced.inHeader), ...announced.inTrailer];
  const measured = await measure(decodedBody(request, trailers), {
    ...destination,
    algorithms: [...asked, ...sha256],
  });
  const { checksums, sizeBytes, eTag } = measured;
  assertDecodedLength(request, sizeBytes);
  assertContentMd5(request, eTag);
  if (isHash(bodyHash)) assertBodyHash(bodyHash, checksums.sha256 ?? '');
  assertChecksums(announced.inHeader, checksums);
  assertChecksums(trailingChecksums(announced.inTrailer, trailers), checksums);
  return { sizeBytes, eTag, checksums: Object.fromEntries(asked.map((name) => [name, checksums[name]])) };
}

async function measure(bytes: AsyncIterable<Buffer>, { append, algorithms, maximumBytes }: Destination) {
  const md5 = createHash('md5');
  const checksums = checksumsOf(algorithms);
  let sizeBytes = 0;
  for await (const piece of bytes) {
    sizeBytes += piece.length;
    if (sizeBytes > maximumBytes) throw entityTooLarge(maximumBytes);
    md5.update(piece);
    checksums.update(piece);
    await append(piece);
  }
  return { sizeBytes, eTag: md5.digest('hex'), checksums: await checksums.digest() };
}

function decodedBody(request: AuthenticatedRequest, trailers: Map<string, string>): AsyncIterable<Buffer> {
  const { bodyHash } = request.authentication;
  if (isHash(bodyHash) || bodyHash === 'UNSIGNED-PAYLOAD') return request.body();
  if (/^STREAMING-(UNSIGNED-PAYLOAD-TRAILER|AWS4-HMAC-SHA256-PAYLOAD(-TRAILER)?)$/.test(bodyHash)) {
    return decodeAwsChunked(request.body(), request.authentication, trailers);
  }
  if (bodyHash.startsWith('STREAMING-')) throw notImplemented(`x-amz-content-sha256: ${bodyHash}`);
  throw invalidArgument(
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-… or a SHA-256 in hexadecimal.',
  );
}

function assertAnnouncedSize(request: AuthenticatedRequest, maximumBytes: number): void {
  if (announcedBytes(request) > maximumBytes) throw entityTooLarge(maximumBytes);
}

/** As far as the client tells it. */
function announcedBytes(request: AuthenticatedRequest): number {
  const announced = header(request, 'x-amz-decoded-content-length') ?? header(request, 'content-length');
  return Number(announced) || 0;
}

function entityTooLarge(maximumBytes: number): S3Error {
  return new S3Error(
    400,
    'EntityTooLarge',
    `Your proposed upload exceeds the maximum of ${maximumBytes} bytes.`,
  );
}

function keys(checksums: Checksums): ChecksumAlgorithm[] {
  return Object.keys(checksums) as ChecksumAlgorithm[];
}

/** Whether `x-amz-content-sha256` is the body's hash and not the name of another way of signing. */
function isHash(bodyHash: string): boolean {
  return /^[0-9a-f]{64}$/.test(bodyHash);
}

function assertDecodedLength(request: S3Request, sizeBytes: number): void {
  const announced = header(request, 'x-amz-decoded-content-length');
  if (announced === undefined || Number(announced) === sizeBytes) return;
  throw incompleteBody(`x-amz-decoded-content-length is ${announced} but ${sizeBytes} bytes arrived.`);
}

function assertContentMd5(request: S3Request, md5Hex: string): void {
  const expected = header(request, 'content-md5');
  if (expected === undefined) return;
  const md5 = Buffer.from(expected, 'base64');
  if (md5.length !== 16)
    throw new S3Error(400, 'InvalidDigest', 'The Content-MD5 you specified is not valid.');
  if (md5.toString('hex') === md5Hex) return;
  throw new S3Error(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.');
}

function assertBodyHash(expectedHex: string, calculatedBase64: string): void {
  if (Buffer.from(calculatedBase64, 'base64').toString('hex') === expectedHex) return;
  const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
  throw new S3Error(400, 'XAmzContentSHA256Mismatch', message);
}

/** @throws {S3Error} when a checksum was announced but did not come */
function trailingChecksums(
  algorithms: readonly ChecksumAlgorithm[],
  trailers: ReadonlyMap<string, string>,
): Checksums {
  return Object.fromEntries(
    algorithms.map((algorithm) => {
      const value = trailers.get(`x-amz-checksum-${algorithm}`);
      if (value === undefined) throw incompleteBody(`The trailer x-amz-checksum-${algorithm} is missing.`);
      return [algorithm, value];
    }),
  );
}
