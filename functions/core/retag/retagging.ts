import { tagsForEach } from '../labels/block-tags.ts';
import type { Classifier } from '../labels/classifier.ts';
import { type Embedding, embeddingFromBytes } from '../labels/embedding.ts';
import { appliesTo } from '../labels/label-set.ts';
import { type Tag, tagsFor } from '../labels/scores.ts';
import { unknownSets } from '../labels/unknown.ts';
import { modelTagsOf } from '../records/corrections.ts';
import type { ImageRecord } from '../records/image-record.ts';

/** A model, and its classifiers of the label sets that are to hold. */
export interface LabelSetsOfModel {
  readonly modelDigest: string;
  /** All compiled with this model. */
  readonly classifiers: readonly Classifier[];
}

/**
 * What label sets make of an image record. `right`: the record says so already. `foreign`: its embedding is of another
 * model, or it has none, so that it cannot be scored. `untagged`: a broken, unsupported or deleted image. `changed`:
 * the image is to have these tags and label sets; the tags may be the same as before, by label sets that the record
 * does not name yet. They are the model's own: what people have corrected holds over them.
 */
export type Retagging =
  | { readonly kind: 'right' | 'untagged' }
  | { readonly kind: 'foreign'; readonly modelDigest: string | undefined }
  | {
      readonly kind: 'changed';
      readonly tags: readonly Tag[];
      readonly labelSets: Readonly<Record<string, string>>;
      /** Label sets in which "unknown" wins. @default none */
      readonly unknown?: readonly string[];
    };

/**
 * Scores the stored embedding with every label set that has changed since the record was written. Tags of unchanged label
 * sets stay as they are; tags of label sets that no longer hold, or that apply to other images only, go.
 */
export function retagging(record: ImageRecord, labelSets: LabelSetsOfModel): Retagging {
  const found = unscored(record, labelSets);
  return found.kind === 'unscored'
    ? scored(found, (classifier) => tagsFor(found.embedding, classifier))
    : found;
}

/**
 * What {@link retagging} gives for each of the records, many times as fast: each label set scores all of them at once.
 */
export function retaggings(
  records: readonly ImageRecord[],
  labelSets: LabelSetsOfModel,
): readonly Retagging[] {
  const found = records.map((record) => unscored(record, labelSets));
  const toScore = found.filter((one) => one.kind === 'unscored');
  const tagsOf = new Map(
    labelSets.classifiers.map((classifier) => {
      const images = toScore.filter(({ changed }) => changed.includes(classifier));
      const tags = tagsForEach(
        images.map(({ embedding }) => embedding),
        classifier,
      );
      return [classifier, new Map(images.map((image, i) => [image, tags[i] ?? []]))];
    }),
  );
  return found.map((one) =>
    one.kind === 'unscored' ? scored(one, (classifier) => tagsOf.get(classifier)?.get(one) ?? []) : one,
  );
}

/** An image that some label sets have to score. */
interface Unscored {
  readonly kind: 'unscored';
  readonly record: ImageRecord;
  readonly embedding: Embedding;
  /** The label sets that are to hold for it. */
  readonly wanted: readonly Classifier[];
  /** Those among them that its tags do not come from. */
  readonly changed: readonly Classifier[];
}

function unscored(
  record: ImageRecord,
  { modelDigest, classifiers }: LabelSetsOfModel,
): Exclude<Retagging, { kind: 'changed' }> | Unscored {
  if (record.status !== 'tagged') return { kind: 'untagged' };
  if (record.modelDigest !== modelDigest || !record.embedding) {
    return { kind: 'foreign', modelDigest: record.embedding && record.modelDigest };
  }
  const used = record.labelSets ?? {};
  const wanted = classifiers.filter(({ labelSet }) => appliesTo(labelSet, record));
  const changed = wanted.filter(({ labelSet, labelSetDigest }) => used[labelSet.name] !== labelSetDigest);
  if (changed.length === 0 && wanted.length === Object.keys(used).length) return { kind: 'right' };
  const embedding = embeddingFromBytes(record.embedding, modelDigest);
  return { kind: 'unscored', record, embedding, wanted, changed };
}

function scored(
  { record, embedding, wanted, changed }: Unscored,
  tagsOf: (classifier: Classifier) => readonly Tag[],
): Retagging {
  const before = modelTagsOf(record);
  const tags = wanted.flatMap((classifier) =>
    changed.includes(classifier)
      ? tagsOf(classifier)
      : before.filter(({ set }) => set === classifier.labelSet.name),
  );
  const unknown = unknownSets(embedding, tags, wanted);
  return {
    kind: 'changed',
    tags,
    labelSets: Object.fromEntries(
      wanted.map(({ labelSet, labelSetDigest }) => [labelSet.name, labelSetDigest]),
    ),
    ...(unknown.length > 0 && { unknown }),
  };
}
