import { join } from 'node:path';
import { IS_CHECKOUT, PACKAGE_FOLDER } from '../../functions/adapters/files/package-folder.ts';

/** The label set that images are tagged with unless others are named. */
export const DEFAULT_LABEL_SET = join(PACKAGE_FOLDER, 'models', 'labels', 'general.yaml');

/** Keeps what a checkout makes; git ignores it. Nothing is ever written into an installed package. */
export const STATE_FOLDER = join(PACKAGE_FOLDER, '.cliptag');

/** The font of text in SVGs, and what makes it the only one; drawing.ts looks for this folder beside itself. */
export const DRAWING_FONT_FOLDER = IS_CHECKOUT
  ? join(PACKAGE_FOLDER, 'functions', 'adapters', 'sharp', 'drawing-font')
  : join(PACKAGE_FOLDER, 'dist', 'drawing-font');
