import type { Classifier } from './classifier.ts';
import { embeddingFromBytes } from './embedding.ts';
import { appliesTo } from './label-set.ts';
import type { ImageRecord } from './records.ts';
import { type Tag, tagsFor } from './scores.ts';

/** A model and what it makes of the label sets that are to hold. */
export interface LabelSetsOfModel {
  readonly modelDigest: string;
  /** All of this model. */
  readonly classifiers: readonly Classifier[];
}

/**
 * What label sets make of an image record.
 * `right`: it says so already. `foreign`: its embedding is of another model (or it has none), so they cannot tell.
 * `untagged`: a broken, unsupported or deleted image. `changed`: these are its tags now, which may be the same ones by
 * label sets that the record does not name yet.
 */
export type Retagging =
  | { readonly kind: 'right' | 'untagged' }
  | { readonly kind: 'foreign'; readonly modelDigest: string | undefined }
  | {
      readonly kind: 'changed';
      readonly tags: readonly Tag[];
      readonly labelSets: Readonly<Record<string, string>>;
    };

/**
 * Scores the stored embedding with every label set that has changed since the record was written. Tags of the others
 * stay as they are; those of label sets that no longer hold, or apply to other images only, go.
 */
export function retagging(record: ImageRecord, { modelDigest, classifiers }: LabelSetsOfModel): Retagging {
  if (record.status !== 'tagged') return { kind: 'untagged' };
  if (record.modelDigest !== modelDigest || !record.embedding) {
    return { kind: 'foreign', modelDigest: record.embedding && record.modelDigest };
  }
  const used = record.labelSets ?? {};
  const wanted = classifiers.filter(({ labelSet }) => appliesTo(labelSet, record));
  const isKnown = ({ labelSet, labelSetDigest }: Classifier) => used[labelSet.name] === labelSetDigest;
  if (wanted.every(isKnown) && wanted.length === Object.keys(used).length) return { kind: 'right' };
  const embedding = embeddingFromBytes(record.embedding, modelDigest);
  return {
    kind: 'changed',
    tags: wanted.flatMap((classifier) =>
      isKnown(classifier)
        ? record.tags.filter(({ set }) => set === classifier.labelSet.name)
        : tagsFor(embedding, classifier),
    ),
    labelSets: Object.fromEntries(
      wanted.map(({ labelSet, labelSetDigest }) => [labelSet.name, labelSetDigest]),
    ),
  };
}
