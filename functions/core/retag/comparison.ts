import { tagsForEach } from '../labels/block-tags.ts';
import type { Embedding } from '../labels/embedding.ts';
import { appliesTo } from '../labels/label-set.ts';
import type { Tag } from '../labels/scores.ts';
import { type Correction, correctedTags } from '../records/corrections.ts';
import type { LabelSetsOfModel } from './retagging.ts';
import { type RetagTally, retagCounter } from './tally.ts';

/** An image whose embedding is at hand. */
export interface ComparedImage {
  /** Of a stored image; another one has `''`, and every label set is for it. */
  readonly bucket: string;
  readonly key: string;
  readonly corrections?: readonly Correction[] | undefined;
  /** Of its embedding; undefined where it has none. */
  readonly modelDigest: string | undefined;
  /** Undefined where it is another model's than the label sets'. */
  readonly embedding: Embedding | undefined;
}

/** What two lots of label sets say of the same images, counted block by block. */
export interface LabelSetComparison {
  count(images: readonly ComparedImage[]): void;
  /** Tags are added, removed or rescored from the first lot to the second; `noted` counts images with the same tags. */
  tally(): RetagTally;
}

/**
 * Compares label sets of one model. Where each lot is a single label set, what it is called does not matter.
 *
 * @param before compiled with the same model as `after`
 */
export function labelSetComparison(before: LabelSetsOfModel, after: LabelSetsOfModel): LabelSetComparison {
  const counter = retagCounter();
  const named = sameName(before, after);
  return {
    count(images) {
      const own = images.filter(({ embedding }) => embedding?.modelDigest === after.modelDigest);
      const [tagsBefore, tagsAfter] = [before, after].map((lot) => tagsBy(lot, own));
      for (const image of images) {
        const { bucket, key, corrections, modelDigest } = image;
        const [first, second] = [tagsBefore?.get(image), tagsAfter?.get(image)];
        const record = { bucket, key, tags: correctedTags(named(first ?? []), corrections), corrections };
        counter.count(
          record,
          second ? { kind: 'changed', tags: second, labelSets: {} } : { kind: 'foreign', modelDigest },
        );
      }
    },
    tally: counter.tally,
  };
}

/** Tags of the first lot under the name that the second one's only label set has. */
function sameName(
  before: LabelSetsOfModel,
  after: LabelSetsOfModel,
): (tags: readonly Tag[]) => readonly Tag[] {
  const [from, to] = [before, after].map(({ classifiers }) => classifiers[0]?.labelSet.name ?? '');
  const areSingle = before.classifiers.length === 1 && after.classifiers.length === 1;
  if (!areSingle || to === undefined || from === to) return (tags) => tags;
  return (tags) => tags.map((tag) => (tag.set === from ? { ...tag, set: to } : tag));
}

function tagsBy(
  { classifiers }: LabelSetsOfModel,
  images: readonly ComparedImage[],
): ReadonlyMap<ComparedImage, readonly Tag[]> {
  const tags = new Map<ComparedImage, readonly Tag[]>(images.map((image) => [image, []]));
  for (const classifier of classifiers) {
    const meant = images.filter((image) => image.bucket === '' || appliesTo(classifier.labelSet, image));
    const embeddings = meant.flatMap(({ embedding }) => (embedding ? [embedding] : []));
    for (const [i, found] of tagsForEach(embeddings, classifier).entries()) {
      const image = meant[i];
      if (image) tags.set(image, [...(tags.get(image) ?? []), ...found]);
    }
  }
  return tags;
}
