import { dot, type Embedding, requireSameModel } from '../labels/embedding.ts';

/** A prompt of a label, or an image that it was learned from, by how near the image is to it. */
export interface Carrier {
  /** The prompt, or the image's name. */
  readonly text: string;
  readonly cosine: number;
}

/** What has a text and a direction. */
export interface NamedEmbedding {
  readonly text: string;
  readonly embedding: Embedding;
}

/**
 * The nearest first.
 *
 * @throws {ModelMismatch} when they come from different models
 */
export function carriersOf(
  { modelDigest, values }: Embedding,
  candidates: readonly NamedEmbedding[],
): readonly Carrier[] {
  return candidates
    .map(({ text, embedding }) => {
      requireSameModel(modelDigest, embedding.modelDigest);
      return { text, cosine: dot(values, embedding.values) };
    })
    .sort((a, b) => b.cosine - a.cosine || (a.text < b.text ? -1 : 1));
}
