import { type ImageRecord, imageRecordOf } from '../records/image-record.ts';
import { type LabelEntry, labelEntryOf } from '../records/label-entries.ts';
import { removeStaleEntry, settleEntry, unconfirmedEntries } from '../records/stale-entries.ts';
import { forEachAtOnce } from '../records/table-scan.ts';
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
  const counter = retagCounter();
  const sweep = { stale: 0, awaited: 0 };
  return {
    async work(items) {
      for (const { before, outcome } of retaggedImages(items, retagger)) counter.count(before, outcome);
      retagger.onProgress?.(counter.tally().images);
      for (const { state } of await unconfirmedEntries(entriesIn(items), retagger.table)) {
        sweep[state === 'awaited' ? 'awaited' : 'stale'] += 1;
      }
    },
    findings: () => ({ ...counter.tally(), ...sweep }),
    end: async () => {},
  };
}

/**
 * Writes every image that changes, and removes label entries that no image record confirms.
 *
 * @param concurrency images of one page that are written at once
 */
export function writePass(retagger: Retagger, concurrency: number): RetagPass {
  const { table } = retagger;
  const counter = retagCounter();
  const sweep = { stale: 0, awaited: 0 };
  const unsettled: LabelEntry[] = [];
  return {
    async work(items) {
      await forEachAtOnce(retaggedImages(items, retagger), concurrency, async (scanned) => {
        const { before, outcome } = await retagImage(scanned, retagger);
        counter.count(before, outcome);
      });
      retagger.onProgress?.(counter.tally().images);
      for (const { entry, state } of await unconfirmedEntries(entriesIn(items), table)) {
        if (state === 'stale') sweep.stale += Number(await removeStaleEntry(entry, table));
        else if (state === 'unsettled') unsettled.push(entry);
        else sweep.awaited += 1;
      }
    },
    findings: () => ({ ...counter.tally(), ...sweep }),
    async end() {
      // Writers that were at work when their entries were read have mostly ended by now.
      for (const entry of unsettled) sweep.stale += Number(await settleEntry(entry, table));
    },
  };
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

function entriesIn(items: readonly Item[]): readonly LabelEntry[] {
  return items.filter(({ PK }) => String(PK).startsWith('LABEL#')).map(labelEntryOf);
}
