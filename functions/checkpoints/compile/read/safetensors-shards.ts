import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { InvalidInput } from '../../../core/errors.ts';
import type { TensorEntry } from '../safetensors/header.ts';
import { openSafetensors, type TensorFile } from '../safetensors/safetensors.ts';
import { parseCheckpointJson } from './checkpoint-json.ts';

const indexSchema = z.object({
  /** By tensor, its file beside the index. */
  weight_map: z.record(
    z.string(),
    z.string().refine((file) => file !== '' && basename(file) === file, {
      error: 'Expected the name of a file beside the index',
    }),
  ),
});

/**
 * Opens the files that an index (`model.safetensors.index.json`) names, as if they were one.
 *
 * @throws {InvalidInput} when the index is malformed, or names a tensor that its file does not hold
 * @throws {CliptagError} `no-checkpoint` when a file is missing
 */
export async function openShards(indexPath: string): Promise<TensorFile> {
  const { weight_map: fileOf } = parseCheckpointJson(
    await readFile(indexPath, 'utf8'),
    indexSchema,
    indexPath,
  );
  const files = new Map<string, TensorFile>();
  const close = async () => void (await Promise.all([...files.values()].map((file) => file.close())));
  try {
    for (const name of new Set(Object.values(fileOf)))
      files.set(name, await openSafetensors(join(dirname(indexPath), name)));
    const tensors = indexedTensors(fileOf, files, indexPath);
    return {
      tensors,
      read: async (name, part) => {
        const file = files.get(fileOf[name] ?? '');
        if (file === undefined)
          throw new InvalidInput(`${indexPath} cannot be read`, [
            `${name}: Expected a tensor but there is none`,
          ]);
        return file.read(name, part);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function indexedTensors(
  fileOf: Readonly<Record<string, string>>,
  files: ReadonlyMap<string, TensorFile>,
  indexPath: string,
): Map<string, TensorEntry> {
  const tensors = new Map<string, TensorEntry>();
  const faults: string[] = [];
  for (const [name, file] of Object.entries(fileOf)) {
    const entry = files.get(file)?.tensors.get(name);
    if (entry === undefined)
      faults.push(`${name}: Expected in ${file}, as the index says, but it is not there`);
    else tensors.set(name, entry);
  }
  for (const [file, { tensors: held }] of files) {
    for (const name of held.keys()) {
      if (fileOf[name] !== file) faults.push(`${name}: ${file} holds it, but the index does not say so`);
    }
  }
  if (faults.length > 0) throw new InvalidInput(`${indexPath} does not fit its files`, faults);
  return tensors;
}
