import { dot } from '../labels/embedding.ts';
import { withoutPictures } from './distinct-examples.ts';
import { type LabelEvidence, learnedDirection, type Peers } from './learned-direction.ts';

/** How well a learned label finds its own examples, beside the words alone. */
export interface LearningQuality {
  /** Probability that an example which was left out stands above a picture of the collection, in [0, 1] (AUROC). */
  readonly learned: number;
  /** The same by the words alone. */
  readonly words: number;
  /** Parts that the examples were left out in; 0 where there are too few to leave one out. */
  readonly folds: number;
  /** `unknown`: a single example cannot be left out. */
  readonly verdict: 'better' | 'no better' | 'unknown';
}

const MAXIMUM_FOLDS = 5;

/** Cross-validated: each part of the examples is judged by what the others teach. */
export function learningQuality(evidence: LabelEvidence, among?: Peers): LearningQuality {
  const { text, positives, negatives, covariance } = evidence;
  const folds = Math.min(MAXIMUM_FOLDS, positives.length);
  if (folds < 2) return { learned: 0.5, words: 0.5, folds: 0, verdict: 'unknown' };
  // What was learned from tells nothing, of neither side.
  const others = withoutPictures(rowsOf(covariance.background), [...positives, ...negatives]);
  const wordScores = sortedScores(others, text);
  let [learned, words] = [0, 0];
  for (let fold = 0; fold < folds; fold++) {
    const isLeftOut = (_: Float32Array, place: number) => place % folds === fold;
    const isKept = (_: Float32Array, place: number) => place % folds !== fold;
    const { direction } = learnedDirection({ ...evidence, positives: positives.filter(isKept) }, among);
    const scores = sortedScores(others, direction);
    for (const example of positives.filter(isLeftOut)) {
      learned += shareBelow(scores, dot(example, direction));
      words += shareBelow(wordScores, dot(example, text));
    }
  }
  learned /= positives.length;
  words /= positives.length;
  return { learned, words, folds, verdict: learned > words ? 'better' : 'no better' };
}

function rowsOf({ values, size, count }: LabelEvidence['covariance']['background']): readonly Float32Array[] {
  return Array.from({ length: count }, (_, row) => values.subarray(row * size, (row + 1) * size));
}

function sortedScores(embeddings: readonly Float32Array[], direction: Float32Array): Float64Array {
  return Float64Array.from(embeddings, (embedding) => dot(embedding, direction)).sort();
}

/** Share of the sorted scores below one, ties counting half. */
function shareBelow(sorted: Float64Array, score: number): number {
  if (sorted.length === 0) return 0.5;
  const below = firstPlace(sorted, (other) => other >= score);
  const notAbove = firstPlace(sorted, (other) => other > score);
  return (below + notAbove) / 2 / sorted.length;
}

/** The first place that fulfils a condition which all places after it fulfil. */
function firstPlace(sorted: Float64Array, fulfils: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fulfils(sorted[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}
