import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readLocalCredentials } from '../config.ts';
import type { Tag } from '../core/labels/scores.ts';
import { DEFAULT_MAXIMUM_BYTES } from '../core/objects/object.ts';
import { imageRecordOf, readImageRecord } from '../core/records/image-record.ts';
import type { TaggingOutcome } from '../core/tagging/tag-image.ts';
import { LOCAL_TABLE_NAME } from './dynamodb/table.ts';
import { startGallery } from './gallery/gallery-server.ts';
import { LOCAL_BUCKET_NAME, type Pipeline, startPipeline } from './pipeline.ts';
import { galleryPorts, shownOutcome } from './pipeline-ports.ts';
import { SAMPLE_FOLDER, sampleNames, samplesWereUploaded, uploadSamples } from './samples.ts';
import { explainStartError, readStartFlags, type StartFlags, USAGE } from './start-flags.ts';
import { eventLine, linesToTry, outcomeLine, table, tagLine, terminalReport } from './terminal.ts';

const MODEL_FOLDER = fileURLToPath(new URL('../../models/embedded', import.meta.url));
const LABEL_SETS = fileURLToPath(new URL('../../models/labels', import.meta.url));

/** The samples take a second or two; if they can't be tagged, serving goes on without their table. */
const SAMPLES_PATIENCE_MILLISECONDS = 60_000;

/** `npm start`: the whole pipeline on this machine, with the sample photographs on the first start. */
async function start(flags: StartFlags): Promise<void> {
  const credentials = readLocalCredentials();
  const listeners = new Set<(outcome: TaggingOutcome) => void>();
  await mkdir(flags.data, { recursive: true });
  const pipeline = await startPipeline({
    modelFolder: MODEL_FOLDER,
    labelSets: [LABEL_SETS],
    maximumBytes: DEFAULT_MAXIMUM_BYTES,
    dataFolder: flags.data,
    ports: { s3: flags['s3-port'], dynamodb: flags['dynamodb-port'] },
    credentials,
    report: terminalReport((outcome) => {
      for (const listener of listeners) listener(outcome);
    }),
    objectTagLimit: flags['object-tags'],
    events: flags['result-events'] ? { publish: async (event) => showLine(eventLine(event)) } : undefined,
    warn: (message) => console.error(message),
  });
  const gallery = await startGallery(flags['http-port'], galleryPorts(pipeline)).catch(
    async (error: unknown) => {
      await pipeline.close();
      throw error;
    },
  );
  listeners.add((outcome) => {
    const shown = shownOutcome(outcome, new Date());
    if (shown) gallery.show(shown);
  });
  stopOnSignal(async () => {
    await gallery.close();
    await pipeline.close();
  });
  console.log(
    table([
      ['S3', `${pipeline.s3.url}  bucket ${LOCAL_BUCKET_NAME}`],
      ['DynamoDB', `${pipeline.dynamodb.url}  table ${LOCAL_TABLE_NAME}`],
      ['Gallery', `http://127.0.0.1:${gallery.port}`],
    ]),
  );
  await showSamples(pipeline, flags.data, listeners);
  listeners.add((outcome) => console.log(outcomeLine(outcome)));
  const file = relative(process.cwd(), join(SAMPLE_FOLDER, 'chelsea.png'));
  console.log(
    `\nTry it in another terminal:\n\n${linesToTry(pipeline, credentials, { file, tag: await bestSampleTag(pipeline) })}\n`,
  );
  console.log('Uploads are tagged as they come. Ctrl-C stops.');
}

/** On the first start: uploads the samples, shows how far tagging is, and prints their tags. */
async function showSamples(
  pipeline: Pipeline,
  dataFolder: string,
  listeners: Set<(outcome: TaggingOutcome) => void>,
): Promise<void> {
  if (samplesWereUploaded(dataFolder)) return;
  const names = await sampleNames();
  const outcomes = new Map<string, TaggingOutcome>();
  const tagged = new Promise<void>((resolve) => {
    const listener = (outcome: TaggingOutcome) => {
      // What an interrupted first start has left is superseded by this one's uploads.
      if (!names.includes(outcome.object.key) || outcome.result === 'superseded') return;
      outcomes.set(outcome.object.key, outcome);
      showProgress(`Tagging the sample photographs: ${outcomes.size} of ${names.length}`);
      if (outcomes.size < names.length) return;
      listeners.delete(listener);
      resolve();
    };
    listeners.add(listener);
  });
  showProgress(`Uploading ${names.length} sample photographs`);
  await uploadSamples(pipeline.bucket, dataFolder);
  await Promise.race([tagged, sleep(SAMPLES_PATIENCE_MILLISECONDS, undefined, { ref: false })]);
  const ordered = names.flatMap((name) => outcomes.get(name) ?? []);
  showLine('');
  console.log(`\n${table(ordered.map(({ object, record }) => [object.key, tagLine(record?.tags ?? [])]))}`);
}

/** A tag that some image has, so that the query to try finds something. */
async function bestSampleTag({ tagger }: Pipeline): Promise<Tag | undefined> {
  const items = await Promise.all(
    (await sampleNames()).map((key) =>
      tagger.table.read(readImageRecord({ bucket: LOCAL_BUCKET_NAME, key })),
    ),
  );
  const tags = items.flatMap((item) => (item ? imageRecordOf(item).tags : []));
  return [...tags].sort((a, b) => b.score - a.score)[0];
}

/** What a terminal's line of progress is replaced by. */
const FROM_THE_LINES_BEGINNING = process.stdout.isTTY ? '\r\x1b[K' : '';

/** On a terminal the line replaces itself; elsewhere every step has a line of its own. */
function showProgress(text: string): void {
  process.stdout.write(`${FROM_THE_LINES_BEGINNING}${text}${process.stdout.isTTY ? '' : '\n'}`);
}

/** A line that nothing stands before, also while progress is shown: programs read it. */
function showLine(text: string): void {
  process.stdout.write(`${FROM_THE_LINES_BEGINNING}${text}\n`);
}

function stopOnSignal(close: () => Promise<void>): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // A second Ctrl-C is for those who can't wait: what is not finished comes at the next start.
      if (stopping) process.exit(1);
      stopping = true;
      console.log('\nStopping …');
      close().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
    });
  }
}

try {
  const flags = readStartFlags(process.argv.slice(2));
  if (flags.help) console.log(USAGE);
  else await start(flags);
} catch (error) {
  console.error(explainStartError(error));
  process.exit(2);
}
