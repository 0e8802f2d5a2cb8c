import { readFile } from 'node:fs/promises';
import { readLabelSets } from '../adapters/files/label-set-files.ts';
import { IS_CHECKOUT } from '../adapters/files/package-folder.ts';
import type { LabelSet } from '../core/labels/label-set.ts';
import { keptLabelSets } from './kept-label-sets.ts';
import { DEFAULT_LABEL_SET } from './model-places.ts';

/** Where `functions/compiled-sources.mjs` has put what it made of the sources; there is none where they run as they are. */
declare const CLIPTAG_COMPILED_FOLDER: string | undefined;

/** What images are tagged with unless the user names other label sets. */
export async function defaultLabelSets(): Promise<readonly LabelSet[]> {
  // Checked when the package was built: checking every label again would be a tenth of the time to the first tag.
  if (!IS_CHECKOUT) return [JSON.parse(await readFile(DEFAULT_LABEL_SET, 'utf8'))];
  return typeof CLIPTAG_COMPILED_FOLDER === 'string'
    ? keptLabelSets(DEFAULT_LABEL_SET, CLIPTAG_COMPILED_FOLDER)
    : readLabelSets([DEFAULT_LABEL_SET]);
}
