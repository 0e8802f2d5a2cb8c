import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readLabelSets } from '../../../adapters/files/label-set-files.ts';
import { MANIFEST_FILE } from '../../../adapters/files/model-folder.ts';
import { LOCAL_PIPELINE } from '../../../local/control-api/local-pipeline.ts';
import { LABELS_FOLDER, MODELS_FOLDERS } from '../../../tagger/model-places.ts';
import { pipelineLabelling } from '../../pipeline/local-pipeline.ts';
import type { NamesAtHand } from './completions.ts';

/** The label sets of the local pipeline that runs, else those that come with Cliptag; the models of all folders. */
export const namesAtHand: NamesAtHand = async (kind) => {
  const names = kind === 'label sets' ? await labelSetNames() : await modelNames();
  return [...new Set(names)].sort();
};

async function labelSetNames(): Promise<readonly string[]> {
  const running = await pipelineLabelling(LOCAL_PIPELINE.httpPort);
  const labelSets = running?.labelSets ?? (await readLabelSets([LABELS_FOLDER]).catch(() => []));
  return labelSets.map(({ name }) => name);
}

async function modelNames(): Promise<readonly string[]> {
  const names = MODELS_FOLDERS.map(async (folder) => {
    const inFolder = await readdir(folder).catch(() => []);
    return inFolder.filter((name) => existsSync(join(folder, name, MANIFEST_FILE)));
  });
  return (await Promise.all(names)).flat();
}
