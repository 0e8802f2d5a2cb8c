import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { readLabelSetFiles } from '../../functions/adapters/files/label-set-files.ts';
import {
  MANIFEST_FILE,
  type Model,
  readModel,
  verifyModelFiles,
} from '../../functions/adapters/files/model-folder.ts';
import { pinnedOn } from '../../functions/core/base-image-age.ts';
import { isModelName, MODELS_FOLDERS } from '../../functions/tagger/model-places.ts';
import { faultText, messageOf } from '../options/faults.ts';
import { archiveVariables, stageArchive } from './archive.ts';
import { type BackfillCode, stageBackfillCode } from './backfill-code.ts';
import { functionCode } from './function-code.ts';
import { stageImage } from './image.ts';
import type { Architecture } from './image-packages.ts';
import { STATE_FOLDER } from './places.ts';

export interface TaggingImageOptions {
  /** The name of a model that is shipped or that the user compiled, or the path of a folder with a manifest. */
  readonly model: string;
  /** Label set files, or folders of them; at least one. */
  readonly labelSets: readonly string[];
  readonly architecture: Architecture;
  /** Whether the image gets the decoder of HEIC. @default true */
  readonly heic?: boolean | undefined;
  /** Whether the image also serves the API, for which it gets what encodes texts. @default false */
  readonly api?: boolean | undefined;
  /**
   * What the image is built on: Node 20 or newer with the runtime client of Lambda, for the same processor.
   * @default AWS's own base image, which the Dockerfile names
   */
  readonly baseImage?: string | undefined;
  /**
   * Whether the functions are a container image, which Docker builds, or a zip archive on Lambda's own runtime.
   * @default container
   */
  readonly packaging?: 'container' | 'zip' | undefined;
  /** Folder that all this is laid out in. @default `.cliptag` in the repository */
  readonly stateFolder?: string | undefined;
}

/**
 * What the functions are made of: what a container image is built from, or the content of an archive. Its content, and nothing else, decides the image's tag:
 * another model or label set deploys another image, and the same ones deploy nothing.
 */
export interface TaggingImage {
  /**
   * Holds a `Dockerfile` and all that it copies, whose environment says where model and label sets are; or, for an archive,
   * what is unpacked as `/var/task`.
   */
  readonly folder: string;
  /** Variables of an archive's functions; undefined for a container. */
  readonly archiveVariables?: Readonly<Record<string, string>> | undefined;
  /** Digest of the model inside. Embeddings may be compared if, and only if, their models' digests are equal. */
  readonly modelDigest: string;
  /** Size of its embeddings. */
  readonly dimensions: number;
  readonly architecture: Architecture;
  readonly baseImage?: string | undefined;
  /** The day on which AWS's base image was pinned, `2026-11-30`; undefined with another base. */
  readonly pinnedOn?: string | undefined;
  /** Code of the function that feeds a backfill; it knows what this image tags with. */
  readonly backfill: BackfillCode;
  /** Code of the canary. */
  readonly canaryFolder: string;
}

/**
 * Checks model and label sets, and puts together what the image is built from. Needs no Docker: the image itself is
 * built by `cdk deploy`.
 *
 * @throws Error with all faults of the model and of all label sets, before anything is deployed
 */
export async function taggingImage(options: TaggingImageOptions): Promise<TaggingImage> {
  const { architecture, heic = true, api, baseImage, packaging, stateFolder = STATE_FOLDER } = options;
  const [model, labelSets] = await Promise.allSettled([
    readVerified(options.model),
    readLabelSetFiles(options.labelSets),
  ]);
  if (model.status === 'rejected' || labelSets.status === 'rejected') {
    const faults = [model, labelSets].flatMap((read) => ('reason' in read ? [messageOf(read.reason)] : []));
    throw new Error(faultText('The image of the tagging function cannot be made', faults));
  }
  const parts = { model: model.value, labelSets: labelSets.value, architecture, heic };
  const { digest: modelDigest, manifest } = model.value;
  const below = (name: string) => join(stateFolder, name);
  const [image, backfill, day] = await Promise.all([
    stageImage({ ...parts, api, folder: below('images'), classifierFolder: below('classifiers') }),
    stageBackfillCode(parts, below('backfill')),
    baseImage === undefined && packaging !== 'zip' ? pinDay() : undefined,
  ]);
  const shared = {
    ...{ modelDigest, dimensions: manifest.embeddingSize, architecture, backfill },
    canaryFolder: join(await functionCode(), 'canary'),
  };
  if (packaging !== 'zip')
    return { ...shared, folder: image, baseImage, ...(day !== undefined && { pinnedOn: day }) };
  const folder = await stageArchive({ image, architecture, heic, folder: stateFolder });
  return { ...shared, folder, archiveVariables: archiveVariables(heic) };
}

async function pinDay(): Promise<string | undefined> {
  return pinnedOn(await readFile(join(await functionCode(), 'Dockerfile'), 'utf8'));
}

/** A damaged file would only be found by the function’s first start. */
async function readVerified(nameOrFolder: string): Promise<Model> {
  const isName = isModelName(nameOrFolder);
  const named = isName ? MODELS_FOLDERS.map((folder) => join(folder, nameOrFolder)) : [];
  const model = await readModel(named.find(isModel) ?? nameOrFolder).catch((error: unknown) => {
    throw isName && isNoModel(error) ? new Error(`${error.message}${howToGet(nameOrFolder)}`) : error;
  });
  await verifyModelFiles(model);
  return model;
}

/** How to get a model by its name; the path of a folder does not say where the model comes from. */
function howToGet(name: string): string {
  const folders = MODELS_FOLDERS.filter((folder) => existsSync(folder));
  const names = folders.flatMap((folder) => readdirSync(folder).filter((own) => isModel(join(folder, own))));
  const places = folders.map((folder) => relative(process.cwd(), folder) || '.').join(' or ');
  return `, nor in ${places}, which ${folders.length > 1 ? 'have' : 'has'} ${names.join(', ')}
A model is downloaded and compiled first: npx cliptag models pull ${name} && npx cliptag models compile ${name}`;
}

function isModel(folder: string): boolean {
  return existsSync(join(folder, MANIFEST_FILE));
}

function isNoModel(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'no-model';
}
