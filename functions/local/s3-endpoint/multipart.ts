import { randomUUID } from 'node:crypto';
import { uriEncodePath } from '../http/uri-encoding.ts';
import { readDocument, type StoredBytes, storeBody, storeBytes } from './body.ts';
import { type ChecksumAlgorithm, checksumAlgorithm, checksumElements, checksumHeaders } from './checksums.ts';
import { assertWriteConditions } from './conditions.ts';
import { openCopySource } from './copy-source.ts';
import { invalidArgument } from './errors.ts';
import { partKey, put, uploadKey } from './metadata.ts';
import { assembleObject, chooseParts, parseCompletion } from './multipart-completion.ts';
import { changeObject } from './object-commit.ts';
import { describeObject } from './object-description.ts';
import type { PartRecord, UploadRecord } from './records.ts';
import { type AuthenticatedRequest, header, type S3Request } from './request.ts';
import { emptyResponse, type S3Response, xmlResponse } from './response.ts';
import { requireBucket, type S3State, withBucket } from './state.ts';
import { discardUploads, forgetting, partsOf, requireUpload, uploadsOf, withUpload } from './uploads.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MAXIMUM_PART_NUMBER = 10_000;

/** S3's page size for parts and for uploads. */
const MAXIMUM_ITEMS = 1000;

export async function createMultipartUpload(
  state: S3State,
  request: AuthenticatedRequest,
): Promise<S3Response> {
  const { bucket, key } = request;
  const algorithm = header(request, 'x-amz-checksum-algorithm');
  const upload: UploadRecord = {
    ...describeObject(request),
    uploadId: randomUUID(),
    key,
    initiated: new Date().toISOString(),
    checksumAlgorithm: algorithm === undefined ? undefined : checksumAlgorithm(algorithm),
    checksumType: header(request, 'x-amz-checksum-type'),
  };
  const { uploads, commit } = state.metadata;
  await withBucket(state, bucket, () =>
    commit([put(uploads, uploadKey(bucket, key, upload.uploadId), upload)]),
  );
  const headers = algorithm === undefined ? {} : { 'x-amz-checksum-algorithm': algorithm };
  return xmlResponse(
    'InitiateMultipartUploadResult',
    { Bucket: bucket, Key: key, UploadId: upload.uploadId },
    headers,
  );
}

/** UploadPart, and UploadPartCopy, which is an UploadPart with a copy source. */
export async function uploadPart(state: S3State, request: AuthenticatedRequest): Promise<S3Response> {
  const number = Number(request.query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > MAXIMUM_PART_NUMBER) {
    throw invalidArgument(`Part number must be an integer between 1 and ${MAXIMUM_PART_NUMBER}, inclusive.`);
  }
  const { checksumAlgorithm: algorithm } = await requireUpload(state, request);
  const algorithms = algorithm ? [algorithm] : [];
  const isCopy = header(request, 'x-amz-copy-source') !== undefined;
  const bytes = isCopy
    ? await copiedBytes(state, request, algorithms)
    : await storeBody(request, state.blobs, algorithms);
  const { modified } = await commitPart(state, request, number, bytes);
  if (!isCopy) return emptyResponse(200, { etag: `"${bytes.eTag}"`, ...checksumHeaders(bytes.checksums) });
  return xmlResponse('CopyPartResult', {
    ETag: `"${bytes.eTag}"`,
    LastModified: modified,
    ...checksumElements(bytes.checksums),
  });
}

async function copiedBytes(
  state: S3State,
  request: AuthenticatedRequest,
  algorithms: readonly ChecksumAlgorithm[],
): Promise<StoredBytes> {
  const source = await openCopySource(state, request);
  try {
    return await storeBytes(source.bytes(), state.blobs, algorithms);
  } finally {
    await source.release();
  }
}

async function commitPart(
  state: S3State,
  request: S3Request,
  number: number,
  bytes: StoredBytes,
): Promise<PartRecord> {
  const { parts } = state.metadata;
  const part = { ...bytes, number, modified: new Date().toISOString() };
  try {
    return await withUpload(state, request, async ({ uploadId }) => {
      const replaced = await parts.get(partKey(uploadId, number));
      await state.metadata.commit([put(parts, partKey(uploadId, number), part)]);
      if (replaced) await state.blobs.remove([replaced.blobId]);
      return part;
    });
  } catch (error) {
    await state.blobs.remove([bytes.blobId]);
    throw error;
  }
}

export async function completeMultipartUpload(
  state: S3State,
  request: AuthenticatedRequest,
): Promise<S3Response> {
  const { bucket, key } = request;
  const wanted = parseCompletion(await readDocument(request));
  return withUpload(state, request, async (upload) => {
    const stored = await partsOf(state, upload);
    const chosen = chooseParts(wanted, stored);
    const object = await assembleObject(state.blobs, request, upload, chosen);
    await changeObject(state, request, {
      key,
      eventName: 'ObjectCreated:CompleteMultipartUpload',
      object,
      check: (current) => assertWriteConditions(request, current),
      alongside: forgetting(state, bucket, upload, stored),
    });
    const unused = stored.filter((part) => !chosen.includes(part));
    await state.blobs.remove(unused.map(({ blobId }) => blobId));
    return xmlResponse('CompleteMultipartUploadResult', {
      Location: request.rawPath,
      Bucket: bucket,
      Key: key,
      ETag: `"${object.eTag}"`,
      ...checksumElements(object.checksums),
    });
  });
}

export async function abortMultipartUpload(
  state: S3State,
  request: AuthenticatedRequest,
): Promise<S3Response> {
  await withUpload(state, request, (upload) => discardUploads(state, request.bucket, [upload]));
  return emptyResponse(204);
}

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
    Part: parts.map(({ number, modified, eTag, sizeBytes }) => ({
      PartNumber: number,
      LastModified: modified,
      ETag: `"${eTag}"`,
      Size: sizeBytes,
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
      .map(({ key, uploadId, initiated }) => ({
        Key: encode(key),
        UploadId: uploadId,
        StorageClass: 'STANDARD',
        Initiated: initiated,
      })),
  });
}

function itemLimit(asked: string | null): number {
  return Math.min(Number(asked ?? MAXIMUM_ITEMS), MAXIMUM_ITEMS);
}
