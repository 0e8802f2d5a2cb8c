import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabelSetFile } from '../../functions/adapters/files/label-set-files.ts';
import type { Model } from '../../functions/adapters/files/model-folder.ts';
import { labelSetDigest } from '../../functions/core/labels/label-set.ts';
import { labelSetIdentity, type TaggerIdentity } from '../../functions/core/tagging/tagger-identity.ts';
import { contentFolder } from './content-folder.ts';
import { functionCode } from './function-code.ts';
import { STATE_FOLDER } from './places.ts';

/** The file that `TAGGER_FILE` names, relative to the function's code. */
export const TAGGER_FILE = 'tagger.json';

export interface BackfillCode {
  /** Holds `handler.mjs` and {@link TAGGER_FILE}; named for its content. */
  readonly folder: string;
  /** What uploads are tagged with, which shows what is done already. */
  readonly tagger: TaggerIdentity;
  readonly modelName: string;
}

/**
 * Lays out the code of the feeding function: the handler with all its JavaScript, and the digests of the model and label
 * sets that uploads are tagged with. These stand in a file, since a function's environment has 4 KB in all.
 *
 * @param parent the folder that the code's own folder is made in
 */
export async function stageBackfillCode(
  { model, labelSets }: { readonly model: Model; readonly labelSets: readonly LabelSetFile[] },
  parent: string = join(STATE_FOLDER, 'backfill'),
): Promise<BackfillCode> {
  const tagger: TaggerIdentity = {
    modelDigest: model.digest,
    labelSets: labelSets.map(({ labelSet }) =>
      labelSetIdentity(labelSet, labelSetDigest(labelSet, model.digest)),
    ),
  };
  const code = await functionCode();
  const folder = await contentFolder(parent, async (draft) => {
    await cp(join(code, 'backfill'), draft, { recursive: true });
    await writeFile(join(draft, TAGGER_FILE), JSON.stringify(tagger));
  });
  return { folder, tagger, modelName: model.manifest.name };
}
