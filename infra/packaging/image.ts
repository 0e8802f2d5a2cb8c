import { constants, copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cachedClassifier, classifierFile } from '../../functions/adapters/files/classifier-cache.ts';
import type { LabelSetFile } from '../../functions/adapters/files/label-set-files.ts';
import { MANIFEST_FILE, type Model } from '../../functions/adapters/files/model-folder.ts';
import { PACKAGE_FOLDER } from '../../functions/adapters/files/package-folder.ts';
import { onnxTextEncoder } from '../../functions/adapters/onnx/encoders.ts';
import { withoutPinDay } from '../../functions/core/base-image-age.ts';
import { withFitOf } from '../../functions/core/labels/label-set.ts';
import { contentFolder } from './content-folder.ts';
import { functionCode, packagesFolder } from './function-code.ts';
import { type Architecture, copyPackages, NPM_CPU } from './image-packages.ts';
import { DRAWING_FONT_FOLDER, STATE_FOLDER } from './places.ts';

export interface ImageOptions {
  /** Its files must match its manifest: nothing checks them again before the function starts. */
  readonly model: Model;
  readonly labelSets: readonly LabelSetFile[];
  readonly architecture: Architecture;
  /**
   * Whether the packages with shared libraries are copied from `node_modules`, where npm has installed only those for
   * this machine's processor. No step of the build needs a network then.
   * @default false: `npm ci` fetches them during the build
   */
  readonly withPackages?: boolean;
  /** Whether the image gets the decoder of HEIC. @default true */
  readonly heic?: boolean | undefined;
  /** Whether the image also serves the API, for which it gets what encodes texts. @default false */
  readonly api?: boolean | undefined;
  /** Folder that the image's own folder is made in. @default `.cliptag/images` in the repository */
  readonly folder?: string;
  /** Folder that classifiers are kept in once they are compiled. @default `.cliptag/classifiers` in the repository */
  readonly classifierFolder?: string;
}

/**
 * Lays out all that the image of the tagging function is built of: `docker build` needs this folder only. The folder is
 * named for its content, and the same model, label sets, code and packages always give the same.
 *
 * @returns path of the folder that holds the Dockerfile
 * @throws {CliptagError} `no-model`, `no-tokenizer` or `model-fault` when a classifier can't be compiled
 */
export async function stageImage(options: ImageOptions): Promise<string> {
  const { model, labelSets, architecture, withPackages = false, heic = true, api = false } = options;
  const { folder = join(STATE_FOLDER, 'images'), classifierFolder = join(STATE_FOLDER, 'classifiers') } =
    options;
  const code = await functionCode();
  return contentFolder(folder, async (draft) => {
    const packages = join(draft, 'packages');
    await cp(join(code, 'tag-images'), join(draft, 'code'), { recursive: true });
    if (api) await cp(join(code, 'api'), join(draft, 'code'), { recursive: true });
    await cp(DRAWING_FONT_FOLDER, join(draft, 'drawing-font'), { recursive: true });
    await copyModel(model, join(draft, 'model'), api);
    await writeClassifiers(model, labelSets, draft, classifierFolder);
    await cp(packagesFolder(code, architecture), packages, { recursive: true });
    if (withPackages) await copyPackages(PACKAGE_FOLDER, packages, architecture);
    await writeDockerfile(join(code, 'Dockerfile'), join(draft, 'Dockerfile'), { architecture, heic });
  });
}

/** Classifiers are compiled here, so only texts of searches need the text encoder and the tokenizer. */
async function copyModel({ folder, manifest }: Model, to: string, withText: boolean): Promise<void> {
  const { imageEncoder, imageWeights, textEncoder, textWeights, tokenizer } = manifest.files;
  const ofText = withText ? [textEncoder, ...(textWeights ? [textWeights] : []), tokenizer] : [];
  await mkdir(to, { recursive: true });
  await copyFile(join(folder, MANIFEST_FILE), join(to, MANIFEST_FILE));
  for (const { path } of [imageEncoder, ...(imageWeights ? [imageWeights] : []), ...ofText]) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await copyFile(join(folder, path), join(to, path), constants.COPYFILE_FICLONE);
  }
}

/**
 * Writes label sets as JSON, which is read a hundred times as fast as YAML, each with what was fitted to it with this model,
 * and the classifier of each.
 */
async function writeClassifiers(
  model: Model,
  labelSets: readonly LabelSetFile[],
  image: string,
  cache: string,
): Promise<void> {
  const textEncoder = onnxTextEncoder(model);
  await mkdir(join(image, 'labels'));
  await mkdir(join(image, 'classifiers'));
  for (const { labelSet } of labelSets) {
    const own = withFitOf(labelSet, model.digest);
    await writeFile(join(image, 'labels', `${labelSet.name}.json`), JSON.stringify(own));
    await cachedClassifier(labelSet, textEncoder, cache);
    const file = classifierFile(model.digest, labelSet);
    await copyFile(join(cache, file), join(image, 'classifiers', file));
  }
}

/** By which every program with glibc is started: https://sourceware.org/glibc/wiki/ABIList */
const LOADERS: Readonly<Record<Architecture, string>> = {
  arm64: '/lib/ld-linux-aarch64.so.1',
  x86_64: '/lib64/ld-linux-x86-64.so.2',
};

/**
 * Makes the processor the Dockerfile's default, so that the folder can't be built for another one by oversight, and leaves
 * out the decoder of HEIC where it is not wanted.
 */
async function writeDockerfile(
  from: string,
  to: string,
  { architecture, heic }: { readonly architecture: Architecture; readonly heic: boolean },
): Promise<void> {
  const text = withoutPinDay(await readFile(from, 'utf8'));
  const forCpu = replaced(
    replaced(text, /^ARG CPU=.*$/m, `ARG CPU=${NPM_CPU[architecture]}`),
    /^ARG LOADER=.*$/m,
    `ARG LOADER=${LOADERS[architecture]}`,
  );
  const withoutHeic = () =>
    replaced(replaced(forCpu, /^COPY .*\/libheif-js\/.*\n/gm, ''), / HEIC=true$/m, ' HEIC=false');
  await writeFile(to, heic ? forCpu : withoutHeic());
}

function replaced(dockerfile: string, line: RegExp, by: string): string {
  if (dockerfile.search(line) < 0) throw new Error(`Expected a line ${line} in the Dockerfile`);
  return dockerfile.replace(line, by);
}
