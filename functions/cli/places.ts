import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where things lie in the checkout, wherever the user stands. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export const MODELS_FOLDER = join(ROOT, 'models');
export const LABELS_FOLDER = join(MODELS_FOLDER, 'labels');
/** What images are tagged with unless the user names other label sets. */
export const DEFAULT_LABEL_SET = join(LABELS_FOLDER, 'general.yaml');
export const CLASSIFIER_FOLDER = join(ROOT, '.cliptag', 'classifiers');
export const DEFAULT_MODEL = 'embedded';

/** The folder of a model: one of the checkout's own by its name, else the folder that the user names. */
export function modelFolder(nameOrFolder: string): string {
  const isName = /^[\w.-]*\w[\w.-]*$/.test(nameOrFolder);
  const own = join(MODELS_FOLDER, nameOrFolder);
  const isOwn = isName && statSync(own, { throwIfNoEntry: false })?.isDirectory();
  return isOwn || nameOrFolder === DEFAULT_MODEL ? own : nameOrFolder;
}
