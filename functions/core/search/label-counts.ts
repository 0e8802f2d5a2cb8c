import type { LabelTerm } from '../records/find-images.ts';
import type { ImageCollection, LabelCount } from './image-collection.ts';

/** How many of some rows carry each label. */
export function labelCountsOf(rows: Int32Array, collection: ImageCollection): readonly LabelCount[] {
  const counts: number[] = [];
  const count = (label: number) => {
    counts[label] = (counts[label] ?? 0) + 1;
  };
  for (const row of rows) collection.forEachLabel(row, count);
  return mostFrequentFirst(
    Uint32Array.from(counts, (of) => of ?? 0),
    (label) => collection.termOf(label),
  );
}

/** Labels that some image carries, the most frequent first; those that are as frequent by name. */
export function mostFrequentFirst(
  counts: Uint32Array,
  termOf: (labelNumber: number) => LabelTerm,
): readonly LabelCount[] {
  const nameOf = ({ set, label }: LabelTerm) => `${set}:${label}`;
  const found: LabelCount[] = [];
  for (const [number, count] of counts.entries()) if (count > 0) found.push({ ...termOf(number), count });
  return found.sort((a, b) => b.count - a.count || (nameOf(a) < nameOf(b) ? -1 : 1));
}
