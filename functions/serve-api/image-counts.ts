import { IMAGE_STATUSES, type ImageStatus, queryImagesByStatus } from '../core/records/image-record.ts';
import type { TagTable } from '../core/records/tag-table.ts';

/** Images of some buckets by status, as the index has them: right once the writes have reached it. */
export async function imageCounts(
  table: Pick<TagTable, 'count'>,
  buckets: readonly string[],
): Promise<Record<ImageStatus, number>> {
  const entries = IMAGE_STATUSES.map(async (status) => {
    const counts = buckets.map((bucket) => table.count(queryImagesByStatus(bucket, status)));
    return [status, (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<ImageStatus, number>;
}
