import { choleskyFactor } from './cholesky.ts';
import { scatterMatrix } from './scatter-matrix.ts';
import { type SharedCovariance, shrunk, trace } from './shared-covariance.ts';

/** What whitens a label's mean: the inverse of a covariance, as its Cholesky factor. */
export interface LabelMetric {
  readonly factor: Float64Array;
  /** How far the collection's pictures are from their mean, as root mean square. */
  readonly radius: number;
}

/**
 * A collection's covariance holds what tells labels apart, too; a share of the identity keeps that (Friedman, "Regularized
 * Discriminant Analysis", 1989). Anything from 0.5 to 0.9 does nearly as well, by test/bench/learning/learning.ts.
 */
const IDENTITY_SHARE = 0.7;

const metrics = new WeakMap<SharedCovariance, LabelMetric>();

/** Of a label that is learned by itself; made once for each covariance. */
export function labelMetric(covariance: SharedCovariance): LabelMetric {
  const known = metrics.get(covariance);
  if (known) return known;
  const factor = choleskyFactor(regularised(covariance), covariance.size);
  const metric = { factor, radius: radiusOf(covariance) };
  metrics.set(covariance, metric);
  return metric;
}

/**
 * Of labels that are learned together: the more examples they have, the more counts how examples of one label differ, which
 * is what the labels share. The collection's covariance, made as wide as that, counts for as many examples as there are
 * dimensions (the ridge of the ICLR 2024 paper, whose shape is the identity).
 *
 * @param labels the examples of each label
 */
export function sharedMetric(
  covariance: SharedCovariance,
  labels: ReadonlyArray<readonly Float32Array[]>,
): LabelMetric {
  const { size } = covariance;
  const several = labels.filter((examples) => examples.length > 1);
  const rows = several.flat();
  const freedom = rows.length - several.length;
  if (freedom === 0) return labelMetric(covariance);
  const values = new Float32Array(rows.length * size);
  for (const [row, example] of rows.entries()) values.set(example, row * size);
  const means = several.flatMap((examples) => {
    const mean = meanOf(examples, size);
    return examples.map(() => mean);
  });
  const { matrix } = scatterMatrix(values, size, (row) => means[row] ?? covariance.mean);
  const width = trace(matrix, size) / freedom / trace(covariance.matrix, size);
  const pooled = regularised(covariance).map(
    (value, i) => (size * width * value + (matrix[i] ?? 0)) / (size + freedom),
  );
  return { factor: choleskyFactor(pooled, size), radius: radiusOf(covariance) };
}

function regularised({ matrix, size }: SharedCovariance): Float64Array {
  return shrunk(matrix, size, IDENTITY_SHARE);
}

function radiusOf({ matrix, size }: SharedCovariance): number {
  return Math.sqrt(trace(matrix, size));
}

function meanOf(embeddings: readonly Float32Array[], size: number): Float64Array {
  const mean = new Float64Array(size);
  for (const embedding of embeddings) {
    for (let i = 0; i < size; i++) mean[i] = (mean[i] ?? 0) + (embedding[i] ?? 0) / embeddings.length;
  }
  return mean;
}
