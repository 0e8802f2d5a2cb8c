import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readModel } from '../../adapters/files/model-folder.ts';
import { CliptagError } from '../../core/errors.ts';
import { type ModelParts, openModel } from '../../tagger/model-parts.ts';
import { MODELS_FOLDERS } from '../../tagger/model-places.ts';

/**
 * The model on this machine that has made the embeddings of a table.
 *
 * @throws {CliptagError} `no-model`
 */
export async function openModelOf(modelDigest: string, folders = MODELS_FOLDERS): Promise<ModelParts> {
  if (modelDigest === '') {
    throw new CliptagError('no-model', 'no image of the table has an embedding: ask by labels alone');
  }
  for (const folder of folders) {
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name);
      const model = await readModel(path).catch(() => undefined);
      if (model?.digest === modelDigest) return openModel(path);
    }
  }
  throw new CliptagError(
    'no-model',
    `the images were tagged by the model ${modelDigest}, which is not among those of \`cliptag models list\`: pull and compile it here to ask with a text or a picture, or ask by labels alone`,
  );
}
