import type { ScannableTable, ScanRequest } from './tag-table.ts';

/** Model digest → image records found with an embedding of that model. */
export type StoredModels = ReadonlyMap<string, number>;

/**
 * Segments whose first page is read. Images lie in a table in the order of a hash of their names, so any page is a fair
 * sample; but the entries of one label lie together too, and may fill a page.
 */
const SAMPLES = 16;

/** Reads the image records with embeddings of one segment. */
export function scanEmbeddings(segment: number): ScanRequest {
  return { Segment: segment, TotalSegments: SAMPLES, FilterExpression: 'attribute_exists(modelDigest)' };
}

/**
 * The models of the embeddings in a table: all of them in a table of up to about 16 MB (some 3,000 images), in a larger
 * one those on sixteen pages of 1 MB. A model that only a few of many images have may then be missing.
 * Costs at most 2,048 read units, a fortieth of a cent.
 */
export async function storedModels(table: ScannableTable): Promise<StoredModels> {
  const counts = new Map<string, number>();
  const countFirstPage = async (segment: number) => {
    for await (const { items } of table.scan(scanEmbeddings(segment))) {
      for (const { modelDigest } of items) {
        counts.set(String(modelDigest), (counts.get(String(modelDigest)) ?? 0) + 1);
      }
      return;
    }
  };
  await Promise.all(Array.from({ length: SAMPLES }, (_, segment) => countFirstPage(segment)));
  return counts;
}

/** The model of most embeddings: the only one in all but a table that is being tagged anew. Undefined where there are none. */
export function mostFrequentModel(models: StoredModels): string | undefined {
  return [...models].sort(([, a], [, b]) => b - a)[0]?.[0];
}
