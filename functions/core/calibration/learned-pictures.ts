import type { HoldingFits } from '../labels/classifier-fit.ts';
import { type EmbeddingMatrix, embeddingAt } from '../labels/embedding-matrix.ts';
import type { LabelledImages } from '../labels/labelled-images.ts';
import { isSamePicture } from '../labels/same-picture.ts';

/** Embeddings with the names that fits have for them. */
export interface NamedPictures {
  readonly embeddings: EmbeddingMatrix;
  readonly names: readonly string[];
}

/**
 * For each label the labelled pictures that its direction was learned from, whatever their names: their cosines with it are
 * higher, or lower, than those of others.
 *
 * @param same as `samePictures` gives it
 * @param stored where examples may be found that are none of the labelled pictures by name
 */
export function learnedPictures(
  fits: HoldingFits,
  images: LabelledImages,
  same: Int32Array,
  stored?: NamedPictures,
): ReadonlyArray<ReadonlySet<number>> {
  const named = images.exampleNames ?? images.names;
  return fits.map((fit) => {
    const { direction, examples } = fit ?? {};
    if (!direction || !examples) return new Set<number>();
    const names = new Set([...examples.positive, ...examples.negative]);
    const others = stored ? embeddingsOf(stored, names) : [];
    const learned = new Set<number>();
    for (const [picture, name] of named.entries()) {
      const embedding = embeddingAt(images.embeddings, picture);
      const isNamed = names.has(name) || names.has(images.names[picture] ?? '');
      if (isNamed || others.some((other) => isSamePicture(embedding, other))) learned.add(same[picture] ?? 0);
    }
    return new Set([...same.keys()].filter((picture) => learned.has(same[picture] ?? 0)));
  });
}

function embeddingsOf({ embeddings, names }: NamedPictures, wanted: ReadonlySet<string>): Float32Array[] {
  return names.flatMap((name, row) => (wanted.has(name) ? [embeddingAt(embeddings, row)] : []));
}
