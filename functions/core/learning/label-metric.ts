import { choleskyFactor } from './cholesky.ts';
import { type SharedCovariance, shrunk, trace } from './shared-covariance.ts';

/** What whitens a label's mean: the inverse of a covariance, as its Cholesky factor. */
export interface LabelMetric {
  readonly factor: Float64Array;
  /** How far pictures are from the mean, as root mean square. */
  readonly radius: number;
}

/**
 * A collection's covariance holds what tells labels apart, too; a share of the identity keeps that (Friedman, "Regularized
 * Discriminant Analysis", 1989). By test/bench/learning.ts, anything from 0.3 to 0.9 does as well.
 */
const IDENTITY_SHARE = 0.6;

const metrics = new WeakMap<SharedCovariance, LabelMetric>();

/** Made once for each covariance. */
export function labelMetric(covariance: SharedCovariance): LabelMetric {
  const known = metrics.get(covariance);
  if (known) return known;
  const { matrix, size } = covariance;
  const factor = choleskyFactor(shrunk(matrix, size, IDENTITY_SHARE), size);
  const metric = { factor, radius: Math.sqrt(trace(matrix, size)) };
  metrics.set(covariance, metric);
  return metric;
}
