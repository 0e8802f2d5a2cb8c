import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { awsClientDefaults } from './aws-client-defaults.ts';
import type { S3Options } from './s3.ts';

const REQUEST_TIMEOUT_MILLISECONDS = 5_000;

/** `denied`: the bucket exists, and belongs to another account, or the caller has no right to see it. */
export type BucketState =
  | { readonly kind: 'there' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'denied' }
  | { readonly kind: 'elsewhere'; readonly region: string };

/** What S3's client throws for a status without an exception of its own. */
interface S3Failure {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/**
 * Whether a bucket exists in the region of the configuration.
 *
 * @throws the SDK's exceptions when S3 does not answer, or answers something else
 */
export async function bucketState(
  Bucket: string,
  config: S3Options & { region: string },
): Promise<BucketState> {
  const client = new S3Client({
    ...awsClientDefaults(REQUEST_TIMEOUT_MILLISECONDS),
    maxAttempts: 2,
    ...config,
  });
  try {
    const { BucketRegion = config.region } = await client.send(new HeadBucketCommand({ Bucket }));
    return BucketRegion === config.region ? { kind: 'there' } : { kind: 'elsewhere', region: BucketRegion };
  } catch (error) {
    const state = stateBehind(error as S3Failure, config.region);
    if (state === undefined) throw error;
    return state;
  } finally {
    client.destroy();
  }
}

/** S3 names the region whatever else it says: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html */
function stateBehind({ $metadata, $response }: S3Failure, asked: string): BucketState | undefined {
  const region = $response?.headers?.['x-amz-bucket-region'];
  if (region !== undefined && region !== asked) return { kind: 'elsewhere', region };
  if ($metadata?.httpStatusCode === 404) return { kind: 'missing' };
  return $metadata?.httpStatusCode === 403 ? { kind: 'denied' } : undefined;
}

/** Whether S3 says that there is no such bucket; false too where it says nothing, or not to this caller. */
export async function isMissingBucket(Bucket: string, config: S3Options): Promise<boolean> {
  const client = new S3Client({
    ...awsClientDefaults(REQUEST_TIMEOUT_MILLISECONDS),
    maxAttempts: 2,
    ...config,
  });
  try {
    await client.send(new HeadBucketCommand({ Bucket }));
    return false;
  } catch (error) {
    return (error as S3Failure).$metadata?.httpStatusCode === 404;
  } finally {
    client.destroy();
  }
}
