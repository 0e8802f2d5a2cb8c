import pLimit from 'p-limit';
import { thumbnail } from '../adapters/sharp/thumbnail.ts';
import { CliptagError, MessageFault } from '../core/errors.ts';
import { eventsOf } from '../core/objects/event.ts';
import { checkSize } from '../core/objects/object.ts';
import {
  type ImageRecord,
  imageKey,
  imageRecordOf,
  queryImagesByStatus,
} from '../core/records/image-record.ts';
import { MAXIMUM_BATCH_KEYS, type TagTable } from '../core/records/tag-table.ts';
import type { Tagger, TaggingOutcome } from '../core/tagging/tag-image.ts';
import { taggerIdentity } from '../core/tagging/tagger-identity.ts';
import type { GalleryPorts, ShownImage } from './gallery/gallery-ports.ts';
import { LOCAL_BUCKET_NAME, type Pipeline } from './pipeline.ts';

/** Maximum width of pictures on the page, in pixels: twice the width of a card, for sharp screens. */
const THUMBNAIL_PIXELS = 480;

/** More images than anybody looks at; the newest are kept. */
const MAXIMUM_SHOWN = 500;

/** Far above the largest file that is tagged; larger ones can be uploaded with `aws s3 cp`. */
const MAXIMUM_UPLOAD_BYTES = 200 * 1024 * 1024;

/** Each needs the whole file in memory, and a page asks for hundreds. */
const THUMBNAILS_AT_ONCE = 4;

/** Answers what the gallery's server asks, out of the running pipeline. */
export function galleryPorts({ tagger, bucket, queue }: Pipeline): GalleryPorts {
  const whenFree = pLimit(THUMBNAILS_AT_ONCE);
  return {
    images: async () =>
      (await imageRecords(tagger.table))
        .map((record) => shownImage(record, tagger.encoder.modelDigest))
        .sort(byTime)
        .slice(-MAXIMUM_SHOWN),
    thumbnail: (object) => whenFree(() => thumbnailOf(object, tagger)),
    upload: async (key, body, sizeBytes) => {
      if (!(sizeBytes <= MAXIMUM_UPLOAD_BYTES)) {
        throw new CliptagError(
          'too-large',
          `Expected a file of at most ${MAXIMUM_UPLOAD_BYTES} bytes but received ${sizeBytes}`,
        );
      }
      await bucket.put(key, body, sizeBytes);
    },
    status: async () => {
      const { visible, inFlight, deadLetters } = queue.counts();
      return { queue: { visible, inFlight }, deadLetters };
    },
    deadLetters: async () => queue.deadLetters(),
    redrive: async () => ({ moved: await queue.redrive() }),
    tagger: async () => taggerIdentity(tagger.encoder.modelDigest, tagger.classifiers),
    sendListed: async (bodies) => {
      assertListed(bodies);
      for (const body of bodies) await queue.send(body);
      return { sent: bodies.length };
    },
  };
}

async function imageRecords(table: TagTable): Promise<readonly ImageRecord[]> {
  const records: ImageRecord[] = [];
  for (const status of ['tagged', 'unsupported', 'failed'] as const) {
    for await (const page of table.query(
      queryImagesByStatus(LOCAL_BUCKET_NAME, status, '', MAXIMUM_BATCH_KEYS),
    )) {
      const keys = page.map(({ GSI1SK }) => imageKey({ bucket: LOCAL_BUCKET_NAME, key: String(GSI1SK) }));
      const items = await table.readBatch({ Keys: keys, ConsistentRead: false });
      records.push(...items.map(imageRecordOf));
    }
  }
  return records;
}

async function thumbnailOf(
  object: { readonly bucket: string; readonly key: string },
  { objects, maximumBytes }: Tagger,
): Promise<Uint8Array> {
  const current = await objects.current(object);
  if (!current) throw new CliptagError('object-gone', `There is no ${object.bucket}/${object.key}`);
  checkSize(current.sizeBytes, maximumBytes);
  const bytes = await objects.fetch({ ...object, ...current, sequencer: '' }, maximumBytes);
  return thumbnail(bytes, THUMBNAIL_PIXELS);
}

/** @throws {MessageFault} when a body is not about listed objects alone */
function assertListed(bodies: readonly string[]): void {
  for (const event of bodies.flatMap(eventsOf)) {
    if (event.kind === 'faulty') throw event.fault;
    if (event.kind !== 'listed') throw new MessageFault(`Expected listed objects but received ${event.kind}`);
  }
}

/** What the page shows of an outcome; `undefined` when the outcome has changed nothing. */
export function shownOutcome({ object, result, record }: TaggingOutcome, now: Date): ShownImage | undefined {
  if (!record || result === 'unchanged' || result === 'superseded') return undefined;
  const { status, reason, tags } = record;
  return {
    bucket: object.bucket,
    key: object.key,
    eTag: object.eTag,
    status,
    reason,
    tags,
    recordedAt: now.toISOString(),
  };
}

function shownImage(record: ImageRecord, ownModel: string): ShownImage {
  const { bucket, key, eTag, status, reason, tags, recordedAt } = record;
  const isOfOtherModel = status === 'tagged' && record.modelDigest !== ownModel;
  return { bucket, key, eTag, status, reason, tags, recordedAt, isOfOtherModel };
}

function byTime(a: ShownImage, b: ShownImage): number {
  return a.recordedAt < b.recordedAt ? -1 : 1;
}
