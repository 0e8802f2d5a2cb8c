/** Steps of 0.0005: a twentieth of a logit with the steepest models (logit scale 100). */
const BINS = 4096;

/** Cosines counted by size: what is worked out of them does not depend on the images' order, and takes no longer for many. */
export interface CosineHistogram {
  readonly total: number;
  /** Middles of the bins that are not empty, ascending. */
  readonly values: Float64Array;
  /** Cosines in each of them. */
  readonly counts: Float64Array;
}

/** @param lists NaN is left out; what rounding has brought beyond -1 and 1 counts as these */
export function cosineHistogram(lists: Iterable<Float32Array>): CosineHistogram {
  const all = new Float64Array(BINS);
  for (const cosines of lists) {
    for (let i = 0; i < cosines.length; i++) {
      const bin = Math.floor((((cosines[i] ?? 0) + 1) / 2) * BINS);
      if (!Number.isNaN(bin)) addTo(all, Math.min(BINS - 1, Math.max(0, bin)));
    }
  }
  const occupied = [...all.keys()].filter((bin) => (all[bin] ?? 0) > 0);
  const counts = Float64Array.from(occupied, (bin) => all[bin] ?? 0);
  return {
    total: counts.reduce((sum, count) => sum + count, 0),
    values: Float64Array.from(occupied, (bin) => ((bin + 0.5) / BINS) * 2 - 1),
    counts,
  };
}

function addTo(counts: Float64Array, bin: number): void {
  counts[bin] = (counts[bin] ?? 0) + 1;
}

/** Where values lie, and how far they spread below that: what is unusually high counts for nothing. */
export interface Bulk {
  readonly centre: number;
  readonly deviation: number;
}

/**
 * Weighted median, and root mean square distance from it of what is not above it.
 *
 * @param weights one for each value; their sum is above 0
 * @param values ascending
 */
export function bulkOf(values: Float64Array, weights: Float64Array): Bulk {
  const half = weights.reduce((sum, weight) => sum + weight, 0) / 2;
  let [middle, below] = [0, weights[0] ?? 0];
  while (below < half && middle < values.length - 1) {
    middle++;
    below += weights[middle] ?? 0;
  }
  const centre = values[middle] ?? 0;
  let squares = 0;
  for (let i = 0; i < middle; i++) squares += (weights[i] ?? 0) * (centre - (values[i] ?? 0)) ** 2;
  return { centre, deviation: Math.sqrt(squares / below) };
}
