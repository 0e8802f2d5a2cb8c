import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { packagePath } from '../../adapters/files/package-folder.ts';
import { readLocalCredentials } from '../../config.ts';
import type { ExifChoice } from '../../core/formats/exif/exif-choice.ts';
import type { Tag } from '../../core/labels/scores.ts';
import { DEFAULT_MAXIMUM_BYTES } from '../../core/objects/object.ts';
import { imageRecordOf, readImageRecord } from '../../core/records/image-record.ts';
import type { TaggingOutcome } from '../../core/tagging/tag-image.ts';
import { DEFAULT_MODEL, modelFolder } from '../../tagger/model-places.ts';
import { EXIT } from '../../terminal/exit-code.ts';
import { untilStopped } from '../../terminal/interruption.ts';
import { withLiveLine } from '../../terminal/live-line.ts';
import type { Output } from '../../terminal/output.ts';
import { closeInTurn } from '../closing.ts';
import { loopbackUrl, type PortChoice } from '../http/loopback-server.ts';
import { type Page, startPage } from '../page.ts';
import { LOCAL_BUCKET_NAME, type Pipeline, type PipelineOptions, startPipeline } from '../pipeline.ts';
import { type Reembedding, reembedding } from '../reembedding/reembedding.ts';
import { runReembedding } from '../reembedding/reembedding-run.ts';
import { SAMPLE_FOLDER, sampleNames, samplesWereUploaded, uploadSamples } from '../samples.ts';
import { takeDataFolder } from './data-lock.ts';
import type { NetworkAccess } from './network-access.ts';
import { noteRunning, removeRunningNote } from './running-note.ts';
import { startError } from './start-error.ts';
import { openStartTerminal, type StartTerminal } from './start-terminal.ts';
import { eventLine, outcomeLine, outputReport } from './start-text.ts';
import { followFolders, type WatchedFolder, type WatchMode } from './watched-folders.ts';
import {
  linesToTry,
  networkLines,
  type PipelinePlaces,
  placeLines,
  sampleLines,
  trialModelLines,
  watchLines,
} from './welcome-text.ts';

const LABEL_SETS = packagePath('models', 'labels');

/** The samples take a second or two; if they can't be tagged, serving goes on without their table. */
const SAMPLES_PATIENCE_MILLISECONDS = 60_000;

export interface StartOptions {
  readonly ports: Readonly<Record<'s3' | 'dynamodb' | 'http', PortChoice>>;
  readonly access: NetworkAccess;
  /** Holds everything that must survive the process. */
  readonly dataFolder: string;
  /** The name of a model, or its folder. @default the one that comes with Cliptag */
  readonly model: string | undefined;
  /** Label set files, and folders of them. @default those that come with Cliptag */
  readonly labelSets: readonly string[] | undefined;
  /** What is recorded of a picture's EXIF. @default all */
  readonly exif: ExifChoice | undefined;
  /** Folders whose pictures are tagged, too. */
  readonly watched: readonly WatchedFolder[];
  readonly watchMode: WatchMode;
  /** More pictures than this stay where a folder in a watched one disappears with them. @default 500 */
  readonly watchMaximumVanished: number | undefined;
  /** Whether thumbnails are made while pictures are tagged. */
  readonly makesThumbnails: boolean;
  /** Maximum number of S3 object tags that each image gets. @default none */
  readonly objectTagLimit: number | undefined;
  /** Whether result events are printed, one a line. */
  readonly printsResultEvents: boolean;
  /** Whether pictures that another model has tagged are tagged anew. */
  readonly reembeds: boolean;
}

type Listeners = Set<(outcome: TaggingOutcome) => void>;

interface Served {
  readonly pipeline: Pipeline;
  readonly page: Page;
  /** Who is told what happened to each image. */
  readonly listeners: Listeners;
  close(): Promise<void>;
}

/** Serves until it is stopped, with the sample photographs on the first start; gives the exit code. */
export async function runStart(options: StartOptions, output: Output): Promise<number> {
  const told = async (error: unknown) => {
    throw await startError(error, options);
  };
  const served = await serve(options, output).catch(told);
  const ending = new AbortController();
  let background = Promise.resolve();
  let terminal: StartTerminal | undefined;
  let folders: Awaited<ReturnType<typeof followFolders>> | undefined;
  try {
    await noteRunning(options.dataFolder, placesOf(served));
    await untilStopped(async (stop) => {
      const work = reembeddingOf(served);
      terminal = terminalOf(served, stop, output);
      await welcome(served, options, { work, terminal }, output).catch(told);
      // Whoever has been stopped meanwhile closes what was open by then.
      if (ending.signal.aborted) return;
      folders = followFolders(options.watched, {
        ...{ s3: served.pipeline.s3, dataFolder: options.dataFolder },
        ...{ mode: options.watchMode, maximumVanished: options.watchMaximumVanished, remark: output.remark },
      });
      terminal.showStatus();
      void served.page.tellOthers().catch(() => {}); // the page tells why the images cannot be read
      if (work) background = reembed(work, served, { ...options, signal: ending.signal }, output);
    });
    // Whoever starts now waits for the end, and does not take it for one that serves.
    await removeRunningNote(options.dataFolder);
    await terminal?.close();
    await output.line('\nStopping …');
  } finally {
    ending.abort();
    await closeInTurn([
      async () => terminal?.close(),
      () => background,
      async () => folders?.close(),
      served.close,
    ]);
  }
  return EXIT.done;
}

/** The work on records of other models; none where all are known to be of this one. */
function reembeddingOf({ pipeline }: Served): Reembedding | undefined {
  const { mayHaveOtherModels, tagger, queue } = pipeline;
  if (!mayHaveOtherModels) return undefined;
  return reembedding({ table: tagger.table, modelDigest: tagger.encoder.modelDigest, queue });
}

async function reembed(
  work: Reembedding,
  { pipeline, listeners }: Served,
  { reembeds, signal }: Pick<StartOptions, 'reembeds'> & { readonly signal: AbortSignal },
  output: Output,
): Promise<void> {
  listeners.add(work.note);
  const { modelDigest } = pipeline.tagger.encoder;
  await runReembedding(work, { modelDigest, isWanted: reembeds, signal }, output);
  listeners.delete(work.note);
}

async function serve(options: StartOptions, output: Output): Promise<Served> {
  const lock = await takeDataFolder(options.dataFolder, output);
  try {
    const served = await serveAlone(options, output);
    const close = () => served.close().finally(lock.release);
    return { ...served, close };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** With a data folder that nobody else has. */
async function serveAlone(options: StartOptions, output: Output): Promise<Served> {
  const {
    dataFolder,
    ports,
    access,
    model = DEFAULT_MODEL,
    labelSets = [LABEL_SETS],
    exif,
    makesThumbnails,
    objectTagLimit,
    printsResultEvents,
  } = options;
  const listeners: Listeners = new Set();
  // The page's list of images, which version 0.1 kept.
  await rm(join(dataFolder, 'recent-images.jsonl'), { force: true });
  let onImage: PipelineOptions['onImage'] = () => {};
  const folder = modelFolder(model);
  const pipeline = await startPipeline({
    modelFolder: folder,
    labelSets,
    exif,
    makesThumbnails,
    maximumBytes: DEFAULT_MAXIMUM_BYTES,
    dataFolder,
    ports,
    reach: access.reach,
    credentials: readLocalCredentials(),
    report: outputReport(output, (outcome) => {
      for (const listener of listeners) listener(outcome);
    }),
    onImage: (image) => onImage?.(image),
    objectTagLimit,
    events: printsResultEvents ? { publish: (event) => output.line(eventLine(event)) } : undefined,
    warn: output.remark,
  });
  const page = await startPage(pipeline, {
    ...{ ...access, port: ports.http, modelFolder: folder, warn: output.remark },
    loggedOutFile: join(dataFolder, 'logged-out.json'),
    print: (line) => void output.line(line),
    listen: (listener) => {
      onImage = listener;
    },
  }).catch(async (error: unknown) => {
    await pipeline.close().catch(() => {});
    throw error;
  });
  listeners.add(page.noteOutcome);
  const close = () => closeInTurn([page.close, pipeline.close]);
  return { pipeline, page, listeners, close };
}

function placesOf({ pipeline: { s3, dynamodb }, page }: Served): PipelinePlaces {
  return { pageUrl: loopbackUrl(page.port), s3Url: s3.url, dynamodbUrl: dynamodb.url };
}

function terminalOf(served: Served, stop: () => void, output: Output): StartTerminal {
  const { page } = served;
  return openStartTerminal({
    ...{ output, stop, counts: page.counts, retag: page.retag },
    pageAddress: () => new URL(`${placesOf(served).pageUrl}/${page.linkEnd()}`),
  });
}

/** Says where things are, shows the samples on the first start, and from then on every image. */
async function welcome(
  served: Served,
  { dataFolder, model, access, watched }: Pick<StartOptions, 'dataFolder' | 'model' | 'access' | 'watched'>,
  { work, terminal }: { readonly work: Reembedding | undefined; readonly terminal: StartTerminal },
  output: Output,
): Promise<void> {
  const print = async (...lines: readonly string[]) => {
    for (const line of lines) await output.line(line);
  };
  const { pipeline, listeners } = served;
  const places = placesOf(served);
  await print(...placeLines(places), ...networkLines(access, places), ...watchLines(watched));
  if (!samplesWereUploaded(dataFolder)) {
    const outcomes = await tagSamples({ pipeline, listeners }, dataFolder, output);
    await print('', ...sampleLines(outcomes));
  }
  listeners.add((outcome) => {
    // Pictures that are only tagged anew are counted, so that uploads are not lost among thousands of lines.
    const isCounted = outcome.record?.status === 'tagged' && work?.isAbout(outcome);
    if (!isCounted) terminal.outcome(outcomeLine(outcome));
  });
  const file = relative(process.cwd(), join(SAMPLE_FOLDER, 'chelsea.png'));
  const sample = { file, tag: await bestSampleTag(pipeline) };
  await print(
    ...(model === undefined ? ['', ...trialModelLines()] : []),
    '',
    'Open the page, or try it in another terminal:',
    '',
    ...linesToTry({ ...places, credentials: readLocalCredentials(), ...sample }),
    '',
    'Uploads are tagged as they come. Ctrl-C stops.',
  );
}

/** Uploads the samples and shows how far tagging is; gives what became of them, in the order of their names. */
async function tagSamples(
  { pipeline, listeners }: Pick<Served, 'pipeline' | 'listeners'>,
  dataFolder: string,
  output: Output,
): Promise<readonly TaggingOutcome[]> {
  const names = await sampleNames();
  const outcomes = new Map<string, TaggingOutcome>();
  await withLiveLine(
    async (show) => {
      const tagged = new Promise<void>((resolve) => {
        const listener = (outcome: TaggingOutcome) => {
          // What an interrupted first start has left is superseded by this one's uploads.
          if (!names.includes(outcome.object.key) || outcome.result === 'superseded') return;
          outcomes.set(outcome.object.key, outcome);
          show(`Tagging the sample photographs: ${outcomes.size} of ${names.length}`);
          if (outcomes.size < names.length) return;
          listeners.delete(listener);
          resolve();
        };
        listeners.add(listener);
      });
      show(`Uploading ${names.length} sample photographs`);
      await uploadSamples(pipeline.bucket, dataFolder);
      await Promise.race([tagged, sleep(SAMPLES_PATIENCE_MILLISECONDS, undefined, { ref: false })]);
    },
    { elsewhere: output.remark },
  );
  return names.flatMap((name) => outcomes.get(name) ?? []);
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
