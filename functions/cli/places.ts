import { join } from 'node:path';
import { IS_CHECKOUT, packagePath } from '../adapters/files/package-folder.ts';
import { MODELS_FOLDER } from '../tagger/model-places.ts';

/** The folder of the user's models as help names it. */
export const SHOWN_MODELS_FOLDER = IS_CHECKOUT ? 'models' : MODELS_FOLDER;
/** Where `models pull` puts what it downloads, unless told otherwise. */
export const CHECKPOINTS_FOLDER = join(MODELS_FOLDER, 'checkpoints');
/** Photographs that come with the project. */
export const SAMPLE_FOLDER = packagePath('functions', 'local', 'samples');
