import type { EmbeddingMatrix } from './embedding-matrix.ts';

/** What is known of the labels of an image; of those in neither list nothing is known. */
export interface KnownLabels {
  readonly positive: ReadonlySet<string>;
  readonly negative: ReadonlySet<string>;
}

/** Images with what is known of their labels, to learn from and to calibrate by. */
export interface LabelledImages {
  readonly embeddings: EmbeddingMatrix;
  /** `s3://BUCKET/KEY` of stored images, paths of others; one for each embedding. */
  readonly names: readonly string[];
  /**
   * What fits call these pictures where they are examples: files by their way from the label set's folder. @default
   * {@link names}
   */
  readonly exampleNames?: readonly string[];
  /** One for each embedding. */
  readonly known: readonly KnownLabels[];
}
