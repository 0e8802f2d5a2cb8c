import type { Item, ScannableTable, ScanRequest } from './tag-table.ts';

/** One of the parts into which DynamoDB divides a table for a parallel scan. */
export interface TableSegment {
  /** In [0, of). */
  readonly segment: number;
  readonly of: number;
}

/** The images of a bucket, under a prefix. @default all */
export interface ImageScope {
  readonly bucket?: string | undefined;
  readonly prefix?: string | undefined;
}

export interface ScanOptions extends ImageScope {
  /** Only tagged images, with no more than the attributes that retagging compares, and no label entries. */
  readonly isOnlyTagged?: boolean;
}

/**
 * Segments that are read side by side. More segments than the table has partitions gain nothing, and a table of a few
 * million images has about as many; each segment holds one page of up to 1 MB in memory.
 */
export const SEGMENTS = 8;

const COMPARED_ATTRIBUTES = [
  ...['GSI1PK', 'bucket', 'key', 'status', 'tags', 'corrections', 'modelDigest', 'embedding', 'labelSets'],
];

/**
 * Reads a segment's items of a scope. Image records and label entries alike carry bucket and key. Items that the filter
 * leaves out are still read and paid for. Read consistently, at twice the price, for a replica that lags could leave out
 * an image that was recorded before the scan began, and nothing would come back to it.
 */
export function scanSegment(
  { segment, of }: TableSegment,
  { bucket, prefix, isOnlyTagged = false }: ScanOptions,
): ScanRequest {
  const conditions = [
    ...(bucket === undefined ? [] : ['#bucket = :bucket']),
    ...(prefix ? ['begins_with(#key, :prefix)'] : []),
    ...(isOnlyTagged ? ['#status = :tagged'] : []),
  ];
  const place = { Segment: segment, TotalSegments: of, ConsistentRead: true };
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

/**
 * Calls `work` with every item of the scope, page by page, all segments side by side; the first fault stops all of
 * them.
 */
export function forEachPage(
  table: Pick<ScannableTable, 'scan'>,
  options: ScanOptions,
  work: (items: readonly Item[]) => Promise<void>,
): Promise<void> {
  return forEachPageOf(table, (segment) => scanSegment(segment, options), work);
}

/** Calls `work` with every page of a scan of each segment, as {@link forEachPage} does. */
export async function forEachPageOf(
  table: Pick<ScannableTable, 'scan'>,
  scanOf: (segment: TableSegment) => ScanRequest,
  work: (items: readonly Item[]) => Promise<void>,
): Promise<void> {
  const segments = Array.from({ length: SEGMENTS }, (_, segment) => ({ segment, of: SEGMENTS }));
  let isStopped = false;
  const readSegment = async (segment: TableSegment) => {
    for await (const { items } of table.scan(scanOf(segment))) {
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

/** Works on the items, at most `concurrency` at a time. p-map does the same, but core depends on zod alone. */
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
