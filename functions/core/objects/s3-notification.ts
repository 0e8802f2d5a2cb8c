import { z } from 'zod';
import { checked } from '../document.ts';
import { meaningOf, type NotificationMeaning } from './notification-name.ts';
import { NOTIFICATION_SOURCES, type NotificationSourceName } from './notification-source.ts';
import { fixedWidthSequencer, type ObjectReference } from './object.ts';

/** Ceph sends an empty text where there is none. */
const optionalText = z
  .string()
  .nullish()
  .transform((text) => text?.replaceAll('"', '') || undefined);

const SOURCES = Object.keys(NOTIFICATION_SOURCES) as [NotificationSourceName, ...NotificationSourceName[]];

/**
 * Versions 2.1 to 2.3 by event type, one version for all types from 2.4 on; minor versions only add fields. MinIO sends 2.0.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
const recordSchema = z.object({
  eventVersion: z.string().regex(/^2\.\d+$/, 'Expected event version 2.x'),
  eventSource: z.enum(SOURCES, `Expected an event of ${SOURCES.join(', ')}`),
  eventTime: z.string(),
  eventName: z.string(),
  s3: z.object({
    bucket: z.object({ name: z.string().min(1) }),
    object: z.object({
      key: z.string().min(1),
      size: z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).nullish(),
      eTag: optionalText,
      etag: optionalText, // older versions of Ceph
      versionId: optionalText,
      sequencer: z.string().nullish(),
    }),
  }),
});

/** What one record of a notification tells. */
export interface ObjectNotification {
  readonly name: string;
  readonly meaning: NotificationMeaning;
  readonly object: ObjectReference;
  readonly time: string;
}

/**
 * @param place path of the record in the message's body, for the texts of faults
 * @throws {MessageFault} with all faults of the record
 */
export function notificationIn(record: unknown, place: readonly (string | number)[]): ObjectNotification {
  const { eventName, eventSource, eventTime, s3 } = checked('an S3 event', recordSchema, record, place);
  const source = NOTIFICATION_SOURCES[eventSource];
  const { key, size, eTag, etag, versionId, sequencer } = s3.object;
  const object: ObjectReference = {
    bucket: s3.bucket.name,
    key: source.key(key),
    versionId,
    eTag: eTag ?? etag,
    sizeBytes: size ?? undefined,
    sequencer: fixedWidthSequencer(source.sequencer(sequencer ?? '')),
  };
  return { name: eventName, meaning: meaningOf(eventName), object, time: eventTime };
}
