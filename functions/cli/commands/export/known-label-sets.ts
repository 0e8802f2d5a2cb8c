import { readLabelSets } from '../../../adapters/files/label-set-files.ts';
import type { LabelSet } from '../../../core/labels/label-set.ts';
import { didYouMean, nearestWords } from '../../../core/labels/near-words.ts';
import { LOCAL_PIPELINE } from '../../../local/control-api/local-pipeline.ts';
import { LABELS_FOLDER } from '../../../tagger/model-places.ts';
import { UsageError } from '../../../terminal/exit-code.ts';
import { pipelineLabelSets } from '../../pipeline/local-pipeline.ts';
import type { OpenedSearch } from '../../search/opened-search.ts';
import type { ExportFlags } from './export-flags.ts';

/** The label sets that tell which labels are broader than others: the local pipeline's, else those that are named. */
export async function knownLabelSets({
  stack,
  table,
  labels,
  'http-port': port = String(LOCAL_PIPELINE.httpPort),
}: ExportFlags): Promise<readonly LabelSet[]> {
  const isLocal = stack === undefined && table === undefined;
  return isLocal
    ? (await pipelineLabelSets(Number(port))).labelSets
    : readLabelSets(labels ?? [LABELS_FOLDER]);
}

/**
 * Checks the label sets that `--set` names: there may be images with tags of one that is no more at hand.
 *
 * @throws {UsageError} for one that neither is at hand nor has given an image a tag, with the nearest names
 */
export async function checkSets(
  sets: readonly string[],
  labelSets: readonly LabelSet[],
  search: Pick<OpenedSearch, 'labelCounts'>,
): Promise<void> {
  const atHand = labelSets.map(({ name }) => name);
  if (sets.every((set) => atHand.includes(set))) return;
  const counted = (await search.labelCounts()).map(({ set }) => set);
  const names = [...new Set([...atHand, ...counted])];
  const faults = sets
    .filter((set) => !names.includes(set))
    .map(
      (set) =>
        `--set: no label set is called "${set}" (there is ${names.join(', ')})${didYouMean(nearestWords(set, names))}`,
    );
  if (faults.length > 0) throw new UsageError(faults);
}
