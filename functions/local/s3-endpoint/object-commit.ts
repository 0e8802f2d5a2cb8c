import { lstat } from 'node:fs/promises';
import { isReference } from './blob-files.ts';
import { S3Error } from './errors.ts';
import { type Change, del, LAST_SEQUENCER, objectKey, put } from './metadata.ts';
import type { ObjectEvent, S3EventName } from './notification.ts';
import { outboxRecords } from './outbox-records.ts';
import type { BucketRecord, ObjectRecord } from './records.ts';
import type { AuthenticatedRequest } from './request.ts';
import { findObject, type S3State, withBucket } from './state.ts';

/** Who changes an object, and in which bucket. */
export type Changing = Pick<AuthenticatedRequest, 'bucket' | 'sourceIpAddress' | 'requestId'> & {
  readonly authentication: Pick<AuthenticatedRequest['authentication'], 'accessKeyId'>;
};

/** A change of one object: what is stored under the key from now on, and the name of the event. */
export interface ObjectChange {
  readonly key: string;
  readonly eventName: S3EventName;
  /** `undefined` removes the object. */
  readonly object: Omit<ObjectRecord, 'key' | 'modified' | 'sequencer'> | undefined;
  /** Looks at the object to be replaced, while nobody else can write; throws to refuse the change. */
  readonly check?: (current: ObjectRecord | undefined) => void;
  /** Blobs that were stored for this change alone; removed when it fails. */
  readonly newBlobIds?: readonly string[];
  /** Whether files of a watched folder may be replaced or removed as objects; the files stay. @default they may not */
  readonly isOfFolder?: boolean;
  /** Committed together with the object. */
  readonly alongside?: readonly Change[];
}

/**
 * Changes an object durably. The object and its notifications are one atomic write, so that neither is ever there
 * without the other; then the notifications are handed over. Removing an object that is not there changes nothing.
 *
 * @returns the stored object, `undefined` after removal
 * @throws {S3Error} what `check` throws, `NoSuchBucket`; the receiver's error when handing over failed
 */
export async function changeObject(
  state: S3State,
  request: Changing,
  change: ObjectChange,
): Promise<ObjectRecord | undefined> {
  const { stored, replacedBlobIds, outboxKeys } = await state
    .lock(objectKey(request.bucket, change.key), () =>
      withBucket(state, request.bucket, (bucket) => commit(state, bucket, request, change)),
    )
    .catch(async (error) => {
      await state.blobs.remove(change.newBlobIds ?? []);
      throw error;
    });
  await state.blobs.remove(replacedBlobIds);
  // Outside the lock, so that a slow receiver holds up this request and not the next writer.
  await state.outbox.deliver(outboxKeys);
  return stored;
}

async function commit(state: S3State, bucket: BucketRecord, request: Changing, change: ObjectChange) {
  const current = await findObject(state, bucket.name, change.key);
  change.check?.(current);
  if (change.isOfFolder !== true && (await isFileOfFolder(current, change))) throw ofFolder();
  if (!change.object && !current) return { stored: undefined, replacedBlobIds: [], outboxKeys: [] };

  const sequencer = state.nextSequencer();
  const modified = new Date().toISOString();
  const stored = change.object && { ...change.object, key: change.key, modified, sequencer };
  const event = objectEvent(state, request, change, { sequencer, time: modified });
  const outbox = outboxRecords(bucket, event);
  if (stored) await noteObject(state, bucket.name, stored);
  // Before the commit: a crash behind it must not bring the object back, whose removal has been told.
  else for (const { id } of current?.blobs.slice(0, 1) ?? []) await state.blobs.disown(id);
  await state.metadata.commit([
    objectWrite(state, bucket.name, change.key, stored),
    letGoWrite(state, bucket.name, change, current),
    put(state.metadata.sequencers, LAST_SEQUENCER, sequencer),
    ...outbox.map(({ key, record }) => put(state.metadata.outbox, key, record)),
    ...(change.alongside ?? []),
  ]);
  const replacedBlobIds = current?.blobs.map(({ id }) => id) ?? [];
  return { stored, replacedBlobIds, outboxKeys: outbox.map(({ key }) => key) };
}

/** Whether a client would change what a file is. An object whose file has gone may be deleted: nothing else is lost. */
async function isFileOfFolder(current: ObjectRecord | undefined, { object }: ObjectChange): Promise<boolean> {
  if (!current?.blobs.some(({ id }) => isReference(id))) return false;
  return object !== undefined || current.file === undefined || !(await isGone(current.file.path));
}

async function isGone(path: string): Promise<boolean> {
  const code = await lstat(path).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code,
  );
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** A copy that a client deletes stays deleted for as long as its file stays as it is. */
function letGoWrite(
  { metadata: { letGoFiles } }: S3State,
  bucket: string,
  { key, object, isOfFolder }: ObjectChange,
  current: ObjectRecord | undefined,
): Change {
  const isCopy = current?.file !== undefined && !current.blobs.some(({ id }) => isReference(id));
  if (object !== undefined || isOfFolder === true || !isCopy) return del(letGoFiles, objectKey(bucket, key));
  const { modifiedMilliseconds } = current.file;
  return put(letGoFiles, objectKey(bucket, key), { sizeBytes: current.sizeBytes, modifiedMilliseconds });
}

function ofFolder(): S3Error {
  const message = 'The object is a file of a watched folder: change or delete it there.';
  return new S3Error(403, 'AccessDenied', message);
}

/** Has the object's first blob say what object it is, in case the metadata should be lost. */
export async function noteObject({ blobs }: S3State, bucket: string, object: ObjectRecord): Promise<void> {
  const [first] = object.blobs;
  if (first) await blobs.note(first.id, { bucket, object });
}

function objectWrite(state: S3State, bucket: string, key: string, stored: ObjectRecord | undefined): Change {
  const { objects } = state.metadata;
  return stored ? put(objects, objectKey(bucket, key), stored) : del(objects, objectKey(bucket, key));
}

function objectEvent(
  { region }: S3State,
  { bucket, authentication, sourceIpAddress, requestId }: Changing,
  { key, eventName, object }: ObjectChange,
  moment: Pick<ObjectEvent, 'sequencer' | 'time'>,
): ObjectEvent {
  return {
    ...moment,
    name: eventName,
    region,
    bucket,
    key,
    ...(object && { created: { sizeBytes: object.sizeBytes, eTag: object.eTag } }),
    accessKeyId: authentication.accessKeyId,
    sourceIpAddress,
    requestId,
  };
}
