import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type ForeignBucket, sameNameFaults } from '../../options/foreign-bucket.ts';
import type { AnyBucket } from '../../options/image-tagger-props.ts';
import { MAXIMUM_BUCKETS } from '../../options/read-props.ts';
import { roomFaults } from './filter-room.ts';
import { filterFaults, type KeyFilter } from './upload-filter.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const MAXIMUM_BUCKET_NAME = 63;

const PROP_NAMES = { bucket: 'buckets', prefix: 'prefixes', suffix: 'suffixes' };

/**
 * Tells what keeps a tagger from watching all these buckets, and nothing else besides its own.
 *
 * @param foreignBuckets those of other accounts that it watches as well
 */
export function bucketFaults(
  tagger: Construct,
  buckets: readonly AnyBucket[],
  filter: KeyFilter,
  foreignBuckets: readonly ForeignBucket[] = [],
): readonly string[] {
  const count = buckets.length;
  const foreignNames = foreignBuckets.map(({ bucketName }) => bucketName);
  const known = buckets.flatMap(({ bucketName }) => (Token.isUnresolved(bucketName) ? [] : [bucketName]));
  return [
    ...(count > MAXIMUM_BUCKETS ? [`Expected at most ${MAXIMUM_BUCKETS} buckets but received ${count}`] : []),
    ...(new Set(buckets).size < count
      ? ['Expected each of the buckets once but received one of them again']
      : []),
    ...buckets.flatMap((bucket) => placeFaults(Stack.of(tagger), bucket)),
    ...filterFaults(filter, buckets.map(writtenName), PROP_NAMES),
    ...roomFaults(filter, [...buckets.map(writtenName), ...foreignNames], PROP_NAMES),
    ...sameNameFaults([...new Set(known)], foreignBuckets),
  ];
}

/** EventBridge delivers a bucket's events within its account and region. */
function placeFaults({ region, account }: Stack, bucket: AnyBucket): readonly string[] {
  const differs = (own: string, other: string) =>
    own !== other && !Token.isUnresolved(own) && !Token.isUnresolved(other);
  const { env, node } = bucket;
  return [
    ...(differs(region, env.region)
      ? [`Expected buckets of the stack’s region, ${region}, but received ${node.path} in ${env.region}`]
      : []),
    ...(differs(account, env.account)
      ? [`Expected buckets of the stack’s account, ${account}, but received ${node.path} of ${env.account}`]
      : []),
  ];
}

/** The name of a bucket that is made in this deployment is not known yet, and so may be as long as any. */
function writtenName({ bucketName }: AnyBucket): string {
  return Token.isUnresolved(bucketName) ? 'x'.repeat(MAXIMUM_BUCKET_NAME) : bucketName;
}
