import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Crc32, Crc32c, Crc64Nvme } from '@aws-sdk/checksums/crc';
import { invalidRequest, notImplemented, S3Error } from './errors.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html */
export const CHECKSUM_ALGORITHMS = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

const DIGEST_BYTES: Record<ChecksumAlgorithm, number> = {
  crc32: 4,
  crc32c: 4,
  crc64nvme: 8,
  sha1: 20,
  sha256: 32,
};

const PREFIX = 'x-amz-checksum-';

/** Headers that are about checksums, and are none. */
const OTHER_HEADERS: readonly string[] = ['algorithm', 'mode', 'type'];

/** Checksums in base64, by algorithm; a composite one ends in `-N`, where N is the number of parts. */
export type Checksums = { readonly [algorithm in ChecksumAlgorithm]?: string };

interface Hash {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array | Promise<Uint8Array>;
}

/** Node has only one of the CRCs (CRC32, since 20.15); the AWS SDK has all of them, and uses Node's where it can. */
const HASHES: Record<ChecksumAlgorithm, () => Hash> = {
  crc32: () => new Crc32(),
  crc32c: () => new Crc32c(),
  crc64nvme: () => new Crc64Nvme(),
  sha1: () => createHash('sha1'),
  sha256: () => createHash('sha256'),
};

/** Computes several checksums of the same bytes. */
export function checksumsOf(algorithms: Iterable<ChecksumAlgorithm>) {
  const hashes = [...new Set(algorithms)].map((algorithm) => ({ algorithm, hash: HASHES[algorithm]() }));
  return {
    update(bytes: Uint8Array): void {
      for (const { hash } of hashes) hash.update(bytes);
    },
    async digest(): Promise<Checksums> {
      const entries = hashes.map(async ({ algorithm, hash }) => [algorithm, await base64Digest(hash)]);
      return Object.fromEntries(await Promise.all(entries));
    },
  };
}

/**
 * The checksum of a multipart object of type COMPOSITE: the checksum of its parts' checksums. It is our own code,
 * since no library has it. S3 defines it:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 *
 * @returns `undefined` when a part has none
 */
export async function compositeChecksum(
  algorithm: ChecksumAlgorithm,
  parts: readonly { readonly checksums: Checksums }[],
): Promise<string | undefined> {
  const hash = HASHES[algorithm]();
  for (const { checksums } of parts) {
    const checksum = checksums[algorithm];
    if (checksum === undefined) return undefined;
    hash.update(Buffer.from(checksum, 'base64'));
  }
  return `${await base64Digest(hash)}-${parts.length}`;
}

async function base64Digest(hash: Hash): Promise<string> {
  return Buffer.from(await hash.digest()).toString('base64');
}

/** The checksums that a request announces, in its headers or in the trailer of an `aws-chunked` body. */
export function announcedChecksums(headers: IncomingHttpHeaders) {
  const trailers = String(headers['x-amz-trailer'] ?? '').toLowerCase();
  const trailerNames = trailers.split(',').map((name) => name.trim());
  const checksumNames = trailerNames.filter((name) => name.startsWith(PREFIX));
  return {
    inHeader: checksumsInHeaders(headers),
    inTrailer: checksumNames.map((name) => knownAlgorithm(name.slice(PREFIX.length))),
  };
}

/**
 * The value of the `x-amz-checksum-*` header: none, or one.
 *
 * @throws {S3Error} `InvalidRequest` for several or one that is no checksum, `NotImplemented` for an unknown algorithm
 */
export function checksumsInHeaders(headers: IncomingHttpHeaders): Checksums {
  const names = Object.keys(headers).filter((name) => name.startsWith(PREFIX));
  const asked = names
    .map((name) => name.slice(PREFIX.length))
    .filter((name) => !OTHER_HEADERS.includes(name));
  const [name] = asked;
  if (name === undefined) return {};
  if (asked.length > 1)
    throw invalidRequest(`Expecting a single x-amz-checksum- header, not ${asked.join(' and ')}.`);
  const algorithm = knownAlgorithm(name);
  const value = String(headers[`${PREFIX}${name}`]).trim();
  if (!isChecksum(algorithm, value.replace(COMPOSITE_SUFFIX, '')))
    throw invalidRequest(`Value for ${PREFIX}${name} header is invalid: ${value}`);
  return { [algorithm]: value };
}

/** @throws {S3Error} `NotImplemented`: S3 has learned some more in 2026 */
function knownAlgorithm(name: string): ChecksumAlgorithm {
  const algorithm = CHECKSUM_ALGORITHMS.find((known) => known === name);
  if (algorithm) return algorithm;
  throw notImplemented(`A checksum by ${name}`);
}

/** Behind a checksum of type COMPOSITE: the number of its parts. */
const COMPOSITE_SUFFIX = /-\d+$/;

function isChecksum(algorithm: ChecksumAlgorithm, value: string): boolean {
  const digest = Buffer.from(value, 'base64');
  return digest.length === DIGEST_BYTES[algorithm] && digest.toString('base64') === value;
}

/** @throws {S3Error} `InvalidRequest` for an algorithm that S3 does not know */
export function checksumAlgorithm(name: string): ChecksumAlgorithm {
  const algorithm = CHECKSUM_ALGORITHMS.find((known) => known === name.toLowerCase());
  if (algorithm) return algorithm;
  const known = CHECKSUM_ALGORITHMS.join(', ').toUpperCase();
  throw invalidRequest(`Expected a checksum algorithm of ${known} but received "${name}".`);
}

/** @throws {S3Error} `BadDigest` when a checksum is not the one that was calculated */
export function assertChecksums(expected: Checksums, calculated: Checksums): void {
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    if (expected[algorithm] !== undefined && expected[algorithm] !== calculated[algorithm])
      throw badDigest(algorithm);
  }
}

export function badDigest(algorithm: ChecksumAlgorithm): S3Error {
  const name = algorithm.toUpperCase();
  return new S3Error(400, 'BadDigest', `The ${name} you specified did not match the calculated checksum.`);
}

/** Response headers that carry the checksums of an object or a part. */
export function checksumHeaders(checksums: Checksums): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [algorithm, value] of Object.entries(checksums)) {
    headers[`x-amz-checksum-${algorithm}`] = value;
    headers['x-amz-checksum-type'] = checksumType(value);
  }
  return headers;
}

/** The elements of an object's checksums in XML answers. */
export function objectChecksumElements(checksums: Checksums): Record<string, string> {
  const [value] = Object.values(checksums);
  if (value === undefined) return {};
  return { ...checksumElements(checksums), ChecksumType: checksumType(value) };
}

/** The elements of a part's checksums, which have no type. */
export function checksumElements(checksums: Checksums): Record<string, string> {
  return Object.fromEntries(
    Object.entries(checksums).map(([algorithm, value]) => [`Checksum${algorithm.toUpperCase()}`, value]),
  );
}

/** How a multipart object's checksum is made: of its parts' checksums, or of all its bytes. */
export type ChecksumType = 'COMPOSITE' | 'FULL_OBJECT';

export function checksumType(value: string): ChecksumType {
  return COMPOSITE_SUFFIX.test(value) ? 'COMPOSITE' : 'FULL_OBJECT';
}
