import type { ImageCollection } from '../image-collection.ts';
import type { DuplicateKind } from '../image-search.ts';
import { unrelatedCosine } from '../relevance/unrelated-cosine.ts';
import { isAlike, likenessOf } from './alike.ts';
import { bestFirst, type Quality } from './best-first.ts';
import { differingBits, everyKey, type NearbyKeys, nearbyKeys } from './nearby-keys.ts';
import { directionKeys, hashKeys } from './row-keys.ts';

/** An image by name: rows are others' when the collection has changed. */
export interface ImageName {
  readonly bucket: string;
  readonly key: string;
}

/** Groups of duplicates, the best one of each first. */
export interface DuplicateGroups {
  readonly groups: ReadonlyArray<readonly ImageName[]>;
  /** For {@link likenessOf}, by which they were found. */
  readonly unrelated: number;
}

/** Each image is compared with so many at most: the best ones of groups that are near. */
const MAXIMUM_COMPARED = 300;
/** A group that is full is followed by another of the same scene: an image is compared with all of its group. */
const MAXIMUM_GROUP = 250;
/** Images that are compared with one another in less time than an index takes to build. */
const MAXIMUM_WITHOUT_INDEX = 2_000;
/** Images between two pauses: some 10 ms. */
const IMAGES_PER_TURN = 500;

/**
 * Groups in which every image is a duplicate of every other one, so that no chain of small steps leads from one photograph to
 * a wholly different one. Images come in turn, the best ones first: each joins the group whose best image is most like it, or
 * begins a group of its own. So the groups depend on no order of rows, and none of them share an image.
 *
 * @param pause waits until others have had their turn
 */
export async function duplicateGroups(
  kind: DuplicateKind,
  collection: ImageCollection,
  pause: () => Promise<void>,
): Promise<DuplicateGroups> {
  const images = comparableImages(collection);
  const unrelated = unrelatedCosine(
    collection,
    images.map(({ row }) => row),
  ).centre;
  const compare = comparison(kind, collection, unrelated);
  const leaders = await leadersIndex(kind, collection, images.length, pause);
  const groupOf = new Map<number, ComparableImage[]>();
  for (const [place, image] of images.entries()) {
    if (place % IMAGES_PER_TURN === IMAGES_PER_TURN - 1) await pause();
    const group = groupFor(image, leaders, groupOf, compare);
    if (group) group.push(image);
    else {
      leaders.add(image.row);
      groupOf.set(image.row, [image]);
    }
  }
  const groups = [...groupOf.values()].filter(({ length }) => length > 1);
  return { groups: groups.map((group) => group.map(({ bucket, key }) => ({ bucket, key }))), unrelated };
}

/** Hashes that are near are found for certain; embeddings almost, and the less so the more of the collection is one scene. */
async function leadersIndex(
  kind: DuplicateKind,
  collection: ImageCollection,
  imageCount: number,
  pause: () => Promise<void>,
): Promise<NearbyKeys> {
  if (kind === 'scene' && imageCount <= MAXIMUM_WITHOUT_INDEX) return everyKey();
  const { keys, parts } = kind === 'photo' ? hashKeys(collection) : await directionKeys(collection, pause);
  return nearbyKeys(keys, parts);
}

interface ComparableImage extends Quality {
  readonly row: number;
}

/** Best ones first, which no order of rows changes. */
function comparableImages(collection: ImageCollection): readonly ComparableImage[] {
  const images: ComparableImage[] = [];
  for (let row = 0; row < collection.rowCount; row++) {
    if (!collection.isThere(row) || !collection.hasEmbedding(row) || !collection.hashOf(row)) continue;
    images.push({
      row,
      pixels: collection.pixelsOf(row),
      bytes: collection.bytesOf(row),
      bucket: collection.bucketOf(row),
      key: collection.keyOf(row),
    });
  }
  return images.sort(bestFirst);
}

/** How like two rows are, the higher the more; `undefined` when they are no duplicates. */
type Compare = (row: number, other: number) => number | undefined;

function comparison(kind: DuplicateKind, collection: ImageCollection, unrelated: number): Compare {
  return (row, other) => {
    const [a, b] = [collection.hashOf(row), collection.hashOf(other)];
    if (!a || !b) return undefined;
    const distance = differingBits(a[0], b[0]) + differingBits(a[1], b[1]);
    // Cosines take far longer than hashes.
    if (!isAlike(kind, { distance, likeness: 1 })) return undefined;
    const likeness = likenessOf(collection.cosineOf(row, other), unrelated);
    return isAlike(kind, { distance, likeness }) ? likeness : undefined;
  };
}

function groupFor(
  { row }: ComparableImage,
  leaders: NearbyKeys,
  groupOf: ReadonlyMap<number, ComparableImage[]>,
  compare: Compare,
): ComparableImage[] | undefined {
  const near = leaders.near(row, MAXIMUM_COMPARED).flatMap((leader) => {
    const likeness = compare(row, leader);
    return likeness === undefined ? [] : [{ leader, likeness }];
  });
  // Stable: of leaders that are as like, the one found first.
  near.sort((a, b) => b.likeness - a.likeness);
  for (const { leader } of near) {
    const group = groupOf.get(leader);
    const isAlikeAll = group?.every((member) => compare(row, member.row) !== undefined);
    if (group && isAlikeAll && group.length < MAXIMUM_GROUP) return group;
  }
  return undefined;
}
