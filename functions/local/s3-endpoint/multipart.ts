import { randomUUID } from 'node:crypto';
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
import { requireBucket, type S3State } from './state.ts';
import { discardUpload, forgetting, partsOf, requireUpload, withUpload } from './uploads.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MAXIMUM_PART_NUMBER = 10_000;

export async function createMultipartUpload(
  state: S3State,
  request: AuthenticatedRequest,
): Promise<S3Response> {
  const { bucket, key } = request;
  await requireBucket(state, bucket);
  const algorithm = header(request, 'x-amz-checksum-algorithm');
  const upload: UploadRecord = {
    ...describeObject(request),
    uploadId: randomUUID(),
    key,
    initiated: new Date().toISOString(),
    checksumAlgorithm: algorithm === undefined ? undefined : checksumAlgorithm(algorithm),
    checksumType: header(request, 'x-amz-checksum-type'),
  };
  await state.metadata.commit([put(state.metadata.uploads, uploadKey(bucket, key, upload.uploadId), upload)]);
  const headers = algorithm === undefined ? {} : { 'x-amz-checksum-algorithm': algorithm };
  return xmlResponse(
    'InitiateMultipartUploadResult',
    { Bucket: bucket, Key: key, UploadId: upload.uploadId },
    headers,
  );
}

/** UploadPart, and UploadPartCopy, which is one with a copy source. */
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
  await withUpload(state, request, (upload) => discardUpload(state, request.bucket, upload));
  return emptyResponse(204);
}
