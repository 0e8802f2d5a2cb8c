import { eventNotification, type ObjectEvent, wants } from './notification.ts';
import type { BucketRecord, ObjectRecord, OutboxRecord } from './records.ts';

/** What the queues of a bucket are to be told of an event, with the keys under which it waits in the outbox. */
export function outboxRecords(
  bucket: Pick<BucketRecord, 'queues'>,
  event: ObjectEvent,
): { key: string; record: OutboxRecord }[] {
  return bucket.queues
    .filter((queue) => wants(queue, event))
    .map(({ id, queueArn }, index) => ({
      key: `${event.sequencer}-${index}`,
      record: { queueArn, notification: eventNotification(event, id) },
    }));
}

/** Who causes the events that no request has caused. */
export const BY_REPAIR = {
  accessKeyId: 'repair',
  sourceIpAddress: '127.0.0.1',
  requestId: 'repair',
} as const;

/** The event of an object's creation, told once more: with the sequencer that it had. */
export function creationOf(
  region: string,
  bucket: string,
  { key, modified, sequencer, sizeBytes, eTag }: ObjectRecord,
): ObjectEvent {
  const created = { sizeBytes, eTag };
  return { ...BY_REPAIR, name: 'ObjectCreated:Put', region, bucket, key, time: modified, sequencer, created };
}
