import { type EmbeddingMatrix, embeddingAt } from '../labels/embedding-matrix.ts';
import { blockMultiplier } from '../scoring/block-products.ts';

/** Counts of numbers in steps of equal width. */
export interface Histogram {
  /** Where the first step begins. */
  readonly from: number;
  readonly step: number;
  readonly counts: readonly number[];
}

/** Steps between cosines of -1 and 1: four times as fine as 64 bars show of what spans an eighth of it. */
const STEPS = 2048;
const STEP = 2 / STEPS;
const MAXIMUM_BARS = 64;
const ROWS_AT_ONCE = 1024;

/**
 * How near a collection's images come to each of several directions.
 *
 * @param directions unit vectors, shape [directions, size], row-major
 * @returns for each direction its cosines in at most {@link MAXIMUM_BARS} steps; undefined where there are no images
 */
export function cosineHistograms(
  embeddings: EmbeddingMatrix,
  directions: Float32Array,
): ReadonlyArray<Histogram | undefined> {
  const { count, size } = embeddings;
  if (count === 0) return [];
  const rows = directions.length / size;
  const counts = new Uint32Array(rows * STEPS);
  const multiplier = blockMultiplier(directions, size);
  for (let first = 0; first < count; first += ROWS_AT_ONCE) {
    const length = Math.min(ROWS_AT_ONCE, count - first);
    const vectors = Array.from({ length }, (_, i) => embeddingAt(embeddings, first + i));
    multiplier.products(vectors, 1, (cosines) => {
      for (let row = 0; row < rows; row++) {
        const place = Math.floor(((cosines[row] ?? 0) + 1) / STEP);
        const at = row * STEPS + Math.min(STEPS - 1, Math.max(0, place));
        counts[at] = (counts[at] ?? 0) + 1;
      }
    });
  }
  return Array.from({ length: rows }, (_, row) => cropped(counts.subarray(row * STEPS, (row + 1) * STEPS)));
}

/** From the first step with a count to the last, as few of them together as give bars enough. */
function cropped(counts: Uint32Array): Histogram | undefined {
  const first = counts.findIndex((count) => count > 0);
  const last = counts.findLastIndex((count) => count > 0);
  if (first < 0) return undefined;
  const together = Math.ceil((last - first + 1) / MAXIMUM_BARS);
  const bars = Math.ceil((last - first + 1) / together);
  return {
    from: -1 + first * STEP,
    step: together * STEP,
    counts: Array.from({ length: bars }, (_, bar) =>
      counts
        .subarray(first + bar * together, first + (bar + 1) * together)
        .reduce((sum, count) => sum + count, 0),
    ),
  };
}
