import { keysUnder, LAST_SEQUENCER, objectKey, put } from './metadata.ts';
import { type ObjectEvent, wants } from './notification.ts';
import type { OnNotification } from './outbox.ts';
import { BY_REPAIR, creationOf, outboxRecords } from './outbox-records.ts';
import { findObject, type S3State, withBucket } from './state.ts';

/** An object of which a queue was told. */
export interface ToldObject {
  readonly bucket: string;
  readonly key: string;
  readonly eTag: string;
  readonly sizeBytes: number;
  readonly sequencer: string;
}

/** Objects that are handed out together. */
const PAGE_OBJECTS = 100;

/** The names of the buckets that notify some queue. */
export async function notifyingBuckets({ metadata }: S3State): Promise<readonly string[]> {
  const buckets = await metadata.buckets.values().all();
  return buckets.filter(({ queues }) => queues.length > 0).map(({ name }) => name);
}

/** The objects of a bucket whose creation is told to some queue, in the order of their keys. */
export async function* toldObjects(
  { metadata }: S3State,
  bucket: string,
): AsyncGenerator<readonly ToldObject[]> {
  const { queues = [] } = (await metadata.buckets.get(bucket)) ?? {};
  let page: ToldObject[] = [];
  for await (const { key, eTag, sizeBytes, sequencer } of metadata.objects.values(keysUnder(bucket))) {
    if (!queues.some((queue) => wants(queue, { name: CREATED, key }))) continue;
    page.push({ bucket, key, eTag, sizeBytes, sequencer });
    if (page.length < PAGE_OBJECTS) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

const CREATED = 'ObjectCreated:Put';

/**
 * Tells the queues once more how it stands with a key: that its object was created, by the sequencer of that event, or
 * else that it is removed, by a new one. So what they are told is in order with all other events of the key.
 */
export async function tellAgain(
  state: S3State,
  onNotification: OnNotification,
  { bucket: name, key }: Pick<ToldObject, 'bucket' | 'key'>,
): Promise<void> {
  const records = await state.lock(objectKey(name, key), () =>
    withBucket(state, name, async (bucket) => outboxRecords(bucket, await presentState(state, name, key))),
  );
  for (const { record } of records) await onNotification(record.queueArn, record.notification);
}

async function presentState(state: S3State, bucket: string, key: string): Promise<ObjectEvent> {
  const { region, metadata } = state;
  const object = await findObject(state, bucket, key);
  if (object) return creationOf(region, bucket, object);
  const sequencer = state.nextSequencer();
  await metadata.commit([put(metadata.sequencers, LAST_SEQUENCER, sequencer)]);
  const time = new Date().toISOString();
  return { ...BY_REPAIR, name: 'ObjectRemoved:Delete', region, bucket, key, time, sequencer };
}
