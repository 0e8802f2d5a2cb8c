import type { Classifier } from '../labels/classifier.ts';
import { type EmbeddingMatrix, embeddingAt } from '../labels/embedding-matrix.ts';
import { type LabelFit, type LabelSetFit, labelFitOf } from '../labels/label-set-fit.ts';
import { learnedSet } from '../learning/learned-set.ts';
import type { LearningQuality } from '../learning/learning-quality.ts';
import { sharedCovariance } from '../learning/shared-covariance.ts';

/** A collection whose pictures have names. */
export interface NamedPictures {
  readonly embeddings: EmbeddingMatrix;
  /** `s3://BUCKET/KEY`, one for each embedding. */
  readonly names: readonly string[];
}

/**
 * Whether learned labels find their examples again better than their words alone do, cross-validated, as far as the examples are
 * among a collection's pictures.
 *
 * @param words the label set's classifier without its fit
 * @returns by label; one is missing of which fewer than two examples are there
 */
export function learnedQualities(
  fit: LabelSetFit,
  words: Classifier,
  { embeddings, names }: NamedPictures,
): ReadonlyMap<string, LearningQuality> {
  const rows = new Map(names.map((name, row) => [name, row]));
  const picturesOf = (examples: readonly string[]) =>
    examples.flatMap((name) => {
      const row = rows.get(name);
      return row === undefined ? [] : [embeddingAt(embeddings, row)];
    });
  const learned = words.labelSet.labels.flatMap(({ name }, place) => {
    const { direction, examples } = labelFitOf(fit, name) ?? NOT_FITTED;
    const positives = direction === undefined || !examples ? [] : picturesOf(examples.positive);
    if (positives.length < 2) return [];
    const text = textRow(words, place);
    return [{ name, text, positives, negatives: picturesOf(examples?.negative ?? []) }];
  });
  if (learned.length === 0) return new Map();
  const { logitScale } = words;
  const found = learnedSet({ labels: learned, covariance: sharedCovariance(embeddings), logitScale });
  return new Map(
    learned.flatMap(({ name }, i) => {
      const quality = found[i]?.quality;
      return quality && quality.verdict !== 'unknown' ? [[name, quality]] : [];
    }),
  );
}

const NOT_FITTED: Pick<LabelFit, 'direction' | 'examples'> = {};

function textRow({ labelRows, labelSet }: Classifier, place: number): Float32Array {
  const size = labelRows.length / labelSet.labels.length;
  return labelRows.subarray(place * size, (place + 1) * size);
}
