import { statSync } from 'node:fs';
import { join } from 'node:path';
import { IS_CHECKOUT, packagePath } from '../adapters/files/package-folder.ts';
import { readCacheFolder } from '../config.ts';
import { missingModel } from './missing-model.ts';

/**
 * Where models, label sets and classifiers lie. What comes with Cliptag is in its package. What it makes or fetches is
 * kept in the checkout, which git ignores there; an installed package is never written to, so the user's cache folder
 * holds it.
 */

const SHIPPED_MODELS_FOLDER = packagePath('models');
/** Made by `npm run build`, so that the first tag does not wait for a label set's texts to be encoded. */
const PREPARED_FOLDER = packagePath('dist', 'prepared');

/** Where models are put that the user pulls and compiles, unless told otherwise. */
export const MODELS_FOLDER = IS_CHECKOUT ? SHIPPED_MODELS_FOLDER : join(readCacheFolder(), 'models');
/** All folders of models that have names, shipped ones first. */
export const MODELS_FOLDERS = [...new Set([SHIPPED_MODELS_FOLDER, MODELS_FOLDER])];
export const DEFAULT_MODEL = 'embedded';

export const LABELS_FOLDER = packagePath('models', 'labels');
/** What images are tagged with unless the user names other label sets. JSON is read a hundred times as fast as YAML. */
export const DEFAULT_LABEL_SET = IS_CHECKOUT
  ? join(LABELS_FOLDER, 'general.yaml')
  : join(PREPARED_FOLDER, 'labels', 'general.json');

/** Where classifiers are kept once compiled. */
export const CLASSIFIER_FOLDER = IS_CHECKOUT
  ? packagePath('.cliptag', 'classifiers')
  : join(readCacheFolder(), 'classifiers');
/** Classifiers that come with the package; a checkout has none, since its label sets may have changed. */
export const PREPARED_CLASSIFIER_FOLDER = IS_CHECKOUT ? undefined : join(PREPARED_FOLDER, 'classifiers');

/**
 * The folder of a model: one that has a name here, else the folder that the user names.
 *
 * @throws {CliptagError} `no-model` for a name that neither a model nor a folder has
 */
export function modelFolder(nameOrFolder: string): string {
  if (!isModelName(nameOrFolder)) return nameOrFolder;
  const named = MODELS_FOLDERS.map((folder) => join(folder, nameOrFolder)).find(isFolder);
  if (named) return named;
  if (nameOrFolder === DEFAULT_MODEL) return join(SHIPPED_MODELS_FOLDER, DEFAULT_MODEL);
  if (isFolder(nameOrFolder)) return nameOrFolder;
  throw missingModel(nameOrFolder, MODELS_FOLDERS);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Whether a text may be the name of a model: one that is no path to anywhere else. */
export function isModelName(text: string): boolean {
  return /^[\w.-]*\w[\w.-]*$/.test(text);
}
