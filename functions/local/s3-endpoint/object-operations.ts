import { z } from 'zod';
import { readDocument, type StoredBytes, storeBody, storeBytes } from './body.ts';
import { checksumAlgorithm, checksumHeaders, objectChecksumElements } from './checksums.ts';
import { assertWriteConditions } from './conditions.ts';
import { openCopySource } from './copy-source.ts';
import { noSuchVersion, preconditionFailed, S3Error } from './errors.ts';
import { objectKey, put } from './metadata.ts';
import { changeObject, noteObject } from './object-commit.ts';
import { describeObject, parseTagging, tagsInHeader } from './object-description.ts';
import { requireObject } from './object-reads.ts';
import { NULL_VERSION, type ObjectDescription, type ObjectRecord, type Tag } from './records.ts';
import { type AuthenticatedRequest, checkedKey, header } from './request.ts';
import { emptyResponse, type S3Response, xmlResponse } from './response.ts';
import { findObject, requireBucket, type S3State } from './state.ts';
import { oneOrMore, parseXml } from './xml.ts';

/** Also CopyObject, which is a PUT with a copy source. */
export async function putObject(state: S3State, request: AuthenticatedRequest): Promise<S3Response> {
  await requireBucket(state, request.bucket);
  // Checked before the body, to spare the client sending it, and again when nobody else can write.
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
      ...objectChecksumElements(bytes.checksums),
    });
  } finally {
    await source.release();
  }
}

/** An object that is stored in one piece. */
export function plainObject(
  { blobId, sizeBytes, eTag, checksums }: StoredBytes,
  description: ObjectDescription,
) {
  return { ...description, sizeBytes, eTag, checksums, blobs: [{ id: blobId, sizeBytes }] };
}

/** What a copy onto itself may be for, besides other metadata: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
const CHANGES = ['x-amz-storage-class', 'x-amz-server-side-encryption', 'x-amz-checksum-algorithm'] as const;

/** @throws {S3Error} `InvalidRequest` for a copy onto itself that changes nothing */
function copiedDescription(request: AuthenticatedRequest, source: ObjectRecord & { bucket: string }) {
  const replaces = (name: string) => header(request, name)?.toUpperCase() === 'REPLACE';
  const replacesHeaders = replaces('x-amz-metadata-directive');
  const isOntoItself = source.bucket === request.bucket && source.key === request.key;
  const changes =
    replacesHeaders ||
    replaces('x-amz-tagging-directive') ||
    CHANGES.some((name) => header(request, name) !== undefined);
  if (isOntoItself && !changes) {
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

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html: 1 to 1000 keys. */
const deletionSchema = z.object({
  Quiet: z.string().optional(),
  Object: z.preprocess(
    oneOrMore,
    z
      .array(
        z.object({ Key: z.string().min(1), ETag: z.string().optional(), VersionId: z.string().optional() }),
      )
      .min(1)
      .max(1000),
  ),
});

type Deletion = z.infer<typeof deletionSchema>['Object'][number];
type KeyDeletion = Pick<Deletion, 'Key' | 'VersionId'> & {
  readonly Code?: string;
  readonly Message?: string;
};

/** Each key has its own outcome: a deletion that fails does not stop the others. */
export async function deleteObjects(state: S3State, request: AuthenticatedRequest): Promise<S3Response> {
  await requireBucket(state, request.bucket);
  const { Quiet, Object: deletions } = parseXml(await readDocument(request), 'Delete', deletionSchema);
  const outcomes = await Promise.all(deletions.map((deletion) => deleteOne(state, request, deletion)));
  const failed = outcomes.filter((outcome) => 'Code' in outcome);
  return xmlResponse('DeleteResult', {
    Deleted: Quiet === 'true' ? [] : outcomes.filter((outcome) => !('Code' in outcome)),
    Error: failed,
  });
}

async function deleteOne(
  state: S3State,
  request: AuthenticatedRequest,
  { Key, ETag, VersionId }: Deletion,
): Promise<KeyDeletion> {
  try {
    if (VersionId !== undefined && VersionId !== NULL_VERSION) throw noSuchVersion(VersionId);
    await changeObject(state, request, {
      key: checkedKey(Key),
      eventName: 'ObjectRemoved:Delete',
      object: undefined,
      check(current) {
        if (ETag !== undefined && current?.eTag !== ETag.replaceAll('"', '')) throw preconditionFailed();
      },
    });
    return { Key, VersionId };
  } catch (error) {
    if (error instanceof S3Error) return { Key, VersionId, Code: error.code, Message: error.message };
    throw error;
  }
}

export async function getObjectTagging(state: S3State, request: AuthenticatedRequest): Promise<S3Response> {
  const { tags } = await requireObject(state, request);
  return xmlResponse('Tagging', { TagSet: { Tag: tags.map(({ Key, Value }) => ({ Key, Value })) } });
}

export async function putObjectTagging(state: S3State, request: AuthenticatedRequest): Promise<S3Response> {
  await replaceTags(state, request, parseTagging(await readDocument(request)));
  return emptyResponse(200);
}

export async function deleteObjectTagging(
  state: S3State,
  request: AuthenticatedRequest,
): Promise<S3Response> {
  await replaceTags(state, request, []);
  return emptyResponse(204);
}

/** Tags are no new state of the object: there is no event, and its time and sequencer stay. */
async function replaceTags(
  state: S3State,
  request: AuthenticatedRequest,
  tags: readonly Tag[],
): Promise<void> {
  const key = objectKey(request.bucket, request.key);
  await state.lock(key, async () => {
    const object = { ...(await requireObject(state, request)), tags };
    await noteObject(state, request.bucket, object);
    await state.metadata.commit([put(state.metadata.objects, key, object)]);
  });
}
