import { IMAGE_STATUSES, queryImagesByStatus } from '../../core/records.ts';
import { columns } from '../columns.ts';
import { command } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import type { QueueStatus } from '../pipeline-queue.ts';
import { JSON_FLAG } from '../shared-flags.ts';
import { bucketOf, TABLE_FLAGS, type TablePlace, tablePlace } from '../table-flags.ts';
import { UsageFault } from '../usage-fault.ts';
import { checkNotEmpty, checkPort } from '../value-checks.ts';

const DEFAULT_HTTP_PORT = '3000';

const flags = {
  bucket: {
    type: 'string',
    value: 'B',
    about: "The bucket to count. Default: the local pipeline's, photos.",
    check: checkNotEmpty,
  },
  prefix: { type: 'string', value: 'P', about: 'Count only keys that begin so.' },
  ...TABLE_FLAGS,
  'http-port': {
    type: 'string',
    value: 'PORT',
    about: `The local pipeline's page, which knows the queue. Default: ${DEFAULT_HTTP_PORT}.`,
    check: checkPort,
  },
  json: JSON_FLAG,
} as const;

export const status = command({
  usage: 'status [--bucket B] [--prefix P] [--json]',
  about: `Counts images by status, and the messages in the local pipeline's queue and dead-letter queue.
--json: {"bucket","images":{"tagged","unsupported","failed","deleted"},"queue":{"visible","inFlight"},"deadLetters"};
queue and deadLetters are null where they are not known (a deployed table's are in CloudWatch).`,
  flags,
  run: async ({ flags, operands }, output) => {
    if (operands.length > 0) throw new UsageFault([`expected only flags but received "${operands[0]}"`]);
    const place = tablePlace(flags);
    const bucket = bucketOf(flags.bucket, place);
    const images = await countByStatus(place, bucket, flags.prefix);
    const httpPort = flags['http-port'] ?? DEFAULT_HTTP_PORT;
    const queue = place.kind === 'local' ? await queueOf(httpPort) : undefined;
    if (flags.json) await output.line(jsonLine(bucket, images, queue));
    else for (const line of humanLines(images, queue, place, httpPort)) await output.line(line);
    return EXIT.done;
  },
});

type Counts = Readonly<Record<string, number>>;

async function countByStatus(place: TablePlace, bucket: string, prefix?: string): Promise<Counts> {
  const { askTable } = await import('../tag-table.ts');
  const counts = await askTable(place, (table) =>
    Promise.all(IMAGE_STATUSES.map((name) => table.count(queryImagesByStatus(bucket, name, prefix)))),
  );
  return Object.fromEntries(IMAGE_STATUSES.map((name, i) => [name, counts[i] ?? 0]));
}

async function queueOf(httpPort: string): Promise<QueueStatus | undefined> {
  const { pipelineQueue } = await import('../pipeline-queue.ts');
  return pipelineQueue(Number(httpPort));
}

function jsonLine(bucket: string, images: Counts, status: QueueStatus | undefined): string {
  const { queue = null, deadLetters = null } = status ?? {};
  return JSON.stringify({ bucket, images, queue, deadLetters });
}

function humanLines(
  images: Counts,
  status: QueueStatus | undefined,
  place: TablePlace,
  httpPort: string,
): string[] {
  const counts = columns(Object.entries(images).map(([name, count]) => [name, String(count)]));
  return [...counts, ...queueLines(status, place, httpPort)];
}

function queueLines(status: QueueStatus | undefined, { kind }: TablePlace, httpPort: string): string[] {
  if (kind === 'deployed') return ['queue and dead-letter queue: see CloudWatch'];
  if (!status) {
    return [`queue and dead-letter queue: unknown, no local pipeline answers on 127.0.0.1:${httpPort}`];
  }
  const { visible, inFlight } = status.queue;
  return [`queue: ${visible} waiting, ${inFlight} in flight`, `dead-letter queue: ${status.deadLetters}`];
}
