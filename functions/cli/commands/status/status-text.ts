import { IMAGE_STATUSES } from '../../../core/records/image-record.ts';
import type { QueueStatus } from '../../../local/control-api/control-api.ts';
import { columns } from '../../../terminal/columns.ts';

/** How many images of one bucket have each status. */
export interface BucketCounts {
  readonly bucket: string;
  readonly images: Readonly<Record<string, number>>;
}

export function jsonLines(
  counts: readonly BucketCounts[],
  { queue, deadLetters }: Partial<QueueStatus>,
): string[] {
  return counts.map((each) =>
    JSON.stringify({ ...each, queue: queue ?? null, deadLetters: deadLetters ?? null }),
  );
}

/** A column for each bucket, named where there are several. */
export function humanLines(
  counts: readonly BucketCounts[],
  { queue, deadLetters }: Partial<QueueStatus>,
): string[] {
  const heads = counts.length > 1 ? [['', ...counts.map(({ bucket }) => bucket)]] : [];
  return [
    ...columns([
      ...heads,
      ...IMAGE_STATUSES.map((name) => [name, ...counts.map(({ images }) => String(images[name]))]),
    ]),
    queue ? `queue: ${queue.visible} waiting, ${queue.inFlight} in flight` : `queue: ${UNKNOWN}`,
    `dead-letter queue: ${deadLetters ?? UNKNOWN}`,
  ];
}

const UNKNOWN = 'unknown (no local pipeline page answers, or the deployed queue is not named)';
