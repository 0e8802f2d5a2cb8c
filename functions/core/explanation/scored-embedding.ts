import type { Classifier } from '../labels/classifier.ts';
import { type Cosines, cosinesOf, scoresAt, tagScore } from '../labels/cosines.ts';
import { type Embedding, requireSameModel } from '../labels/embedding.ts';
import { labelIndexOf } from '../labels/label-index.ts';
import { passingTags, type Tag } from '../labels/scores.ts';

/** All numbers of one embedding and one label set: what its labels are explained by. */
export interface ScoredEmbedding {
  readonly classifier: Classifier;
  readonly cosines: Cosines;
  /** For each name of the label index, as a tag carries it. */
  readonly scores: Float64Array;
  /** Places of the names, the best score first, ties by name: the order of tags. */
  readonly order: readonly number[];
  /** What the model says. */
  readonly tags: readonly Tag[];
}

/**
 * Scores an embedding as tagging does, and keeps what tagging throws away.
 *
 * @throws {ModelMismatch} when embedding and classifier come from different models
 */
export function scoredEmbedding({ modelDigest, values }: Embedding, classifier: Classifier): ScoredEmbedding {
  requireSameModel(classifier.modelDigest, modelDigest);
  const cosines = cosinesOf(values, classifier);
  const exact = scoresAt(cosines, classifier);
  const scores = exact.map(tagScore);
  return {
    classifier,
    cosines,
    scores,
    order: bestFirst(scores, labelIndexOf(classifier.labelSet).names),
    tags: passingTags(exact, classifier),
  };
}

function bestFirst(scores: Float64Array, names: readonly string[]): readonly number[] {
  const places = names.map((_, place) => place);
  return places.sort(
    (a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || ((names[a] ?? '') < (names[b] ?? '') ? -1 : 1),
  );
}
