import { stat } from 'node:fs/promises';
import { LABELS_FOLDER } from '../../tagger/model-places.ts';
import { pipelineLabelling } from '../pipeline/local-pipeline.ts';
import type { TablePlace } from '../pipeline/table-flags.ts';

/**
 * Files and folders of the label sets that have names: those that the user names, else those of the local pipeline that runs, else
 * those that come with Cliptag.
 */
export async function labelsAtHand(
  named: readonly string[] | undefined,
  place: TablePlace | undefined,
  httpPort: number,
): Promise<readonly string[]> {
  if (named) return named;
  if (place && place.kind !== 'local') return [LABELS_FOLDER];
  const used = (await pipelineLabelling(httpPort))?.labelSets ?? [];
  // Those of a pipeline that was started in another folder may be named from there.
  const found = await Promise.all(used.map(async ({ path }) => ((await isFile(path)) ? [path] : [])));
  return found.flat().length > 0 ? found.flat() : [LABELS_FOLDER];
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}
