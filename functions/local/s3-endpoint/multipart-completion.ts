import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { BlobFiles } from './blob-files.ts';
import { CHECKSUM_ALGORITHMS } from './checksums.ts';
import { invalidRequest, S3Error } from './errors.ts';
import { completedChecksums } from './multipart-checksums.ts';
import type { ObjectRecord, PartRecord, UploadRecord } from './records.ts';
import { header, type S3Request } from './request.ts';
import { oneOrMore, parseXml } from './xml.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html; the last part may be smaller. */
const MINIMUM_PART_BYTES = 5 * 1024 ** 2;

const checksumFields = Object.fromEntries(
  CHECKSUM_ALGORITHMS.map((algorithm) => [checksumField(algorithm), z.string().optional()]),
);
const completionSchema = z.object({
  Part: z.preprocess(
    oneOrMore,
    z
      .array(
        z
          .object({ PartNumber: z.coerce.number().int(), ETag: z.string(), ...checksumFields })
          .catchall(z.unknown()),
      )
      .min(1),
  ),
});

/** A part as the client lists it when it completes an upload. */
export type WantedPart = z.infer<typeof completionSchema>['Part'][number];

/** @throws {S3Error} `MalformedXML` */
export function parseCompletion(xml: string): readonly WantedPart[] {
  return parseXml(xml, 'CompleteMultipartUpload', completionSchema).Part;
}

/**
 * The stored parts that the client lists.
 *
 * @throws {S3Error} `InvalidPartOrder`, `InvalidPart`, `EntityTooSmall`
 */
export function chooseParts(
  wanted: readonly WantedPart[],
  stored: readonly PartRecord[],
): readonly PartRecord[] {
  assertAscending(wanted);
  const byNumber = new Map(stored.map((part) => [part.number, part]));
  return wanted.map((want, index) => {
    const part = byNumber.get(want.PartNumber);
    if (!part || !isSame(want, part)) {
      throw new S3Error(
        400,
        'InvalidPart',
        `Part ${want.PartNumber} was not uploaded, or not with this ETag.`,
      );
    }
    if (index < wanted.length - 1 && part.sizeBytes < MINIMUM_PART_BYTES) {
      throw new S3Error(
        400,
        'EntityTooSmall',
        `Part ${part.number} is smaller than ${MINIMUM_PART_BYTES} bytes.`,
      );
    }
    return part;
  });
}

function assertAscending(wanted: readonly WantedPart[]): void {
  const isAscending = wanted.every(
    ({ PartNumber }, index) => PartNumber > (wanted[index - 1]?.PartNumber ?? 0),
  );
  if (isAscending) return;
  throw new S3Error(400, 'InvalidPartOrder', 'The list of parts was not in ascending order.');
}

/**
 * The object that the parts make up. Its ETag is the MD5 of their MD5s, followed by their number.
 *
 * @throws {S3Error} `BadDigest`, `InvalidRequest` when it is not what the client expects
 */
export async function assembleObject(
  blobs: BlobFiles,
  request: S3Request,
  { headers, tags, ...upload }: UploadRecord,
  parts: readonly PartRecord[],
): Promise<Omit<ObjectRecord, 'key' | 'modified' | 'sequencer'>> {
  const md5 = createHash('md5');
  for (const { eTag } of parts) md5.update(Buffer.from(eTag, 'hex'));
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  assertObjectSize(request, sizeBytes);
  const checksums = await completedChecksums(blobs, request, upload, parts);
  const keepsChecksums = Object.keys(checksums).length > 0;
  return {
    headers,
    tags,
    sizeBytes,
    eTag: `${md5.digest('hex')}-${parts.length}`,
    checksums,
    blobs: parts.map((part) => ({
      id: part.blobId,
      sizeBytes: part.sizeBytes,
      ...(keepsChecksums && { checksums: part.checksums }),
    })),
  };
}

function assertObjectSize(request: S3Request, sizeBytes: number): void {
  const expected = header(request, 'x-amz-mp-object-size');
  if (expected === undefined || expected === String(sizeBytes)) return;
  throw invalidRequest(
    `Expected x-amz-mp-object-size to be the parts' ${sizeBytes} but received ${expected}.`,
  );
}

function isSame(want: WantedPart, part: PartRecord): boolean {
  if (want.ETag.replaceAll('"', '') !== part.eTag) return false;
  return CHECKSUM_ALGORITHMS.every((algorithm) => {
    const wanted = want[checksumField(algorithm)];
    return wanted === undefined || wanted === part.checksums[algorithm];
  });
}

function checksumField(algorithm: string): string {
  return `Checksum${algorithm.toUpperCase()}`;
}
