import { type EmbeddingMatrix, embeddingAt } from '../labels/embedding-matrix.ts';
import { blockMultiplier } from '../scoring/block-products.ts';

/** Steps of 0.00025: a fortieth of a deviation with models whose cosines lie close together (0.01). */
export const COSINE_BINS = 8192;
const CHUNK = 1_024;

/**
 * For each row, the pictures by their cosine with it, counted in {@link COSINE_BINS} steps from -1 to 1: shape
 * [rows, COSINE_BINS]. Counts depend on no order, and take no more memory for many pictures than for few.
 *
 * @param rows unit vectors, shape [rows, size], row-major
 */
export function cosineCounts(rows: Float32Array, pictures: EmbeddingMatrix): Uint32Array {
  const rowCount = rows.length / pictures.size;
  const counts = new Uint32Array(rowCount * COSINE_BINS);
  eachProducts(rows, pictures, (cosines) => {
    for (let row = 0; row < rowCount; row++) {
      const bin = binOf(cosines[row] ?? 0);
      if (bin >= 0) counts[row * COSINE_BINS + bin] = (counts[row * COSINE_BINS + bin] ?? 0) + 1;
    }
  });
  return counts;
}

/** Cosines of every picture with every row, shape [pictures, rows]. */
export function cosineMatrix(rows: Float32Array, pictures: EmbeddingMatrix): Float32Array {
  const rowCount = pictures.size === 0 ? 0 : rows.length / pictures.size;
  const cosines = new Float32Array(pictures.count * rowCount);
  eachProducts(rows, pictures, (products, picture) => cosines.set(products, picture * rowCount));
  return cosines;
}

function eachProducts(
  rows: Float32Array,
  pictures: EmbeddingMatrix,
  each: (cosines: Float64Array, picture: number) => void,
): void {
  if (pictures.count === 0 || rows.length === 0) return;
  const multiplier = blockMultiplier(rows, pictures.size);
  for (let first = 0; first < pictures.count; first += CHUNK) {
    const length = Math.min(CHUNK, pictures.count - first);
    const vectors = Array.from({ length }, (_, i) => embeddingAt(pictures, first + i));
    multiplier.products(vectors, 1, (cosines, i) => each(cosines, first + i));
  }
}

/** What rounding has brought beyond -1 and 1 counts as these; -1 for what is no number. */
function binOf(cosine: number): number {
  const bin = Math.floor(((cosine + 1) / 2) * COSINE_BINS);
  return Number.isNaN(bin) ? -1 : Math.min(COSINE_BINS - 1, Math.max(0, bin));
}

/** The cosine in the middle of a bin. */
export function binMiddle(bin: number): number {
  return ((bin + 0.5) / COSINE_BINS) * 2 - 1;
}
