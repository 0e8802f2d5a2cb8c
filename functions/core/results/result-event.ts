import { z } from 'zod';
import { IMAGE_FAULTS } from '../error-codes.ts';
import type { ImageRecord, ImageStatus } from '../records/image-record.ts';

/** The event's `source`, by which rules of EventBridge select it. */
export const RESULT_EVENT_SOURCE = 'cliptag';

/** Rises when a field goes or changes its meaning; new fields may come at any time. */
const RESULT_EVENT_VERSION = 1;

/**
 * An event holds the tags with the best scores. Each label stands in it twice and has at most the 2 KB of a table's
 * key, so that the event fits into EventBridge's 256 KB.
 */
export const MAXIMUM_EVENT_TAGS = 50;

const digest = z.string().min(1);
const time = (description: string) => z.string().meta({ format: 'date-time', description });

/**
 * The detail of the event that is sent once an image's record is written. docs/result-event.schema.json is made of this
 * schema, for receivers; a test holds both together.
 */
const resultEventDetail = z
  .object({
    version: z
      .literal(RESULT_EVENT_VERSION)
      .describe(
        'Of this schema: rises when a field goes or changes its meaning. New fields may come at any time.',
      ),
    bucket: z.string().min(1),
    key: z.string().min(1).describe('As S3 has it, not URL-encoded.'),
    versionId: z.string().optional().describe('In buckets with versioning.'),
    eTag: z.string().optional().describe('Without quotes. Missing for objects that were removed.'),
    sizeBytes: z.int().min(0).optional(),
    sequencer: z
      .string()
      .regex(/^[0-9A-F]{32}$/)
      .describe(
        'Orders the events of one key, compared as a string: of two, the one with the smaller sequencer is out of date. Equal ones tell of the same state of the object; then the larger revision counts.',
      ),
    revision: z.int().min(1).describe('Counts the writes of the image record.'),
    status: z
      .enum(['tagged', 'unsupported', 'failed', 'deleted'])
      .describe('ImageTagged: tagged. ImageFailed: unsupported or failed. ImageRemoved: deleted.'),
    tags: z
      .array(
        z.object({
          set: z.string().describe('Name of the label set.'),
          label: z.string(),
          score: z.number().min(0).max(1),
        }),
      )
      .max(MAXIMUM_EVENT_TAGS)
      .describe('Best score first. Empty where no label fits and unless the status is tagged.'),
    labels: z
      .array(z.string())
      .max(MAXIMUM_EVENT_TAGS)
      .describe(
        'The same tags as SET:LABEL, for rules, which look for values in lists: {"labels": ["general:dog"]}.',
      ),
    modelDigest: digest.optional().describe('Of the model that tagged the image.'),
    labelSets: z
      .record(z.string(), digest)
      .optional()
      .describe('Name → digest of the label sets that the tags come from.'),
    width: z
      .int()
      .min(1)
      .optional()
      .describe('Pixels of the upright image; of a camera RAW file its preview’s.'),
    height: z.int().min(1).optional().describe('Pixels of the upright image.'),
    format: z.string().optional().describe('Of the file, for instance jpeg or nef.'),
    reason: z.string().optional().describe('Why the image has no tags, as a sentence; of ImageFailed only.'),
    reasonCode: z
      .string()
      .optional()
      .describe(
        `The same as a code: ${Object.keys(IMAGE_FAULTS).join(', ')}. More may come: docs/error-codes.md.`,
      ),
    eventTime: time('When S3 changed the object, ISO 8601.'),
    recordedAt: time('When the record was written, ISO 8601.'),
  })
  .meta({
    title: 'Cliptag result event',
    description: 'The detail of an EventBridge event with source "cliptag".',
  });

export type ResultEventDetail = z.infer<typeof resultEventDetail>;

export type ResultEventType = 'ImageTagged' | 'ImageFailed' | 'ImageRemoved';

/** Tells a subscriber what became of an image. */
export interface ResultEvent {
  readonly type: ResultEventType;
  readonly detail: ResultEventDetail;
}

const TYPES: Readonly<Record<ImageStatus, ResultEventType>> = {
  tagged: 'ImageTagged',
  unsupported: 'ImageFailed',
  failed: 'ImageFailed',
  deleted: 'ImageRemoved',
};

/** The event that tells of a record. */
export function resultEvent(record: ImageRecord): ResultEvent {
  const { bucket, key, versionId, eTag, sizeBytes, sequencer, status, modelDigest, labelSets } = record;
  const { width, height, format, reason, reasonCode, eventTime, recordedAt, revision } = record;
  const optional = {
    versionId,
    eTag,
    sizeBytes,
    modelDigest,
    labelSets,
    width,
    height,
    format,
    reason,
    reasonCode,
  };
  const tags = [...record.tags].sort((a, b) => b.score - a.score).slice(0, MAXIMUM_EVENT_TAGS);
  return {
    type: TYPES[status],
    detail: {
      version: RESULT_EVENT_VERSION,
      bucket,
      key,
      sequencer,
      revision,
      status,
      tags: tags.map(({ set, label, score }) => ({ set, label, score })),
      labels: tags.map(({ set, label }) => `${set}:${label}`),
      eventTime,
      recordedAt,
      ...present(optional),
    },
  };
}

type Present<Fields> = { [Name in keyof Fields]?: NonNullable<Fields[Name]> };

/** The fields that have a value. */
function present<Fields extends object>(fields: Fields): Present<Fields> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(entries) as Present<Fields>;
}

/** The schema as JSON Schema, draft 2020-12. */
export function resultEventSchema(): object {
  return z.toJSONSchema(resultEventDetail, { io: 'input' });
}

/** Publishes result events to their subscribers. */
export interface ResultEvents {
  /**
   * Resolves once this event has been accepted, and rejects when it has not, whatever became of others in its request.
   */
  publish(event: ResultEvent): Promise<void>;
}
