/**
 * Squared distance of two embeddings of one picture, at most: one of them was stored, as float16, whose rounding moves a
 * unit vector by less than 2⁻¹¹.
 */
const MAXIMUM_ROUNDING = 2 ** -22;

/**
 * Each picture once, in an order of their own: so neither the order of examples nor copies among them change what is
 * learned.
 */
export function distinctExamples(examples: readonly Float32Array[]): readonly Float32Array[] {
  const distinct: Float32Array[] = [];
  for (const example of [...examples].sort(inOrder)) {
    if (!distinct.some((other) => isSamePicture(example, other))) distinct.push(example);
  }
  return distinct;
}

/** The embeddings that are none of these pictures. */
export function withoutPictures(
  embeddings: readonly Float32Array[],
  pictures: readonly Float32Array[],
): readonly Float32Array[] {
  return embeddings.filter((embedding) => !pictures.some((picture) => isSamePicture(embedding, picture)));
}

/** Compares two vectors by their first numbers that differ. */
export function inOrder(a: Float32Array, b: Float32Array): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Most others differ in their first numbers already, so that a thousand examples take milliseconds. */
function isSamePicture(a: Float32Array, b: Float32Array): boolean {
  let distance = 0;
  for (let i = 0; i < a.length && distance <= MAXIMUM_ROUNDING; i++) {
    distance += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  }
  return distance <= MAXIMUM_ROUNDING;
}
