/*
 * Tags uploads in a process of its own, away from the stores, and tells how long it took and how large the process grew.
 * A {@link HandlerJob} comes as JSON on standard input, {@link HandlerFigures} go to standard output.
 */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { DynamoDbTagTableOptions } from '../../../functions/adapters/aws/dynamodb.ts';
import type { S3Options } from '../../../functions/adapters/aws/s3.ts';
import { acceptEveryUpload } from '../../../functions/core/objects/object.ts';
import type { Tagger } from '../../../functions/core/tagging/tag-image.ts';
import { composeTagger } from '../../../functions/tag-images/composition.ts';
import { type Stage, stageClock } from '../../../functions/tag-images/stage-clock.ts';
import { messageTagger } from '../../../functions/tag-images/tag-messages.ts';
import { sqsEvent } from '../../fixtures/sqs-event.ts';
import { BATCH_SIZE } from './batch-size.ts';

export interface HandlerJob {
  readonly modelFolder: string;
  readonly labelSet: string;
  readonly classifierFolder: string;
  readonly picture: string;
  readonly s3: S3Options;
  readonly table: DynamoDbTagTableOptions;
  /** Not measured: connections are made. */
  readonly start: Round;
  /** Bodies of messages, each of one upload. */
  readonly oneByOne: readonly string[];
  readonly newRounds: readonly Round[];
  /** Not measured, and not encoded. */
  readonly warmUp: readonly string[];
  readonly warmRounds: readonly Round[];
}

/** Two batches of bodies: what is tagged once is not tagged again. */
export interface Round {
  readonly first: readonly string[];
  readonly second: readonly string[];
}

/**
 * - `decode + encode`: neither events nor stores
 * - `stores in memory`: the handler with a bucket and a table that are variables, one tag an image
 * - `handler, 1 tag` and `handler, 5 tags`: with S3 and DynamoDB endpoints; each tag is a write more
 */
export type Variant = 'decode + encode' | 'stores in memory' | 'handler, 1 tag' | 'handler, 5 tags';

/** Milliseconds per image: on the clock, and of the processor's work in this process. */
export interface ImageCost {
  readonly wall: number;
  readonly processor: number;
}

export type RoundCost = Readonly<Record<Variant, ImageCost>>;

export interface HandlerFigures {
  /** One message at a time; figures for each message. */
  readonly single: ReadonlyArray<{ readonly total: number } & Readonly<Record<Stage, number>>>;
  /** In batches as Lambda hands them over, round by round; variants take turns. */
  readonly newRounds: readonly RoundCost[];
  readonly warmRounds: readonly RoundCost[];
  readonly peakRssBytes: number;
}

const job = JSON.parse(await text(process.stdin)) as HandlerJob;
const picture = await readFile(job.picture);
const tagger = await composeTagger({
  modelFolder: job.modelFolder,
  labelSets: [job.labelSet],
  classifierFolder: job.classifierFolder,
  s3: job.s3,
  table: job.table,
  maximumBytes: Number.MAX_SAFE_INTEGER,
  warn: console.error,
});
const oneTag = withTags(tagger, 1);
const inMemory: Tagger = {
  ...oneTag,
  objects: { ...tagger.objects, fetch: async () => ({ bytes: picture }) },
  table: { ...tagger.table, read: async () => undefined, write: async () => true },
};
const VARIANTS: Readonly<Record<Variant, (round: Round) => Promise<void>>> = {
  'decode + encode': ({ first }) => decodeAndEncode(first.length),
  'stores in memory': ({ first }) => handle(inMemory, first),
  'handler, 1 tag': ({ first }) => handle(oneTag, first),
  'handler, 5 tags': ({ second }) => handle(withTags(tagger, 5), second),
};

await measure(job.start);
const single: Array<{ total: number } & Record<Stage, number>> = [];
for (const body of job.oneByOne) {
  const clock = stageClock(oneTag);
  const { wall: total } = await cost(1, () => handle(clock.tagger, [body]));
  single.push({ total, ...clock.milliseconds });
}
const newRounds = await measureInTurn(job.newRounds);
await warmUp(job.warmUp);
const warmRounds = await measureInTurn(job.warmRounds);
const peakRssBytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(
  JSON.stringify({ single, newRounds, warmRounds, peakRssBytes } satisfies HandlerFigures),
);

async function measureInTurn(rounds: readonly Round[]): Promise<RoundCost[]> {
  const costs: RoundCost[] = [];
  for (const round of rounds) costs.push(await measure(round));
  return costs;
}

async function measure(round: Round): Promise<RoundCost> {
  const costs: Partial<Record<Variant, ImageCost>> = {};
  for (const [name, run] of Object.entries(VARIANTS)) {
    costs[name as Variant] = await cost(round.first.length, () => run(round));
  }
  return costs as RoundCost;
}

/** All that the handler does but the encoder's work, which V8 has no part in. */
async function warmUp(bodies: readonly string[]): Promise<void> {
  const decoded = await tagger.decoder.decode(picture, tagger.encoder.pixelSpec);
  const embedding = await tagger.encoder.encode(decoded);
  const encoder = { ...tagger.encoder, encode: async () => embedding };
  for (let first = 0; first < bodies.length; first += BATCH_SIZE) {
    await handle({ ...withTags(tagger, 5), encoder }, bodies.slice(first, first + BATCH_SIZE));
  }
}

/** Random weights favour no label: the best `count` labels are taken, whatever their scores. */
function withTags(composed: Tagger, count: number): Tagger {
  const classifiers = composed.classifiers.map((classifier) => {
    const { labelSet } = classifier;
    const labels = labelSet.labels.map((label) => ({ ...label, threshold: 0 }));
    return { ...classifier, labelSet: { ...labelSet, topK: count, minimumScore: 0, labels } };
  });
  return { ...composed, classifiers };
}

async function decodeAndEncode(count: number): Promise<void> {
  const { decoder, encoder } = tagger;
  const encode = () => encoder.encode(decoder.decode(picture, encoder.pixelSpec));
  await Promise.all(Array.from({ length: count }, encode));
}

async function handle(with_: Tagger, bodies: readonly string[]): Promise<void> {
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
  await tagMessages(sqsEvent(bodies));
}

async function cost(count: number, work: () => Promise<unknown>): Promise<ImageCost> {
  const [started, before] = [performance.now(), process.cpuUsage()];
  await work();
  const wall = (performance.now() - started) / count;
  const { user, system } = process.cpuUsage(before);
  return { wall, processor: (user + system) / 1000 / count };
}
