import { uriEncodePath } from '../http/uri-encoding.ts';
import { checksumElements } from './checksums.ts';
import type { UploadRecord } from './records.ts';
import type { S3Request } from './request.ts';
import { type S3Response, xmlResponse } from './response.ts';
import { requireBucket, type S3State } from './state.ts';
import { partsOf, requireUpload, uploadsOf } from './uploads.ts';

/** S3's page size for parts and for uploads. */
const MAXIMUM_ITEMS = 1000;

export async function listParts(state: S3State, request: S3Request): Promise<S3Response> {
  const upload = await requireUpload(state, request);
  const limit = itemLimit(request.query.get('max-parts'));
  const marker = Number(request.query.get('part-number-marker') ?? 0);
  const rest = (await partsOf(state, upload)).filter(({ number }) => number > marker);
  const parts = rest.slice(0, limit);
  return xmlResponse('ListPartsResult', {
    Bucket: request.bucket,
    Key: upload.key,
    UploadId: upload.uploadId,
    StorageClass: 'STANDARD',
    PartNumberMarker: marker,
    NextPartNumberMarker: parts.at(-1)?.number ?? marker,
    MaxParts: limit,
    IsTruncated: rest.length > parts.length,
    ...checksumSettings(upload),
    Part: parts.map(({ number, modified, eTag, sizeBytes, checksums }) => ({
      PartNumber: number,
      LastModified: modified,
      ETag: `"${eTag}"`,
      Size: sizeBytes,
      ...checksumElements(checksums),
    })),
  });
}

/** In one page: on one machine there are never many. */
export async function listMultipartUploads(
  state: S3State,
  { bucket, query }: S3Request,
): Promise<S3Response> {
  await requireBucket(state, bucket);
  const prefix = query.get('prefix') ?? '';
  const isUrlEncoded = query.get('encoding-type') === 'url';
  const encode = (key: string) => (isUrlEncoded ? uriEncodePath(key) : key);
  const uploads = await uploadsOf(state, bucket);
  return xmlResponse('ListMultipartUploadsResult', {
    Bucket: bucket,
    Prefix: encode(prefix),
    EncodingType: isUrlEncoded ? 'url' : undefined,
    MaxUploads: MAXIMUM_ITEMS,
    IsTruncated: false,
    Upload: uploads
      .filter(({ key }) => key.startsWith(prefix))
      .map((upload) => ({
        Key: encode(upload.key),
        UploadId: upload.uploadId,
        StorageClass: 'STANDARD',
        Initiated: upload.initiated,
        ...checksumSettings(upload),
      })),
  });
}

function checksumSettings({ checksumAlgorithm, checksumType }: UploadRecord) {
  return { ChecksumAlgorithm: checksumAlgorithm?.toUpperCase(), ChecksumType: checksumType };
}

function itemLimit(asked: string | null): number {
  return Math.min(Number(asked ?? MAXIMUM_ITEMS), MAXIMUM_ITEMS);
}
