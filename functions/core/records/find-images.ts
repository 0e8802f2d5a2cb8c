import type { Tag } from '../labels/scores.ts';
import { type ImageRecord, imageRecordOf, readImageSummaries } from './image-record.ts';
import { isConfirmedBy, type LabelEntry, labelEntryOf, queryLabelEntries } from './label-entries.ts';
import { MAXIMUM_BATCH_KEYS, type TagTable } from './tag-table.ts';

/** A search for images by their labels. */
export interface LabelQuery {
  /** At least one. */
  readonly labels: readonly WantedLabel[];
  /** `all`: an image must have every label. `any`: one of them is enough. */
  readonly match: 'all' | 'any';
  readonly not: readonly WantedLabel[];
  /** In [0, 1]: lowest score of the wanted labels. An unwanted one excludes an image at any score. */
  readonly minimumScore: number;
  readonly bucket?: string | undefined;
  readonly prefix?: string | undefined;
}

/** A label of one label set. */
export interface LabelTerm {
  readonly set: string;
  readonly label: string;
}

/** One label, or a word that several label sets know: any of its terms is enough. */
export type WantedLabel = LabelTerm | readonly LabelTerm[];

/** An image that a query has found, with its tags. */
export interface FoundImage
  extends Pick<ImageRecord, 'bucket' | 'key' | 'width' | 'height' | 'tags' | 'modelDigest' | 'recordedAt'> {
  /**
   * The score that it is sorted by: the first label's (`all`) or the best matching one's (`any`). It compares with those
   * of images of the same model only.
   */
  readonly score: number;
}

/** Entries per page; their records are read in one batch. */
const PAGE_SIZE = MAXIMUM_BATCH_KEYS;

/**
 * Images by their labels, best score first, each at most once. Label entries are hints only: every image comes
 * from its own record, which must carry the tag.
 */
export async function* findImages(query: LabelQuery, table: TagTable): AsyncGenerator<FoundImage> {
  const labels = query.match === 'all' ? query.labels.slice(0, 1) : query.labels;
  const streams = labels.flatMap(termsOf).map((term) => confirmedImages(term, query, table));
  const found = new Set<string>();
  for await (const image of bestFirst(streams)) {
    const identity = `${image.bucket}/${image.key}`;
    if (found.has(identity) || !satisfies(image, query)) continue;
    found.add(identity);
    yield image;
  }
}

async function* confirmedImages(
  { set, label }: LabelTerm,
  query: LabelQuery,
  table: TagTable,
): AsyncGenerator<FoundImage> {
  for await (const page of table.query(queryLabelEntries(set, label, query.minimumScore, PAGE_SIZE))) {
    const entries = page.map(labelEntryOf).filter((entry) => isWanted(entry, query));
    if (entries.length === 0) continue;
    const records = (await table.readBatch(readImageSummaries(entries))).map(imageRecordOf);
    const recordOf = new Map(records.map((record) => [`${record.bucket}/${record.key}`, record]));
    for (const entry of entries) {
      const record = recordOf.get(`${entry.bucket}/${entry.key}`);
      if (record && isConfirmedBy(record, entry)) yield { ...summaryOf(record), score: entry.score };
    }
  }
}

function isWanted({ bucket, key, score }: LabelEntry, query: LabelQuery): boolean {
  const isUnder = bucket === (query.bucket ?? bucket) && key.startsWith(query.prefix ?? '');
  // The index compares with the minimum as it is printed, which may be rounded down.
  return isUnder && score >= query.minimumScore;
}

function summaryOf(record: ImageRecord): Omit<FoundImage, 'score'> {
  const { bucket, key, width, height, tags, modelDigest, recordedAt } = record;
  return { bucket, key, width, height, tags, modelDigest, recordedAt };
}

function satisfies({ tags }: FoundImage, { labels, match, not, minimumScore }: LabelQuery): boolean {
  const has = (label: WantedLabel, minimum: number) =>
    termsOf(label).some((term) => tags.some((tag) => carries(tag, term) && tag.score >= minimum));
  const wanted = match === 'any' || labels.every((label) => has(label, minimumScore));
  return wanted && !not.some((label) => has(label, 0));
}

function termsOf(label: WantedLabel): readonly LabelTerm[] {
  return 'set' in label ? [label] : label;
}

function carries(tag: Tag, { set, label }: LabelTerm): boolean {
  return tag.set === set && tag.label === label;
}

/** Merges streams that each run from the best score down. */
async function* bestFirst(streams: readonly AsyncGenerator<FoundImage>[]): AsyncGenerator<FoundImage> {
  const heads = await Promise.all(streams.map((stream) => stream.next()));
  for (;;) {
    const best = heads.reduce(
      (leader, head, i) => (!head.done && isBetter(head.value, heads[leader]) ? i : leader),
      -1,
    );
    const head = heads[best];
    const stream = streams[best];
    if (!head || head.done || !stream) return;
    yield head.value;
    heads[best] = await stream.next();
  }
}

function isBetter(image: FoundImage, leader: IteratorResult<FoundImage> | undefined): boolean {
  return !leader || leader.done === true || image.score > leader.value.score;
}
