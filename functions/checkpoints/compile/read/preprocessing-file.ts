import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readUtf8 } from '../../../adapters/files/utf8-text.ts';
import { CliptagError } from '../../../core/errors.ts';
import { parseCheckpointJson } from './checkpoint-json.ts';

/** A JSON file of a checkpoint, or a part of one. */
export interface ConfigFile {
  readonly json: string;
  readonly path: string;
}

const PREPROCESSOR_CONFIG = 'preprocessor_config.json';
/** What transformers 5 saves in its place, with a part for each kind of input. */
const PROCESSOR_CONFIG = 'processor_config.json';

/** The files that may hold it, for texts. */
export const PREPROCESSING_FILES = `${PREPROCESSOR_CONFIG} or ${PROCESSOR_CONFIG}`;

/** @throws {CliptagError} `no-checkpoint` when there is no such file */
export async function configFile(folder: string, name: string): Promise<ConfigFile> {
  const path = join(folder, name);
  const json = await readUtf8(path, (cause) => cannotRead(path, '', cause));
  return { json, path };
}

/**
 * How a Hugging Face checkpoint wants its pictures: the part `image_processor` of `processor_config.json` if it has one,
 * else `preprocessor_config.json`, as transformers 5.24 has it (`image_processing_base.py`, `get_image_processor_dict`).
 * Older releases write a `processor_config.json` without that part beside the other.
 *
 * @throws {CliptagError} `no-checkpoint` when neither says it
 * @throws {InvalidInput} when one is no JSON
 */
export async function preprocessingFile(folder: string): Promise<ConfigFile> {
  const path = join(folder, PROCESSOR_CONFIG);
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  if (!exists) return configFile(folder, PREPROCESSOR_CONFIG);
  const { json } = await configFile(folder, PROCESSOR_CONFIG);
  const { image_processor: part, ...others } = parseCheckpointJson(json, z.looseObject({}), path);
  if (part !== undefined) return { json: JSON.stringify(part), path: `${path} (image_processor)` };
  const wanted = join(folder, PREPROCESSOR_CONFIG);
  const found = `; ${PROCESSOR_CONFIG} beside it has no image_processor, but ${Object.keys(others).join(', ') || 'nothing'}`;
  return { json: await readUtf8(wanted, (cause) => cannotRead(wanted, found, cause)), path: wanted };
}

function cannotRead(path: string, found: string, cause: unknown): CliptagError {
  return new CliptagError('no-checkpoint', `Expected ${path} but it cannot be read${found}`, { cause });
}
