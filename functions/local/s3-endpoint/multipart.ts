import { randomUUID } from 'node:crypto';
import { readDocument, type StoredBytes, storeBody, storeBytes } from './body.ts';
import { MAXIMUM_PART_NUMBER } from './byte-range.ts';
import {
  announcedChecksums,
  type ChecksumAlgorithm,
  checksumElements,
  checksumHeaders,
  objectChecksumElements,
} from './checksums.ts';
import { assertWriteConditions } from './conditions.ts';
import { openCopySource } from './copy-source.ts';
import { invalidArgument, invalidRequest } from './errors.ts';
import { partKey, put, uploadKey } from './metadata.ts';
import { uploadChecksum } from './multipart-checksums.ts';
import { assembleObject, chooseParts, parseCompletion } from './multipart-completion.ts';
import { changeObject } from './object-commit.ts';
import { describeObject } from './object-description.ts';
import type { PartRecord, UploadRecord } from './records.ts';
import { type AuthenticatedRequest, header, type S3Request } from './request.ts';
import { emptyResponse, type S3Response, xmlResponse } from './response.ts';
import { type S3State, withBucket } from './state.ts';
import { discardUploads, forgetting, partsOf, requireUpload, withUpload } from './uploads.ts';

export async function createMultipartUpload(
  state: S3State,
  request: AuthenticatedRequest,
): Promise<S3Response> {
  const { bucket, key } = request;
  const upload: UploadRecord = {
    ...describeObject(request),
    uploadId: randomUUID(),
    key,
    initiated: new Date().toISOString(),
    ...uploadChecksum(request),
  };
  const { uploads, commit } = state.metadata;
  await withBucket(state, bucket, () =>
    commit([put(uploads, uploadKey(bucket, key, upload.uploadId), upload)]),
  );
  const { checksumAlgorithm: algorithm, checksumType = '' } = upload;
  return xmlResponse(
    'InitiateMultipartUploadResult',
    { Bucket: bucket, Key: key, UploadId: upload.uploadId },
    algorithm === undefined
      ? {}
      : { 'x-amz-checksum-algorithm': algorithm.toUpperCase(), 'x-amz-checksum-type': checksumType },
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
  assertSameAlgorithm(request, algorithm);
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

/** @throws {S3Error} `InvalidRequest` for a part whose checksum could not become one of the object */
function assertSameAlgorithm(request: S3Request, expected: ChecksumAlgorithm | undefined): void {
  const { inHeader, inTrailer } = announcedChecksums(request.headers);
  const received = [...Object.keys(inHeader), ...inTrailer].find((algorithm) => algorithm !== expected);
  if (expected === undefined || received === undefined) return;
  const message = `Checksum Type mismatch occurred, expected checksum Type: ${expected}, actual checksum Type: ${received}`;
  throw invalidRequest(message);
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
  const wanted = parseCompletion(await readDocument(withoutChecksums(request)));
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
      Location: `http://${header(request, 'host') ?? ''}${request.rawPath}`,
      Bucket: bucket,
      Key: key,
      ETag: `"${object.eTag}"`,
      ...objectChecksumElements(object.checksums),
    });
  });
}

/** Those in the headers are the object's, and not of the document that lists its parts. */
function withoutChecksums(request: AuthenticatedRequest): AuthenticatedRequest {
  const headers = Object.entries(request.headers).filter(([name]) => !name.startsWith('x-amz-checksum-'));
  return { ...request, headers: Object.fromEntries(headers) };
}

export async function abortMultipartUpload(
  state: S3State,
  request: AuthenticatedRequest,
): Promise<S3Response> {
  await withUpload(state, request, (upload) => discardUploads(state, request.bucket, [upload]));
  return emptyResponse(204);
}
