import type { ScannableTable } from '../core/records/tag-table.ts';
import { collectedRecordOf, scanRecords } from '../core/search/collection/collected-reads.ts';
import type { CollectedRecord } from '../core/search/image-collection.ts';

/** Enough to tell what is usual: the mean of a thousand cosines is known to a thirtieth of their deviation. */
const WANTED_IMAGES = 1_000;
/** Parts of the table, read from one that chance chooses; DynamoDB spreads images over them by a hash of their keys. */
const SEGMENTS = 20;
const KEPT_MILLISECONDS = 10 * 60_000;

/**
 * Some images of a table, whichever they are, read anew every ten minutes.
 *
 * @param random a number in [0, 1)
 * @param now milliseconds of a clock
 */
export function tableSample(
  table: Pick<ScannableTable, 'scan'>,
  random: () => number = Math.random,
  now: () => number = Date.now,
): () => Promise<readonly CollectedRecord[]> {
  let kept: { readonly readAt: number; readonly images: Promise<readonly CollectedRecord[]> } | undefined;
  return () => {
    if (!kept || now() - kept.readAt > KEPT_MILLISECONDS) {
      const images = readSample(table, Math.floor(random() * SEGMENTS));
      kept = { readAt: now(), images };
      images.catch(() => {
        kept = undefined;
      });
    }
    return kept.images;
  };
}

async function readSample(
  table: Pick<ScannableTable, 'scan'>,
  first: number,
): Promise<readonly CollectedRecord[]> {
  const images: CollectedRecord[] = [];
  for (let i = 0; i < SEGMENTS; i++) {
    const segment = { segment: (first + i) % SEGMENTS, of: SEGMENTS };
    for await (const { items } of table.scan(scanRecords(segment))) {
      images.push(...items.map(collectedRecordOf));
      if (images.length >= WANTED_IMAGES) return images;
    }
  }
  return images;
}
