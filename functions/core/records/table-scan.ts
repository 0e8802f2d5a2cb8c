import type { Item, ScannableTable, ScanRequest } from './tag-table.ts';

/** One of the parts into which DynamoDB divides a table for those who read all of it at once. */
export interface TableSegment {
  /** In [0, of). */
  readonly segment: number;
  readonly of: number;
}

/** Which images are meant. @default all */
export interface ImageScope {
  readonly bucket?: string | undefined;
  readonly prefix?: string | undefined;
}

export interface ScanOptions extends ImageScope {
  /** Only images that are tagged, and of them what retagging compares: neither label entries nor anything else. */
  readonly isOnlyTagged?: boolean;
}

/**
 * Read side by side. More than the partitions of a table of a few million images bring nothing; each holds a page of
 * at most 1 MB.
 */
export const SEGMENTS = 8;

const COMPARED_ATTRIBUTES = ['bucket', 'key', 'status', 'tags', 'modelDigest', 'embedding', 'labelSets'];

/** Image records and label entries alike carry bucket and key; what the filter leaves out is still read and paid for. */
export function scanSegment(
  { segment, of }: TableSegment,
  { bucket, prefix, isOnlyTagged = false }: ScanOptions,
): ScanRequest {
  const conditions = [
    ...(bucket === undefined ? [] : ['#bucket = :bucket']),
    ...(prefix ? ['begins_with(#key, :prefix)'] : []),
    ...(isOnlyTagged ? ['#status = :tagged'] : []),
  ];
  const place = { Segment: segment, TotalSegments: of };
  if (conditions.length === 0) return place;
  const projected = isOnlyTagged ? ['PK', 'SK', ...COMPARED_ATTRIBUTES.map((name) => `#${name}`)] : [];
  const named = isOnlyTagged ? COMPARED_ATTRIBUTES : conditions.flatMap((condition) => namesIn(condition));
  return {
    ...place,
    FilterExpression: conditions.join(' AND '),
    ...(projected.length > 0 && { ProjectionExpression: projected.join(', ') }),
    ExpressionAttributeNames: Object.fromEntries(named.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ...(bucket !== undefined && { ':bucket': bucket }),
      ...(prefix && { ':prefix': prefix }),
      ...(isOnlyTagged && { ':tagged': 'tagged' }),
    },
  };
}

function namesIn(condition: string): readonly string[] {
  return [...condition.matchAll(/#(\w+)/g)].map(([, name = '']) => name);
}

/** Shows every item of the scope to `work`, page by page, all segments side by side; the first fault stops all of them. */
export async function forEachPage(
  table: ScannableTable,
  options: ScanOptions,
  work: (items: readonly Item[]) => Promise<void>,
): Promise<void> {
  const segments = Array.from({ length: SEGMENTS }, (_, segment) => ({ segment, of: SEGMENTS }));
  let isStopped = false;
  const readSegment = async (segment: TableSegment) => {
    for await (const { items } of table.scan(scanSegment(segment, options))) {
      if (isStopped) return;
      await work(items);
    }
  };
  await Promise.all(
    segments.map((segment) =>
      readSegment(segment).catch((error: unknown) => {
        isStopped = true;
        throw error;
      }),
    ),
  );
}

/** Works on the items, at most `concurrency` at a time. */
export async function forEachAtOnce<One>(
  items: readonly One[],
  concurrency: number,
  work: (item: One) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  const worker = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
