import { dot, embeddingFromBytes } from '../../labels/embedding.ts';
import type { ImageRecord } from '../../records/image-record.ts';
import type { DuplicateKind } from '../image-search.ts';
import { hashHalves } from '../record-collection.ts';
import { isAlike, likenessOf } from './alike.ts';
import { bestFirst } from './best-first.ts';
import { differingBits } from './nearby-keys.ts';

export interface VerifiedBy {
  readonly kind: DuplicateKind;
  readonly modelDigest: string;
  /** For {@link likenessOf}. */
  readonly unrelated: number;
}

/** A crop of 5 % changes the proportions by no more; on a logarithmic scale. */
const MAXIMUM_PROPORTION_CHANGE = 0.07;

interface Verified {
  readonly record: ImageRecord;
  readonly embedding: Float32Array;
  readonly hash: readonly [high: number, low: number];
}

/**
 * The images of a group that are duplicates of one another as their records have it, by exact embeddings, hashes and, of the
 * same photo, proportions; the best one first. Fewer than two are no group.
 */
export function verifiedGroup(records: readonly ImageRecord[], by: VerifiedBy): readonly ImageRecord[] {
  const images = records.flatMap((record) => verifiable(record, by.modelDigest));
  images.sort((a, b) => bestFirst(qualityOf(a.record), qualityOf(b.record)));
  const group: Verified[] = [];
  for (const image of images) {
    if (group.every((other) => areDuplicates(image, other, by))) group.push(image);
  }
  return group.map(({ record }) => record);
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
  return isAlike(kind, { distance, likeness }) && (kind !== 'photo' || areInProportion(a.record, b.record));
}

function areInProportion(a: ImageRecord, b: ImageRecord): boolean {
  if (!a.width || !a.height || !b.width || !b.height) return true;
  return Math.abs(Math.log((a.width / a.height) * (b.height / b.width))) <= MAXIMUM_PROPORTION_CHANGE;
}
