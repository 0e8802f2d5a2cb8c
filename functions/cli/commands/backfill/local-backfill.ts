import { setTimeout as sleep } from 'node:timers/promises';
import { s3ObjectListing } from '../../../adapters/aws/s3-listing.ts';
import {
  type BackfillSelection,
  type FeedCounts,
  type Feeder,
  feed,
  QueueFull,
} from '../../../core/backfill/backfill.ts';
import { type BackfillScope, planBackfill } from '../../../core/backfill/plan.ts';
import type { ListedObject, ObjectListing } from '../../../core/objects/listed-object.ts';
import { acceptEveryUpload } from '../../../core/objects/object.ts';
import type { ScannableTable } from '../../../core/records/tag-table.ts';
import { LOCAL_PIPELINE } from '../../../local/control-api/local-pipeline.ts';
import { countText } from '../../../terminal/amounts.ts';
import { EXIT } from '../../../terminal/exit-code.ts';
import type { Output } from '../../../terminal/output.ts';
import { withCount } from '../../../terminal/progress.ts';
import { startSummary } from '../../../terminal/summary.ts';
import { type LocalPipeline, localPipeline } from '../../pipeline/local-pipeline.ts';
import { localS3 } from '../../pipeline/local-s3.ts';
import { askTable } from '../../pipeline/tag-table.ts';
import { durationText, NOTHING_TO_DO, planLines } from './backfill-text.ts';
import type { BackfillRequest } from './deployed-backfill.ts';
import { estimateLocalSeconds } from './estimate.ts';
import { explained } from './listing-error.ts';

export interface LocalPorts {
  readonly s3: number;
  readonly dynamodb: number;
  readonly http: number;
}

/** Messages that may wait: uploads behind them wait a few seconds at most. */
const MAXIMUM_QUEUE_DEPTH = 100;
/** Objects that are sent together, and tried again together while the queue is full. */
const BATCH_OBJECTS = 50;
const PAUSE_MILLISECONDS = 200;

/** Feeds the local pipeline's queue, and waits until it is empty; gives the exit code. */
export async function backfillLocal(
  ports: LocalPorts,
  request: BackfillRequest,
  output: Output,
): Promise<number> {
  const { scope, isDryRun, asJson, guess } = request;
  const pipeline = await localPipeline(ports.http);
  const listing = explained(s3ObjectListing(localS3(`http://127.0.0.1:${ports.s3}`)), ports.s3);
  const place = { kind: 'local', port: ports.dynamodb, tableName: LOCAL_PIPELINE.table } as const;
  const selectionOf = (table: ScannableTable): BackfillSelection => ({
    filter: acceptEveryUpload,
    identity: pipeline.tagger,
    table,
  });
  const print = async (step: string, values: object, lines: readonly string[]) => {
    for (const line of asJson ? [JSON.stringify({ step, ...values })] : lines) await output.line(line);
  };
  const plan = await withCount('Objects listed', (show) =>
    askTable(place, (table) => planBackfill(scope, selectionOf(table), listing, show)),
  );
  const seconds = estimateLocalSeconds(plan, guess);
  await print('plan', { ...scope, ...plan, estimate: { dollars: 0, seconds } }, [
    ...planLines(scope, plan),
    plan.wanted > 0 ? `Cost: none. Time: ${durationText(seconds)} on this machine.` : NOTHING_TO_DO,
  ]);
  if (isDryRun || plan.wanted === 0) return EXIT.done;
  if (!(await request.confirm())) {
    output.remark('cliptag backfill: nothing was started');
    return EXIT.failed;
  }
  const summary = startSummary();
  const before = await pipeline.status();
  const counts = await askTable(place, (table) =>
    feedLocal(scope, listing, { ...selectionOf(table), deadLettersBefore: before.deadLetters }, pipeline),
  );
  await withCount('Messages left', (show) => untilEmpty(pipeline, show));
  const deadLetters = (await pipeline.status()).deadLetters - before.deadLetters;
  await print('done', { ...counts, deadLetters }, [
    `Sent and worked on: ${countText(counts.sent)} objects; ${countText(counts.settled)} were done already; ${summary.time()}.`,
    ...(deadLetters > 0 ? [`${countText(deadLetters)} messages were given up: they are dead letters.`] : []),
  ]);
  return deadLetters > 0 ? EXIT.failed : EXIT.done;
}

function feedLocal(
  scope: BackfillScope,
  listing: ObjectListing,
  selection: BackfillSelection & Pick<Feeder, 'deadLettersBefore'>,
  { queue }: LocalPipeline,
): Promise<FeedCounts> {
  const feeder: Feeder = {
    ...selection,
    queue,
    maximumDepth: MAXIMUM_QUEUE_DEPTH,
    // The depth of the queue is exact here, and enough to slow it down.
    objectsPerSecond: Number.POSITIVE_INFINITY,
    sleep,
    now: () => performance.now(),
  };
  return withCount('Objects sent', async (show) => {
    let counts: FeedCounts = { sent: 0, settled: 0, leftOut: 0 };
    for await (const page of listing.list(scope)) {
      for (let first = 0; first < page.length; first += BATCH_OBJECTS) {
        const batch = await feedPatiently(page.slice(first, first + BATCH_OBJECTS), feeder);
        counts = {
          sent: counts.sent + batch.sent,
          settled: counts.settled + batch.settled,
          leftOut: counts.leftOut + batch.leftOut,
        };
        show(counts.sent);
      }
    }
    return counts;
  });
}

/** Tries again while the queue is full, as the workflow's retries do in the cloud. */
async function feedPatiently(objects: readonly ListedObject[], feeder: Feeder): Promise<FeedCounts> {
  for (;;) {
    try {
      return await feed(objects, feeder);
    } catch (error) {
      if (!(error instanceof QueueFull)) throw error;
      await sleep(PAUSE_MILLISECONDS);
    }
  }
}

async function untilEmpty({ status }: LocalPipeline, show: (messages: number) => void): Promise<void> {
  for (;;) {
    const { queue } = await status();
    const left = queue.visible + queue.inFlight;
    show(left);
    if (left === 0) return;
    await sleep(PAUSE_MILLISECONDS);
  }
}
