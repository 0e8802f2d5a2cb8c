import { join } from 'node:path';
import { CliptagError, MessageFault } from '../core/errors.ts';
import { eventsOf } from '../core/objects/event.ts';
import {
  type ImageRecord,
  imageRecordOf,
  queryImagesByStatus,
  readImageAttributes,
} from '../core/records/image-record.ts';
import { MAXIMUM_BATCH_KEYS, type TagTable } from '../core/records/tag-table.ts';
import type { TaggingOutcome } from '../core/tagging/tag-image.ts';
import { taggerIdentity } from '../core/tagging/tagger-identity.ts';
import type { PagePorts, ShownImage } from './page-server/page-ports.ts';
import { type ImageName, openRecentImages, type RecentImages } from './page-server/recent-images.ts';
import { LOCAL_BUCKET_NAME, type Pipeline } from './pipeline.ts';
import { storedThumbnails } from './stored-thumbnail.ts';

/** More images than anybody looks at. The page itself (`page.js`) keeps as many. */
export const MAXIMUM_SHOWN = 500;

/** Far above the largest file that is tagged; larger ones can be uploaded with `aws s3 cp`. */
const MAXIMUM_UPLOAD_BYTES = 200 * 1024 * 1024;

/** Answers what the gallery's server asks, out of the running pipeline. */
export function pagePorts({ tagger, bucket, queue }: Pipeline, recent: RecentImages): PagePorts {
  const thumbnailOf = storedThumbnails(tagger);
  return {
    images: () => shownImages(recent.list(), tagger.table, tagger.encoder.modelDigest),
    thumbnail: async (object) => {
      // Others in the same store are nobody's business here.
      if (object.bucket !== LOCAL_BUCKET_NAME) {
        throw new CliptagError('object-gone', `There is no ${object.bucket}/${object.key}`);
      }
      return thumbnailOf(object);
    },
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

const SHOWN_ATTRIBUTES = [
  'bucket',
  'key',
  'status',
  'reason',
  'eTag',
  'tags',
  'recordedAt',
  'modelDigest',
] as const satisfies readonly (keyof ImageRecord)[];

/** The images as their records stand, in the order of the names. What it costs depends on their number alone. */
async function shownImages(
  names: readonly ImageName[],
  table: TagTable,
  ownModel: string,
): Promise<readonly ShownImage[]> {
  const batches = Array.from({ length: Math.ceil(names.length / MAXIMUM_BATCH_KEYS) }, (_, i) =>
    names.slice(i * MAXIMUM_BATCH_KEYS, (i + 1) * MAXIMUM_BATCH_KEYS),
  );
  const items = await Promise.all(
    batches.map((batch) => table.readBatch(readImageAttributes(batch, SHOWN_ATTRIBUTES))),
  );
  const images = items.flat().map((item) => shownImage(imageRecordOf(item), ownModel));
  return images.filter(({ status }) => status !== 'deleted');
}

/**
 * The images that the page is to show. A data folder of an earlier version has no list of them: then the page begins with
 * some that an index lists first, by their keys, since finding the newest would take reading all.
 */
export async function openShownImages(
  dataFolder: string,
  table: TagTable,
  warn: (message: string) => void,
): Promise<RecentImages> {
  const recent = await openRecentImages(join(dataFolder, 'recent-images.jsonl'), MAXIMUM_SHOWN, warn);
  if (!recent.isNew) return recent;
  const names: ImageName[] = [];
  for (const status of ['tagged', 'unsupported', 'failed'] as const) {
    const request = queryImagesByStatus(LOCAL_BUCKET_NAME, status, '', MAXIMUM_SHOWN);
    for await (const page of table.query(request)) {
      names.push(...page.map(({ GSI1SK }) => ({ bucket: LOCAL_BUCKET_NAME, key: String(GSI1SK) })));
      break;
    }
  }
  const images = await shownImages(names, table, '');
  for (const image of [...images].sort(byTime)) recent.note(image);
  return recent;
}

/** Keeps the list of shown images up with what happens. */
export function noteOutcome({ object, result, record }: TaggingOutcome, recent: RecentImages): void {
  if (!record || result === 'superseded' || object.bucket !== LOCAL_BUCKET_NAME) return;
  if (record.status === 'deleted') recent.forget(object);
  // An unchanged image that is not there was recorded by a process that ended before it could note it.
  else if (result !== 'unchanged' || !recent.has(object)) recent.note(object);
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
