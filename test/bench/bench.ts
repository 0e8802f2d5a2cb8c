import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { embeddingFromBytes } from '../../functions/core/labels/embedding.ts';
import { tagsFor } from '../../functions/core/labels/scores.ts';
import { acceptEveryUpload } from '../../functions/core/objects/object.ts';
import { describeImage } from '../../functions/core/tagging/describe-image.ts';
import type { Tagger, TaggingOutcome } from '../../functions/core/tagging/tag-image.ts';
import { SAMPLE_FOLDER, sampleNames } from '../../functions/local/samples.ts';
import { composeTagger } from '../../functions/tag-images/composition.ts';
import { stageClock } from '../../functions/tag-images/stage-clock.ts';
import { messageTagger } from '../../functions/tag-images/tag-messages.ts';
import { sqsEvent } from '../fixtures/sqs-event.ts';
import { startStores } from '../fixtures/stores.ts';
import { pairedStarts, pairedText } from './process-starts.ts';

/**
 * `npm run bench`: the handler with its stores, which run in the same process and take part of its time.
 * Machines differ and are shared: compare figures of one run with each other, not with those of another.
 */
const WARM_UP_IMAGES = 20;
const SINGLE_IMAGES = 50;
const BATCHED_IMAGES = 200;
const BATCH_SIZE = 10;
const SCORE_RUNS = 20;
const PROCESS_STARTS = 9;

const repository = fileURLToPath(new URL('../..', import.meta.url));
const stores = await startStores();
let writeUnits = 0;
const countWriteUnits = (units: number): void => {
  writeUnits += units;
};
try {
  const tagger = await composeTagger({
    modelFolder: join(repository, 'models/embedded'),
    labelSets: [join(repository, 'models/labels/general.yaml')],
    classifierFolder: stores.classifierFolder,
    s3: stores.s3Options,
    table: { ...stores.tableOptions, onWriteUnits: countWriteUnits },
    maximumBytes: Number.MAX_SAFE_INTEGER,
    warn: console.error,
  });
  print('machine', `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.version}`);
  await handle(tagger, await stores.upload(WARM_UP_IMAGES, 'warm-up'), BATCH_SIZE);
  await benchStages(tagger);
  await benchThroughput(tagger);
  await benchWriteUnits(tagger);
  await benchStarts();
} finally {
  await stores.close();
}

/** One image at a time, so that no stage waits for another image. */
async function benchStages(tagger: Tagger): Promise<void> {
  const bodies = await stores.upload(SINGLE_IMAGES, 'single');
  const clock = stageClock(tagger);
  const started = performance.now();
  const outcomes = await handle(clock.tagger, bodies, 1);
  const perImage = (milliseconds: number) => `${(milliseconds / SINGLE_IMAGES).toFixed(2)} ms`;
  const { fetch, decode, encode, read, write } = clock.milliseconds;
  print('one at a time', `${perImage(performance.now() - started)} an image`);
  print('  fetch', perImage(fetch));
  print('  decode', perImage(decode));
  print('  encode', perImage(encode));
  print('  score', `${scoreMilliseconds(tagger, outcomes).toFixed(2)} ms`);
  print('  read', perImage(read));
  print('  write', `${perImage(write)} in all, writes of one image side by side`);
}

/** The floor is what pictures cost with no event, no store and no record around them. */
async function benchThroughput(tagger: Tagger): Promise<void> {
  const bodies = await stores.upload(BATCHED_IMAGES, 'batched');
  const handler = await imagesPerSecond(() => handle(tagger, bodies, BATCH_SIZE));
  const pictures = await Promise.all(
    (await sampleNames()).map((name) => readFile(join(SAMPLE_FOLDER, name))),
  );
  const floor = await imagesPerSecond(async () => {
    for (let first = 0; first < BATCHED_IMAGES; first += BATCH_SIZE) {
      const batch = Array.from({ length: BATCH_SIZE }, (_, i) => pictures[(first + i) % pictures.length]);
      await Promise.all(
        batch.map((bytes) => describeImage(bytes ?? Buffer.alloc(0), tagger, tagger.classifiers)),
      );
    }
  });
  print(
    'in batches',
    `${handler.toFixed(1)} images/s, ${BATCHED_IMAGES} photographs of 0.1 to 0.3 megapixels, ${BATCH_SIZE} a batch`,
  );
  print(
    '  floor',
    `${floor.toFixed(1)} images/s with decode, encode and score alone: the handler reaches ${((100 * handler) / floor).toFixed(0)} % of it`,
  );
}

async function imagesPerSecond(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return BATCHED_IMAGES / ((performance.now() - started) / 1000);
}

/** The budget is for five tags: every label passes, and top-k keeps five. */
async function benchWriteUnits(tagger: Tagger): Promise<void> {
  const withFiveTags: Tagger = {
    ...tagger,
    classifiers: tagger.classifiers.map((classifier) => ({
      ...classifier,
      labelSet: {
        ...classifier.labelSet,
        topK: 5,
        minimumScore: 0,
        labels: classifier.labelSet.labels.map((label) => ({ ...label, threshold: 0 })),
      },
    })),
  };
  const bodies = await stores.upload(WARM_UP_IMAGES, 'five-tags');
  writeUnits = 0;
  const outcomes = await handle(withFiveTags, bodies, BATCH_SIZE);
  const tags = outcomes.reduce((sum, { record }) => sum + (record?.tags.length ?? 0), 0);
  print(
    'write units',
    `${(writeUnits / WARM_UP_IMAGES).toFixed(2)} an image with ${tags / WARM_UP_IMAGES} tags; AWS counts 1 more for the index, which the local endpoint leaves out`,
  );
}

/** Sends message bodies to the handler, batch after batch. */
async function handle(
  tagger: Tagger,
  bodies: readonly string[],
  batchSize: number,
): Promise<readonly TaggingOutcome[]> {
  const outcomes: TaggingOutcome[] = [];
  const tagMessages = messageTagger({
    tagger,
    filter: acceptEveryUpload,
    report: {
      outcome: (outcome) => void outcomes.push(outcome),
      ignored: () => {},
      fault: (error) => console.error(error),
    },
  });
  for (let first = 0; first < bodies.length; first += batchSize) {
    await tagMessages(sqsEvent(bodies.slice(first, first + batchSize)));
  }
  return outcomes;
}

function scoreMilliseconds({ classifiers }: Tagger, outcomes: readonly TaggingOutcome[]): number {
  const embeddings = outcomes.flatMap(({ record }) =>
    record?.embedding && record.modelDigest ? [embeddingFromBytes(record.embedding, record.modelDigest)] : [],
  );
  const started = performance.now();
  for (let run = 0; run < SCORE_RUNS; run++) {
    for (const embedding of embeddings) for (const classifier of classifiers) tagsFor(embedding, classifier);
  }
  return (performance.now() - started) / (SCORE_RUNS * embeddings.length);
}

/** The command line as users have it, beside the checkout's, which translates its sources at every start. */
async function benchStarts(): Promise<void> {
  if (!existsSync(join(repository, 'dist', 'cliptag.mjs'))) {
    return print('first tag', 'npm run build first: the package is measured beside the sources');
  }
  const picture = join(SAMPLE_FOLDER, 'chelsea.png');
  const starts = (args: readonly string[]) => pairedStarts(repository, args, PROCESS_STARTS);
  print(
    'first tag',
    `${pairedText(await starts(['tag', picture, '--json']))}, cliptag tag, median of ${PROCESS_STARTS}`,
  );
  print('help', `${pairedText(await starts(['--help']))}, cliptag --help`);
}

function print(what: string, figure: string): void {
  console.log(`${what.padEnd(16)} ${figure}`);
}
