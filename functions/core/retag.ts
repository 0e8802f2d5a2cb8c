import { type LabelEntry, labelEntryOf } from './label-entries.ts';
import type { ScannableTable } from './ports.ts';
import {
  commitRecord,
  MAXIMUM_ATTEMPTS,
  readRecord,
  removeLostEntries,
  removeSupersededEntries,
  tooManyAttempts,
} from './record-commit.ts';
import { type ImageRecord, type Item, imageRecordOf, nextImageRecord, tagMatcher } from './records.ts';
import { type RetagTally, retagCounter } from './retag-tally.ts';
import { type LabelSetsOfModel, type Retagging, retagging } from './retagging.ts';
import { removeStaleEntry, settleEntry, unconfirmedEntries } from './stale-entries.ts';
import { forEachAtOnce, forEachPage, type ImageScope } from './table-scan.ts';

/** All that retagging takes: no bucket, no picture and no image encoder. */
export interface Retagger extends LabelSetsOfModel {
  readonly table: ScannableTable;
  readonly now: () => Date;
  /** Told how many tagged images have been looked at so far. */
  readonly onProgress?: (images: number) => void;
}

/** Label entries that no image record confirms. */
export interface SweepTally {
  /** Nobody will ever rely on them. */
  readonly stale: number;
  /** Put for events that have not come to their end: those come again from the queue and see to them. */
  readonly awaited: number;
}

/**
 * Images of one segment that are written at the same time: with eight segments and some five entries each they fill the
 * 50 connections that the AWS SDK opens.
 */
const WRITES_AT_ONCE = 2;

/** What retagging would change. Writes nothing. */
export async function planRetag(retagger: Retagger, scope: ImageScope = {}): Promise<RetagTally> {
  const counter = retagCounter();
  await forEachPage(retagger.table, scope, async (items) => {
    for (const record of imagesIn(items)) counter.count(record, retagging(record, retagger));
    retagger.onProgress?.(counter.tally().images);
  });
  return counter.tally();
}

/** Which label entries no image record confirms. Writes nothing. */
export async function planSweep({ table }: Retagger, scope: ImageScope = {}): Promise<SweepTally> {
  const counts = { stale: 0, awaited: 0 };
  await forEachPage(table, scope, async (items) => {
    for (const { state } of await unconfirmedEntries(entriesIn(items), table)) {
      counts[state === 'awaited' ? 'awaited' : 'stale'] += 1;
    }
  });
  return counts;
}

/**
 * Brings every tagged image to what the label sets make of its stored embedding, and removes label entries that no image
 * record confirms. May run beside the pipeline and beside itself, and be stopped at any moment: the records say which of
 * them are done, so that another run does the rest.
 */
export async function retag(retagger: Retagger, scope: ImageScope = {}): Promise<RetagTally & SweepTally> {
  const { table } = retagger;
  const counter = retagCounter();
  const later: LabelEntry[] = [];
  const counts = { stale: 0, awaited: 0 };
  await forEachPage(table, scope, async (items) => {
    await forEachAtOnce(imagesIn(items), WRITES_AT_ONCE, async (scanned) => {
      const { before, outcome } = await retagImage(scanned, retagger);
      counter.count(before, outcome);
    });
    retagger.onProgress?.(counter.tally().images);
    for (const { entry, state } of await unconfirmedEntries(entriesIn(items), table)) {
      if (state === 'stale') counts.stale += Number(await removeStaleEntry(entry, table));
      else if (state === 'unsettled') later.push(entry);
      else counts.awaited += 1;
    }
  });
  // By now most of their writers, if they live, have come to an end.
  for (const entry of later) counts.stale += Number(await settleEntry(entry, table));
  return { ...counter.tally(), ...counts };
}

/** Brings one image to what the label sets say, from whatever state it is in by then. */
async function retagImage(
  scanned: ImageRecord,
  retagger: Retagger,
): Promise<{ before: ImageRecord; outcome: Retagging }> {
  const { table, now } = retagger;
  let before = scanned;
  // Unlike the tagger's, attempts may differ in their tags, for each starts from a new state of the image.
  const lost: ImageRecord[] = [];
  const removeLost = async (winner: ImageRecord) => {
    for (const record of lost) await removeLostEntries(record, winner, table);
  };
  for (let attempt = 0; attempt < MAXIMUM_ATTEMPTS; attempt++) {
    const outcome = retagging(before, retagger);
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
  }
  throw tooManyAttempts(scanned);
}

/** Of a tombstone that has expired meanwhile nothing is left to be tagged. */
function goneSince(record: ImageRecord): ImageRecord {
  return { ...record, status: 'deleted', tags: [], supersededTags: [] };
}

function imagesIn(items: readonly Item[]): readonly ImageRecord[] {
  return items.filter(({ SK }) => SK === 'IMAGE').map(imageRecordOf);
}

function entriesIn(items: readonly Item[]): readonly LabelEntry[] {
  return items.filter(({ PK }) => String(PK).startsWith('LABEL#')).map(labelEntryOf);
}
