import { z } from 'zod';
import { checked, hasKey, parseJson } from '../document.ts';
import { excerpt, MessageFault } from '../errors.ts';
import { type ListedObject, listedObjectIn } from './listed-object.ts';
import { fixedWidthSequencer, type ObjectReference } from './object.ts';
import { otherStoreOf } from './other-stores.ts';
import { notificationIn, type ObjectNotification } from './s3-notification.ts';

/** What happened to an object, by whichever way its event came. */
export type ObjectEvent =
  | { readonly kind: 'created'; readonly object: ObjectReference; readonly time: string }
  | {
      readonly kind: 'removed';
      readonly object: ObjectReference;
      readonly time: string;
      /** One version was deleted for good: an older version may be the current one now. */
      readonly mayUncoverVersion: boolean;
    }
  | ListedEvent
  | RestoredEvent;

/** The object can be read again, from an archive; it is the same as before. */
export interface RestoredEvent {
  readonly kind: 'restored';
  readonly object: ObjectReference;
  readonly time: string;
}

/** Nothing happened: a backfill found the object in its bucket. */
export interface ListedEvent {
  readonly kind: 'listed';
  readonly object: ListedObject;
  /** When the listed state was written, ISO 8601. */
  readonly time: string;
}

/** An event that tells of no image, e.g. `s3:TestEvent`: acknowledged, with the reason to log. */
export interface IgnoredEvent {
  readonly kind: 'ignored';
  readonly reason: string;
}

/** A message's body, or a record in one, that cannot be understood. */
export interface FaultyEvent {
  readonly kind: 'faulty';
  readonly fault: MessageFault;
}

const s3Notification = z.object({ Records: z.array(z.unknown()).min(1) });

const s3TestEvent = z.object({ Service: z.literal('Amazon S3'), Event: z.literal('s3:TestEvent') });

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
const eventBridgeEvent = z.object({
  source: z.literal('aws.s3'),
  'detail-type': z.string(),
  time: z.string(),
  detail: z.object({
    bucket: z.object({ name: z.string().min(1) }),
    object: z.object({
      key: z.string().min(1),
      size: z.number().nullish(),
      etag: z.string().nullish(),
      'version-id': z.string().nullish(),
      sequencer: z.string().nullish(),
    }),
    'deletion-type': z.string().optional(),
  }),
});

/** What SNS puts around a notification on its way from a bucket to a queue. */
const snsEnvelope = z.object({ Type: z.literal('Notification'), Message: z.string() });

const S3_EVENT = 'an S3 event';

/** An event, or the reason why there is none. */
export type ParsedEvent = ObjectEvent | IgnoredEvent | FaultyEvent;

/**
 * The events in the body of one SQS message. A record that is no event becomes a faulty one, which says what was expected
 * and what arrived; the other records of the body are tagged all the same.
 */
export function eventsOf(body: string): readonly ParsedEvent[] {
  return orFaulty(() => {
    const document = parseJson(body);
    const envelope = snsEnvelope.safeParse(document);
    if (envelope.success) return eventsOf(envelope.data.Message);
    if (s3TestEvent.safeParse(document).success) return [{ kind: 'ignored', reason: 's3:TestEvent' }];
    const store = otherStoreOf(document);
    if (store !== undefined)
      throw new MessageFault(
        `Expected an event of S3, MinIO, Ceph or RustFS but received one of ${store}: ${excerpt(body)}`,
      );
    if (hasKey(document, 'Records')) {
      const { Records } = checked(S3_EVENT, s3Notification, document);
      return Records.flatMap((record, i) =>
        orFaulty(() => [fromNotification(notificationIn(record, ['Records', i]))]),
      );
    }
    if (hasKey(document, 'listedObject')) return [fromListing(listedObjectIn(document))];
    if (hasKey(document, 'detail-type'))
      return [fromEventBridge(checked(S3_EVENT, eventBridgeEvent, document))];
    throw new MessageFault(
      `Expected an S3 event notification, an EventBridge S3 event or a listed object but received ${excerpt(body)}`,
    );
  });
}

function orFaulty(parse: () => readonly ParsedEvent[]): readonly ParsedEvent[] {
  try {
    return parse();
  } catch (fault) {
    if (fault instanceof MessageFault) return [{ kind: 'faulty', fault }];
    throw fault;
  }
}

function fromNotification({ name, meaning, object, time }: ObjectNotification): ObjectEvent | IgnoredEvent {
  switch (meaning) {
    case 'created':
    case 'restored':
      return { kind: meaning, object, time };
    case 'removed':
    case 'version-removed': {
      const mayUncoverVersion = meaning === 'version-removed' && object.versionId !== undefined;
      return { kind: 'removed', object, time, mayUncoverVersion };
    }
    default:
      return { kind: 'ignored', reason: `${name} neither creates nor removes an object` };
  }
}

function fromEventBridge(event: z.infer<typeof eventBridgeEvent>): ObjectEvent | IgnoredEvent {
  const { bucket, object: described, 'deletion-type': deletionType } = event.detail;
  const object: ObjectReference = {
    bucket: bucket.name,
    key: described.key, // EventBridge leaves keys as they are
    versionId: described['version-id'] ?? undefined,
    eTag: described.etag ?? undefined,
    sizeBytes: described.size ?? undefined,
    sequencer: fixedWidthSequencer(described.sequencer ?? ''),
  };
  if (event['detail-type'] === 'Object Created') return { kind: 'created', object, time: event.time };
  if (event['detail-type'] === 'Object Restore Completed')
    return { kind: 'restored', object, time: event.time };
  if (event['detail-type'] === 'Object Deleted') {
    const mayUncoverVersion = deletionType !== 'Delete Marker Created' && object.versionId !== undefined;
    return { kind: 'removed', object, time: event.time, mayUncoverVersion };
  }
  return { kind: 'ignored', reason: `${event['detail-type']} neither creates nor removes an object` };
}

function fromListing(object: ListedObject): ListedEvent {
  return { kind: 'listed', object, time: object.lastModified };
}
