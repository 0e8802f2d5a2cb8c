import type { ImageCollection, LabelCount } from './image-collection.ts';

/** How many images carry each label, the most frequent first; labels that are as frequent by name. */
export function allLabelCounts(collection: ImageCollection): readonly LabelCount[] {
  return mostFrequentFirst(collection.labelCounts());
}

/** The same of some rows. */
export function labelCountsOf(rows: Int32Array, collection: ImageCollection): readonly LabelCount[] {
  const counts: number[] = [];
  const count = (label: number) => {
    counts[label] = (counts[label] ?? 0) + 1;
  };
  for (const row of rows) collection.forEachLabel(row, count);
  return mostFrequentFirst(
    [...counts.entries()].flatMap(([label, of = 0]) =>
      of > 0 ? [{ ...collection.termOf(label), count: of }] : [],
    ),
  );
}

/** Labels that are as frequent stand by name. */
export function mostFrequentFirst(counts: readonly LabelCount[]): readonly LabelCount[] {
  const nameOf = ({ set, label }: LabelCount) => `${set}:${label}`;
  return [...counts].sort((a, b) => b.count - a.count || (nameOf(a) < nameOf(b) ? -1 : 1));
}
