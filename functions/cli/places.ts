import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where things lie in the checkout, wherever the user stands. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export const MODELS_FOLDER = join(ROOT, 'models');
/** Where `models pull` puts what it downloads, unless told otherwise. */
export const CHECKPOINTS_FOLDER = join(MODELS_FOLDER, 'checkpoints');
/** Photographs that come with the project. */
export const SAMPLES_FOLDER = join(ROOT, 'functions', 'local', 'samples');
export const LABELS_FOLDER = join(MODELS_FOLDER, 'labels');
/** What images are tagged with unless the user names other label sets. */
export const DEFAULT_LABEL_SET = join(LABELS_FOLDER, 'general.yaml');
export const CLASSIFIER_FOLDER = join(ROOT, '.cliptag', 'classifiers');
export const DEFAULT_MODEL = 'embedded';

/** Where the local pipeline answers, unless it was started otherwise, and what things are called there. */
export const LOCAL_PIPELINE = {
  s3Port: 9000,
  dynamodbPort: 8000,
  httpPort: 3000,
  /** Any will do: it has only one. */
  region: 'us-east-1',
  table: 'cliptag',
  bucket: 'photos',
} as const;

/** The folder of a model: one of the checkout's own by its name, else the folder that the user names. */
export function modelFolder(nameOrFolder: string): string {
  const isName = /^[\w.-]*\w[\w.-]*$/.test(nameOrFolder);
  const own = join(MODELS_FOLDER, nameOrFolder);
  const isOwn = isName && statSync(own, { throwIfNoEntry: false })?.isDirectory();
  return isOwn || nameOrFolder === DEFAULT_MODEL ? own : nameOrFolder;
}
