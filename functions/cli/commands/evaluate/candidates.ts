import { labelMatcher, type TrueLabels } from '../../../core/evaluation/true-labels.ts';
import { type Classifier, compileClassifier } from '../../../core/labels/classifier.ts';
import type { PromptEncoder } from '../../../core/labels/embedding.ts';
import { wordKey } from '../../../core/labels/folded-text.ts';
import { parseLabelSet } from '../../../core/labels/label-set.ts';
import { UsageError } from '../../../terminal/exit-code.ts';
import type { DataLabel, LabelledPicture, PictureSet } from '../../picture-sets/picture-set.ts';

/** Labels that a model chooses from. */
export interface Candidates {
  /** `own`: the data set's labels. `held-out`: those of them that the model never learned. */
  readonly kind: 'own' | 'held-out' | 'label-set';
  readonly classifier: Classifier;
  /** Undefined for a picture of a label that is none of them. */
  trueLabels(picture: LabelledPicture): TrueLabels | undefined;
}

/**
 * The data set's own labels, asked about with its phrases or the default prompt.
 *
 * @throws {UsageError} when there are fewer than two to choose from
 */
export async function ownCandidates({ labels }: PictureSet, textEncoder: PromptEncoder): Promise<Candidates> {
  const candidates = labels.filter(({ isCandidate }) => isCandidate);
  if (candidates.length < 2) {
    const received = candidates.map(({ label }) => label).join(', ') || 'none';
    throw new UsageError([
      `expected two labels or more to choose from but received ${received} (--labels names others)`,
    ]);
  }
  return amongDataLabels('own', candidates, textEncoder);
}

/**
 * Labels that the model was not trained on, among themselves; undefined when the data set has none of them.
 *
 * @param heldOut as they stand in the data set
 */
export async function heldOutCandidates(
  { labels }: PictureSet,
  heldOut: readonly string[],
  textEncoder: PromptEncoder,
): Promise<Candidates | undefined> {
  const candidates = labels.filter(({ label, isCandidate }) => isCandidate && heldOut.includes(label));
  return candidates.length === 0 ? undefined : amongDataLabels('held-out', candidates, textEncoder);
}

/** A label set's labels, in the words of the data set. */
export function labelSetCandidates(classifier: Classifier, labels: readonly DataLabel[]): Candidates {
  const match = labelMatcher(classifier.labelSet);
  const dataLabels = new Map(labels.map((label) => [label.label, label]));
  const trueLabels = remembered(({ labels: words }) =>
    match(words.map((word) => dataLabels.get(word) ?? { word })),
  );
  return { kind: 'label-set', classifier, trueLabels };
}

async function amongDataLabels(
  kind: 'own' | 'held-out',
  candidates: readonly DataLabel[],
  textEncoder: PromptEncoder,
): Promise<Candidates> {
  // Folders may differ in letter case or in `_` and `-` alone: one label then.
  const byWord = new Map([...candidates].reverse().map((candidate) => [wordKey(candidate.word), candidate]));
  const labels = [...byWord.values()]
    .reverse()
    .map(({ word, phrase }) => ({ name: word, ...(phrase === undefined ? {} : { prompts: [phrase] }) }));
  const set = { name: 'data-set', version: 1, mode: 'exclusive', labels };
  const classifier = await compileClassifier(parseLabelSet(set, 'The data set'), textEncoder);
  const { trueLabels } = labelSetCandidates(classifier, candidates);
  const known = new Set(candidates.map(({ label }) => label));
  return {
    kind,
    classifier,
    trueLabels: (picture) => (known.has(picture.labels[0] ?? '') ? trueLabels(picture) : undefined),
  };
}

/** Many pictures have the same labels. */
function remembered(find: (picture: LabelledPicture) => TrueLabels | undefined): Candidates['trueLabels'] {
  const found = new Map<string, TrueLabels | undefined>();
  return (picture) => {
    const key = JSON.stringify(picture.labels);
    if (!found.has(key)) found.set(key, find(picture));
    return found.get(key);
  };
}
