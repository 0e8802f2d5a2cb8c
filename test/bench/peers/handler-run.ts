/*
 * Tags uploads in a process of its own, away from the stores, and tells how long it took and how large the process grew.
 * A {@link HandlerJob} comes as JSON on standard input, a {@link HandlerFigures} goes to standard output.
 */
import { text } from 'node:stream/consumers';
import type { DynamoDbTagTableOptions } from '../../../functions/adapters/dynamodb.ts';
import type { S3Options } from '../../../functions/adapters/s3.ts';
import { acceptEveryUpload } from '../../../functions/core/object.ts';
import type { Tagger } from '../../../functions/core/tag-image.ts';
import { composeTagger } from '../../../functions/tag-images/composition.ts';
import { type Stage, stageClock } from '../../../functions/tag-images/stage-clock.ts';
import { messageTagger } from '../../../functions/tag-images/tag-messages.ts';
import { sqsEvent } from '../../fixtures/sqs-event.ts';

export interface HandlerJob {
  readonly modelFolder: string;
  readonly labelSet: string;
  readonly classifierFolder: string;
  readonly s3: S3Options;
  readonly table: DynamoDbTagTableOptions;
  /** Bodies of messages, each of one upload. */
  readonly warmUp: readonly string[];
  readonly oneByOne: readonly string[];
  readonly inBatches: readonly string[];
  readonly batchSize: number;
}

export interface HandlerFigures {
  /** Of one message at a time, each message's own. */
  readonly single: ReadonlyArray<{ readonly total: number } & Readonly<Record<Stage, number>>>;
  readonly batchImagesPerSecond: number;
  readonly peakRssBytes: number;
}

const job = JSON.parse(await text(process.stdin)) as HandlerJob;
const tagger = await composeTagger({
  modelFolder: job.modelFolder,
  labelSets: [job.labelSet],
  classifierFolder: job.classifierFolder,
  s3: job.s3,
  table: job.table,
  maximumBytes: Number.MAX_SAFE_INTEGER,
  warn: console.error,
});
await handle(tagger, job.warmUp, job.batchSize);
const single: Array<{ total: number } & Record<Stage, number>> = [];
for (const body of job.oneByOne) {
  const clock = stageClock(tagger);
  const total = await milliseconds(() => handle(clock.tagger, [body], 1));
  single.push({ total, ...clock.milliseconds });
}
const batched = await milliseconds(() => handle(tagger, job.inBatches, job.batchSize));
const figures: HandlerFigures = {
  single,
  batchImagesPerSecond: job.inBatches.length / (batched / 1000),
  peakRssBytes: process.resourceUsage().maxRSS * 1024,
};
process.stdout.write(JSON.stringify(figures));

async function handle(with_: Tagger, bodies: readonly string[], batchSize: number): Promise<void> {
  const tagMessages = messageTagger({
    tagger: with_,
    filter: acceptEveryUpload,
    report: {
      outcome: ({ record }) => {
        if (record?.status !== 'tagged')
          throw new Error(`Expected a tagged image: ${JSON.stringify(record)}`);
      },
      ignored: () => {},
      fault: (error) => console.error(error),
    },
  });
  for (let first = 0; first < bodies.length; first += batchSize) {
    await tagMessages(sqsEvent(bodies.slice(first, first + batchSize)));
  }
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
