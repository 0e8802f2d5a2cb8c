import type { ScannableTable } from './ports.ts';
import type { Item } from './records.ts';

/** One of the parts into which DynamoDB divides a table for those who read all of it at once. */
export interface ScanRequest {
  /** In [0, TotalSegments). */
  readonly Segment: number;
  readonly TotalSegments: number;
  readonly FilterExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
}

/** Which images are meant. @default all */
export interface ImageScope {
  readonly bucket?: string | undefined;
  readonly prefix?: string | undefined;
}

/**
 * Read side by side. More than the partitions of a table of a few million images bring nothing; each holds a page of
 * at most 1 MB.
 */
const SEGMENTS = 8;

/** Image records and label entries alike carry bucket and key; what the filter leaves out is still read and paid for. */
export function scanSegment(segment: number, { bucket, prefix }: ImageScope): ScanRequest {
  const conditions = [
    ...(bucket === undefined ? [] : ['#bucket = :bucket']),
    ...(prefix ? ['begins_with(#key, :prefix)'] : []),
  ];
  if (conditions.length === 0) return { Segment: segment, TotalSegments: SEGMENTS };
  return {
    Segment: segment,
    TotalSegments: SEGMENTS,
    FilterExpression: conditions.join(' AND '),
    ExpressionAttributeNames: {
      ...(bucket === undefined ? {} : { '#bucket': 'bucket' }),
      ...(prefix ? { '#key': 'key' } : {}),
    },
    ExpressionAttributeValues: {
      ...(bucket === undefined ? {} : { ':bucket': bucket }),
      ...(prefix ? { ':prefix': prefix } : {}),
    },
  };
}

/** Shows every item of the scope to `work`, page by page, all segments side by side; the first fault stops all of them. */
export async function forEachPage(
  table: ScannableTable,
  scope: ImageScope,
  work: (items: readonly Item[]) => Promise<void>,
): Promise<void> {
  const segments = Array.from({ length: SEGMENTS }, (_, segment) => scanSegment(segment, scope));
  let stopped = false;
  const readSegment = async (request: ScanRequest) => {
    for await (const page of table.scan(request)) {
      if (stopped) return;
      await work(page);
    }
  };
  await Promise.all(
    segments.map((request) =>
      readSegment(request).catch((error: unknown) => {
        stopped = true;
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
