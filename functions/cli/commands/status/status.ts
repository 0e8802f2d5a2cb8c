import { IMAGE_STATUSES, queryImagesByStatus } from '../../../core/records/image-record.ts';
import type { Labelling, QueueStatus } from '../../../local/control-api/control-api.ts';
import { LOCAL_PIPELINE } from '../../../local/control-api/local-pipeline.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT } from '../../../terminal/exit-code.ts';
import { checkNotEmpty } from '../../../terminal/flag-checks.ts';
import { type FlagValues, onlyFlags } from '../../../terminal/flags.ts';
import { bucketsOf } from '../../pipeline/deployed-stack.ts';
import {
  type DeployedQueues,
  deployedQueues,
  QUEUE_FLAGS,
  queueFlagFaults,
} from '../../pipeline/queue-flags.ts';
import {
  bucketOf,
  TABLE_FLAGS,
  type TablePlace,
  tableFlagFaults,
  tablePlace,
} from '../../pipeline/table-flags.ts';
import { JSON_FLAG } from '../../shared-flags.ts';
import type { BucketCounts } from './status-text.ts';

const flags = {
  bucket: {
    type: 'string',
    value: 'B',
    about:
      'The bucket to count; required with --table. Default: all that the stack or the local pipeline has.',
    check: checkNotEmpty,
  },
  prefix: { type: 'string', value: 'P', about: 'Count only keys that begin so.' },
  ...TABLE_FLAGS,
  ...QUEUE_FLAGS,
  json: JSON_FLAG,
} as const;

export const status = command({
  usage: `status [--bucket B] [--prefix P] [--json]
       cliptag status --stack NAME [--region REGION] …
       cliptag status --table NAME --bucket B [--region REGION] [--queue-url URL] [--dead-letter-queue-url URL] …`,
  about: `Counts images by status, and the messages in the queue and the dead-letter queue. Of the local pipeline it names the
label sets in use, too, and counts the pictures whose tags come from others.
--json: for each bucket {"bucket","images":{"tagged","unsupported","failed","deleted"},"queue":{"visible","inFlight"},
"deadLetters","labelSets"?:[{"name","version","digest","path"}],"others"?: pictures of other label sets}; all but the images
are those of the pipeline; queue and deadLetters are null where they are not known.`,
  example: 'status --stack Cliptag',
  flags,
  check: ({ flags, operands }) => [
    ...onlyFlags(operands),
    ...queueFlagFaults(flags),
    ...tableFlagFaults(flags),
  ],
  run: async ({ flags }, output) => {
    const place = await tablePlace(flags);
    const images = await countByStatus(place, bucketsToCount(flags.bucket, place), flags.prefix);
    if (images.every(hasNone)) {
      const { requireBucket } = await import('../../pipeline/known-bucket.ts');
      await requireBucket(flags.bucket, place, flags);
    }
    const told = { ...(await queueOf(place, flags)), labelling: await labellingOf(place, flags) };
    const { humanLines, jsonLines } = await import('./status-text.ts');
    const lines = flags.json ? jsonLines(images, told) : humanLines(images, told);
    for (const line of lines) await output.line(line);
    return EXIT.done;
  },
});

type Flags = FlagValues<typeof flags>;

function hasNone({ images }: BucketCounts): boolean {
  return Object.values(images).every((count) => count === 0);
}

function bucketsToCount(bucket: string | undefined, place: TablePlace): readonly string[] {
  const isOfStack = bucket === undefined && place.kind === 'deployed' && place.stack !== undefined;
  return isOfStack ? bucketsOf(place.stack) : [bucketOf(bucket, place)];
}

async function countByStatus(
  place: TablePlace,
  buckets: readonly string[],
  prefix?: string,
): Promise<readonly BucketCounts[]> {
  const { askTable } = await import('../../pipeline/tag-table.ts');
  return askTable(place, (table) =>
    Promise.all(
      buckets.map(async (bucket) => {
        const counted = IMAGE_STATUSES.map((name) => table.count(queryImagesByStatus(bucket, name, prefix)));
        const counts = await Promise.all(counted);
        return {
          bucket,
          images: Object.fromEntries(IMAGE_STATUSES.map((name, i) => [name, counts[i] ?? 0])),
        };
      }),
    ),
  );
}

async function queueOf(place: TablePlace, flags: Flags): Promise<Partial<QueueStatus>> {
  if (place.kind === 'deployed') return depthOf(deployedQueues(flags, place));
  const { pipelineQueue } = await import('../../pipeline/local-pipeline.ts');
  return (await pipelineQueue(Number(flags['http-port'] ?? LOCAL_PIPELINE.httpPort))) ?? {};
}

/** A deployed pipeline has the label sets that it was deployed with, which its table does not tell. */
async function labellingOf(place: TablePlace, flags: Flags): Promise<Labelling | undefined> {
  if (place.kind === 'deployed') return undefined;
  const { pipelineLabelling } = await import('../../pipeline/local-pipeline.ts');
  return pipelineLabelling(Number(flags['http-port'] ?? LOCAL_PIPELINE.httpPort));
}

async function depthOf({
  region,
  queueUrl,
  deadLetterQueueUrl,
}: DeployedQueues): Promise<Partial<QueueStatus>> {
  const { queueDepth } = await import('../../../adapters/aws/sqs.ts');
  const { awsError } = await import('../../pipeline/aws-error.ts');
  const client = region === undefined ? {} : { region };
  const [queue, deadLetterQueue] = await Promise.all(
    [queueUrl, deadLetterQueueUrl].map((url) => (url === undefined ? undefined : queueDepth(url, client))),
  ).catch((error: unknown) => {
    throw awsError('the queues cannot be read', 'queue-fault', error);
  });
  return {
    ...(queue ? { queue } : {}),
    ...(deadLetterQueue ? { deadLetters: deadLetterQueue.visible + deadLetterQueue.inFlight } : {}),
  };
}
