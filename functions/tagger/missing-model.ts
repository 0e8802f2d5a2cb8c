import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MANIFEST_FILE } from '../adapters/files/model-folder.ts';
import { KNOWN_MODELS } from '../checkpoints/pull/known-models.ts';
import { CliptagError } from '../core/errors.ts';
import { didYouMean, nearestWords } from '../core/labels/near-words.ts';

/**
 * The fault of a name that no model here has: how it is made, where it is one that can be pulled, else which ones are meant.
 *
 * @param modelsFolders where models have names
 */
export function missingModel(name: string, modelsFolders: readonly string[]): CliptagError {
  const known = Object.keys(KNOWN_MODELS);
  const names = [...modelsFolders.flatMap(modelsIn), ...known];
  const help = known.includes(name)
    ? `: one is made by cliptag models pull ${name}, then cliptag models compile ${name}`
    : ` (cliptag models list shows those at hand, cliptag models pull --help those to pull)${didYouMean(nearestWords(name, names))}`;
  return new CliptagError(
    'no-model',
    `Expected a model or a model folder but there is none at ${name}${help}`,
  );
}

function modelsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => existsSync(join(folder, name, MANIFEST_FILE)));
  } catch {
    return []; // An installed package has no folder of its own models before the first one is made.
  }
}
