import { CliptagError, InvalidInput } from '../errors.ts';
import { type CorrectionChange, changedCorrections } from './changed-corrections.ts';
import {
  type Correction,
  correctedTags,
  labelIdentity,
  MAXIMUM_CORRECTIONS,
  modelTagsOf,
} from './corrections.ts';
import { type ImageRecord, tagMatcher } from './image-record.ts';
import { type RecordChange, updateRecord } from './record-update.ts';
import type { TagTable } from './tag-table.ts';

export interface CorrectingOptions {
  readonly table: TagTable;
  readonly now: () => Date;
}

/**
 * Records what a person says of an image's labels, so that tags, label entries and all that is made of them say the same. It
 * wins over the model, and outlives retagging, another upload under the same name and another model; it goes when
 * the image is deleted. May be said beside any other writer: nothing is lost, and the last word on a label holds.
 *
 * @example
 * await correctImage({ bucket: 'photos', key: 'rex.jpg' }, { add: [{ set: 'general', label: 'dog' }] }, { table, now });
 *
 * @returns the record as it stands now
 * @throws {InvalidInput} when a label stands in two of the lists
 * @throws {CliptagError} `no-image`; `not-tagged`; `too-many-corrections`; `contended`, retryable
 */
export async function correctImage(
  image: { readonly bucket: string; readonly key: string },
  change: CorrectionChange,
  { table, now }: CorrectingOptions,
): Promise<ImageRecord> {
  requireOneWord(change);
  const decide = (previous: ImageRecord | undefined) => ({
    change: correctedRecord(requireImage(previous, image), change, now()),
  });
  const { record } = await updateRecord(image, decide, { table, now });
  return requireImage(record, image);
}

/** What follows the record; undefined when it says so already. */
function correctedRecord(record: ImageRecord, change: CorrectionChange, now: Date): RecordChange | undefined {
  const { corrections: before = [] } = record;
  const corrections = changedCorrections(before, change, now);
  if (corrections.length === before.length && corrections.every((one) => before.includes(one)))
    return undefined;
  requireTagged(record, change);
  requireRoom(record, corrections);
  const tags = modelTagsOf(record);
  const stays = tagMatcher(record.tags);
  return {
    object: record,
    content: { ...record, tags },
    eventTime: record.eventTime,
    corrections,
    // Tags that stay have entries since the record carries them: if that is no longer so, the commit fails.
    newTags: record.status === 'tagged' ? correctedTags(tags, corrections).filter((tag) => !stays(tag)) : [],
  };
}

function requireOneWord({ add = [], remove = [], clear = [] }: CorrectionChange): void {
  const names = [add, remove, clear].flatMap((labels) => [...new Set(labels.map(labelIdentity))]);
  const twice = [...new Set(names.filter((name, i) => names.indexOf(name) !== i))];
  if (twice.length === 0) return;
  throw new InvalidInput(
    'The corrections contradict each other',
    twice.map(
      (name) => `expected one of add, remove and clear for ${name.replace('#', ':')} but received more`,
    ),
  );
}

function requireImage(
  record: ImageRecord | undefined,
  { bucket, key }: { readonly bucket: string; readonly key: string },
): ImageRecord {
  if (record && record.status !== 'deleted') return record;
  const what = record ? 's3://… was deleted' : 'there is no record of s3://…';
  throw new CliptagError(
    'no-image',
    what.replace('s3://…', () => `s3://${bucket}/${key}`),
  );
}

function requireTagged(
  { bucket, key, status }: ImageRecord,
  { add = [], remove = [] }: CorrectionChange,
): void {
  if (status === 'tagged' || add.length + remove.length === 0) return;
  throw new CliptagError(
    'not-tagged',
    `Expected a tagged image but s3://${bucket}/${key} is ${status}: it has no tags that could be corrected`,
  );
}

function requireRoom({ bucket, key }: ImageRecord, { length }: readonly Correction[]): void {
  if (length <= MAXIMUM_CORRECTIONS) return;
  throw new CliptagError(
    'too-many-corrections',
    `Expected at most ${MAXIMUM_CORRECTIONS} corrections of s3://${bucket}/${key} but received ${length}`,
  );
}
