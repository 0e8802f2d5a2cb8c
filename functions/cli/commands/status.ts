import { IMAGE_STATUSES, queryImagesByStatus } from '../../core/records.ts';
import { columns } from '../answer-text.ts';
import { command } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { type FlagValues, requireNoOperands } from '../flags.ts';
import type { QueueStatus } from '../pipeline-queue.ts';
import { LOCAL_PIPELINE } from '../places.ts';
import { checkNotEmpty, checkPort, JSON_FLAG } from '../shared-flags.ts';
import { bucketOf, TABLE_FLAGS, type TablePlace, tablePlace } from '../table-flags.ts';

const flags = {
  bucket: {
    type: 'string',
    value: 'B',
    about: `The bucket to count; required with --table. Default: ${LOCAL_PIPELINE.bucket}, the local pipeline's.`,
    check: checkNotEmpty,
  },
  prefix: { type: 'string', value: 'P', about: 'Count only keys that begin so.' },
  ...TABLE_FLAGS,
  'http-port': {
    type: 'string',
    value: 'PORT',
    about: `The local pipeline's page, which knows the queue. Default: ${LOCAL_PIPELINE.httpPort}.`,
    check: checkPort,
  },
  'queue-url': {
    type: 'string',
    value: 'URL',
    about: "A deployed pipeline's queue (output UploadQueueUrl of its stack).",
    check: checkNotEmpty,
  },
  'dead-letter-queue-url': {
    type: 'string',
    value: 'URL',
    about: "A deployed pipeline's dead-letter queue (output DeadLetterQueueUrl).",
    check: checkNotEmpty,
  },
  json: JSON_FLAG,
} as const;

export const status = command({
  usage: `status [--bucket B] [--prefix P] [--json]
       cliptag status --table NAME --bucket B [--region REGION] [--queue-url URL] [--dead-letter-queue-url URL] …`,
  about: `Counts images by status, and the messages in the queue and the dead-letter queue.
--json: {"bucket","images":{"tagged","unsupported","failed","deleted"},"queue":{"visible","inFlight"},"deadLetters"};
queue and deadLetters are null where they are not known.`,
  flags,
  run: async ({ flags, operands }, output) => {
    requireNoOperands(operands);
    const place = tablePlace(flags);
    const bucket = bucketOf(flags.bucket, place);
    const images = await countByStatus(place, bucket, flags.prefix);
    const queue = await queueOf(place, flags);
    if (flags.json) await output.line(jsonLine(bucket, images, queue));
    else for (const line of humanLines(images, queue)) await output.line(line);
    return EXIT.done;
  },
});

type Flags = FlagValues<typeof flags>;
type Counts = Readonly<Record<string, number>>;

async function countByStatus(place: TablePlace, bucket: string, prefix?: string): Promise<Counts> {
  const { askTable } = await import('../tag-table.ts');
  const counts = await askTable(place, (table) =>
    Promise.all(IMAGE_STATUSES.map((name) => table.count(queryImagesByStatus(bucket, name, prefix)))),
  );
  return Object.fromEntries(IMAGE_STATUSES.map((name, i) => [name, counts[i] ?? 0]));
}

async function queueOf(place: TablePlace, flags: Flags): Promise<Partial<QueueStatus>> {
  const { 'queue-url': queueUrl, 'dead-letter-queue-url': deadLetterQueueUrl } = flags;
  if (place.kind === 'local') {
    const { pipelineQueue } = await import('../pipeline-queue.ts');
    return (await pipelineQueue(Number(flags['http-port'] ?? LOCAL_PIPELINE.httpPort))) ?? {};
  }
  const { queueDepth } = await import('../../adapters/sqs.ts');
  const client = place.region ? { region: place.region } : {};
  const [queue, deadLetterQueue] = await Promise.all(
    [queueUrl, deadLetterQueueUrl].map((url) => (url === undefined ? undefined : queueDepth(url, client))),
  );
  return {
    ...(queue ? { queue } : {}),
    ...(deadLetterQueue ? { deadLetters: deadLetterQueue.visible + deadLetterQueue.inFlight } : {}),
  };
}

function jsonLine(bucket: string, images: Counts, { queue, deadLetters }: Partial<QueueStatus>): string {
  return JSON.stringify({ bucket, images, queue: queue ?? null, deadLetters: deadLetters ?? null });
}

function humanLines(images: Counts, { queue, deadLetters }: Partial<QueueStatus>): string[] {
  return [
    ...columns(Object.entries(images).map(([name, count]) => [name, String(count)])),
    queue ? `queue: ${queue.visible} waiting, ${queue.inFlight} in flight` : `queue: ${UNKNOWN}`,
    `dead-letter queue: ${deadLetters ?? UNKNOWN}`,
  ];
}

const UNKNOWN = 'unknown (no local pipeline page answers, or the deployed queue is not named)';
