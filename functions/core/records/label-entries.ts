import { createHash } from 'node:crypto';
import { SCORE_DECIMALS } from '../labels/minimum-scores.ts';
import type { Tag } from '../labels/scores.ts';
import { type ImageRecord, imageKey, tagMatcher } from './image-record.ts';
import type { Item, PrimaryKey, QueryRequest, WriteRequest } from './tag-table.ts';

/**
 * An item under a label, so that "images with this label, best score first" is one query.
 * It is a hint: only what the image record says as well is an answer.
 */
export interface LabelEntry extends Tag {
  readonly bucket: string;
  readonly key: string;
  /** Sequencer of the event whose writer put the entry. */
  readonly sequencer: string;
  /** Revision of the image record that the entry was put for. */
  readonly revision: number;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const MAXIMUM_SORT_KEY_BYTES = 1024;

/** Puts the entry of a tag, for the record that is to carry it, unless a newer writer has put it already. */
export function putLabelEntry(record: EntryOwner, tag: Tag): WriteRequest {
  const { bucket, key, sequencer, revision } = record;
  return {
    kind: 'put',
    Item: { ...entryKey(record, tag), ...tag, bucket, key, sequencer, revision },
    ...unlessNewer(record),
  };
}

/** Removes the entry of a tag that is no longer true, unless a newer writer has put it. */
export function deleteLabelEntry(record: EntryOwner, tag: Tag): WriteRequest {
  return { kind: 'delete', Key: entryKey(record, tag), ...unlessNewer(record) };
}

/** Removes an entry that no record relies on, if it is still the very one that was read. */
export function deleteReadEntry(entry: LabelEntry): WriteRequest {
  return {
    kind: 'delete',
    Key: entryKey(entry, entry),
    ConditionExpression: 'sequencer = :sequencer AND revision = :revision',
    ExpressionAttributeValues: { ':sequencer': entry.sequencer, ':revision': entry.revision },
  };
}

/**
 * Holds unless a newer writer has put the entry. Writers of one event (duplicates, a deployment that tags anew) share its
 * sequencer, and the revision tells which of them came later. Without it, the slower one could remove an entry that the
 * faster one's record relies on.
 */
function unlessNewer({ sequencer, revision }: EntryOwner) {
  return {
    ConditionExpression:
      'attribute_not_exists(PK) OR sequencer < :sequencer OR (sequencer = :sequencer AND revision <= :revision)',
    ExpressionAttributeValues: { ':sequencer': sequencer, ':revision': revision },
  };
}

/**
 * The entries of a label, best score first, from `minimumScore` up. Read consistently: a replica that lags would not yet
 * have the entry of a record that stands. With the records behind the entries, that adds a thirtieth to a query's price.
 */
export function queryLabelEntries(
  set: string,
  label: string,
  minimumScore = 0,
  pageSize?: number,
): QueryRequest {
  return {
    ConsistentRead: true,
    KeyConditionExpression: 'PK = :label AND SK >= :score',
    ExpressionAttributeValues: { ':label': labelPartition(set, label), ':score': printedScore(minimumScore) },
    ScanIndexForward: false,
    ...(pageSize === undefined ? {} : { Limit: pageSize }),
  };
}

/** The label entry that an item holds. Only this program writes the table, so the item's shape is trusted. */
export function labelEntryOf(item: Item): LabelEntry {
  const { PK: _partition, SK: _sort, ...entry } = item;
  return entry as unknown as LabelEntry;
}

/** Whether the image record itself carries the tag, with this very score: an entry alone is only a hint. */
export function isConfirmedBy(
  record: Pick<ImageRecord, 'status' | 'tags'> | undefined,
  entry: LabelEntry,
): boolean {
  return record?.status === 'tagged' && tagMatcher(record.tags)(entry);
}

/** The record that an entry is put for. */
export type EntryOwner = Pick<LabelEntry, 'bucket' | 'key' | 'sequencer' | 'revision'>;

/** Key of the entry of an image's tag. */
export function entryKey(object: Pick<EntryOwner, 'bucket' | 'key'>, { set, label, score }: Tag): PrimaryKey {
  const image = `${object.bucket}/${object.key}`;
  const sortKey = `${printedScore(score)}#${image}`;
  // An object's key may be as long as a sort key: a digest stands for one that leaves no room for the score.
  const fits = new TextEncoder().encode(sortKey).length <= MAXIMUM_SORT_KEY_BYTES;
  const digest = () => createHash('sha256').update(imageKey(object).PK).digest('hex');
  return {
    PK: labelPartition(set, label),
    SK: fits ? sortKey : `${printedScore(score)}#sha256:${digest()}`,
  };
}

/** Unambiguous, since names of label sets have no `#`; a label may have one. */
function labelPartition(set: string, label: string): string {
  return `LABEL#${set}#${label}`;
}

/** Scores lie in [0, 1], so that with a fixed number of decimals they sort as strings. */
function printedScore(score: number): string {
  return score.toFixed(SCORE_DECIMALS);
}
