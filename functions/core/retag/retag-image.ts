import { type ImageRecord, nextImageRecord, tagMatcher } from '../records/image-record.ts';
import {
  commitRecord,
  MAXIMUM_ATTEMPTS,
  readRecord,
  removeLostEntries,
  removeSupersededEntries,
  tooManyAttempts,
} from '../records/record-commit.ts';
import type { Retagger } from './retagger.ts';
import { type Retagging, retagging } from './retagging.ts';

/** An image record, and what the label sets make of it. */
export interface RetaggedImage {
  readonly before: ImageRecord;
  readonly outcome: Retagging;
}

/** Brings one image to what the label sets say, from whatever state it is in by then. */
export async function retagImage(scanned: RetaggedImage, retagger: Retagger): Promise<RetaggedImage> {
  const { table, now } = retagger;
  let { before, outcome } = scanned;
  // Unlike the tagger's, attempts may differ in their tags, for each starts from a new state of the image.
  const lost: ImageRecord[] = [];
  const removeLost = async (winner: ImageRecord) => {
    for (const record of lost) await removeLostEntries(record, winner, table);
  };
  for (let attempt = 0; attempt < MAXIMUM_ATTEMPTS; attempt++) {
    if (outcome.kind !== 'changed') {
      await removeLost(before);
      await removeSupersededEntries(before, table);
      return { before, outcome };
    }
    const { tags, labelSets } = outcome;
    const record = nextImageRecord(
      before,
      before,
      { ...before, tags, labelSets },
      { eventTime: before.eventTime, now: now() },
    );
    // The entries of tags that stay stand since these became true: the commit fails if that is no longer so.
    const stays = tagMatcher(before.tags);
    const newTags = tags.filter((tag) => !stays(tag));
    if (await commitRecord(record, newTags, table)) {
      await removeLost(record);
      return { before, outcome };
    }
    lost.push(record);
    before = (await readRecord(before, table)) ?? goneSince(before);
    outcome = retagging(before, retagger);
  }
  throw tooManyAttempts(before);
}

/** Of a tombstone that has expired meanwhile nothing is left to be tagged. */
function goneSince(record: ImageRecord): ImageRecord {
  return { ...record, status: 'deleted', tags: [], supersededTags: [] };
}
