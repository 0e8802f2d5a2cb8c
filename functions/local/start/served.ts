import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { packagePath } from '../../adapters/files/package-folder.ts';
import { readLocalCredentials } from '../../config.ts';
import { DEFAULT_MAXIMUM_BYTES } from '../../core/objects/object.ts';
import type { TaggingOutcome } from '../../core/tagging/tag-image.ts';
import { DEFAULT_MODEL, modelFolder } from '../../tagger/model-places.ts';
import type { Output } from '../../terminal/output.ts';
import { closeInTurn } from '../closing.ts';
import { loopbackUrl } from '../http/loopback-server.ts';
import { type Page, startPage } from '../page.ts';
import { type Pipeline, type PipelineOptions, startPipeline } from '../pipeline.ts';
import { takeDataFolder } from './data-lock.ts';
import type { StartOptions } from './start-options.ts';
import { eventLine, outputReport } from './start-text.ts';
import type { PipelinePlaces } from './welcome-text.ts';

/** Those that come with Cliptag. */
const LABEL_SETS = packagePath('models', 'labels');

export type Listeners = Set<(outcome: TaggingOutcome) => void>;

/** A pipeline with its page, and the lock of its data folder. */
export interface Served {
  readonly pipeline: Pipeline;
  readonly page: Page;
  /** Who is told what happened to each image. */
  readonly listeners: Listeners;
  close(): Promise<void>;
}

/** Takes the data folder, and starts the pipeline in it with its page. */
export async function serve(options: StartOptions, output: Output): Promise<Served> {
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

/** In a data folder that nobody else has. */
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
    await pipeline.close();
    throw error;
  });
  listeners.add(page.noteOutcome);
  const close = () => closeInTurn([page.close, pipeline.close]);
  return { pipeline, page, listeners, close };
}

/** Where it answers. */
export function placesOf({ pipeline: { s3, dynamodb }, page }: Served): PipelinePlaces {
  return { pageUrl: loopbackUrl(page.port), s3Url: s3.url, dynamodbUrl: dynamodb.url };
}
