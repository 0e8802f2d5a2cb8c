import { type RemovalPolicy, Token, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { AnyBucket } from '../../options/image-tagger-props.ts';
import type { TaggerParts } from '../../options/read-props.ts';

/** Where thumbnails are kept. */
export interface ThumbnailPlace {
  readonly bucket: AnyBucket;
  /** How their keys begin. */
  readonly prefix: string;
}

/** The place that the user names, or a bucket of its own, which nobody watches; undefined where no thumbnails are made. */
export function thumbnailPlace(
  scope: Construct,
  { options, thumbnailBucket, thumbnailPrefix: prefix, removalPolicy }: TaggerParts,
): ThumbnailPlace | undefined {
  if (!options.thumbnails) return undefined;
  return { bucket: thumbnailBucket ?? ownBucket(scope, removalPolicy), prefix };
}

function ownBucket(scope: Construct, removalPolicy: RemovalPolicy): Bucket {
  const bucket = new Bucket(scope, 'Thumbnails', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    removalPolicy,
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason: 'Access logs would need another bucket; thumbnails can be made again',
  });
  return bucket;
}

/**
 * Tells where thumbnails would be tagged themselves, and those of these without an end: no event of theirs may reach the
 * function.
 *
 * @param watched buckets whose objects are tagged
 * @param prefixes how the keys of these begin; any, if there are none
 */
export function thumbnailFaults(
  watched: readonly AnyBucket[],
  prefixes: readonly string[],
  place: ThumbnailPlace | undefined,
): string[] {
  if (!place || !watched.some((bucket) => isSame(bucket, place.bucket))) return [];
  const overlaps = (one: string) => one.startsWith(place.prefix) || place.prefix.startsWith(one);
  if (prefixes.length > 0 && !prefixes.some(overlaps)) return [];
  const received = prefixes.length > 0 ? prefixes.join(', ') : 'none';
  return [
    `Expected thumbnails in a bucket that is not watched, or prefixes that leave out ${place.prefix}, but received ${received}: thumbnails would be tagged themselves`,
  ];
}

function isSame(one: AnyBucket, other: AnyBucket): boolean {
  const areKnown = !Token.isUnresolved(one.bucketName) && !Token.isUnresolved(other.bucketName);
  return one === other || (areKnown && one.bucketName === other.bucketName);
}
