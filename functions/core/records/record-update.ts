import { CliptagError } from '../errors.ts';
import type { Tag } from '../labels/scores.ts';
import type { ObjectReference } from '../objects/object.ts';
import type { AttemptLog } from './attempts.ts';
import type { Correction } from './corrections.ts';
import type { ImageContent, ImageRecord } from './image-record.ts';
import { mayExpire, nextImageRecord, renewTombstone } from './next-record.ts';
import { commitRecord, readRecord, removeLostEntries, removeSupersededEntries } from './record-commit.ts';
import type { TagTable } from './tag-table.ts';

/** Attempts in a row. Each lost one means that another writer got through; the message's retry does the rest. */
export const MAXIMUM_ATTEMPTS = 8;

/** The record that is to follow the one that was read. */
export interface RecordChange {
  readonly object: ObjectReference;
  /** With the model's own tags; the record has them as people have corrected them. */
  readonly content: ImageContent;
  /** ISO 8601. */
  readonly eventTime: string;
  /** Those of the record's tags whose label entries may be missing. @default all of them */
  readonly newTags?: readonly Tag[];
  /** @default those of the record that was read */
  readonly corrections?: readonly Correction[];
}

/** What a writer has decided about the record that it has read; without a change the record stays as it is. */
export interface RecordDecision {
  readonly change?: RecordChange | undefined;
}

/** How an update has ended. */
export interface UpdatedRecord<Decision extends RecordDecision> {
  /** The decision that holds in the end, and the record that it was made about. */
  readonly decision: Decision;
  readonly previous: ImageRecord | undefined;
  /** The record as it stands now: the one that was written, or `previous`. */
  readonly record: ImageRecord | undefined;
}

export interface UpdateOptions {
  readonly table: TagTable;
  readonly now: () => Date;
  /** The record as it has been read already. @default it is read */
  readonly previous?: ImageRecord;
  /** Remembers what each run of the writer puts. @default nobody, where the writer's garbage is collected otherwise */
  readonly attempts?: AttemptLog;
}

/**
 * Changes one image record under optimistic concurrency control: reads it, decides, and commits what follows it. When
 * another writer has been faster, the record is read and decided about anew, since both may have changed.
 *
 * A lost attempt leaves label entries behind, and attempts may differ in their tags. Where a later attempt succeeds, its
 * record carries these tags as superseded, so that their entries go even if the process ends after the commit. Where
 * nothing is left to be written, the entries of lost attempts are removed here, apart from those that the record relies
 * on. So are the entries of superseded tags that an earlier writer noted in the record but has not removed.
 *
 * What a run leaves that ends before its commit, the next run of the same event removes by its {@link AttemptLog}.
 *
 * @throws {CliptagError} `contended`, retryable, after {@link MAXIMUM_ATTEMPTS} lost attempts
 */
export async function updateRecord<Decision extends RecordDecision>(
  object: Pick<ObjectReference, 'bucket' | 'key'>,
  decide: (previous: ImageRecord | undefined) => Decision | Promise<Decision>,
  { table, now, attempts, ...given }: UpdateOptions,
): Promise<UpdatedRecord<Decision>> {
  const lost: ImageRecord[] = [];
  let previous = given.previous ?? (await readRecord(object, table));
  for (let attempt = 0; attempt < MAXIMUM_ATTEMPTS; attempt++) {
    const decision = await decide(previous);
    const { change } = decision;
    if (!change) {
      for (const attempted of lost) await removeLostEntries(attempted, previous?.tags ?? [], table);
      if (previous) await removeSupersededEntries(previous, table);
      const settled = attempts ? await attempts.settle(previous) : previous;
      return { decision, previous, record: settled };
    }
    if (previous && mayExpire(previous, now())) {
      await table.write(renewTombstone(previous, now()));
      previous = await readRecord(object, table);
      continue;
    }
    const { content, eventTime, corrections } = change;
    const lostTags = lost.flatMap(({ tags }) => tags);
    const options = { eventTime, now: now(), lostTags, corrections };
    const record = nextImageRecord(previous, change.object, content, options);
    const newTags = change.newTags ?? record.tags;
    await attempts?.note(record, newTags);
    if (await commitRecord(record, newTags, table)) {
      const settled = attempts ? await attempts.settle(record) : record;
      return { decision, previous, record: settled ?? record };
    }
    lost.push(record);
    previous = await readRecord(object, table);
  }
  throw contended(object);
}

/** The error for a record that others keep changing: retryable. */
export function contended({ bucket, key }: Pick<ObjectReference, 'bucket' | 'key'>): CliptagError {
  return new CliptagError('contended', `Lost ${MAXIMUM_ATTEMPTS} writes of ${bucket}/${key} in a row`);
}
