import { readFile } from 'node:fs/promises';
import { readLabelSets } from '../adapters/files/label-set-files.ts';
import { IS_CHECKOUT } from '../adapters/files/package-folder.ts';
import type { LabelSet } from '../core/labels/label-set.ts';
import { DEFAULT_LABEL_SET } from './model-places.ts';

/** What images are tagged with unless the user names other label sets. */
export async function defaultLabelSets(): Promise<readonly LabelSet[]> {
  if (IS_CHECKOUT) return readLabelSets([DEFAULT_LABEL_SET]);
  // Checked when the package was built: checking every label again would be a tenth of the time to the first tag.
  return [JSON.parse(await readFile(DEFAULT_LABEL_SET, 'utf8'))];
}
