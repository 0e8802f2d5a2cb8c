import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { LabelSetFile } from '../../functions/adapters/files/label-set-files.ts';
import type { Model } from '../../functions/adapters/files/model-folder.ts';
import { labelSetIdentity, type TaggerIdentity } from '../../functions/core/tagging/tagger-identity.ts';
import { BUNDLE_OPTIONS } from './bundle-options.ts';
import { folderDigest, setModes } from './image-digest.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const HANDLER = fileURLToPath(new URL('../../functions/backfill/handler.ts', import.meta.url));
/** Git ignores it. */
const STATE_FOLDER = join(REPOSITORY, '.cliptag', 'backfill');

/** What `TAGGER_FILE` names, relative to the function's code. */
export const TAGGER_FILE = 'tagger.json';

export interface BackfillCode {
  /** Holds `handler.mjs` and {@link TAGGER_FILE}; named for its content. */
  readonly directory: string;
  /** What uploads are tagged with, by which is known what is done already. */
  readonly tagger: TaggerIdentity;
  readonly modelName: string;
}

/**
 * The code of the feeding function: the handler with all its JavaScript, and the digests of the model and label sets that
 * uploads are tagged with. These stand in a file, for an environment has 4 KB for all.
 *
 * @param folder that the code's own folder is made in
 */
export async function stageBackfillCode(
  { model, labelSets }: { readonly model: Model; readonly labelSets: readonly LabelSetFile[] },
  folder: string = STATE_FOLDER,
): Promise<BackfillCode> {
  const tagger: TaggerIdentity = {
    modelDigest: model.digest,
    labelSets: labelSets.map(({ labelSet }) => labelSetIdentity(labelSet)),
  };
  const draft = join(folder, `draft-${randomUUID()}`);
  try {
    await mkdir(draft, { recursive: true });
    await bundle(draft);
    await writeFile(join(draft, TAGGER_FILE), JSON.stringify(tagger));
    await setModes(draft);
    const directory = join(folder, await folderDigest(draft));
    // Who was faster has written the same.
    await rename(draft, directory).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
    return { directory, tagger, modelName: model.manifest.name };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function bundle(folder: string): Promise<void> {
  await build({ ...BUNDLE_OPTIONS, entryPoints: [HANDLER], outdir: folder });
}
