import type { BlobFiles } from './blob-files.ts';
import {
  badDigest,
  type ChecksumAlgorithm,
  type Checksums,
  type ChecksumType,
  checksumAlgorithm,
  checksumsInHeaders,
  checksumsOf,
  checksumType,
  compositeChecksum,
} from './checksums.ts';
import { invalidRequest } from './errors.ts';
import type { PartRecord, UploadRecord } from './records.ts';
import { header, type S3Request } from './request.ts';

/** What an upload in parts is to have for a checksum, as its beginning says. */
type UploadChecksum = Pick<UploadRecord, 'checksumAlgorithm' | 'checksumType'>;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html */
const TYPES: Record<ChecksumAlgorithm, readonly [byDefault: ChecksumType, ...others: ChecksumType[]]> = {
  crc32: ['COMPOSITE', 'FULL_OBJECT'],
  crc32c: ['COMPOSITE', 'FULL_OBJECT'],
  crc64nvme: ['FULL_OBJECT'],
  sha1: ['COMPOSITE'],
  sha256: ['COMPOSITE'],
};

/** @throws {S3Error} `InvalidRequest` for a type that the algorithm does not have */
export function uploadChecksum(request: S3Request): UploadChecksum {
  const name = header(request, 'x-amz-checksum-algorithm');
  const asked = askedType(request);
  if (name === undefined) {
    if (asked === undefined) return {};
    throw invalidRequest('The x-amz-checksum-type header needs an x-amz-checksum-algorithm header.');
  }
  const algorithm = checksumAlgorithm(name);
  return { checksumAlgorithm: algorithm, checksumType: checkedType(algorithm, asked) };
}

/**
 * The checksum of an object that is put together of parts, compared with what the client expects. A client may leave out
 * `-N` behind a composite one, as MinIO's does.
 *
 * @throws {S3Error} `BadDigest`, `InvalidRequest`
 */
export async function completedChecksums(
  blobs: BlobFiles,
  request: S3Request,
  upload: UploadChecksum,
  parts: readonly PartRecord[],
): Promise<Checksums> {
  const [expected] = Object.entries(checksumsInHeaders(request.headers)) as [ChecksumAlgorithm, string][];
  const algorithm = upload.checksumAlgorithm ?? expected?.[0];
  if (algorithm === undefined) return {};
  if (expected && expected[0] !== algorithm)
    throw invalidRequest(`Expected the upload's checksum, ${algorithm}, but received ${expected[0]}.`);
  const type = completedType(request, upload, algorithm, expected?.[1]);
  const calculated =
    type === 'COMPOSITE'
      ? await compositeChecksum(algorithm, parts)
      : (await wholeChecksums(blobs, algorithm, parts))[algorithm];
  if (expected && (calculated === undefined || !isSame(expected[1], calculated))) throw badDigest(algorithm);
  return calculated === undefined ? {} : { [algorithm]: calculated };
}

/** Of an upload that was begun without an algorithm, the client's checksum alone tells what it is of. */
function completedType(
  request: S3Request,
  upload: UploadChecksum,
  algorithm: ChecksumAlgorithm,
  expected: string | undefined,
): ChecksumType {
  const asked = askedType(request);
  if (upload.checksumAlgorithm === undefined) return asked ?? checksumType(expected ?? '');
  const type = upload.checksumType ?? TYPES[algorithm][0];
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
  if (asked !== undefined && asked !== type) throw badDigest(algorithm);
  return type;
}

function askedType(request: S3Request): ChecksumType | undefined {
  const asked = header(request, 'x-amz-checksum-type')?.toUpperCase();
  if (asked === undefined || asked === 'COMPOSITE' || asked === 'FULL_OBJECT') return asked;
  throw invalidRequest(`Expected x-amz-checksum-type as COMPOSITE or FULL_OBJECT but received ${asked}.`);
}

function checkedType(algorithm: ChecksumAlgorithm, asked: ChecksumType | undefined): ChecksumType {
  const types = TYPES[algorithm];
  if (asked === undefined) return types[0];
  if (types.includes(asked)) return asked;
  throw invalidRequest(`The ${asked} checksum type cannot be used with the ${algorithm} checksum algorithm.`);
}

/** Reads all bytes again. */
async function wholeChecksums(
  blobs: BlobFiles,
  algorithm: ChecksumAlgorithm,
  parts: readonly PartRecord[],
): Promise<Checksums> {
  const checksums = checksumsOf([algorithm]);
  for (const { blobId, sizeBytes } of parts) {
    if (sizeBytes === 0) continue;
    for await (const bytes of blobs.read(blobId, 0, sizeBytes - 1)) checksums.update(bytes);
  }
  return checksums.digest();
}

function isSame(expected: string, calculated: string): boolean {
  return expected === calculated || `${expected}${/-\d+$/.exec(calculated)?.[0] ?? ''}` === calculated;
}
