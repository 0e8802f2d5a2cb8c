import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { AnyBucket } from '../../options/image-tagger-props.ts';
import { MAXIMUM_BUCKETS } from '../../options/read-props.ts';
import { filterFaults, type KeyFilter } from './upload-filter.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const MAXIMUM_BUCKET_NAME = 63;

const PROP_NAMES = { bucket: 'buckets', prefix: 'prefixes', suffix: 'suffixes' };

/** Tells what keeps a tagger from watching all these buckets, and nothing else besides its own. */
export function bucketFaults(
  tagger: Construct,
  buckets: readonly AnyBucket[],
  filter: KeyFilter,
): readonly string[] {
  const count = buckets.length;
  return [
    ...(count > MAXIMUM_BUCKETS ? [`Expected at most ${MAXIMUM_BUCKETS} buckets but received ${count}`] : []),
    ...(new Set(buckets).size < count
      ? ['Expected each of the buckets once but received one of them again']
      : []),
    ...buckets.flatMap((bucket) => placeFaults(Stack.of(tagger), bucket)),
    ...filterFaults(filter, buckets.map(writtenName), PROP_NAMES),
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
