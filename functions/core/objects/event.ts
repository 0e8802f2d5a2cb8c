import { z } from 'zod';
import { checked, hasKey, parseJson } from '../document.ts';
import { excerpt, MessageFault } from '../errors.ts';
import { type ListedObject, listedObjectIn } from './listed-object.ts';
import { fixedWidthSequencer, type ObjectReference } from './object.ts';

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
  | ListedEvent;

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

/**
 * Versions 2.1 to 2.3 by event type, one version for all types from 2.4 on; minor versions only add fields.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
const s3Record = z.object({
  eventVersion: z.string().regex(/^2\.\d+$/, 'Expected event version 2.x'),
  eventSource: z.literal('aws:s3'),
  eventTime: z.string(),
  eventName: z.string(),
  s3: z.object({
    bucket: z.object({ name: z.string().min(1) }),
    object: z.object({
      key: z.string().min(1),
      size: z.number().nullish(),
      eTag: z.string().nullish(),
      versionId: z.string().nullish(),
      sequencer: z.string().nullish(),
    }),
  }),
});

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
    if (hasKey(document, 'Records')) {
      const { Records } = checked(S3_EVENT, s3Notification, document);
      return Records.flatMap((record, i) =>
        orFaulty(() => [fromNotification(checked(S3_EVENT, s3Record, record, ['Records', i]))]),
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

function fromNotification({
  eventName,
  eventTime: time,
  s3,
}: z.infer<typeof s3Record>): ObjectEvent | IgnoredEvent {
  const object: ObjectReference = {
    bucket: s3.bucket.name,
    key: decodeNotificationKey(s3.object.key),
    versionId: s3.object.versionId ?? undefined,
    eTag: s3.object.eTag ?? undefined,
    sizeBytes: s3.object.size ?? undefined,
    sequencer: fixedWidthSequencer(s3.object.sequencer ?? ''),
  };
  // SQS gets `ObjectCreated:Put`; some S3-compatible stores and older records say `s3:ObjectCreated:Put`.
  const [type, detail] = eventName.replace(/^s3:/, '').split(':');
  if (type === 'ObjectCreated') return { kind: 'created', object, time };
  if (type === 'ObjectRemoved' || type === 'LifecycleExpiration') {
    return removed(object, time, detail === 'DeleteMarkerCreated');
  }
  return { kind: 'ignored', reason: `${eventName} neither creates nor removes an object` };
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
  if (event['detail-type'] === 'Object Deleted') {
    return removed(object, event.time, deletionType === 'Delete Marker Created');
  }
  return { kind: 'ignored', reason: `${event['detail-type']} neither creates nor removes an object` };
}

function fromListing(object: ListedObject): ListedEvent {
  return { kind: 'listed', object, time: object.lastModified };
}

function removed(object: ObjectReference, time: string, isDeleteMarker: boolean): ObjectEvent {
  return {
    kind: 'removed',
    object,
    time,
    mayUncoverVersion: !isDeleteMarker && object.versionId !== undefined,
  };
}

/**
 * Keys in S3 notifications are form-URL-encoded: `+` is a space.
 *
 * @throws {MessageFault} when a percent sign is not followed by valid UTF-8
 */
function decodeNotificationKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch (cause) {
    throw new MessageFault(`Expected a form-URL-encoded object key but received ${excerpt(key)}`, { cause });
  }
}
