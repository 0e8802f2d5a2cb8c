import type { Tag } from '../labels/scores.ts';
import type { ObjectReference } from '../objects/object.ts';
import { type Correction, correctedTags, rescoredCorrections } from './corrections.ts';
import { type ImageContent, type ImageRecord, imageKey, tagMatcher } from './image-record.ts';
import type { WriteRequest } from './tag-table.ts';

/**
 * SQS keeps a message for at most 14 days, a dead-letter queue for 14 more
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html):
 * after 30 days no older event can come any more.
 */
const TOMBSTONE_LIFETIME_SECONDS = 30 * 24 * 60 * 60;

/** Far longer than a writer works on one record. */
const RENEWAL_SECONDS = 60 * 60;

export interface NextRecordOptions {
  readonly eventTime: string;
  readonly now: Date;
  /** Tags whose label entries earlier attempts of this writer have put. @default none */
  readonly lostTags?: readonly Tag[];
  /** @default those of the previous record */
  readonly corrections?: readonly Correction[] | undefined;
}

/**
 * The record that follows `previous` when an event has brought `content`, whose tags are the model's own: corrections hold over
 * them, and go with a deleted image. Earlier tags that are no longer true are carried along as superseded until their
 * label entries are known to be gone.
 */
export function nextImageRecord(
  previous: ImageRecord | undefined,
  object: ObjectReference,
  content: ImageContent,
  { eventTime, now, lostTags = [], corrections: said = previous?.corrections ?? [] }: NextRecordOptions,
): ImageRecord {
  const corrections = content.status === 'deleted' ? [] : rescoredCorrections(said, content.tags);
  // Of an image that is not tagged they wait until it is.
  const tags = content.status === 'tagged' ? correctedTags(content.tags, corrections) : content.tags;
  const isCurrent = tagMatcher(tags);
  const earlierTags = [...(previous?.tags ?? []), ...(previous?.supersededTags ?? []), ...lostTags];
  // Whoever changes a record hands on all of it.
  const { corrections: _before, ...known }: KnownContent = { ...object, ...content };
  return {
    ...known,
    tags,
    ...(corrections.length > 0 && { corrections }),
    revision: (previous?.revision ?? 0) + 1,
    supersededTags: earlierTags.filter((tag) => !isCurrent(tag)),
    eventTime,
    recordedAt: now.toISOString(),
    expiresAt: content.status === 'deleted' ? tombstoneEnd(now) : undefined,
  };
}

type KnownContent = ObjectReference & ImageContent & Pick<ImageRecord, 'corrections'>;

function tombstoneEnd(now: Date): number {
  return Math.floor(now.getTime() / 1000) + TOMBSTONE_LIFETIME_SECONDS;
}

/**
 * Whether DynamoDB may remove this tombstone while a writer is at work. The record after that would count its revisions
 * from 1 again, and entries that the writer had put for a higher one would pass for newer than they are.
 */
export function mayExpire({ expiresAt }: ImageRecord, now: Date): boolean {
  return expiresAt !== undefined && expiresAt < now.getTime() / 1000 + RENEWAL_SECONDS;
}

/** Keeps a tombstone for another while, if it has not changed. */
export function renewTombstone(record: ImageRecord, now: Date): WriteRequest {
  return {
    kind: 'update',
    Key: imageKey(record),
    UpdateExpression: 'SET revision = :next, expiresAt = :end',
    ConditionExpression: 'revision = :previousRevision',
    ExpressionAttributeValues: {
      ':next': record.revision + 1,
      ':end': tombstoneEnd(now),
      ':previousRevision': record.revision,
    },
  };
}
