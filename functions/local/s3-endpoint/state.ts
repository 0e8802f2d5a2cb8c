import { join } from 'node:path';
import { type BlobFiles, openBlobFiles } from './blob-files.ts';
import { S3Error } from './errors.ts';
import { createKeyLock, type KeyLock } from './key-lock.ts';
import { LAST_SEQUENCER, type Metadata, objectKey, openMetadata, put } from './metadata.ts';
import type { QueueConfiguration } from './notification-configuration.ts';
import { createOutbox, type OnNotification, type Outbox } from './outbox.ts';
import type { BucketRecord, ObjectRecord } from './records.ts';
import { type RecoveredObjects, recoverObjects } from './recovery.ts';
import { createSequencer, type Sequencer } from './sequencer.ts';

/** All that outlives a request. */
export interface S3State {
  readonly region: string;
  readonly metadata: Metadata;
  readonly blobs: BlobFiles;
  /**
   * Locks by upload id, {@link objectKey} and bucket, taken in this order. A task that writes into a bucket shares its
   * lock; one that changes or deletes the bucket has the lock to itself.
   */
  readonly lock: KeyLock;
  readonly nextSequencer: Sequencer;
  readonly outbox: Outbox;
  /** What a bucket notifies for which nobody has said anything else. */
  readonly usualQueues: readonly QueueConfiguration[];
  /** What a loss of metadata had taken, and what has become of it. */
  readonly recovered: RecoveredObjects;
  close(): Promise<void>;
}

/** Opens the state in a folder, restores lost metadata, and removes what a crash left half done. */
export async function openState(
  folder: string,
  region: string,
  { onNotification, usualQueues }: Pick<S3State, 'usualQueues'> & { readonly onNotification: OnNotification },
): Promise<S3State> {
  const blobs = await openBlobFiles(folder);
  const metadata = await openMetadata(join(folder, 'metadata'));
  const outbox = createOutbox(metadata, onNotification);
  const recovered = await recoverObjects(metadata, blobs, region);
  await blobs.removeOrphans(await knownBlobs(metadata));
  await giveUsualQueues(metadata, usualQueues);
  return {
    region,
    metadata,
    blobs,
    lock: createKeyLock(),
    nextSequencer: createSequencer(await metadata.sequencers.get(LAST_SEQUENCER)),
    outbox,
    usualQueues,
    recovered,
    async close() {
      await outbox.close();
      await metadata.close();
    },
  };
}

/** Buckets of an earlier version, or of lost metadata, notify nobody. */
async function giveUsualQueues(metadata: Metadata, queues: readonly QueueConfiguration[]): Promise<void> {
  const buckets = await metadata.buckets.values().all();
  const without = buckets.filter((bucket) => bucket.queues.length === 0 && bucket.hasOwnQueues !== true);
  if (queues.length === 0) return;
  await metadata.commit(without.map((bucket) => put(metadata.buckets, bucket.name, { ...bucket, queues })));
}

/** A bucket that is made now. */
export function newBucket(name: string, queues: readonly QueueConfiguration[]): BucketRecord {
  return { name, created: new Date().toISOString(), queues, corsRules: [] };
}

async function knownBlobs(metadata: Metadata): Promise<Set<string>> {
  const known = new Set<string>();
  for await (const { blobs } of metadata.objects.values()) for (const { id } of blobs) known.add(id);
  for await (const { blobId } of metadata.parts.values()) known.add(blobId);
  return known;
}

/** @throws {S3Error} `NoSuchBucket` */
export async function requireBucket({ metadata }: S3State, name: string): Promise<BucketRecord> {
  const bucket = await metadata.buckets.get(name);
  if (bucket) return bucket;
  throw new S3Error(404, 'NoSuchBucket', `The specified bucket does not exist: ${name}`);
}

/**
 * Runs a task that writes into a bucket, which is not changed or deleted meanwhile.
 *
 * @throws {S3Error} `NoSuchBucket`
 */
export async function withBucket<Result>(
  state: S3State,
  name: string,
  task: (bucket: BucketRecord) => Promise<Result>,
): Promise<Result> {
  return state.lock.shared(name, async () => task(await requireBucket(state, name)));
}

export async function findObject(
  state: S3State,
  bucket: string,
  key: string,
): Promise<ObjectRecord | undefined> {
  return state.metadata.objects.get(objectKey(bucket, key));
}
