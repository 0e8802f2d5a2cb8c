import { readLabelSets } from '../../adapters/files/label-set-files.ts';
import type { LabelSet } from '../../core/labels/label-set.ts';
import { LOCAL_PIPELINE } from '../../local/control-api/local-pipeline.ts';
import { LABELS_FOLDER } from '../../tagger/model-places.ts';
import { UsageError } from '../../terminal/exit-code.ts';
import { pipelineLabelSets } from './local-pipeline.ts';
import type { TablePlace } from './table-flags.ts';

/**
 * The label sets that say what labels of a table are called: those that are named, else those of the local pipeline, which may
 * have been written in its page, else those that come with Cliptag, where no pipeline of this table answers on its usual port.
 *
 * @param named files and folders
 * @param httpPort as a flag names it: an answer of that pipeline is wanted, and no other
 * @throws {CliptagError} `no-pipeline` and what else {@link pipelineLabelSets} says, for a port that was named
 * @throws {UsageError} where the pipeline on that port has another table
 */
export async function labelSetsAtHand(
  named: readonly string[] | undefined,
  place: TablePlace,
  httpPort?: string,
): Promise<readonly LabelSet[]> {
  if (named === undefined && place.kind === 'local') {
    const port = Number(httpPort ?? LOCAL_PIPELINE.httpPort);
    const asked = pipelineLabelSets(port);
    const told = await (httpPort === undefined ? asked.catch(() => undefined) : asked);
    // Another pipeline has a table of its own.
    if (told?.dynamodbPort === place.port) return told.labelSets;
    if (told && httpPort !== undefined) {
      throw new UsageError([
        `the pipeline on port ${port} has its DynamoDB endpoint on port ${told.dynamodbPort}: expected --dynamodb-port ${told.dynamodbPort}`,
      ]);
    }
  }
  return readLabelSets(named ?? [LABELS_FOLDER]);
}
