import { type ImageRecord, imageRecordOf } from '../records/image-record.ts';
import { type LabelEntry, labelEntryOf } from '../records/label-entries.ts';
import {
  isMisplaced,
  moveEntries,
  moveRecord,
  removeScannedEntry,
  type ScannedEntry,
} from '../records/misplaced-items.ts';
import { type EntryState, settleEntry, unconfirmedEntries } from '../records/stale-entries.ts';
import { forEachAtOnce } from '../records/table-scan.ts';
import { raiseShards, readShards } from '../records/table-shards.ts';
import type { Item } from '../records/tag-table.ts';
import type { RetagFindings } from './findings.ts';
import { type RetaggedImage, retagImage } from './retag-image.ts';
import type { Retagger } from './retagger.ts';
import { retaggings } from './retagging.ts';
import { retagCounter } from './tally.ts';

/** Works on the pages of a scan, which may come from several segments in turns. */
export interface RetagPass {
  work(items: readonly Item[]): Promise<void>;
  /** What has been found so far. */
  findings(): RetagFindings;
  /** To be called after the last page; then the findings are complete. */
  end(): Promise<void>;
}

/** Images that are written at once: with some five entries each they fill the 50 connections that the AWS SDK opens. */
export const MAXIMUM_CONCURRENT_IMAGES = 16;

/** Counts what retagging would change, and label entries that no image record confirms. Writes nothing. */
export function planPass(retagger: Retagger): RetagPass {
  const { table, shards: wanted = 1 } = retagger;
  const counter = retagCounter();
  const sweep = { stale: 0, awaited: 0 };
  const shardsNow = once(async () => Math.max((await readShards(table)).shards, wanted));
  let moved = 0;
  return {
    async work(items) {
      for (const { before, outcome } of retaggedImages(items, retagger)) counter.count(before, outcome);
      retagger.onProgress?.(counter.tally().images);
      moved += misplacedRecords(items, await shardsNow()).filter(isTagged).length;
      for (const { state } of await unconfirmedEntries([...entriesIn(items).keys()], table)) {
        sweep[state === 'awaited' ? 'awaited' : 'stale'] += 1;
      }
    },
    findings: () => ({ ...counter.tally(), ...sweep, ...(moved > 0 && { moved }) }),
    end: async () => {},
  };
}

/**
 * Writes every image that changes, brings items to their shards, and removes label entries that no image record confirms.
 *
 * @param concurrency images of one page that are written at once
 */
export function writePass(retagger: Retagger, concurrency: number): RetagPass {
  const { table, now } = retagger;
  const counter = retagCounter();
  const sweep = { stale: 0, awaited: 0 };
  const unsettled: LabelEntry[] = [];
  const shardsNow = once(async () => (await raiseShards(table, retagger.shards ?? 1)).shards);
  let moved = 0;
  return {
    async work(items) {
      const shards = await shardsNow();
      await forEachAtOnce(retaggedImages(items, retagger), concurrency, async (scanned) => {
        const { before, outcome } = await retagImage(scanned, retagger);
        counter.count(before, outcome);
      });
      retagger.onProgress?.(counter.tally().images);
      await forEachAtOnce(misplacedRecords(items, shards), concurrency, async (record) => {
        if (isTagged(record)) moved += 1;
        await moveRecord(record, table);
      });
      const entries = entriesIn(items);
      const unconfirmed = await unconfirmedEntries([...entries.keys()], table);
      for (const { entry, state } of unconfirmed) await settle(entry, state, entries.get(entry));
      for (const { entry } of unconfirmed) entries.delete(entry);
      const misplaced = [...entries.values()].filter((one) => isMisplaced(one, shards));
      const parts = inParts(misplaced, concurrency);
      await forEachAtOnce(parts, concurrency, (part) => moveEntries(part, table, now()));
    },
    findings: () => ({ ...counter.tally(), ...sweep, ...(moved > 0 && { moved }) }),
    async end() {
      // Writers that were at work when their entries were read have mostly ended by now.
      for (const entry of unsettled) sweep.stale += Number(await settleEntry(entry, table));
    },
  };

  async function settle(entry: LabelEntry, state: EntryState, scanned: ScannedEntry | undefined) {
    if (state === 'stale' && scanned) sweep.stale += Number(await removeScannedEntry(scanned, table));
    else if (state === 'unsettled') unsettled.push(entry);
    else sweep.awaited += 1;
  }
}

function once<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  return () => {
    value ??= read();
    return value;
  };
}

function misplacedRecords(items: readonly Item[], shards: number): readonly Item[] {
  return items.filter((item) => item.SK === 'IMAGE' && isMisplaced(item, shards));
}

function isTagged({ status }: Item): boolean {
  return status === 'tagged';
}

/** As many parts as are worked on at once, each of which reads its records in one batch. */
function inParts<One>(items: readonly One[], count: number): ReadonlyArray<readonly One[]> {
  const size = Math.max(1, Math.ceil(items.length / count));
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}

function retaggedImages(items: readonly Item[], retagger: Retagger): readonly RetaggedImage[] {
  const images = imagesIn(items);
  const outcomes = retaggings(images, retagger);
  return images.flatMap((before, i) => {
    const outcome = outcomes[i];
    return outcome ? [{ before, outcome }] : [];
  });
}

function imagesIn(items: readonly Item[]): readonly ImageRecord[] {
  return items.filter(({ SK }) => SK === 'IMAGE').map(imageRecordOf);
}

/** The label entries among the items, each with where it stands. */
function entriesIn(items: readonly Item[]): Map<LabelEntry, ScannedEntry> {
  const entries = items.filter(({ PK }) => String(PK).startsWith('LABEL#'));
  return new Map(entries.map((item) => [labelEntryOf(item), item as ScannedEntry]));
}
