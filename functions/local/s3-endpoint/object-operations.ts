import { type StoredBytes, storeBody, storeBytes } from './body.ts';
import { checksumAlgorithm, checksumElements, checksumHeaders } from './checksums.ts';
import { assertWriteConditions } from './conditions.ts';
import { openCopySource } from './copy-source.ts';
import { S3Error } from './errors.ts';
import { changeObject } from './object-commit.ts';
import { describeObject, tagsInHeader } from './object-description.ts';
import type { ObjectDescription, ObjectRecord } from './records.ts';
import { type AuthenticatedRequest, header } from './request.ts';
import { emptyResponse, type S3Response, xmlResponse } from './response.ts';
import { findObject, requireBucket, type S3State } from './state.ts';

/** Also CopyObject, which is a PUT with a copy source. */
export async function putObject(state: S3State, request: AuthenticatedRequest): Promise<S3Response> {
  await requireBucket(state, request.bucket);
  // Once before the body, to spare the client the sending, and again when nobody else can write.
  assertWriteConditions(request, await findObject(state, request.bucket, request.key));
  if (header(request, 'x-amz-copy-source') !== undefined) return copyObject(state, request);
  const description = describeObject(request);
  const bytes = await storeBody(request, state.blobs);
  await changeObject(state, request, {
    key: request.key,
    eventName: 'ObjectCreated:Put',
    object: plainObject(bytes, description),
    check: (current) => assertWriteConditions(request, current),
    newBlobIds: [bytes.blobId],
  });
  return emptyResponse(200, { etag: `"${bytes.eTag}"`, ...checksumHeaders(bytes.checksums) });
}

async function copyObject(state: S3State, request: AuthenticatedRequest): Promise<S3Response> {
  const source = await openCopySource(state, request);
  try {
    const description = copiedDescription(request, source.object);
    const bytes = await storeBytes(source.bytes(), state.blobs, copiedChecksums(request, source.object));
    const stored = await changeObject(state, request, {
      key: request.key,
      eventName: 'ObjectCreated:Copy',
      object: plainObject(bytes, description),
      check: (current) => assertWriteConditions(request, current),
      newBlobIds: [bytes.blobId],
    });
    return xmlResponse('CopyObjectResult', {
      ETag: `"${bytes.eTag}"`,
      LastModified: stored?.modified,
      ...checksumElements(bytes.checksums),
    });
  } finally {
    await source.release();
  }
}

/** An object that is stored in one piece. */
function plainObject({ blobId, sizeBytes, eTag, checksums }: StoredBytes, description: ObjectDescription) {
  return { ...description, sizeBytes, eTag, checksums, blobs: [{ id: blobId, sizeBytes }] };
}

/** @throws {S3Error} `InvalidRequest` for a copy onto itself that changes nothing */
function copiedDescription(request: AuthenticatedRequest, source: ObjectRecord & { bucket: string }) {
  const replaces = (name: string) => header(request, name)?.toUpperCase() === 'REPLACE';
  const replacesHeaders = replaces('x-amz-metadata-directive');
  const isOntoItself = source.bucket === request.bucket && source.key === request.key;
  if (isOntoItself && !replacesHeaders) {
    throw new S3Error(
      400,
      'InvalidRequest',
      'This copy request is illegal: it copies an object to itself unchanged.',
    );
  }
  return {
    headers: replacesHeaders ? describeObject(request).headers : source.headers,
    tags: replaces('x-amz-tagging-directive') ? tagsInHeader(header(request, 'x-amz-tagging')) : source.tags,
  };
}

function copiedChecksums(request: AuthenticatedRequest, source: ObjectRecord) {
  const asked = header(request, 'x-amz-checksum-algorithm');
  return (asked === undefined ? Object.keys(source.checksums) : [asked]).map(checksumAlgorithm);
}

export async function deleteObject(state: S3State, request: AuthenticatedRequest): Promise<S3Response> {
  await requireBucket(state, request.bucket);
  await changeObject(state, request, {
    key: request.key,
    eventName: 'ObjectRemoved:Delete',
    object: undefined,
    check: (current) => assertWriteConditions(request, current),
  });
  return emptyResponse(204);
}
