import { embeddingAt } from '../labels/embedding-matrix.ts';
import type { LabelledImages } from '../labels/labelled-images.ts';
import { isSamePicture, SAME_PICTURE } from '../labels/same-picture.ts';

/**
 * For each labelled picture a place that all of the same picture share: those of one name, and copies by whatever name, such as
 * a file and the stored image that was made of it.
 */
export function samePictures({
  names,
  embeddings,
}: Pick<LabelledImages, 'names' | 'embeddings'>): Int32Array {
  const above = Int32Array.from(names, (_, place) => place);
  const rootOf = (place: number): number => {
    let root = place;
    while (above[root] !== root) root = above[root] ?? root;
    above[place] = root;
    return root;
  };
  const join = (a: number, b: number) => {
    above[rootOf(b)] = rootOf(a);
  };
  const named = new Map<string, number>();
  for (const [place, name] of names.entries()) {
    const first = named.get(name);
    if (first === undefined) named.set(name, place);
    else join(first, place);
  }
  // Those of the same picture are neighbours by their first number.
  const first = (place: number) => embeddings.values[place * embeddings.size] ?? 0;
  const order = Array.from(names.keys()).sort((a, b) => first(a) - first(b));
  for (const [i, place] of order.entries()) {
    const embedding = embeddingAt(embeddings, place);
    for (let j = i + 1; j < order.length; j++) {
      const other = order[j] ?? 0;
      if ((first(other) - first(place)) ** 2 > SAME_PICTURE) break;
      if (isSamePicture(embedding, embeddingAt(embeddings, other))) join(place, other);
    }
  }
  return above.map((_, place) => rootOf(place));
}
