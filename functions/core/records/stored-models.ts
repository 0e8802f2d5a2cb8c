import type { ScannableTable, ScanRequest } from './tag-table.ts';

/** Model digest → image records that were seen with an embedding of that model. */
export type StoredModels = ReadonlyMap<string, number>;

/**
 * Places that are looked at. Images lie in a table in the order of a hash of their names, so any stretch of it is a fair
 * sample; but one label's entries are a stretch too, and may be all there is in many a megabyte.
 */
const PLACES = 16;

/** The stretch of a table that begins at a place, embeddings only. */
export function scanEmbeddings(place: number): ScanRequest {
  return { Segment: place, TotalSegments: PLACES, FilterExpression: 'attribute_exists(modelDigest)' };
}

/**
 * Which models the embeddings in a table are of: all of them in a table of up to about 16 MB (some 3,000 images), in a
 * larger one those in sixteen stretches of 1 MB. What only a few of many images have may not be seen then.
 * Costs at most 2,048 read units, a fortieth of a cent.
 */
export async function storedModels(table: ScannableTable): Promise<StoredModels> {
  const counts = new Map<string, number>();
  const lookAt = async (place: number) => {
    for await (const { items } of table.scan(scanEmbeddings(place))) {
      for (const { modelDigest } of items) {
        counts.set(String(modelDigest), (counts.get(String(modelDigest)) ?? 0) + 1);
      }
      return;
    }
  };
  await Promise.all(Array.from({ length: PLACES }, (_, place) => lookAt(place)));
  return counts;
}
