import { printable } from '../../../core/printable.ts';
import { IMAGE_STATUSES } from '../../../core/records/image-record.ts';
import type { Labelling, QueueStatus } from '../../../local/control-api/control-api.ts';
import { countText } from '../../../terminal/amounts.ts';
import { columns } from '../../../terminal/columns.ts';

/** How many images of one bucket have each status. */
export interface BucketCounts {
  readonly bucket: string;
  readonly images: Readonly<Record<string, number>>;
}

/** What the pipeline tells besides. */
export interface ToldStatus extends Partial<QueueStatus> {
  /** Undefined where no pipeline tells it. */
  readonly labelling?: Labelling | undefined;
}

export function jsonLines(
  counts: readonly BucketCounts[],
  { queue, deadLetters, labelling }: ToldStatus,
): string[] {
  return counts.map((each) =>
    JSON.stringify({ ...each, queue: queue ?? null, deadLetters: deadLetters ?? null, ...labelling }),
  );
}

/** A column for each bucket, named where there are several. */
export function humanLines(
  counts: readonly BucketCounts[],
  { queue, deadLetters, labelling }: ToldStatus,
): string[] {
  const heads = counts.length > 1 ? [['', ...counts.map(({ bucket }) => bucket)]] : [];
  return [
    ...columns([
      ...heads,
      ...IMAGE_STATUSES.map((name) => [name, ...counts.map(({ images }) => String(images[name]))]),
    ]),
    queue ? `queue: ${queue.visible} waiting, ${queue.inFlight} in flight` : `queue: ${UNKNOWN}`,
    `dead-letter queue: ${deadLetters ?? UNKNOWN}`,
    ...(labelling ? labellingLines(labelling) : []),
  ];
}

function labellingLines({ labelSets, others }: Labelling): string[] {
  const names = labelSets.map(({ name, version }) => `${name} (version ${printable(version)})`);
  const counted = others === 1 ? '1 picture has' : `${countText(others)} pictures have`;
  return [
    `label sets: ${names.join(', ')}`,
    ...(others > 0 ? [`${counted} tags of other label sets: npx cliptag retag`] : []),
  ];
}

const UNKNOWN = 'unknown (no local pipeline page answers, or the deployed queue is not named)';
