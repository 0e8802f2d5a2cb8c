import { randomUUID } from 'node:crypto';
import {
  constants,
  copyFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedClassifier, classifierFile } from '../../functions/adapters/files/classifier-cache.ts';
import type { LabelSetFile } from '../../functions/adapters/files/label-set-files.ts';
import { MANIFEST_FILE, type Model } from '../../functions/adapters/files/model-folder.ts';
import { onnxTextEncoder } from '../../functions/adapters/onnx/encoders.ts';
import { bundleHandler } from './bundle.ts';
import { folderDigest, setModes } from './image-digest.ts';
import { type Architecture, copyPackages, NPM_CPU, writePackageLock } from './image-packages.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const DOCKERFILE = fileURLToPath(new URL('Dockerfile', import.meta.url));
/** Git ignores it, and the command line keeps its classifiers there too. */
const STATE_FOLDER = join(REPOSITORY, '.cliptag');

/** A build that is under way may still read what another one has replaced. */
const KEPT_MILLISECONDS = 24 * 60 * 60 * 1000;

export interface ImageOptions {
  /** Its files must be what its manifest says: nothing looks at them again before the function starts. */
  readonly model: Model;
  readonly labelSets: readonly LabelSetFile[];
  readonly architecture: Architecture;
  /**
   * Whether the packages with shared libraries are copied from `node_modules`, where npm has installed only those for
   * this machine's processor. Then no step of the build needs a network.
   * @default false: `npm ci` fetches them during the build
   */
  readonly withPackages?: boolean;
  /** Folder that the image's own folder is made in. @default `.cliptag/images` in the repository */
  readonly folder?: string;
}

/**
 * Lays out all that the image of the tagging function is built of: `docker build` needs this folder only. The folder is
 * named for its content, and the same model, label sets, code and packages always give the same.
 *
 * @returns path of the folder that holds the Dockerfile
 * @throws {CliptagError} `no-model`, `no-tokenizer` or `model-fault` when a classifier can't be compiled
 */
export async function stageImage(options: ImageOptions): Promise<string> {
  const { model, labelSets, architecture, withPackages = false } = options;
  const folder = options.folder ?? join(STATE_FOLDER, 'images');
  const draft = join(folder, `draft-${randomUUID()}`);
  try {
    await mkdir(join(draft, 'code'), { recursive: true });
    await bundleHandler(join(draft, 'code'));
    await copyModel(model, join(draft, 'model'));
    await writeClassifiers(model, labelSets, draft);
    await writePackageLock(REPOSITORY, join(draft, 'packages'), architecture);
    if (withPackages) await copyPackages(REPOSITORY, join(draft, 'packages'), architecture);
    await writeDockerfile(join(draft, 'Dockerfile'), architecture);
    await setModes(draft);
    return await moveToDigest(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
    await removeUnused(folder);
  }
}

/** Classifiers are compiled here, so the image needs neither the text encoder nor the tokenizer. */
async function copyModel({ folder, manifest }: Model, to: string): Promise<void> {
  const { imageEncoder, imageWeights } = manifest.files;
  await mkdir(to, { recursive: true });
  await copyFile(join(folder, MANIFEST_FILE), join(to, MANIFEST_FILE));
  for (const { path } of [imageEncoder, ...(imageWeights ? [imageWeights] : [])]) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await copyFile(join(folder, path), join(to, path), constants.COPYFILE_FICLONE);
  }
}

/** Label sets become JSON, which is read a hundred times as fast as YAML, and each has its classifier. */
async function writeClassifiers(
  model: Model,
  labelSets: readonly LabelSetFile[],
  image: string,
): Promise<void> {
  const textEncoder = onnxTextEncoder(model);
  const cache = join(STATE_FOLDER, 'classifiers');
  await mkdir(join(image, 'labels'));
  await mkdir(join(image, 'classifiers'));
  for (const { labelSet } of labelSets) {
    await writeFile(join(image, 'labels', `${labelSet.name}.json`), JSON.stringify(labelSet));
    await cachedClassifier(labelSet, textEncoder, cache);
    const file = classifierFile(model.digest, labelSet);
    await copyFile(join(cache, file), join(image, 'classifiers', file));
  }
}

/** With the processor as its default, so that the same folder can't be built for another one by oversight. */
async function writeDockerfile(path: string, architecture: Architecture): Promise<void> {
  const lines = (await readFile(DOCKERFILE, 'utf8')).split('\n');
  const isCpu = (line: string) => line.startsWith('ARG CPU=');
  if (!lines.some(isCpu)) throw new Error(`Expected a line "ARG CPU=" in ${DOCKERFILE}`);
  const cpu = `ARG CPU=${NPM_CPU[architecture]}`;
  await writeFile(path, lines.map((line) => (isCpu(line) ? cpu : line)).join('\n'));
}

/** Another process may have made the same folder meanwhile; its content is the same then. */
async function moveToDigest(draft: string, folder: string): Promise<string> {
  const path = join(folder, await folderDigest(draft));
  const isThere = () => stat(path).then(Boolean, () => false);
  await rename(draft, path).catch(async (error: unknown) => {
    if (!(await isThere())) throw error;
  });
  await utimes(path, new Date(), new Date());
  return path;
}

/** Folders that were not asked for lately: every change of the code makes a new one with the whole model in it. */
async function removeUnused(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > KEPT_MILLISECONDS) await rm(path, { recursive: true, force: true });
  }
}
