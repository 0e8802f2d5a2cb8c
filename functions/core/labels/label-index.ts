import type { LabelSet } from './label-set.ts';

/** A label set as parallel arrays, which scoring walks through; made once. */
export interface LabelIndex {
  /** The labels in their order, then the parents that are not listed themselves. */
  readonly names: readonly string[];
  /** For each name, the index of its parent among the names; -1 for none. */
  readonly parents: Int32Array;
}

const indexes = new WeakMap<LabelSet, LabelIndex>();

/** Made at the first call and kept as long as the label set is. */
export function labelIndexOf(labelSet: LabelSet): LabelIndex {
  const known = indexes.get(labelSet);
  if (known) return known;
  const index = buildIndex(labelSet);
  indexes.set(labelSet, index);
  return index;
}

function buildIndex({ labels }: LabelSet): LabelIndex {
  const listed = labels.map(({ name }) => name);
  const parents = labels.flatMap(({ parent }) => (parent === undefined ? [] : [parent]));
  const names = [...new Set([...listed, ...parents])];
  const placeOf = new Map(names.map((name, place) => [name, place]));
  return {
    names,
    parents: Int32Array.from(names, (_, place) => placeOf.get(labels[place]?.parent ?? '') ?? -1),
  };
}
