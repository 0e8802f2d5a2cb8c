import { CliptagError, excerpt, InvalidInput } from '../errors.ts';
import { LABEL_SET_NAME, MAXIMUM_LABEL_LENGTH } from '../labels/label-set-schema.ts';
import { type CorrectionChange, changedCorrections } from './changed-corrections.ts';
import {
  type Correction,
  correctedTags,
  labelIdentity,
  MAXIMUM_CORRECTIONS,
  modelTagsOf,
} from './corrections.ts';
import { type ImageRecord, tagMatcher } from './image-record.ts';
import { type RecordChange, type RecordDecision, updateRecord } from './record-update.ts';
import type { TagTable } from './tag-table.ts';

const SET_NAME = new RegExp(`^${LABEL_SET_NAME.source}$`);

export interface ImageName {
  readonly bucket: string;
  readonly key: string;
}

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
 * @throws {InvalidInput} for a label that cannot be one, or stands in two of the lists
 * @throws {CliptagError} `no-image`; `not-tagged`; `too-many-corrections`; `contended`, retryable
 */
export async function correctImage(
  image: ImageName,
  change: CorrectionChange,
  { table, now }: CorrectingOptions,
): Promise<ImageRecord> {
  requireOneWord(change);
  requireLabels(change);
  const decide = (previous: ImageRecord | undefined) => decisionAbout(previous, image, change, now());
  const { record, decision } = await updateRecord(image, decide, { table, now });
  if (decision.refusal || !record) throw decision.refusal ?? noImage(image, 'there is no record of');
  return record;
}

/** Told as a value, for by then another attempt may have left label entries, which are removed first. */
interface CorrectingDecision extends RecordDecision {
  readonly refusal?: CliptagError;
}

function decisionAbout(
  record: ImageRecord | undefined,
  image: ImageName,
  change: CorrectionChange,
  now: Date,
): CorrectingDecision {
  if (!record) return { refusal: noImage(image, 'there is no record of') };
  if (record.status === 'deleted') return { refusal: noImage(image, 'there is no longer an image') };
  const { corrections: before = [] } = record;
  const corrections = changedCorrections(before, change, now);
  if (corrections.length === before.length && corrections.every((one) => before.includes(one))) return {};
  const { add = [], remove = [] } = change;
  if (record.status !== 'tagged' && add.length + remove.length > 0) return { refusal: notTagged(record) };
  if (corrections.length > MAXIMUM_CORRECTIONS) return { refusal: tooMany(record, corrections) };
  return { change: correctedRecord(record, corrections) };
}

function correctedRecord(record: ImageRecord, corrections: readonly Correction[]): RecordChange {
  const tags = record.status === 'tagged' ? modelTagsOf(record) : [];
  const stays = tagMatcher(record.tags);
  const corrected = record.status === 'tagged' ? correctedTags(tags, corrections) : [];
  return {
    object: record,
    content: { ...record, tags },
    eventTime: record.eventTime,
    corrections,
    // Tags that stay have entries since the record carries them: if that is no longer so, the commit fails.
    newTags: corrected.filter((tag) => !stays(tag)),
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

/** They become a part of keys in the table. */
function requireLabels({ add = [], remove = [], clear = [] }: CorrectionChange): void {
  const added = add.flatMap(({ set, parents = [] }) => parents.map((label) => ({ set, label })));
  const faults = [...add, ...added, ...remove, ...clear].filter((label) => !isLabel(label)).map(excerpt);
  if (faults.length === 0) return;
  const expected = `expected a label set's name and a label of 1 to ${MAXIMUM_LABEL_LENGTH} letters but received`;
  throw new InvalidInput(
    'The corrections have labels that cannot be any',
    faults.map((fault) => `${expected} ${fault}`),
  );
}

/** Something to be seen, and nothing that no one can type. */
function isLabel({ set, label }: { readonly set: string; readonly label: string }): boolean {
  const isSeen = /[^\p{C}\p{Z}]/u.test(label) && !/[\p{Cc}\p{Cs}]/u.test(label);
  return SET_NAME.test(set) && isSeen && label.length <= MAXIMUM_LABEL_LENGTH;
}

function noImage({ bucket, key }: ImageName, what: string): CliptagError {
  return new CliptagError('no-image', `${what} s3://${bucket}/${key}`);
}

function notTagged({ bucket, key, status }: ImageRecord): CliptagError {
  return new CliptagError(
    'not-tagged',
    `Expected a tagged image but s3://${bucket}/${key} is ${status}: it has no tags that could be corrected`,
  );
}

function tooMany({ bucket, key }: ImageName, { length }: readonly Correction[]): CliptagError {
  return new CliptagError(
    'too-many-corrections',
    `Expected at most ${MAXIMUM_CORRECTIONS} corrections of s3://${bucket}/${key} but received ${length}`,
  );
}
