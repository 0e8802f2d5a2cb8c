import { dot, embeddingFromBytes } from '../../labels/embedding.ts';
import type { ImageRecord } from '../../records/image-record.ts';
import type { DuplicateKind } from '../image-search.ts';
import { imageTime } from '../image-time.ts';
import { hashHalves } from '../record-collection.ts';
import { isAlike, likenessOf } from './alike.ts';
import { bestFirst } from './best-first.ts';
import { isCorrected } from './may-go.ts';
import { differingBits } from './nearby-keys.ts';

export interface VerifiedBy {
  readonly kind: DuplicateKind;
  readonly modelDigest: string;
  /** For {@link likenessOf}. */
  readonly unrelated: number;
}

/** A crop of 5 % changes the proportions by no more; on a logarithmic scale. */
const MAXIMUM_PROPORTION_CHANGE = 0.07;

/**
 * Of the mean colour's shares of red, green and blue. Compression and another brightness change them by less than 0.009 in 95
 * of 100 cases, another crop of the same scene by less than 0.025.
 */
const MAXIMUM_COLOUR_CHANGE: Readonly<Record<DuplicateKind, number>> = { photo: 0.015, scene: 0.03 };
const DARKNESS = 30;
const HOUR_MILLISECONDS = 3_600_000;

interface Verified {
  readonly record: ImageRecord;
  readonly embedding: Float32Array;
  readonly hash: readonly [high: number, low: number];
}

/**
 * The groups that a group is by its images' records: each image is a duplicate of every other one by exact embeddings, hashes,
 * colours, proportions (of the same photo) and times (of the same scene). The best one of each is first: one that a person has
 * corrected, for corrections are of one image and go with it; else, and among those, as {@link bestFirst} has it.
 */
export function verifiedGroups(records: readonly ImageRecord[], by: VerifiedBy): ImageRecord[][] {
  const images = records.flatMap((record) => verifiable(record, by.modelDigest));
  images.sort((a, b) => bestFirst(qualityOf(a.record), qualityOf(b.record)));
  const groups: Verified[][] = [];
  for (const image of images) {
    const group = groups.find((members) => members.every((member) => areDuplicates(image, member, by)));
    if (group) group.push(image);
    else groups.push([image]);
  }
  return groups
    .filter(({ length }) => length > 1)
    .map((group) => correctedFirst(group.map(({ record }) => record)));
}

function correctedFirst(records: readonly ImageRecord[]): ImageRecord[] {
  return [...records.filter(isCorrected), ...records.filter((record) => !isCorrected(record))];
}

function verifiable(record: ImageRecord, modelDigest: string): Verified[] {
  const hash = hashHalves(record.differenceHash);
  if (record.status !== 'tagged' || !record.embedding || record.modelDigest !== modelDigest || !hash)
    return [];
  return [{ record, hash, embedding: embeddingFromBytes(record.embedding, modelDigest).values }];
}

function qualityOf({ bucket, key, width, height, sizeBytes, sharpness }: ImageRecord) {
  const pixels = (width ?? Number.NaN) * (height ?? Number.NaN);
  return { pixels, bytes: sizeBytes ?? Number.NaN, sharpness, bucket, key };
}

function areDuplicates(a: Verified, b: Verified, { kind, unrelated }: VerifiedBy): boolean {
  const distance = differingBits(a.hash[0], b.hash[0]) + differingBits(a.hash[1], b.hash[1]);
  const likeness = likenessOf(dot(a.embedding, b.embedding), unrelated);
  if (!isAlike(kind, { distance, likeness })) return false;
  if (colourChange(a.record, b.record) > MAXIMUM_COLOUR_CHANGE[kind]) return false;
  return kind === 'photo' ? areInProportion(a.record, b.record) : areOfOneHour(a.record, b.record);
}

function areInProportion(a: ImageRecord, b: ImageRecord): boolean {
  if (!a.width || !a.height || !b.width || !b.height) return true;
  return Math.abs(Math.log((a.width / a.height) * (b.height / b.width))) <= MAXIMUM_PROPORTION_CHANGE;
}

/** How much mean colours differ but for their light; hashes know no colours, and one sunset is built as the other. */
function colourChange({ colour }: ImageRecord, { colour: other }: ImageRecord): number {
  if (colour === undefined || other === undefined) return 0;
  const [shares, others] = [colourShares(colour), colourShares(other)];
  return Math.max(...shares.map((share, i) => Math.abs(share - (others[i] ?? 0))));
}

/** Of red, green and blue in `#rrggbb`; in the dark they count for less. */
function colourShares(colour: string): readonly number[] {
  const values = [1, 3, 5].map((place) => Number.parseInt(colour.slice(place, place + 2), 16));
  const sum = values.reduce((total, value) => total + value, DARKNESS);
  return values.map((value) => value / sum);
}

/** Where both tell when they were taken: the same place on another day is another scene. */
function areOfOneHour(a: ImageRecord, b: ImageRecord): boolean {
  if (a.takenAt === undefined || b.takenAt === undefined) return true;
  return Math.abs(imageTime(a) - imageTime(b)) <= HOUR_MILLISECONDS;
}
