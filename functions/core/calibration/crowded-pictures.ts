import { type EmbeddingMatrix, embeddingAt, embeddingMatrix } from '../labels/embedding-matrix.ts';
import { cosineMatrix } from './cosine-counts.ts';
import type { LogisticLine } from './logistic-line.ts';

/** Pictures that the offset is found on; more change it by nothing that counts. */
const SAMPLE = 1_000;
const STEPS = 30;
/** In slopes' units of standard deviations: nearer to the null distribution nothing stands out. */
const GREATEST_DEVIATIONS = 2;
/** Of what pictures can show at most: with all of it there would be nothing left to find. */
const MOST = 0.8;

/**
 * What is added to every label's offset so that pictures show as many labels as are expected, though none shows more than
 * `topK`. It is next to nothing where labels differ. Where a model sees labels alike, the same few pictures would have all of
 * them, and all others none.
 *
 * @param lines one for each row, each by itself
 * @param temperature log odds for each deviation
 */
export function crowdedOffset(
  rows: Float32Array,
  lines: readonly LogisticLine[],
  pictures: readonly EmbeddingMatrix[],
  { topK, temperature }: { readonly topK: number; readonly temperature: number },
): number {
  const sample = sampleOf(pictures);
  if (lines.length <= topK || sample.count === 0) return 0;
  const logits = cosineMatrix(rows, sample).map((cosine, i) => {
    const { slope, offset } = lines[i % lines.length] ?? { slope: 0, offset: 0 };
    return slope * cosine + offset;
  });
  const expected = Math.min(shownLabels(logits, lines.length, 0, lines.length), MOST * topK * sample.count);
  let [low, high] = [0, GREATEST_DEVIATIONS * temperature];
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (shownLabels(logits, lines.length, middle, topK) < expected) low = middle;
    else high = middle;
  }
  return low;
}

/** Labels that are expected to be true of all pictures together, of one at most so many. */
function shownLabels(logits: Float32Array, labelCount: number, offset: number, most: number): number {
  let total = 0;
  for (let begin = 0; begin < logits.length; begin += labelCount) {
    let sum = 0;
    for (let i = begin; i < begin + labelCount; i++) sum += 1 / (1 + Math.exp(-((logits[i] ?? 0) + offset)));
    total += Math.min(most, sum);
  }
  return total;
}

/** Always the same pictures, in whatever order all of them come. */
function sampleOf(matrices: readonly EmbeddingMatrix[]): EmbeddingMatrix {
  const all = matrices.flatMap((matrix) =>
    Array.from({ length: matrix.count }, (_, row) => ({ matrix, row })),
  );
  const chosen =
    all.length <= SAMPLE
      ? all
      : all
          .map(({ matrix, row }) => ({ matrix, row, key: keyOf(embeddingAt(matrix, row)) }))
          .sort((a, b) => a.key - b.key)
          .slice(0, SAMPLE);
  const [first] = matrices.filter(({ count }) => count > 0);
  return embeddingMatrix(
    first?.modelDigest ?? '',
    chosen.map(({ matrix, row }) => embeddingAt(matrix, row)),
    first?.size ?? 0,
  );
}

/** A number in [0, 1) that has nothing to do with what a picture shows. */
function keyOf(embedding: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < Math.min(8, embedding.length); i++) sum += (embedding[i] ?? 0) * 1e4 * (i + 1);
  return sum - Math.floor(sum);
}
