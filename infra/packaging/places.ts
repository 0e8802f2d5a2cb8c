import { join } from 'node:path';
import { PACKAGE_FOLDER } from '../../functions/adapters/files/package-folder.ts';

/** The label set that images are tagged with unless others are named. */
export const DEFAULT_LABEL_SET = join(PACKAGE_FOLDER, 'models', 'labels', 'general.yaml');

/** Keeps what a checkout makes; git ignores it. Nothing is ever written into an installed package. */
export const STATE_FOLDER = join(PACKAGE_FOLDER, '.cliptag');
