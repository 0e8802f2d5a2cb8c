import type { ChecksumAlgorithm, Checksums } from './checksums.ts';
import { incompleteBody, S3Error } from './errors.ts';
import { header, type S3Request } from './request.ts';

/** Whether `x-amz-content-sha256` is the body's hash and not a word for how the body is signed. */
export function isHash(bodyHash: string): boolean {
  return /^[0-9a-f]{64}$/.test(bodyHash);
}

export function assertDecodedLength(request: S3Request, sizeBytes: number): void {
  const announced = header(request, 'x-amz-decoded-content-length');
  if (announced === undefined || Number(announced) === sizeBytes) return;
  throw incompleteBody(`x-amz-decoded-content-length is ${announced} but ${sizeBytes} bytes arrived.`);
}

export function assertContentMd5(request: S3Request, md5Hex: string): void {
  const expected = header(request, 'content-md5');
  if (expected === undefined) return;
  const md5 = Buffer.from(expected, 'base64');
  if (md5.length !== 16)
    throw new S3Error(400, 'InvalidDigest', 'The Content-MD5 you specified is not valid.');
  if (md5.toString('hex') === md5Hex) return;
  throw new S3Error(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.');
}

export function assertBodyHash(expectedHex: string, calculatedBase64: string): void {
  if (Buffer.from(calculatedBase64, 'base64').toString('hex') === expectedHex) return;
  const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
  throw new S3Error(400, 'XAmzContentSHA256Mismatch', message);
}

/** @throws {S3Error} when a checksum was announced but did not come */
export function trailingChecksums(
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
