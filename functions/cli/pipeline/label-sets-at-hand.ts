import { readLabelSets } from '../../adapters/files/label-set-files.ts';
import type { LabelSet } from '../../core/labels/label-set.ts';
import { LOCAL_PIPELINE } from '../../local/control-api/local-pipeline.ts';
import { LABELS_FOLDER } from '../../tagger/model-places.ts';
import { pipelineLabelSets } from './local-pipeline.ts';
import type { TablePlace } from './table-flags.ts';

/**
 * The label sets that say what labels of a table are called: those that are named, else those of the local pipeline where it
 * answers on its usual port, which may have been written in its page, else those that come with Cliptag.
 *
 * @param named files and folders
 */
export async function labelSetsAtHand(
  named: readonly string[] | undefined,
  place: TablePlace,
  httpPort: number = LOCAL_PIPELINE.httpPort,
): Promise<readonly LabelSet[]> {
  if (named === undefined && place.kind === 'local') {
    const told = await pipelineLabelSets(httpPort).catch(() => undefined);
    // Another pipeline has a table of its own.
    if (told?.dynamodbPort === place.port) return told.labelSets;
  }
  return readLabelSets(named ?? [LABELS_FOLDER]);
}
