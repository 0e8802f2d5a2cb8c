import { correctedTags } from '../records/corrections.ts';
import { type ImageRecord, tagMatcher } from '../records/image-record.ts';
import { type RecordChange, updateRecord } from '../records/record-update.ts';
import type { Retagger } from './retagger.ts';
import { type Retagging, retagging } from './retagging.ts';

/** An image record, and what the label sets make of it. */
export interface RetaggedImage {
  readonly before: ImageRecord;
  readonly outcome: Retagging;
}

/**
 * Brings one image to what the label sets say, from whatever state it is in by then.
 *
 * @throws {CliptagError} `contended`, retryable
 */
export async function retagImage(scanned: RetaggedImage, retagger: Retagger): Promise<RetaggedImage> {
  const { table, now } = retagger;
  const decide = (previous: ImageRecord | undefined) => {
    const outcome = previous === scanned.before ? scanned.outcome : outcomeOf(previous, retagger);
    return { outcome, change: previous && changeOf(previous, outcome) };
  };
  const { previous, decision } = await updateRecord(scanned.before, decide, {
    table,
    now,
    previous: scanned.before,
  });
  return { before: previous ?? scanned.before, outcome: decision.outcome };
}

/** A tombstone may have expired since the scan: then nothing is left to be tagged. */
function outcomeOf(record: ImageRecord | undefined, retagger: Retagger): Retagging {
  return record ? retagging(record, retagger) : { kind: 'untagged' };
}

function changeOf(record: ImageRecord, outcome: Retagging): RecordChange | undefined {
  if (outcome.kind !== 'changed') return undefined;
  const { tags, labelSets, unknown } = outcome;
  const { unknown: _before, ...rest } = record;
  // Tags that stay have entries since the record carries them: if that is no longer so, the commit fails.
  const stays = tagMatcher(record.tags);
  return {
    object: record,
    content: { ...rest, tags, labelSets, ...(unknown && { unknown }) },
    eventTime: record.eventTime,
    newTags: correctedTags(tags, record.corrections).filter((tag) => !stays(tag)),
  };
}
