import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  MANIFEST_FILE,
  type Model,
  manifestFiles,
  readModel,
  verifyModelFiles,
} from '../../../adapters/files/model-folder.ts';
import { InvalidInput } from '../../../core/errors.ts';

export interface ListedModel {
  /** What `--model` takes: the folder's name. */
  readonly name: string;
  /** What the manifest calls it. */
  readonly model: string;
  readonly digest: string;
  readonly embeddingSize: number;
  /** Size of all files together. */
  readonly sizeBytes: number;
  readonly licence: string;
  readonly path: string;
  /** Whether every file has the size and checksum that the manifest gives. */
  readonly verified: boolean;
  readonly faults: readonly string[];
}

/**
 * The models in the folders of a folder, by name, checked to the last byte.
 *
 * @throws {InvalidInput} when a manifest is not one
 * @throws {CliptagError} `no-model` when a file that a manifest names is missing
 */
export async function modelsIn(folder: string): Promise<ListedModel[]> {
  const names = (await readdir(folder).catch(noneWhereMissing)).sort();
  const found = await Promise.all(names.map((name) => listedModel(folder, name)));
  return found.filter((model) => model !== undefined);
}

/** The folder is made with the first model that is put into it. */
function noneWhereMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

async function listedModel(folder: string, name: string): Promise<ListedModel | undefined> {
  const path = join(folder, name);
  if (!(await stat(join(path, MANIFEST_FILE)).catch(() => undefined))) return undefined;
  const model = await readModel(path);
  const { manifest, digest } = model;
  const faults = await fileFaults(model);
  return {
    name,
    model: manifest.name,
    digest,
    embeddingSize: manifest.embeddingSize,
    sizeBytes: manifestFiles(manifest).reduce((sum, { bytes }) => sum + bytes, 0),
    licence: manifest.licence,
    path,
    verified: faults.length === 0,
    faults,
  };
}

async function fileFaults(model: Model): Promise<readonly string[]> {
  try {
    await verifyModelFiles(model);
    return [];
  } catch (error) {
    if (error instanceof InvalidInput) return error.faults;
    throw error;
  }
}
