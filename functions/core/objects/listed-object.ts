import { z } from 'zod';
import { checked } from '../document.ts';

/**
 * An object as a listing of its bucket showed it: at some moment it had this ETag. A listing has no sequencer; see
 * `core/tagging/event-order.ts` for how a listed object is ordered against events.
 */
export interface ListedObject {
  readonly bucket: string;
  readonly key: string;
  /** Without quotes. */
  readonly eTag: string;
  readonly sizeBytes: number;
  /** ISO 8601. */
  readonly lastModified: string;
  /** Whether somebody asks for another try, though the record says of this state that no tags can be had. @default false */
  readonly isRetry?: boolean | undefined;
}

const schema = z.object({
  listedObject: z.object({
    bucket: z.string().min(1),
    key: z.string().min(1),
    eTag: z.string().min(1),
    sizeBytes: z.int().min(0),
    lastModified: z.iso.datetime(),
    isRetry: z.boolean().optional(),
  }),
});

/**
 * Characters that SQS refuses, and JSON need not escape:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
const REFUSED_BY_SQS = /[\uFFFE\uFFFF]/g;

/**
 * The body of a message that has one listed object tagged: `{"listedObject":{"bucket","key","eTag",…}}`. A message
 * holds one object, as with uploads, so that the object fails, is retried and becomes a dead letter by itself, and the
 * queue's depth counts images. A hundred thousand requests with ten messages each cost four cents: longer messages
 * would save next to nothing.
 */
export function listedObjectBody(object: ListedObject): string {
  const { bucket, key, eTag, sizeBytes, lastModified, isRetry } = object;
  const body = JSON.stringify({
    listedObject: { bucket, key, eTag, sizeBytes, lastModified, ...(isRetry && { isRetry }) },
  });
  return body.replace(REFUSED_BY_SQS, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}

/** @throws {MessageFault} with all faults of a body that {@link listedObjectBody} did not write */
export function listedObjectIn(document: unknown): ListedObject {
  return checked('a listed object', schema, document).listedObject;
}

/** Lists the objects of a bucket. */
export interface ObjectListing {
  /** Page by page, in the order of the keys; the prefix may be empty. */
  list(scope: { bucket: string; prefix: string }): AsyncIterable<readonly ListedObject[]>;
}
