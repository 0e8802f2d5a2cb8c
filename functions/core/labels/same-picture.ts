/**
 * Squared distance of two embeddings of one picture, at most: what float16, and batches of other sizes, make of the very same
 * pixels is below half of it; the same photograph at another size or quality is above it.
 */
export const SAME_PICTURE = 1e-6;

/** Whether two embeddings are of the very same picture. Most pairs are told apart by their first few numbers. */
export function isSamePicture(a: Float32Array, b: Float32Array): boolean {
  let distance = 0;
  for (let i = 0; i < a.length; i++) {
    distance += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
    if (distance > SAME_PICTURE) return false;
  }
  return true;
}
